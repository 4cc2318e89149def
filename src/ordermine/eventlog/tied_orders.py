"""The least and the most of each count over every order of events that share a moment, for many cases side by side.

Moment after moment, the states are kept in which a case can be (see `moment_orders`), and for each the least and the
most counts with which it gets there. A moment with too many orders to search becomes a bound: its counts lie between
the least and the most that the numbers of its events allow, and what came before it no longer matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.eventlog.moment_orders import (
    BEFORE,
    COUNTS,
    LAST,
    NONE,
    SEARCHED,
    WIDTH,
    MomentOrders,
    Patterns,
    State,
    least,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

_NOWHERE, _GONE, _FIRST = 0, 1, 2
"""Labels for no visit and for any department that the case won't come back to; those of others begin after them."""

_AT_ONCE = 20_000
"""Cases whose states are kept in memory at a time."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The events of cases by moment and department; an array over (case, moment, department), sorted by them.

    Cases and the moments of a case are numbered from 0 without gaps.
    """

    case: np.ndarray
    moment: np.ndarray
    unit: np.ndarray
    """Code of the department, negative where none is recorded."""
    plain: np.ndarray
    """How many events it has in that moment that are not productive."""
    productive: np.ndarray
    """How many that are."""
    counted: np.ndarray
    """Whether its visits are counted as returns and long loops."""


def least_and_most(moments: Moments) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the most of `COUNTS`, each as an array over (case, count)."""
    import numpy as np

    layout = _lay_out(moments)
    search = MomentOrders(layout.patterns)
    length = np.bincount(layout.case)
    low, high = (np.zeros((len(length), len(COUNTS)), dtype=np.int64) for _ in range(2))
    # Alike in length together, so that few cases have to wait for a long one.
    order = np.argsort(length, kind="stable")
    for start in range(0, len(order), _AT_ONCE):
        chosen = order[start : start + _AT_ONCE]
        found = _walk(layout, search, chosen, length[chosen])
        low[chosen], high[chosen] = np.maximum(found[:, : len(COUNTS)], 0), -found[:, len(COUNTS) :]
    return low, high


@dataclass(frozen=True, slots=True)
class _Layout:
    """Moments as arrays over moments, the departments of each numbered up to `WIDTH`."""

    case: np.ndarray
    first: np.ndarray
    """Per case: its first moment."""
    patterns: Patterns
    pattern: np.ndarray
    """-1 where there are too many orders to search."""
    label: np.ndarray
    """(moment, WIDTH): labels of the departments within the case, -1 for none."""
    left: np.ndarray
    """(moment, WIDTH): the same, but `_GONE` where the department doesn't come again in the case."""
    seen: np.ndarray
    """Departments that the segment has surely seen before, as bits."""
    in_cut: np.ndarray
    """(moment, WIDTH): number of the department in the latest moment with a cut, if that is where it was last."""
    cuts: np.ndarray
    """Whether a moment cuts, and is searched."""
    bounds: np.ndarray
    """(moment, 2 · counts): what a moment that isn't searched adds at least, and at most with a minus."""


