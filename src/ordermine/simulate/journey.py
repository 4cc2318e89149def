"""One order on its way through the company: who works on it, what they write, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ordermine.simulate.behaviour import CUSTOMER_MASTER, IN_TIME, NOBODY, Behaviour
from ordermine.simulate.company import SALES
from ordermine.simulate.master_data import meaning, wrong_value
from ordermine.simulate.recorder import Event, Note, Order, PlantedError, Recorder
from ordermine.simulate.steps import STEPS
from ordermine.simulate.working_hours import DAY, MINUTE

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    import simpy

    from ordermine.simulate.company import Actor, Company, Person
    from ordermine.simulate.dice import Dice

T = TypeVar("T")
Course: TypeAlias = "Generator[simpy.Event, Any, T]"
"""A piece of the process that takes time and gives a T at its end."""

_NOTHING = Note()
_SAME_PERSON = 0.85
"""Share in which a department's second step on an order falls to the person of its first."""

_CORRECTIONS = {
    "price": "Correct price",
    "ship_to": "Correct delivery address",
    "item": "Correct item",
}
"""Field → step that corrects it; the others are order data."""

_LINE_BY_LINE = ("Enter order", "Pick goods")
"""Steps that the export shows once for every line of the order."""


def bare(field: str) -> str:
    """Return a field's name without its object: ``order.price`` → ``price``."""
    return field.rpartition(".")[2]


