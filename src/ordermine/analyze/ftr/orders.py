"""What became of every order: when it was concluded, how, and whether the customer cancelled it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.eventlog.by_customer import is_by_customer
from ordermine.schema import KINDS

if TYPE_CHECKING:
    import numpy as np

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.step_arrays import StepArrays

NEVER: Final = -1
_GOES_ON: Final = ("restore", "resubmit", "submit", "confirm", "deliver", "invoice")
"""Kinds of steps that show that an order lives on after a rejection or cancellation."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The selected orders in log order; all arrays have their length, events are numbered as in the log's selection."""

    case_no: np.ndarray
    concluded: np.ndarray
    """Event that concluded the order, `NEVER` where it is open."""
    stopped: np.ndarray
    """Rejection, or cancellation by the company, after which the order doesn't go on; `NEVER` where there is none."""
    completed: np.ndarray
    """Concluded by delivery or invoice and not reversed."""
    cancelled_by_customer: np.ndarray


def conclude(log: Log, steps: StepArrays) -> Orders:
    """Return what became of the selected orders.

    An order is concluded when it is first delivered or invoiced, whichever of the two this log records last; or with
    a rejection or a cancellation after which it does not go on. The customer cancelled it where the cancellation is the
    customer's own step or its reason or name says so, or where a contact is the last thing that people did before.
    """
    import numpy as np

    begins = np.flatnonzero(steps.first == np.arange(len(steps.case_no)))
    size = len(begins)
    order_of = np.repeat(np.arange(size), np.diff(np.append(begins, len(steps.case_no))))

    def first_of(at: np.ndarray) -> np.ndarray:
        found = np.full(size, NEVER, dtype=np.int64)
        found[order_of[at][::-1]] = at[::-1]
        return found

    def last_of(at: np.ndarray) -> np.ndarray:
        found = np.full(size, NEVER, dtype=np.int64)
        found[order_of[at]] = at
        return found

    delivered, invoiced = (first_of(np.flatnonzero(steps.is_kind(kind))) for kind in ("deliver", "invoice"))
    fulfilled = _last_milestone(delivered, invoiced)
    stopped = last_of(np.flatnonzero(steps.is_kind("reject", "cancel")))
    going_on = last_of(np.flatnonzero(steps.is_kind(*_GOES_ON)))
    for_good = (stopped != NEVER) & (stopped > going_on)
    cancelled = for_good & (steps.kind[stopped] == KINDS.index("cancel"))
    by_customer = np.zeros(size, dtype=bool)
    by_customer[cancelled] = _asked_to_cancel(log, steps, stopped[cancelled])
    completed = (fulfilled != NEVER) & ~for_good
    by_company = np.where(for_good & ~by_customer, stopped, NEVER)
    concluded = np.where(fulfilled != NEVER, fulfilled, by_company)
    return Orders(steps.case_no[begins], concluded, by_company, completed, by_customer & (fulfilled == NEVER))


def _last_milestone(delivered: np.ndarray, invoiced: np.ndarray) -> np.ndarray:
    """Return the milestone that comes last in most orders with both; the only one that there is otherwise."""
    both = (delivered != NEVER) & (invoiced != NEVER)
    if not both.any():
        return invoiced if (invoiced != NEVER).sum() >= (delivered != NEVER).sum() else delivered
    return invoiced if int((invoiced[both] > delivered[both]).sum()) * 2 >= int(both.sum()) else delivered


def _asked_to_cancel(log: Log, steps: StepArrays, at: np.ndarray) -> np.ndarray:
    import numpy as np
    import pyarrow as pa

    told = log.arrays(["activity", "reason"]).take(pa.array(at)).to_pylist()
    said = [is_by_customer(row["activity"], row["reason"], None, None) is True for row in told]
    asked = steps.by_actor("customer")[at] | np.array(said, dtype=bool)
    person = np.where(steps.by_system, -1, np.arange(len(steps.case_no)))
    before = np.append(-1, np.maximum.accumulate(person)[:-1])[at]
    contact = (before >= steps.first[at]) & steps.is_kind("contact")[np.maximum(before, 0)]
    by_customer: np.ndarray = asked | contact
    return by_customer
