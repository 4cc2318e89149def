"""The five signals that an order was not right the first time, and whether a log can show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.origin.errors import CLASSES, Errors

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


def find_signals(log: Log, steps: StepArrays, errors: Errors | None) -> Signals:
    """Return the signals of the selected orders.

    * **correction**: an error, as in `origins`; seen where fields and their values are recorded;
    * **re_entry**: the order was entered anew: a resubmission, or a reference between it and a rejected or cancelled
      order; seen where there are resubmissions or references;
    * **credit**: a credit adjustment;
    * **contact**: a complaint;
    * **exception**: a block that neither a system nor more than half of the orders get, a return.

    The last three are seen where any step of the log has that meaning.

    Parameters
    ----------
    log, steps
        An open log and its steps.
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
        "re_entry": np.union1d(np.flatnonzero(steps.is_kind("resubmit")), _referred(log, steps)),
        "credit": np.flatnonzero(steps.is_kind("credit")),
        "contact": np.flatnonzero(steps.is_kind("complaint")),
        "exception": np.union1d(blocks, np.flatnonzero(steps.is_kind("return"))),
    }
    observable = {
        "correction": errors is not None,
        "re_entry": "resubmit" in known or "reference" in log.recorded,
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


def _referred(log: Log, steps: StepArrays) -> np.ndarray:
    """Return the events that refer to a rejected or cancelled order, and the last stop of the orders referred to."""
    import numpy as np

    if "reference" not in log.recorded:
        return np.zeros(0, dtype=np.int64)
    stops = np.flatnonzero(steps.is_kind("reject", "cancel"))
    last = dict(zip(steps.case_no[stops].tolist(), stops.tolist(), strict=True))
    pairs = log.rows(
        """
        SELECT e.case_no, e.seq, c.case_no
        FROM events e JOIN all_cases c ON e.reference = c.case_id
        WHERE e.reference IS NOT NULL AND c.case_no <> e.case_no ORDER BY ALL
        """
    )
    found = set()
    for case, seq, other in pairs:
        if other in last:
            first = int(np.searchsorted(steps.case_no, case))
            found |= {first + seq - 1, last[other]}
    return np.array(sorted(found), dtype=np.int64)
