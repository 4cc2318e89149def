"""The least and the most returns over every order of events that share a moment: a search over pairs of departments.

What was visited last and last but one is all that decides whether the next visit is a return. So for each such pair the
least and the most returns so far are kept, moment after moment, for many stretches of events side by side. How a moment
changes them depends only on how often each department occurs in it and on whether the pair occurs in it; this is worked
out once for each pattern of counts, by going through all parts of the moment.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    import numpy as np

    Pattern: TypeAlias = tuple[int, ...]
    """How often no department is recorded in a moment, then how often each department occurs in it, falling."""

SEARCHED = 256
"""Parts of a moment up to which all orders are searched: 8 events never have more."""

_NEVER = 10_000
"""Stands for what can't be reached; more returns than any stretch has."""

_AT_ONCE = 20_000
"""Stretches whose pairs are kept in memory at a time."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments of stretches, as arrays over (stretch, moment, department); sorted by stretch and moment."""

    stretch: np.ndarray
    moment: np.ndarray
    """Number of the moment in its stretch, from 0."""
    unit: np.ndarray
    """Code of the department, negative where none is recorded."""
    count: np.ndarray
    """How many events it has in that moment."""


def least_and_most(moments: Moments, stretches: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the most returns of each stretch; a stretch begins without a visit before it."""
    import numpy as np

    low, high = np.zeros(stretches, dtype=np.int64), np.zeros(stretches, dtype=np.int64)
    label, labels = _local_labels(moments, stretches)
    # Alike in size together, so that small stretches don't carry the pairs of large ones.
    size = np.ceil(np.log2(np.maximum(labels, 2))).astype(np.int64)
    by_size = np.argsort(size, kind="stable")
    for _, group in itertools.groupby(by_size.tolist(), key=lambda one: int(size[one])):
        members = np.array(list(group))
        for start in range(0, len(members), _AT_ONCE):
            chosen = members[start : start + _AT_ONCE]
            low[chosen], high[chosen] = _search(moments, label, chosen, stretches, int(labels[chosen].max()))
    return low, high


def _local_labels(moments: Moments, stretches: int) -> tuple[np.ndarray, np.ndarray]:
    """Return departments numbered within their stretch (-1 for none), and how many each stretch has."""
    import numpy as np

    label = np.full(len(moments.unit), -1, dtype=np.int64)
    named = np.flatnonzero(moments.unit >= 0)
    key = moments.stretch[named] * (int(moments.unit.max(initial=0)) + 1) + moments.unit[named]
    distinct, position = np.unique(key, return_inverse=True)
    of = distinct // (int(moments.unit.max(initial=0)) + 1)
    first = np.searchsorted(of, np.arange(stretches))
    label[named] = position - first[moments.stretch[named]]
    return label, np.bincount(of, minlength=stretches)


def _search(
    moments: Moments, label: np.ndarray, chosen: np.ndarray, stretches: int, labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Go through the moments of some stretches side by side."""
    import numpy as np

    row_of = np.full(stretches, -1)
    row_of[chosen] = np.arange(len(chosen))
    mine = np.flatnonzero(row_of[moments.stretch] >= 0)
    row, moment = row_of[moments.stretch[mine]], moments.moment[mine]
    order = np.lexsort((label[mine], -moments.count[mine], label[mine] >= 0, row, moment))
    row, moment, unit, count = row[order], moment[order], label[mine][order], moments.count[mine][order]

    # Least and minus most, so that both are looked for as a minimum.
    least = np.full((len(chosen), labels + 1, labels + 1), _NEVER, dtype=np.int16)
    least[:, labels, labels] = 0
    most = least.copy()
    for here in np.split(np.arange(len(row)), np.flatnonzero(np.diff(moment)) + 1):
        for pattern, rows, units in _by_pattern(row[here], unit[here], count[here]):
            for best, sign in ((least, 1), (most, -1)):
                if prod(times + 1 for times in pattern) > SEARCHED:
                    best[rows] = _beyond(best[rows], units, pattern, sign)
                elif pattern[0] == 0 and len(pattern) == 2:
                    best[rows] = _one_visit(best[rows], units[:, 0], sign)
                else:
                    best[rows] = _through(best[rows], units, pattern, sign)
    return least.min(axis=(1, 2)), -most.min(axis=(1, 2))


def _by_pattern(
    row: np.ndarray, unit: np.ndarray, count: np.ndarray
) -> Iterator[tuple[Pattern, np.ndarray, np.ndarray]]:
    """Yield the stretches at one moment by pattern: pattern, rows, departments of the pattern's counts."""
    import numpy as np

    first = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    length = np.diff(np.append(first, len(row)))
    width = int(length.max())
    place = np.arange(len(row)) - np.repeat(first, length)
    counts = np.zeros((len(first), width), dtype=np.int64)
    units = np.full((len(first), width), -1)
    at = np.repeat(np.arange(len(first)), length), place
    counts[at], units[at] = count, unit
    without = units[:, 0] >= 0
    # What isn't recorded stands first, if there is any.
    counts = np.where(without[:, None], np.pad(counts, ((0, 0), (1, 0))), np.pad(counts, ((0, 0), (0, 1))))
    units = np.where(without[:, None], np.pad(units, ((0, 0), (1, 0))), np.pad(units, ((0, 0), (0, 1))))
    patterns, of = np.unique(counts, axis=0, return_inverse=True)
    for number, padded in enumerate(patterns.tolist()):
        pattern = (padded[0], *(times for times in padded[1:] if times))
        chosen = np.flatnonzero(of.ravel() == number)
        yield pattern, row[first][chosen], units[chosen][:, 1 : len(pattern)]


def _one_visit(best: np.ndarray, unit: np.ndarray, sign: int) -> np.ndarray:
    """Add events of one department only."""
    import numpy as np

    rows = np.arange(len(best))
    stayed = best[rows, :, unit]
    cost = best.copy()
    # best[row, before, last]: it is a return where the department was visited before the last.
    cost[rows, unit, :] = np.minimum(cost[rows, unit, :] + sign, _NEVER)
    moved = cost.min(axis=1)
    moved[rows, unit] = _NEVER
    after = np.full_like(best, _NEVER)
    after[rows, :, unit] = np.minimum(stayed, moved)
    return after


def _through(best: np.ndarray, units: np.ndarray, pattern: Pattern, sign: int) -> np.ndarray:
    """Add the events of a moment in every order."""
    import numpy as np

    gathered = _classes(best, units)
    change = _changes(pattern, sign)
    names = len(pattern) - 1
    out = np.full((len(best), names + 1, names + 1), _NEVER, dtype=np.int16)
    for before in range(names + 1):
        for last in range(names + 1):
            np.minimum(out, gathered[:, before, last, None, None] + change[before, last], out=out)
    return _scattered(out, best, units)


def _beyond(best: np.ndarray, units: np.ndarray, pattern: Pattern, sign: int) -> np.ndarray:
    """Add the events of a moment that has too many orders to search: from no return to as many as counts allow.

    A department with n events can be visited at most n times, and at most once more than there are others to come
    between; its first visit is a return only if it was among the two visited last.
    """
    import numpy as np

    gathered = _classes(best, units)
    names = len(pattern) - 1
    if sign < 0:
        size = sum(pattern)
        gathered -= sum(max(0, min(times, size - times + 1) - 1) for times in pattern[1:])
        gathered[:, :names, :] -= 1
        gathered[:, :, :names] -= 1
    out = np.broadcast_to(gathered.min(axis=(1, 2))[:, None, None], (len(best), names + 1, names + 1))
    return _scattered(out, best, units)


def _classes(best: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return the best of the pairs by what a moment sees of them: which of its departments, or (last) none of them."""
    import numpy as np

    rows, names = np.arange(len(best)), units.shape[1]
    within = np.zeros(best.shape[:2], dtype=bool)
    within[rows[:, None], units] = True
    found = np.empty((len(best), names + 1, names + 1), dtype=np.int16)
    found[:, :names, :names] = best[rows[:, None, None], units[:, :, None], units[:, None, :]]
    other_last = np.where(within[:, None, :], _NEVER, best).min(axis=2)
    found[:, :names, names] = other_last[rows[:, None], units]
    found[:, names, :names] = np.where(within[:, :, None], _NEVER, best).min(axis=1)[rows[:, None], units]
    found[:, names, names] = np.where(within, _NEVER, other_last).min(axis=1)
    return found


def _scattered(out: np.ndarray, best: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return pairs of a moment's departments (or none) as pairs of the stretch's."""
    import numpy as np

    rows = np.arange(len(best))
    target = np.concatenate([units, np.full((len(units), 1), best.shape[1] - 1)], axis=1)
    after = np.full_like(best, _NEVER)
    after[rows[:, None, None], target[:, :, None], target[:, None, :]] = np.minimum(out, _NEVER)
    return after


@lru_cache(maxsize=10_000)
def _changes(pattern: Pattern, sign: int) -> np.ndarray:
    """Return the least returns (`sign` 1), or minus the most (-1), from each pair before a moment to each after it.

    Axes: visited before last and last, as the moment's departments or none of them; the same after it.
    """
    import numpy as np

    nothing, *counts = pattern
    names = len(counts)
    start = np.full((names + 1,) * 4, _NEVER, dtype=np.int16)
    for before, last in itertools.product(range(names + 1), repeat=2):
        start[before, last, before, last] = 0
    best = {(0,) * len(pattern): start}
    for done in itertools.product(range(nothing + 1), *(range(times + 1) for times in counts)):
        for place in range(len(pattern)):
            if done[place]:
                earlier = best[(*done[:place], done[place] - 1, *done[place + 1 :])]
                step = _cut(earlier) if place == 0 else _visit(earlier, place - 1, sign)
                best[done] = np.minimum(best[done], step) if done in best else step
    return best[pattern]


def _visit(best: np.ndarray, name: int, sign: int) -> np.ndarray:
    """Add one event of a department."""
    import numpy as np

    cost = best.copy()
    cost[:, :, name, :] = np.minimum(cost[:, :, name, :] + sign, _NEVER)
    moved = cost.min(axis=2)
    moved[:, :, name] = _NEVER
    after = np.full_like(best, _NEVER)
    after[:, :, :, name] = np.minimum(best[:, :, :, name], moved)
    return after


def _cut(best: np.ndarray) -> np.ndarray:
    """Add one event of which no department is recorded."""
    import numpy as np

    after = np.full_like(best, _NEVER)
    after[:, :, -1, -1] = best.min(axis=(2, 3))
    return after
