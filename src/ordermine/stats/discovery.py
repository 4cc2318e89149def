"""Which of many units stand out: one-sided tests of a rate, and the false-discovery rate over a named family.

All tails are mid-p by default, P(X > hits) + ½·P(X = hits): the exact tail P(X ≥ hits) is too cautious for
small counts (H. O. Lancaster, J. Am. Stat. Assoc. 56 (1961) 223–234).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import OrdermineError
from ordermine.stats.checks import check_count, check_same_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

_EXACT_VARIANCE = 10_000.0
"""Up to this variance of the count a tail over several strata is added up exactly; beyond, it is close to normal."""

_FORGOTTEN = 1e-30
"""Probabilities that are dropped while strata are added up, so that many strata stay as quick as few."""


@dataclass(frozen=True, slots=True)
class Family:
    """The tests of one question, with the p-value of each adjusted for their number, in the order given."""

    name: str
    p_values: tuple[float, ...]
    adjusted: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many tests the family holds."""
        return len(self.p_values)

    def discoveries(self, rate: float = 0.1) -> tuple[int, ...]:
        """Return the positions that are called at an expected share of `rate` false calls among all calls."""
        return tuple(i for i, value in enumerate(self.adjusted) if value <= rate)


def benjamini_hochberg(name: str, p_values: Sequence[float]) -> Family:
    """Return the family `name` with p-values adjusted for its size: pᵢ·m/rank, made monotone, at most 1.

    Source: Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995) 289–300.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise OrdermineError(
            f"family {name!r} holds a p-value outside 0 to 1",
            hint="leave units that can't be tested out of the family",
        )
    size = len(p_values)
    adjusted = [0.0] * size
    smallest = 1.0
    for rank, position in sorted(enumerate(sorted(range(size), key=p_values.__getitem__), start=1), reverse=True):
        smallest = min(smallest, p_values[position] * size / rank)
        adjusted[position] = smallest
    return Family(name, tuple(p_values), tuple(adjusted))


def binomial_tail(hits: int, of: int, expected_rate: float, *, mid: bool = True) -> float:
    """Return how likely at least `hits` of `of` independent cases are when each is one with `expected_rate`.

    Exact binomial tail, as mid-p unless `mid` is False. A unit without cases gives 1 (mid-p: ½): no evidence.
    """
    check_count(hits, of, "tail of a rate")
    _check_rate(expected_rate)
    at_least = _at_least(hits, of, expected_rate)
    return (at_least + _at_least(hits + 1, of, expected_rate)) / 2 if mid else at_least


def stratified_tail(hits: int, of: Sequence[int], expected_rates: Sequence[float], *, mid: bool = True) -> float:
    """Return how likely at least `hits` are when the cases of every stratum have their own, known expected rate.

    The count is Poisson-binomial. Up to a variance of 10,000 the strata's binomials are convolved, exact to
    1e-20 per stratum; beyond, the refined normal approximation with the skewness term is used.

    Source: A. Yu. Volkova, Theory Probab. Appl. 40 (1996) 791–794; compared in Y. Hong, Comput. Stat. Data
    Anal. 59 (2013) 41–51.
    """
    check_same_length("tail over strata", of=len(of), expected_rates=len(expected_rates))
    check_count(hits, sum(of), "tail over strata")
    for rate in expected_rates:
        _check_rate(rate)
    strata = list(zip(of, expected_rates, strict=True))
    variance = math.fsum(n * rate * (1 - rate) for n, rate in strata)
    if variance > _EXACT_VARIANCE:
        skewness = math.fsum(n * rate * (1 - rate) * (1 - 2 * rate) for n, rate in strata) / variance**1.5
        return _refined_normal_tail(hits, math.fsum(n * rate for n, rate in strata), variance, skewness, mid)
    return _tail_of_sum(hits, [_binomial(n, rate) for n, rate in strata], mid)


def conditional_tail(
    hits: int, of: Sequence[int], all_hits: Sequence[int], all_of: Sequence[int], *, mid: bool = True
) -> float:
    """Return how likely at least `hits` are when, within every stratum, the hits of all fall on cases at random.

    `of` are the unit's cases per stratum; `all_hits` and `all_of` are those of everybody, the unit included.
    Nothing is estimated: given the totals the unit's count per stratum is hypergeometric. Up to a variance of
    10,000 the strata are convolved, exact to 1e-20 per stratum; beyond, it is the normal tail of N. Mantel
    and W. Haenszel, J. Natl. Cancer Inst. 22 (1959) 719–748.

    Source: J. J. Gart, Rev. Int. Stat. Inst. 39 (1971) 148–169.
    """
    check_same_length("conditional tail", of=len(of), all_hits=len(all_hits), all_of=len(all_of))
    check_count(hits, sum(of), "conditional tail")
    strata = list(zip(of, all_hits, all_of, strict=True))
    for n, h_all, n_all in strata:
        check_count(h_all, n_all, "stratum")
        check_count(n, n_all, "unit within its stratum")
    variance = math.fsum(hypergeometric_variance(*stratum) for stratum in strata)
    if variance > _EXACT_VARIANCE:
        mean = math.fsum(n * h_all / n_all for n, h_all, n_all in strata if n_all)
        return _refined_normal_tail(hits, mean, variance, 0.0, mid)
    return _tail_of_sum(hits, [_hypergeometric(*stratum) for stratum in strata], mid)


def hypergeometric_variance(of: int, all_hits: int, all_of: int) -> float:
    """Return the variance of the hits among `of` cases drawn from `all_of` with `all_hits` hits."""
    if all_of < 2:
        return 0.0
    rate = all_hits / all_of
    return of * rate * (1 - rate) * (all_of - of) / (all_of - 1)


def _check_rate(rate: float) -> None:
    if not 0 <= rate <= 1:
        raise OrdermineError(f"expected rate is {rate}", hint="give rates as fractions from 0 to 1")


def _at_least(hits: int, of: int, rate: float) -> float:
    """Return P(X ≥ hits) of a binomial count."""
    if hits <= 0:
        return 1.0
    if hits > of:
        return 0.0
    from scipy.special import betainc

    return float(betainc(hits, of - hits + 1, rate))


def _refined_normal_tail(hits: int, mean: float, variance: float, skewness: float, mid: bool) -> float:
    from scipy.special import ndtr

    # Half a step down covers the whole of `hits`; mid-p wants half of it.
    x = (hits - mean - (0.0 if mid else 0.5)) / math.sqrt(variance)
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return min(1.0, max(0.0, float(ndtr(-x)) + skewness * (x * x - 1) * density / 6))


_Distribution = tuple[int, "npt.NDArray[np.float64]"]
"""The smallest count that matters, and the probabilities from there on."""


def _binomial(of: int, rate: float) -> _Distribution:
    import numpy as np

    if rate in (0, 1):
        return of * int(rate), np.ones(1)
    counts = _counts_that_matter(of, rate, 0, of)
    before = counts[:-1]
    odds = math.log(rate) - math.log1p(-rate)
    return int(counts[0]), _from_steps(np.log((of - before) / (before + 1)) + odds)


def _hypergeometric(of: int, all_hits: int, all_of: int) -> _Distribution:
    import numpy as np

    lowest, highest = max(0, of + all_hits - all_of), min(of, all_hits)
    if lowest == highest:
        return lowest, np.ones(1)
    counts = _counts_that_matter(of, all_hits / all_of, lowest, highest)
    before = counts[:-1]
    misses = all_of - all_hits - of + before + 1
    return int(counts[0]), _from_steps(np.log((of - before) / (before + 1) * ((all_hits - before) / misses)))


def _counts_that_matter(of: int, rate: float, lowest: int, highest: int) -> npt.NDArray[np.int64]:
    """Return the counts beside which, by Bernstein's inequality, less than 1e-20 is left on either side."""
    import numpy as np

    reach = 10 * math.sqrt(of * rate * (1 - rate)) + 40
    first, last = max(lowest, math.floor(of * rate - reach)), min(highest, math.ceil(of * rate + reach))
    return np.arange(first, last + 1)


def _from_steps(steps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return probabilities that add up to 1, given how their logarithm grows from each count to the next."""
    import numpy as np

    logarithms = np.concatenate([np.zeros(1), np.cumsum(steps)])
    weights: npt.NDArray[np.float64] = np.exp(logarithms - logarithms.max())
    return np.divide(weights, math.fsum(weights))


def _tail_of_sum(hits: int, parts: Sequence[_Distribution], mid: bool) -> float:
    """Return the upper tail at `hits` of the sum of independent counts."""
    import numpy as np

    start, weights = 0, np.ones(1)
    for first, probabilities in parts:
        start += first
        weights = np.convolve(weights, probabilities)
        kept = np.flatnonzero(weights > _FORGOTTEN)
        start += int(kept[0])
        weights = weights[kept[0] : kept[-1] + 1]
    above = math.fsum(weights[max(0, hits + 1 - start) :])
    at = float(weights[hits - start]) if 0 <= hits - start < len(weights) else 0.0
    return min(1.0, above + (at / 2 if mid else at))
