"""How long orders wait before each step and at each handoff: elapsed, and in working time where there is a calendar.

Times are whole microseconds, so that sums don't depend on the order in which they are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.visits import find_visits
from ordermine.eventlog.working_time import working_time

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log


def find_step_waits(log: Log) -> pa.Table:
    """Return one row per event that has one before it in its order, in log order.

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
    opening = np.repeat(code[begins], np.diff(np.append(np.flatnonzero(begins), len(case))))
    first = occurrence[at] == 1 + (code[at] == opening[at])
    work = pa.nulls(len(at), pa.int64())
    if starts:
        began = table.column("start_timestamp").combine_chunks().cast(pa.int64()).take(pa.array(at))
        work = pc.subtract(pa.array(stamp[at]), began)
    return pa.table(
        {
            "case_no": case[at],
            "activity": table.column("activity").combine_chunks().take(pa.array(at)),
            "wait_us": stamp[at] - stamp[at - 1],
            "working_us": _working(log, stamp[at - 1], stamp[at]),
            "first_in_case": first,
            "work_us": work,
        }
    )


def find_handoff_waits(log: Log, level: str = "department") -> pa.Table:
    """Return one row per handoff, in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``source``, ``target``, ``wait_us`` (from the last event of the one to the first of the other),
        ``working_us`` (of it in working time; null without a calendar), ``first_in_case`` (of this pair in its order).
    """
    import numpy as np
    import pyarrow as pa

    visits = find_visits(log, level)
    at = visits.handoffs()
    names = pa.array(visits.names, pa.string())
    pair = visits.unit[at].astype(np.int64) * max(len(visits.names), 1) + visits.unit[at + 1]

    def named(units: np.ndarray) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(units.astype(np.int32)), names)

    return pa.table(
        {
            "case_no": visits.case_no[at],
            "source": named(visits.unit[at]),
            "target": named(visits.unit[at + 1]),
            "wait_us": visits.start[at + 1] - visits.end[at],
            "working_us": _working(log, visits.end[at], visits.start[at + 1]),
            "first_in_case": visits.first_in_case(pair, at),
        }
    )


def _working(log: Log, start: np.ndarray, end: np.ndarray) -> pa.Array:
    import pyarrow as pa

    calendar = working_time(log)
    return pa.nulls(len(start), pa.int64()) if calendar is None else pa.array(calendar.between(start, end))