class Journey:
    """The order, the people it has met so far, and the errors it carries."""

    def __init__(self, order: Order, company: Company, behaviour: Behaviour, recorder: Recorder, dice: Dice) -> None:
        self.order = order
        self.company = company
        self.behaviour = behaviour
        self.recorder = recorder
        self.dice = dice
        self.queries = 0
        """Questions that Sales has been asked about the order so far."""
        self._owners: dict[str, Person] = {}
        self._errors: dict[str, PlantedError] = {}
        self._missing: dict[str, PlantedError] = {}

    def may(self, share: float) -> bool:
        """Return True in this share of cases; a share of 0 throws no dice.

        So a dial that a scenario leaves off shifts none of its other throws.
        """
        return share > 0 and self.dice.chance(share)

    def work(self, department: str, step: str, *notes: Note) -> Course[None]:
        """Have someone of the department do the step; when done it is recorded, in a row for every note."""
        department = self._desk(department)
        person = self._owners.get(department)
        if person is None or not self.dice.chance(_SAME_PERSON):
            person = self.company.someone(department, self.dice)
            self._owners.setdefault(department, person)
        effort = self.dice.skewed(*(minutes * MINUTE for minutes in STEPS[step].effort))
        person.free_at = self.company.hours.after(max(self.company.now, person.free_at), effort)
        person.load += 1
        yield self._until(person.free_at)
        person.load -= 1
        self._record(department, step, person.actor, notes)
        if self.may(self.behaviour.notified):
            self.automatic(self.behaviour.workflow, "Send notification")

    def automatic(self, actor: Actor, step: str, *notes: Note) -> None:
        """Have a system do the step at once."""
        self._record(actor.department, step, actor, notes)

    def write(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department write a field with the step, wrongly as often as its error rate says."""
        if self._is_left_empty(self._desk(department), field):
            yield from self.work(department, step)
        else:
            yield from self._put(department, step, field, self.order.right[bare(field)], first=True)

    def copy(self, department: str, step: str, field: str, source: str) -> Course[None]:
        """Have the department copy a field, with the error that may be in it or one of its own."""
        yield from self._put(department, step, field, self.order.values[source], first=False)

    def correct(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department replace the wrong value of a field by the right one, and perhaps its copies."""
        error = self._errors.pop(bare(field))
        holders = [
            other
            for other, value in self.order.values.items()
            if bare(other) == bare(field) and meaning(value) == meaning(error.wrong)
        ]
        first = field if field in holders else holders[-1]
        yield from self._overwrite(department, step, first)
        error.detected_by, error.detected_field = self._desk(department), first
        error.detected_at = self.company.now
        for copy in holders:
            if copy != first and self.may(self.behaviour.copies_corrected):
                yield from self._overwrite(department, step, copy)

    def correct_all(self, departments: Iterable[str]) -> Course[None]:
        """Have each department correct what it notices, whichever field it is."""
        for department in departments:
            for field in self.fields_noticed(department):
                yield from self.correct(department, _CORRECTIONS.get(field, "Correct order data"), field)

    def redo(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department write a field again, rightly, before confirmation: then it was no error."""
        yield from self._overwrite(department, step, field)
        self.recorder.errors.remove(self._errors.pop(bare(field)))

    def complete(self, filler: str) -> Course[None]:
        """Have the values filled in that were left empty and that this department is going to notice."""
        for field in [field for field, gap in self._missing.items() if gap.noticed_by == filler]:
            gap = self._missing.pop(field)
            department = gap.originated_by if filler == IN_TIME else self._desk(filler)
            yield from self._overwrite(department, "Complete order data", gap.origin_field)
            if department == gap.originated_by:
                self.recorder.errors.remove(gap)
            else:
                gap.detected_by, gap.detected_field = department, gap.origin_field
                gap.detected_at = self.company.now

    def inherit(self, field: str) -> None:
        """Take a field over from the customer master, where it may be out of date."""
        wrong = self._wrong(CUSTOMER_MASTER, field)
        self.order.values[field] = wrong or self.order.right[field]
        if wrong:
            self._plant(CUSTOMER_MASTER, field, wrong, None)

    def fields_noticed(self, department: str) -> list[str]:
        """Return the fields (without their objects) whose errors the department notices."""
        return [field for field in self._errors if self.notices(department, field)]

    def notices(self, department: str, field: str) -> bool:
        """Return whether the department notices that the field (without its object) is wrong."""
        error = self._errors.get(field)
        return error is not None and error.noticed_by == self._desk(department)

    def is_wrong(self, field: str) -> bool:
        """Return whether the field (without its object) carries an error that nobody has corrected."""
        return field in self._errors

    def wait_days(self, shortest: int, longest: int) -> Course[None]:
        """Let days pass in which nobody in the company can do anything: mostly short waits, some long."""
        yield self.company.clock.timeout(self.dice.skewed(shortest * DAY, longest * DAY))

    def wait_seconds(self, longest: int) -> Course[None]:
        """Let the seconds pass that a system takes."""
        yield self.company.clock.timeout(self.dice.whole(0, longest))

    def wait_until(self, moment: int) -> Course[None]:
        """Let the time pass until a moment that is still to come."""
        yield self._until(moment)

    def wait_for_run(self, clock: int) -> Course[None]:
        """Wait until the next run of a job that runs on workdays about second `clock` of the day."""
        run = self.company.hours.next_run(self.company.now, clock)
        yield self._until(run + self.dice.whole(0, 5 * MINUTE))

    def _desk(self, department: str) -> str:
        """Return who does the work of a department: the order's team for Sales, where there are teams."""
        return self.order.team if department == SALES and self.order.team else department

    def _put(self, department: str, step: str, field: str, value: str, *, first: bool) -> Course[None]:
        department = self._desk(department)
        old = self.order.values.get(field, "")
        wrong = None if self.is_wrong(bare(field)) else self._wrong(department, bare(field))
        note = Note(field, old, wrong or value)
        if first and self._is_untracked(field):
            note = _NOTHING
        yield from self.work(department, step, note)
        self.order.values[field] = wrong or value
        if wrong:
            self._plant(department, field, wrong, self.company.now)

    def _put_along(self, department: str, step: str) -> list[Note]:
        """Write the further fields that belong to a step that is just done; return what the history says."""
        notes = []
        for field, source in self.behaviour.further_fields.get(step, {}).items():
            if source not in self.order.values and source:
                continue
            if not source and self._is_left_empty(department, field):
                continue
            value = self.order.values[source] if source else self.order.right[bare(field)]
            wrong = None if self.is_wrong(bare(field)) else self._wrong(department, bare(field))
            if source or not self._is_untracked(field):
                notes.append(Note(field, self.order.values.get(field, ""), wrong or value))
            self.order.values[field] = wrong or value
            if wrong:
                self._plant(department, field, wrong, self.company.now)
        return notes

    def _overwrite(self, department: str, step: str, field: str) -> Course[None]:
        old, new = self.order.values.get(field, ""), self.order.right[bare(field)]
        yield from self.work(department, step, Note(field, old, new))
        self.order.values[field] = new

    def _is_untracked(self, field: str) -> bool:
        untracked = self.may(self.behaviour.untracked)
        if untracked:
            self.recorder.untracked.append((self.order.number, bare(field)))
        return untracked

    def _is_left_empty(self, department: str, field: str) -> bool:
        """Return whether the department leaves the field empty; then somebody will notice, or nobody."""
        place = (department, bare(field))
        if not self.may(self.behaviour.left_empty.get(place, 0.0)):
            return False
        gap = PlantedError(
            order=self.order.number,
            field=bare(field),
            noticed_by=self.dice.weighted(self.behaviour.filled_by[place]),
            wrong="",
            originated_by=department,
            origin_field=field,
            kind="omission",
        )
        self._missing[bare(field)] = gap
        self.recorder.errors.append(gap)
        return True

    def _wrong(self, department: str, field: str) -> str | None:
        rate = self.behaviour.error_rates.get((department, field), 0.0)
        rate *= self.behaviour.segment_risk.get(self.order.customer.segment, 1.0)
        return wrong_value(self.dice, field, self.order.right[field]) if self.dice.chance(rate) else None

    def _plant(self, department: str, field: str, wrong: str, moment: int | None) -> None:
        noticed_by = self.dice.weighted(self.behaviour.noticed_by[department, bare(field)])
        if self.may(self.behaviour.uninspected.get(self.order.order_type, 0.0)):
            noticed_by = NOBODY
        error = PlantedError(
            order=self.order.number,
            field=bare(field),
            noticed_by=noticed_by,
            wrong=wrong,
            originated_by=department,
            origin_field=field if moment is not None else "",
            originated_at=moment,
        )
        self._errors[bare(field)] = error
        self.recorder.errors.append(error)

    def _until(self, moment: int) -> simpy.Event:
        return self.company.clock.timeout(moment - self.company.now)

    def _record(self, department: str, step: str, actor: Actor, notes: tuple[Note, ...]) -> None:
        rows = [note for note in (*notes, *self._put_along(department, step)) if note != _NOTHING] or [_NOTHING]
        if step in _LINE_BY_LINE:
            further = enumerate(self.order.further_items, 2)
            rows += [Note(part=str(10 * line), item=item) for line, item in further]
        for note in rows:
            self.recorder.events.append(Event(self.order, STEPS[step].name, self.company.now, actor, note))