def _lay_out(moments: Moments) -> _Layout:
    """Give departments and moments the numbers that the walk needs; find what came before and comes again."""
    import numpy as np

    named = moments.unit >= 0
    width = int(moments.unit.max(initial=0)) + 1
    keys, position = np.unique(moments.case[named] * width + moments.unit[named], return_inverse=True)
    departments = np.bincount(keys // width, minlength=int(moments.case[-1]) + 1)
    label = np.full(len(named), _NOWHERE)
    label[named] = position - (np.cumsum(departments) - departments)[moments.case[named]] + _FIRST

    starts = np.append(True, (moments.case[1:] != moments.case[:-1]) | (moments.moment[1:] != moments.moment[:-1]))
    first = np.flatnonzero(starts)
    of = np.cumsum(starts) - 1
    parts = np.exp2(np.add.reduceat(np.log2((moments.plain + 1) * (moments.productive + 1)), first))
    searched = parts < SEARCHED + 0.5
    nobody = np.zeros(len(first), dtype=np.int64)
    nobody[of[~named]] = moments.plain[~named]
    case = moments.case[first]
    cuts = searched & (nobody > 0)

    # From here on, an entry is a department in a moment.
    entry = np.flatnonzero(named)
    of, label = of[entry], label[entry]
    plain, productive, counted = moments.plain[entry], moments.productive[entry], moments.counted[entry]
    earlier, comes_again = _neighbours(case[of], label, of)
    at = np.arange(len(case))
    latest_cut = np.maximum.accumulate(np.where(cuts, at, -1))
    begin = np.searchsorted(case, np.arange(int(case[-1]) + 1))
    latest_cut = np.append(-1, latest_cut[:-1])
    latest_cut[latest_cut < begin[case]] = -1
    moment_before = np.where(earlier >= 0, of[earlier], -2)
    surely = moment_before > latest_cut[of]

    # Within a moment, departments with like numbers stand in one order, whatever their names.
    looks = (np.minimum(plain, SEARCHED) << 10 | np.minimum(productive, SEARCHED)) << 2 | counted << 1 | surely
    order = np.lexsort((label, -looks, of))
    place = np.empty(len(order), dtype=np.int64)
    number = np.bincount(of, minlength=len(case))
    place[order] = np.arange(len(order)) - np.repeat(np.cumsum(number) - number, number)
    kept = searched[of]
    cell = of[kept], place[kept]

    def by_place(values: np.ndarray, otherwise: int) -> np.ndarray:
        table = np.full((len(case), WIDTH), otherwise, dtype=np.int32)
        table[cell] = values[kept]
        return table

    in_cut = np.where((moment_before >= 0) & (moment_before == latest_cut[of]), place[earlier], -1)
    items = np.concatenate([by_place(plain, 0), by_place(productive, 0), np.where(cuts, nobody, 0)[:, None]], axis=1)
    is_counted = by_place(counted, 0)
    pattern, example = _alike([*items.T, *is_counted.T])
    return _Layout(
        case,
        begin,
        Patterns(items[example].astype(np.int64), is_counted[example].astype(bool)),
        np.where(searched, pattern, -1),
        by_place(label, -1),
        by_place(np.where(comes_again, label, _GONE), -1),
        (by_place(surely, 0) << np.arange(WIDTH)).sum(axis=1),
        by_place(in_cut, -1),
        cuts,
        _bounds(searched, of, np.stack([plain + productive, counted, earlier >= 0]), nobody, departments[case]),
    )


def _neighbours(case: np.ndarray, label: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each entry the entry of its department before it in the case (-1: none), and whether one follows."""
    import numpy as np

    order = np.lexsort((of, label, case))
    same = (case[order[1:]] == case[order[:-1]]) & (label[order[1:]] == label[order[:-1]])
    earlier, follows = np.full(len(order), -1), np.zeros(len(order), dtype=bool)
    earlier[order[1:][same]] = order[:-1][same]
    follows[order[:-1][same]] = True
    return earlier, follows


def _alike(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each row, the same for rows that are the same in all columns, and a row for each number."""
    import numpy as np

    number = np.zeros(len(columns[0]), dtype=np.int64)
    example = number[:1]
    for column in columns:
        if column.any():
            _, example, number = np.unique(
                number * (int(column.max()) + 1) + column, return_index=True, return_inverse=True
            )
    return number, example


def _bounds(
    searched: np.ndarray, of: np.ndarray, entries: np.ndarray, nobody: np.ndarray, departments: np.ndarray
) -> np.ndarray:
    """Return what moments that aren't searched add at least, and at most with a minus.

    A department with n of m events is visited at most min(n, m − n + 1) times. Its first visit in the moment is a
    return only if it was among the two visited last before, and a long loop only if the case has seen it before.

    After the moment, nothing is known of the last visits. The walk goes on as if the case wouldn't come back to them,
    which is wrong for two visits at most: the first may go on with the visit before it, or be a return, and so may the
    second. Such a return joins rallies on both sides into one, or makes one. If the moment cuts, the walk also takes
    departments for seen by the segment that may not be.
    """
    import numpy as np

    size, counted, seen = entries
    events = np.bincount(of, size, len(searched)) + nobody
    visits = np.minimum(size, events[of] - size + 1)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(of, values, len(searched))

    units = np.bincount(of, minlength=len(searched))
    again, again_counted = total(visits - 1), total((visits - 1) * counted)
    returns = again_counted + np.minimum(2, total(counted))
    low = np.stack(
        [
            np.maximum(units - 1 - nobody, 0) - 1,
            np.zeros(len(searched)),
            np.zeros(len(searched)),
            np.full(len(searched), -1),
            np.where(nobody > 0, -2 - departments, -2),
        ],
        axis=1,
    )
    high = np.stack(
        [
            total(visits),
            returns + 2,
            returns + 2,
            (again + np.minimum(2, units) + 1) // 2 + 1,
            total((visits - 1 + seen) * counted),
        ],
        axis=1,
    )
    bounds: np.ndarray = np.where(searched[:, None], 0, np.concatenate([low, -high], axis=1)).astype(np.int64)
    return bounds


def _walk(layout: _Layout, search: MomentOrders, chosen: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Go through the moments of some cases side by side, sorted by length; return the bests over their last states."""
    import numpy as np

    bits = max(int(layout.label.max(initial=0)), _FIRST).bit_length()
    result = np.zeros((len(chosen), 2 * len(COUNTS)), dtype=np.int64)
    row = np.arange(len(chosen))
    nothing = np.zeros(len(chosen), dtype=np.int64)
    state = State(nothing, nothing, nothing, nothing, nothing)
    value = np.zeros((len(chosen), 2 * len(COUNTS)), dtype=np.int32)
    for step in range(int(length.max())):
        at = layout.first[chosen[row]] + step
        is_searched = layout.pattern[at] >= 0
        parts = [_searched(layout, search, at, row, state, value, is_searched)]
        if not is_searched.all():
            parts.append(_crowded(layout, at, row, state, value, ~is_searched))
        key = np.concatenate([_key(after_row, after, bits) for after_row, after, _ in parts])
        key, value = least(key, np.concatenate([after_value for *_, after_value in parts]))
        row, state = _unkey(key, bits)
        ends = length[row] == step + 1
        if ends.any():
            result_row, best = least(row[ends], value[ends])
            result[result_row] = best
            row, value = row[~ends], value[~ends]
            state = _taken(state, ~ends)
    return result


def _searched(
    layout: _Layout,
    search: MomentOrders,
    at: np.ndarray,
    row: np.ndarray,
    state: State,
    value: np.ndarray,
    chosen: np.ndarray,
) -> tuple[np.ndarray, State, np.ndarray]:
    """Take states through moments whose orders are all searched; departments are labels, `seen` is of the latest cut.

    Returns
    -------
    tuple
        Row, state and value of everything that can follow.
    """
    import numpy as np

    at, row, state, value = at[chosen], row[chosen], _taken(state, chosen), value[chosen]
    label, left, in_cut = layout.label[at], layout.left[at], layout.in_cut[at]

    def relative(visited: np.ndarray, otherwise: int) -> np.ndarray:
        same = label == visited[:, None]
        return np.where(visited == _NOWHERE, NONE, np.where(same.any(axis=1), same.argmax(axis=1), otherwise))

    seen, kept = layout.seen[at], state.seen
    if kept.any():
        bit = np.where(in_cut >= 0, 1 << np.maximum(in_cut, 0), 0)
        seen = seen | ((kept[:, None] & bit != 0) << np.arange(WIDTH)).sum(axis=1)
        # Their departments are surely seen from here on.
        kept = kept & ~bit.sum(axis=1)
    source, after, cost = search.through(
        layout.pattern[at],
        State(relative(state.before, BEFORE), relative(state.last, LAST), state.run, state.productive, seen),
    )
    # In the order of NONE, BEFORE and LAST.
    outside = np.stack([np.full(len(at), _NOWHERE), state.before, state.last], axis=1)
    name = np.concatenate([left, outside], axis=1)
    before, last = name[source, after.before], name[source, after.last]
    comes_again = ((left >= _FIRST) << np.arange(WIDTH)).sum(axis=1)
    kept = np.where(layout.cuts[at][source], after.seen & comes_again[source], kept[source])
    # Without a return to come, neither the returns so far matter nor what the last visit did.
    ahead = before >= _FIRST
    following = State(before, last, after.run * ahead, after.productive * ahead, kept)
    return row[source], following, value[source] + cost


def _crowded(
    layout: _Layout, at: np.ndarray, row: np.ndarray, state: State, value: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, State, np.ndarray]:
    """Take states through moments that are bounded only; returns as `_searched` does."""
    import numpy as np

    row, seen = row[chosen], state.seen[chosen]
    gone, nothing = np.full_like(row, _GONE), np.zeros_like(row)
    return row, State(gone, gone, nothing, nothing, seen), value[chosen] + layout.bounds[at[chosen]].astype(np.int32)


def _taken(state: State, chosen: np.ndarray) -> State:
    return State(
        state.before[chosen], state.last[chosen], state.run[chosen], state.productive[chosen], state.seen[chosen]
    )


def _key(row: np.ndarray, state: State, bits: int) -> np.ndarray:
    """Return one number for row and state; labels have so many bits."""
    visits = (row << bits | state.before) << bits | state.last
    key: np.ndarray = ((visits << 2 | state.run) << 1 | state.productive) << WIDTH | state.seen
    return key


def _unkey(key: np.ndarray, bits: int) -> tuple[np.ndarray, State]:
    """Undo `_key`."""
    above = key >> WIDTH
    visits, mask = above >> 3, (1 << bits) - 1
    state = State(visits >> bits & mask, visits & mask, above >> 1 & 3, above & 1, key & ((1 << WIDTH) - 1))
    return visits >> 2 * bits, state
