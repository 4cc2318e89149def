"""How a scenario's log is exported: which columns, how exact in time, and what its project file says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from ordermine.simulate.csv_export import COLUMNS
from ordermine.simulate.master_data import meaning
from ordermine.simulate.working_hours import DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ordermine.simulate.recorder import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export shows of a log; the defaults are those of an ordinary company."""

    columns: Sequence[str] = COLUMNS
    by_day: bool = False
    """Stamps are days; the rows of a day come by order and step, however they happened."""
    documents: bool = False
    """No field history: every value stands on a document, and a change makes a new one."""
    lineage: Mapping[str, str] = field(
        default_factory=lambda: {"order.price": "quote.price", "invoice.price": "order.price"}
    )
    case_attributes: Sequence[str] = ("Segment", "Region", "Order type")
    required: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repeat: Sequence[str] = ("Ship partial delivery",)
    error_types: Mapping[str, str] = field(
        default_factory=lambda: {"item": "item", "price": "pricing", "ship_to": "customer data"}
    )

    def arrange(self, events: Iterable[Event]) -> list[Event]:
        """Return the events as rows of the export, in its order."""
        rows = _as_documents(events) if self.documents else list(events)
        if self.by_day:
            rows.sort(key=attrgetter("step"))
            rows.sort(key=lambda event: (event.moment // DAY, event.order.number))
        return rows


def _as_documents(events: Iterable[Event]) -> list[Event]:
    """Return what is left without a field history: documents, numbered by issue, that show new values only.

    Saving a value in another spelling issues no document, nor does a job that loads data.
    """
    rows = []
    issues: dict[tuple[str, str], int] = {}
    for event in events:
        note = event.note
        if not note.new:
            rows.append(event)
        elif event.actor.actor_type != "batch" and meaning(note.old) != meaning(note.new):
            place = (event.order.number, note.field)
            issues[place] = issues.get(place, 0) + 1
            rows.append(replace(event, note=replace(note, old="", part=str(issues[place]))))
    return rows
