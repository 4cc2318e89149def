"""How many returns a case has over all orders that its equal timestamps allow (section 7 of the design).

Events of a case that share a timestamp may have happened in any order. Where they are of different departments, the
number of returns depends on it. Only a stretch around such events can change: two visits whose order is known tell all
that later returns need. Such stretches are cut out and searched on their own, see `tied_orders`: exactly for up to
eight events at a time; for more there may be a range that is only sure to contain the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.eventlog.scan import scan
from ordermine.eventlog.tied_orders import Moments, least_and_most
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

NOBODY = -1
"""Code of a department that is not recorded."""

_FIXED = 2
"""Visits in known order after which nothing before matters any more."""


def find_return_ranges(log: Log, level: str = "department") -> pa.Table:
    """Return the cases whose number of returns depends on the order of equal timestamps, in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``returns`` (in the order of the export), ``low``, ``high``.

    Raises
    ------
    UsageError
        There is no such column.
    """
    import numpy as np
    import pyarrow as pa

    if level not in log.columns:
        raise UsageError(f"no column {level!r} for --level", hint=near(level, log.columns))
    columns = list(dict.fromkeys(["case_no", "timestamp", "actor_type", level]))
    parts = list(scan(log, columns, lambda table: return_ranges(*_people_at_work(table, level))))
    names = ("case_no", "returns", "low", "high")
    return pa.table({name: np.concatenate([part[at] for part in parts]) for at, name in enumerate(names)})


def _people_at_work(table: pa.Table, level: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return department code, case and instant of the events that aren't by systems."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.column(level).combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    unit = np.asarray(pc.fill_null(column.indices, NOBODY)).astype(np.int64)
    case = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    actor = table.column("actor_type").combine_chunks()
    system = np.array([value in SYSTEM_ACTORS for value in actor.dictionary.to_pylist()] + [False])
    if system.any():
        keep = ~system[np.asarray(pc.fill_null(actor.indices, len(system) - 1))]
        unit, case, stamp = unit[keep], case[keep], stamp[keep]
    return unit, case, stamp


def return_ranges(
    unit: np.ndarray, case: np.ndarray, stamp: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return case, returns in the order given, least and most returns, of the cases whose returns can vary.

    Parameters
    ----------
    unit
        Department of each event as a code from 0, `NOBODY` where not recorded.
    case, stamp
        Case and instant of each event; cases in one piece, in order of time.
    """
    import numpy as np

    empty = np.zeros(0, dtype=np.int64)
    if len(unit) < 2:
        return case[:0], empty, empty, empty
    group, is_open = _open_moments(unit, case, stamp)
    if not is_open.any():
        return case[:0], empty, empty, empty
    # Cases without such a moment don't matter from here on.
    kept = np.isin(case, np.unique(case[is_open]))
    unit, case, group, is_open = unit[kept], case[kept], group[kept], is_open[kept]
    found = _return_marks(unit, case)
    sorted_unit = unit[np.lexsort((unit, group))]

    # Steps: an open event each, or a run of fixed events of one department.
    new_case = np.append(True, case[1:] != case[:-1])
    merges = np.append(False, ~is_open[1:] & ~is_open[:-1] & (unit[1:] == unit[:-1])) & ~new_case
    first = np.flatnonzero(~merges)
    step_unit, step_case, step_open, step_group = sorted_unit[first], case[first], is_open[first], group[first]
    last_event = np.append(first[1:], len(unit)) - 1
    total = np.append(0, np.cumsum(found))

    begin, end = _stretches(step_unit, step_case, step_open)
    lead, tail = _with_neighbours(begin, end, step_case, step_open)
    actual = total[last_event[tail - 1] + 1] - total[first[begin]]
    low, high = least_and_most(_moments(step_unit, step_open, step_group, lead, tail), len(lead))

    numbers, of = np.unique(step_case[begin], return_inverse=True)
    returns = np.bincount(np.searchsorted(numbers, case), found, len(numbers)).astype(np.int64)
    lows = returns + np.bincount(of, low - actual, len(numbers)).astype(np.int64)
    highs = returns + np.bincount(of, high - actual, len(numbers)).astype(np.int64)
    vary = lows < highs
    return numbers[vary], returns[vary], lows[vary], highs[vary]


