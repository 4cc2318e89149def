"""Recurrences: events whose activity has occurred in their case before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.eventlog.log import Log


def find_recurrences(log: Log) -> pa.Table:
    """Return one row per recurrence, in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``seq``, ``activity``, ``occurrence`` (from 2), ``immediate`` (directly after an event of the same
        activity), ``resource`` and ``first_resource`` (of the activity's first event in the case; null where not
        recorded), ``first_seq``.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = log.arrays(["case_no", "seq", "activity", "occurrence", "resource"])
    case, seq, occurrence = (
        np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "seq", "occurrence")
    )
    activity = table.column("activity").combine_chunks()
    codes = np.asarray(pc.fill_null(activity.indices, -1))
    resource = table.column("resource").combine_chunks()
    at = np.flatnonzero(occurrence > 1)
    immediate = (codes[at] == codes[at - 1]) & (case[at] == case[at - 1])
    # The first event of the same activity: within (case, activity), sorted by position, it is the group's first.
    group = case.astype(np.int64) * (int(codes.max(initial=0)) + 1) + codes
    firsts = np.flatnonzero(occurrence == 1)
    order = np.argsort(group[firsts], kind="stable")
    first = firsts[order][np.searchsorted(group[firsts][order], group[at])]
    return pa.table(
        {
            "case_no": case[at],
            "seq": seq[at],
            "activity": activity.take(pa.array(at)),
            "occurrence": occurrence[at],
            "immediate": immediate,
            "resource": resource.take(pa.array(at)),
            "first_resource": resource.take(pa.array(first)),
            "first_seq": seq[first],
        }
    )
