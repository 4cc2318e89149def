"""How long orders wait before each step and at each handoff: elapsed, and in working time where there is a calendar.

Times are whole microseconds, so that sums don't depend on the order in which they are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.visits import find_handoffs
from ordermine.eventlog.working_time import working_time
from ordermine.placeholders import is_placeholder

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log


def find_step_waits(log: Log) -> pa.Table:
    """Return one row per event that has one before it in its order, in log order; none where a time is a placeholder.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``activity``, ``wait_us`` (since the event before), ``working_us`` (of it in working time; null
        without a calendar), ``first_in_case`` (of this activity in its order), ``work_us`` (from the start of the event
        to its end; null where no start is recorded).
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    starts = ["start_timestamp"] if "start_timestamp" in log.recorded else []
    table = log.arrays(["case_no", "activity", "timestamp", "occurrence", *starts])
    case = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    occurrence = np.asarray(table.column("occurrence").combine_chunks())
    begins = np.append(True, case[1:] != case[:-1])[: len(case)]
    at = np.flatnonzero(~begins)
    code = np.asarray(table.column("activity").combine_chunks().indices)
    # The step with which an order opens has nothing before it, so that its second time is its first here.
    opening = code[begins][np.cumsum(begins)[at] - 1]
    first = occurrence[at] == 1 + (code[at] == opening)
    work = pa.nulls(len(at), pa.int64())
    if starts:
        began = table.column("start_timestamp").combine_chunks().cast(pa.int64()).take(pa.array(at))
        work = pc.subtract(pa.array(stamp[at]), began)
    found = pa.table(
        {
            "case_no": case[at],
            "activity": table.column("activity").combine_chunks().take(pa.array(at)),
            "wait_us": stamp[at] - stamp[at - 1],
            "working_us": _working(log, stamp[at - 1], stamp[at]),
            "first_in_case": first,
            "work_us": work,
        }
    )
    return _timed(found, stamp[at - 1], stamp[at])


def find_handoff_waits(log: Log, level: str = "department") -> pa.Table:
    """Return one row per handoff, in log order; none where a time is a placeholder.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``source``, ``target``, ``wait_us`` (from the last event of the one to the first of the other),
        ``working_us`` (of it in working time; null without a calendar), ``first_in_case`` (of this pair in its order).
    """
    import numpy as np

    handoffs = find_handoffs(log, level)
    left, start = (np.asarray(handoffs.column(name).combine_chunks()) for name in ("left_us", "start_us"))
    kept = handoffs.select(["case_no", "source", "target", "wait_us", "first_in_case"])
    return _timed(kept.append_column("working_us", _working(log, left, start)), left, start)


def _timed(waits: pa.Table, start: np.ndarray, end: np.ndarray) -> pa.Table:
    """Return the waits whose beginning and end can be meant."""
    import pyarrow as pa

    vague = is_placeholder(start) | is_placeholder(end)
    return waits.filter(pa.array(~vague)) if vague.any() else waits


def _working(log: Log, start: np.ndarray, end: np.ndarray) -> pa.Array:
    import pyarrow as pa

    calendar = working_time(log)
    return pa.nulls(len(start), pa.int64()) if calendar is None else pa.array(calendar.between(start, end))
