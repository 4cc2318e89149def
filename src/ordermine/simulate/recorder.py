"""Collects what happens: the events an export would hold, and the truth that it doesn't tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.simulate.master_data import Customer, cents

if TYPE_CHECKING:
    from ordermine.simulate.company import Actor


@dataclass(slots=True)
class Order:
    """An order as its header stands; values of fields under their names, e.g. ``order.price``."""

    number: str
    customer: Customer
    order_type: str
    channel: str
    new_customer: bool
    right: dict[str, str]
    """Field without its object → the value it should have."""
    values: dict[str, str] = field(default_factory=dict)
    """Field → the value that is recorded now."""
    team: str = ""
    """The sales team that has the order, where Sales is divided into teams."""
    in_pilot: bool = False
    further_items: tuple[str, ...] = ()
    """Items of the second and later lines."""

    @property
    def worth(self) -> int:
        """Quantity times the right price of one piece, in cents."""
        return int(self.right["quantity"]) * cents(self.right["price"])


@dataclass(frozen=True, slots=True)
class Note:
    """What a step leaves besides its name: a change of a field, a reason, a reference to another order."""

    field: str = ""
    old: str = ""
    new: str = ""
    reason: str = ""
    reference: str = ""
    part: str = ""
    """Which line of the order, or which of several documents of a kind; empty if there is only one."""
    item: str = ""
    """The item of a line; empty stands for that of the header."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the export."""

    order: Order
    step: str
    moment: int
    actor: Actor
    note: Note


@dataclass(slots=True)
class PlantedError:
    """A wrong or missing value: who wrote or left it, and who corrected or filled it if anyone did."""

    order: str
    field: str
    """The field without its object, e.g. ``price``."""
    noticed_by: str
    """Department that will notice it, given time."""
    wrong: str
    originated_by: str
    """Empty if no event of the log wrote it."""
    origin_field: str = ""
    originated_at: int | None = None
    detected_by: str = ""
    detected_field: str = ""
    detected_at: int | None = None
    kind: str = "error"
    """error or omission."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A value that was changed because the customer asked for it."""

    order: str
    field: str
    old: str
    changed_by: str
    changed_at: int


@dataclass(slots=True)
class Rejection:
    """A rejection and what became of the order by the day of the export."""

    order: str
    rejected_by: str
    rejected_at: int
    reason: str
    outcome: str = "open"
    """restored, resubmitted_delivered, resubmitted_rejected, abandoned or open."""
    resubmitted_as: str = ""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """An order that was delivered and invoiced, and what the customer will complain about, if anything."""

    order: str
    concluded_at: int
    risk: float
    """How likely it was that the order would prove wrong."""
    signal: str = ""
    """Step by which it will show that the order wasn't right; empty if it was right the first time."""
    signal_at: int | None = None
    """When it will show; that may be after the export."""


@dataclass(slots=True)
class Recorder:
    """Everything recorded in one run, each list in the order of time."""

    events: list[Event] = field(default_factory=list)
    errors: list[PlantedError] = field(default_factory=list)
    change_requests: list[ChangeRequest] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    conclusions: list[Conclusion] = field(default_factory=list)
    untracked: list[tuple[str, str]] = field(default_factory=list)
    """(order, field without its object) whose first write left no trace in the field history."""
