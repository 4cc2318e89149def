"""One order on its way through the company: who works on it, what they write, and what goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ordermine.simulate.behaviour import CUSTOMER_MASTER, Behaviour
from ordermine.simulate.master_data import wrong_value
from ordermine.simulate.recorder import Event, Note, Order, PlantedError, Recorder
from ordermine.simulate.steps import STEPS
from ordermine.simulate.working_hours import DAY, MINUTE

if TYPE_CHECKING:
    from collections.abc import Generator

    import simpy

    from ordermine.simulate.company import Actor, Company, Person
    from ordermine.simulate.dice import Dice

T = TypeVar("T")
Course: TypeAlias = "Generator[simpy.Event, Any, T]"
"""A piece of the process that takes time and gives a T at its end."""

_NOTHING = Note()
_SAME_PERSON = 0.85
"""Share in which a department's second step on an order falls to the person of its first."""


def bare(field: str) -> str:
    """Return a field's name without its object: ``order.price`` → ``price``."""
    return field.rpartition(".")[2]


class Journey:
    """The order, the people it has met so far, and the errors it carries."""

    def __init__(
        self, order: Order, company: Company, behaviour: Behaviour, recorder: Recorder, dice: Dice
    ) -> None:
        self.order = order
        self.company = company
        self.behaviour = behaviour
        self.recorder = recorder
        self.dice = dice
        self._owners: dict[str, Person] = {}
        self._errors: dict[str, PlantedError] = {}

    def work(self, department: str, step: str, note: Note = _NOTHING) -> Course[None]:
        """Have someone of the department do the step; it is recorded when done."""
        person = self._owners.get(department)
        if person is None or not self.dice.chance(_SAME_PERSON):
            person = self.company.someone(department, self.dice)
            self._owners.setdefault(department, person)
        effort = self.dice.skewed(*(minutes * MINUTE for minutes in STEPS[step].effort))
        with person.desk.request() as turn:
            yield turn
            yield self._until(self.company.hours.after(self.company.now, effort))
        self._record(step, person.actor, note)

    def automatic(self, actor: Actor, step: str) -> None:
        """Have a system do the step at once."""
        self._record(step, actor, _NOTHING)

    def write(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department write a field with the step, wrongly as often as its error rate says."""
        yield from self._put(department, step, field, self.order.right[bare(field)])

    def copy(self, department: str, step: str, field: str, source: str) -> Course[None]:
        """Have the department copy a field, with the error that may be in it or one of its own."""
        yield from self._put(department, step, field, self.order.values[source])

    def correct(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department replace the wrong value of a field by the right one."""
        old, new = self.order.values[field], self.order.right[bare(field)]
        yield from self.work(department, step, Note(field, old, new))
        self.order.values[field] = new
        error = self._errors.pop(bare(field))
        error.detected_by, error.detected_field, error.detected_at = department, field, self.company.now

    def redo(self, department: str, step: str, field: str) -> Course[None]:
        """Have the department write a field again, rightly, before confirmation: then it was no error."""
        old, new = self.order.values[field], self.order.right[bare(field)]
        yield from self.work(department, step, Note(field, old, new))
        self.order.values[field] = new
        self.recorder.errors.remove(self._errors.pop(bare(field)))

    def inherit(self, field: str) -> None:
        """Take a field over from the customer master, where it may be out of date."""
        right = self.order.right[field]
        wrong = self._wrong(CUSTOMER_MASTER, field, right)
        self.order.values[field] = wrong or right
        if wrong:
            self._plant(CUSTOMER_MASTER, field, wrong, None)

    def notices(self, department: str, field: str) -> bool:
        """Return whether the department notices that the field (without its object) is wrong."""
        error = self._errors.get(field)
        return error is not None and error.noticed_by == department

    def is_wrong(self, field: str) -> bool:
        """Return whether the field (without its object) carries an error that nobody has corrected."""
        return field in self._errors

    def wait_days(self, shortest: int, longest: int) -> Course[None]:
        """Let days pass in which nobody in the company can do anything: mostly short waits, some long."""
        yield self.company.clock.timeout(self.dice.skewed(shortest * DAY, longest * DAY))

    def wait_seconds(self, longest: int) -> Course[None]:
        """Let the seconds pass that a system takes."""
        yield self.company.clock.timeout(self.dice.whole(0, longest))

    def wait_for_run(self, clock: int) -> Course[None]:
        """Wait until the next run of a job that runs on workdays about second `clock` of the day."""
        run = self.company.hours.next_run(self.company.now, clock)
        yield self._until(run + self.dice.whole(0, 5 * MINUTE))

    def _put(self, department: str, step: str, field: str, value: str) -> Course[None]:
        old = self.order.values.get(field, "")
        wrong = None if self.is_wrong(bare(field)) else self._wrong(department, bare(field), value)
        yield from self.work(department, step, Note(field, old, wrong or value))
        self.order.values[field] = wrong or value
        if wrong:
            self._plant(department, field, wrong, self.company.now)

    def _wrong(self, department: str, field: str, right: str) -> str | None:
        rate = self.behaviour.error_rates.get((department, field), 0.0)
        return wrong_value(self.dice, field, right) if self.dice.chance(rate) else None

    def _plant(self, department: str, field: str, wrong: str, moment: int | None) -> None:
        error = PlantedError(
            order=self.order.number,
            field=bare(field),
            noticed_by=self.dice.weighted(self.behaviour.noticed_by[department, bare(field)]),
            wrong=wrong,
            originated_by=department,
            origin_field=field if moment is not None else "",
            originated_at=moment,
        )
        self._errors[bare(field)] = error
        self.recorder.errors.append(error)

    def _until(self, moment: int) -> simpy.Event:
        return self.company.clock.timeout(moment - self.company.now)

    def _record(self, step: str, actor: Actor, note: Note) -> None:
        self.recorder.events.append(Event(self.order, STEPS[step].name, self.company.now, actor, note))