def _open_moments(unit: np.ndarray, case: np.ndarray, stamp: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each event's moment, and whether events of different departments share it."""
    import numpy as np

    together = (case[1:] == case[:-1]) & (stamp[1:] == stamp[:-1])
    group = np.append(0, np.cumsum(~together))
    mixed = group[1:][together & (unit[1:] != unit[:-1])]
    is_mixed = np.zeros(int(group[-1]) + 1, dtype=bool)
    is_mixed[mixed] = True
    return group, is_mixed[group]


def _return_marks(unit: np.ndarray, case: np.ndarray) -> np.ndarray:
    """Return which events begin a visit that is a return, in the order given."""
    import numpy as np

    marks = np.zeros(len(unit), dtype=bool)
    first = np.flatnonzero(np.append(True, (unit[1:] != unit[:-1]) | (case[1:] != case[:-1])))
    visited, of = unit[first], case[first]
    marks[first[2:]] = (
        (visited[2:] == visited[:-2]) & (of[2:] == of[:-2]) & (visited[2:] != NOBODY) & (visited[1:-1] != NOBODY)
    )
    return marks


def _stretches(unit: np.ndarray, case: np.ndarray, is_open: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where stretches of open steps begin and end that too few fixed steps separate to be independent."""
    import numpy as np

    at = np.flatnonzero(is_open)
    fixed_between = np.diff(at) - 1
    cuts = np.append(0, np.cumsum(~is_open & (unit == NOBODY)))
    cut_between = cuts[at[1:]] > cuts[at[:-1]]
    apart = (fixed_between >= _FIXED) | cut_between | (case[at[1:]] != case[at[:-1]])
    return at[np.append(True, apart)], at[np.append(apart, True)] + 1


def _with_neighbours(
    begin: np.ndarray, end: np.ndarray, case: np.ndarray, is_open: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Widen the stretches by the fixed steps that decide what happens at their edges."""
    import numpy as np

    size = len(case)
    lead, tail = begin.copy(), end.copy()
    going, on = np.ones(len(begin), dtype=bool), np.ones(len(begin), dtype=bool)
    for _ in range(_FIXED):
        before = np.maximum(lead - 1, 0)
        going &= (lead > 0) & (case[before] == case[begin]) & ~is_open[before]
        lead = np.where(going, before, lead)
        after = np.minimum(tail, size - 1)
        on &= (tail < size) & (case[after] == case[begin]) & ~is_open[after]
        tail = np.where(on, tail + 1, tail)
    return lead, tail


def _moments(unit: np.ndarray, is_open: np.ndarray, group: np.ndarray, lead: np.ndarray, tail: np.ndarray) -> Moments:
    """Return the moments of the stretches: an open one with all its departments, a fixed step each for itself."""
    import numpy as np

    lengths = tail - lead
    starts = np.append(0, np.cumsum(lengths)[:-1])
    stretch = np.repeat(np.arange(len(lead)), lengths)
    at = np.repeat(lead, lengths) + np.arange(int(lengths.sum())) - np.repeat(starts, lengths)
    same = np.append(False, (stretch[1:] == stretch[:-1]) & is_open[at[1:]] & (group[at[1:]] == group[at[:-1]]))
    begins = np.cumsum(~same)
    moment = begins - begins[starts][stretch]
    # Within a moment, events are sorted by department.
    first = np.flatnonzero(~(same & np.append(False, unit[at[1:]] == unit[at[:-1]])))
    count = np.diff(np.append(first, len(at)))
    return Moments(stretch[first], moment[first], unit[at][first], count)
