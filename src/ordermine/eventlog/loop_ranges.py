"""How often steps are repeated at once in an order, in the order of the export and in every order that ties allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

_NEVER = 1 << 40
"""More repetitions than any order has: stands for an arrangement that doesn't exist."""


def find_loop_ranges(log: Log) -> pa.Table:
    """Return one row per order and activity that recurs in it, sorted by both.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``activity``, ``recurrences`` (times beyond the first), ``immediate`` (of these, directly after the
        same activity), ``immediate_low`` and ``immediate_high``: the least and the most over all orders of events that
        share their time. Both are exact, whatever the number of tied events.
    """
    import numpy as np
    import pyarrow as pa

    table = log.arrays(["case_no", "activity", "timestamp", "occurrence"])
    case = np.asarray(table.column("case_no").combine_chunks()).astype(np.int64)
    activity = table.column("activity").combine_chunks()
    code = np.asarray(activity.indices).astype(np.int64)
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    again = np.asarray(table.column("occurrence").combine_chunks()) > 1
    width = int(code.max(initial=0)) + 1
    step = case * width + code
    steps, recurrences = np.unique(step[again], return_counts=True)
    at_once = np.flatnonzero(again)
    at_once = at_once[step[at_once] == step[at_once - 1]]
    immediate = np.bincount(np.searchsorted(steps, step[at_once]), minlength=len(steps))
    new_moment = np.append(True, (case[1:] != case[:-1]) | (stamp[1:] != stamp[:-1]))[: len(case)]
    moment = np.cumsum(new_moment) - 1
    size = np.bincount(moment) if len(moment) else np.zeros(0, dtype=np.int64)
    tied_cases = np.unique(case[size[moment] > 1])
    at = np.flatnonzero(np.isin(case, tied_cases))
    at = at[np.isin(step[at], steps)]
    low, high = immediate.copy(), immediate.copy()
    if len(at):
        ranged, least, most = _ranges(step[at], moment[at], size)
        place = np.searchsorted(steps, ranged)
        low[place], high[place] = least, most
    return pa.table(
        {
            "case_no": steps // width,
            "activity": activity.dictionary.take(pa.array(steps % width)),
            "recurrences": recurrences,
            "immediate": immediate,
            "immediate_low": low,
            "immediate_high": high,
        }
    )


def _ranges(step: np.ndarray, moment: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the steps, and the least and most immediate repetitions of each.

    A moment holds `count` events of the step and `others`. What matters of an arrangement within it is whether it
    begins and whether it ends with the step: then it may meet the step at the end of the moment before or the
    beginning of the next. Moment after moment, the least and the most so far are kept for either way to end.
    """
    import numpy as np

    order = np.lexsort((moment, step))
    step, moment = step[order], moment[order]
    first = np.flatnonzero(np.append(True, (step[1:] != step[:-1]) | (moment[1:] != moment[:-1])))
    count = np.diff(np.append(first, len(step)))
    step, moment = step[first], moment[first]
    others = size[moment] - count
    follows = np.append(False, (step[1:] == step[:-1]) & (moment[1:] == moment[:-1] + 1))
    starts = np.flatnonzero(~follows)
    position = np.arange(len(step)) - np.repeat(starts, np.diff(np.append(starts, len(step))))
    least = np.full((2, len(step)), _NEVER)
    most = np.full((2, len(step)), -_NEVER)
    for place in range(int(position.max()) + 1):
        now = np.flatnonzero(position == place)
        for begins in (0, 1):
            if place:
                met = np.array([[0], [begins]])
                so_far = (least[:, now - 1] + met).min(axis=0), (most[:, now - 1] + met).max(axis=0)
            else:
                so_far = np.zeros(len(now), dtype=np.int64), np.zeros(len(now), dtype=np.int64)
            for ends in (0, 1):
                fewest, most_inside, exists = _inside(count[now], others[now], begins, ends)
                least[ends, now] = np.where(exists, np.minimum(least[ends, now], so_far[0] + fewest), least[ends, now])
                most[ends, now] = np.where(
                    exists, np.maximum(most[ends, now], so_far[1] + most_inside), most[ends, now]
                )
    closing = np.append(~follows[1:], True)
    steps, where = np.unique(step[closing], return_inverse=True)
    low, high = np.zeros(len(steps), dtype=np.int64), np.zeros(len(steps), dtype=np.int64)
    np.add.at(low, where, least[:, closing].min(axis=0))
    np.add.at(high, where, most[:, closing].max(axis=0))
    return steps, low, high


def _inside(count: np.ndarray, others: np.ndarray, begins: int, ends: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the least and most repetitions within moments arranged in one way, and where that way exists.

    The others leave ``others - 1`` gaps between them, and one more at each end that the step may take; each gap that is
    taken makes one block of the step, and a block of k events repeats it k - 1 times.
    """
    import numpy as np

    gaps = others - 1 + begins + ends
    alone = others == 0
    blocks_most = np.where(alone, 1, np.minimum(count, gaps))
    blocks_least = np.where(alone, 1, max(begins + ends, 1))
    exists = np.where(alone, begins + ends == 2, (gaps >= 1) & (count >= begins + ends))
    return count - blocks_most, count - blocks_least, exists
