"""The five signals that an order was not right the first time, and whether a log can show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.ftr.orders import NEVER, Orders
from ordermine.analyze.origin.errors import CLASSES, Errors
from ordermine.analyze.outcome.resubmission_seen import resubmission_is_seen
from ordermine.eventlog.resubmissions import link_resubmissions

if TYPE_CHECKING:
    import numpy as np

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.step_arrays import StepArrays

SIGNALS: Final = ("correction", "re_entry", "credit", "contact", "exception")
DEFAULT_SHARE: Final = 0.5
"""A block that more of the orders get is a default, not an exception."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Events by which it shows that an order was not right."""

    events: dict[str, np.ndarray]
    """Signal → events, ascending."""
    observable: dict[str, bool]
    """Signal → whether the log could show it."""


def find_signals(log: Log, steps: StepArrays, orders: Orders, errors: Errors | None) -> Signals:
    """Return the signals of the selected orders.

    * **correction**: an error, as in `origins`; seen where fields and their values are recorded;
    * **re_entry**: the order was resubmitted, or it stands for one that was rejected, or cancelled by the company, for
      good (linked by reference, else by similarity, see `link_resubmissions`); seen where there are resubmissions, or
      where there are rejections or cancellations and what links orders. The order that it stands for needs no signal:
      it isn't completed. Where filters leave that one out, the signal is not seen;
    * **credit**: a credit adjustment;
    * **contact**: a complaint;
    * **exception**: a block that neither a system nor more than half of the orders get, a return.

    The last three are seen where any step of the log has that meaning.

    Parameters
    ----------
    log, steps, orders
        An open log, its steps and what became of its orders.
    errors
        Its errors; None where they can't be traced.
    """
    import numpy as np

    known = steps.kinds_known
    corrections = np.zeros(0, dtype=np.int64)
    if errors is not None:
        corrections = np.unique(errors.detected[errors.kind == CLASSES.index("error")])
    blocks = _blocks(steps)
    events = {
        "correction": corrections,
        "re_entry": np.union1d(np.flatnonzero(steps.is_kind("resubmit")), _entered_anew(log, steps, orders)),
        "credit": np.flatnonzero(steps.is_kind("credit")),
        "contact": np.flatnonzero(steps.is_kind("complaint")),
        "exception": np.union1d(blocks, np.flatnonzero(steps.is_kind("return"))),
    }
    observable = {
        "correction": errors is not None,
        "re_entry": "resubmit" in known or (bool({"reject", "cancel"} & known) and resubmission_is_seen(log)),
        "credit": "credit" in known,
        "contact": "complaint" in known,
        "exception": bool({"block", "return"} & known),
    }
    return Signals(events, observable)


def _blocks(steps: StepArrays) -> np.ndarray:
    import numpy as np

    at = np.flatnonzero(steps.is_kind("block") & ~steps.by_system)
    orders = int((steps.first == np.arange(len(steps.first))).sum())
    for activity in np.unique(steps.activity[at]).tolist():
        of_activity = steps.activity[at] == activity
        if len(np.unique(steps.case_no[at[of_activity]])) > DEFAULT_SHARE * orders:
            at = at[~of_activity]
    return at


def _entered_anew(log: Log, steps: StepArrays, orders: Orders) -> np.ndarray:
    """Return the first events of the orders that stand for one that the company rejected or cancelled for good."""
    import numpy as np

    stopped = orders.stopped[orders.stopped != NEVER]
    links = link_resubmissions(
        log, dict(zip(steps.case_no[stopped].tolist(), steps.stamp[stopped].tolist(), strict=True))
    )
    # The new order itself may be filtered out.
    new = np.array(sorted(link.new for link in links.values()), dtype=np.int64)
    return np.searchsorted(steps.case_no, new[np.isin(new, orders.case_no)])
