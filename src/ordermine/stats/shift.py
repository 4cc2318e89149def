"""How much longer (or more) one group takes than another: the Hodges–Lehmann shift with its interval."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from ordermine.stats.checks import check_fraction
from ordermine.stats.intervals import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

_EXACT_PAIRS = 2_500
"""Up to so many pairs the distribution of the rank sum is counted out; beyond, it is close to normal."""

_LISTED_PAIRS = 1_000_000
"""Up to so many pairs all differences are listed; beyond, the wanted ones are searched for."""


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the second group exceeds the first, in the unit of the values; None where not measurable."""

    n_1: int
    n_2: int
    value: float | None
    low: float | None
    high: float | None
    confidence: float


def hodges_lehmann(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Shift:
    """Return the median of all differences (value of `second` − value of `first`) with its confidence interval.

    The interval inverts the Mann–Whitney test: from the c-th smallest to the c-th largest difference, where c
    − 1 is the largest rank-sum statistic U whose lower tail is at most (1 − confidence) / 2. That tail is
    exact up to 2,500 pairs and normal, c = ⌊nm/2 − z·√(nm(n+m+1)/12)⌋, beyond; ties make the interval wider
    than asked for. Groups too small for the confidence give a value without limits. The values must be finite
    and independent.

    Source: J. L. Hodges and E. L. Lehmann, Ann. Math. Statist. 34 (1963) 598–611; M. Hollander and D. A.
    Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), sections 4.2 and 4.3.
    """
    check_fraction(confidence, "confidence")
    n, m = len(first), len(second)
    if n == 0 or m == 0:
        return Shift(n, m, None, None, None, confidence)
    import numpy as np

    ordered_1 = np.sort(np.asarray(first, dtype=float))
    ordered_2 = np.sort(np.asarray(second, dtype=float))
    pairs = n * m
    count = _cut_off(n, m, confidence)
    ranks = [(pairs + 1) // 2, pairs // 2 + 1]
    if count:
        ranks += [count, pairs + 1 - count]
    found = _ranked_differences(ordered_1, ordered_2, ranks)
    value = found[0] if found[0] == found[1] else (found[0] + found[1]) / 2
    low, high = (found[2], found[3]) if count else (None, None)
    return Shift(n, m, value, low, high, confidence)


def _cut_off(n: int, m: int, confidence: float) -> int:
    """Return c as defined in `hodges_lehmann`; 0 where no U is unlikely enough."""
    if n * m > _EXACT_PAIRS:
        return max(0, math.floor(n * m / 2 - normal_quantile(confidence) * math.sqrt(n * m * (n + m + 1) / 12)))
    lower_tail = list(accumulate(_ways(min(n, m), max(n, m))))
    return bisect_right(lower_tail, (1 - confidence) / 2 * lower_tail[-1])


def _ways(n: int, m: int) -> list[int]:
    """Return for each U from 0 to n·m how many of the orderings of n + m distinct values give it.

    The generating function is the Gaussian binomial Π (1 − x^(m+i)) / (1 − x^i), i = 1 … n
    (H. B. Mann and D. R. Whitney, Ann. Math. Statist. 18 (1947) 50–60, count by the equivalent recursion).
    """
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in range(n * m, m + i - 1, -1):
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):
            ways[u] += ways[u - i]
    return ways


def _ranked_differences(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], ranks: Sequence[int]
) -> list[float]:
    """Return for each rank (from 1) the so-manieth smallest difference between the sorted samples."""
    import numpy as np

    if len(first) * len(second) <= _LISTED_PAIRS:
        differences = np.subtract.outer(second, first).ravel()
        differences.partition(sorted({rank - 1 for rank in ranks}))
        return [float(differences[rank - 1]) for rank in ranks]
    return [_search_difference(first, second, rank) for rank in ranks]


def _search_difference(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64], rank: int) -> float:
    """Return the difference of `rank` by bisecting its value, in memory for the samples and not for their pairs."""
    import numpy as np

    low, high = float(second[0] - first[-1]), float(second[-1] - first[0])
    # Sums of a value and a difference can't be told apart more finely than this.
    finest = float(np.spacing(max(np.abs(first).max(), np.abs(second).max())))
    while high - low > finest:
        middle = low + (high - low) / 2
        if int(np.searchsorted(second, first + middle, side="right").sum()) >= rank:
            high = middle
        else:
            low = middle
    # The nearest difference that occurs is free of the rounding in those sums.
    beside = np.clip(np.searchsorted(second, first + high), 1, len(second) - 1)
    candidates = np.concatenate([second[beside - 1] - first, second[beside] - first])
    return float(candidates[np.argmin(np.abs(candidates - high))])
