"""How far two groups of cases lie apart, for shares, means and durations; also weighted, and in clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from ordermine.stats.intervals import normal_quantile, wilson_limits
from ordermine.stats.shift import hodges_lehmann

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    _Parts = tuple[np.ndarray, np.ndarray, np.ndarray]

SHARED: Final = 0.9
"""Clusters count as the same on both sides where so many of either side's cases lie in clusters that both have."""

POWER: Final = 0.8


@dataclass(frozen=True, slots=True)
class Sample:
    """One group of cases: arrays of one length."""

    values: np.ndarray
    clusters: np.ndarray | None = None
    """Whole number of each case's cluster; the same number means the same cluster in both groups."""
    weights: np.ndarray | None = None
    """How much each case counts; None: all alike."""


@dataclass(frozen=True, slots=True)
class Gap:
    """By how much the second group exceeds the first, in the unit of the values; None where not measurable."""

    value: float | None
    low: float | None
    high: float | None

    @property
    def width(self) -> float:
        """Of the interval; endless where there is none."""
        return math.inf if self.low is None or self.high is None else self.high - self.low

    @property
    def excludes_none(self) -> bool:
        """Whether the interval excludes that there is no difference."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @property
    def detectable(self) -> float | None:
        """The smallest true difference that would have been told apart from none in 80 % of such comparisons.

        It is half the interval's width × (1 + z₈₀ / z₉₇.₅).
        """
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2 * (1 + NormalDist().inv_cdf(POWER) / normal_quantile(0.95))


@dataclass(frozen=True, slots=True)
class _Side:
    """A group's weighted mean and what its precision depends on."""

    sample: Sample
    weights: np.ndarray
    mean: float
    size: float
    """Effective number of cases: (Σw)² / Σw² (L. Kish, Survey Sampling, 1965)."""
    variance: float
    """Of single cases."""


@dataclass(frozen=True, slots=True)
class _Widening:
    """What clusters cost: the variance of each side's mean is so many times as large; t stands for z."""

    effects: tuple[float, float]
    freedom: float | None
    """Degrees of freedom of Student's t; None: as many as cases allow."""

    def factor(self, confidence: float) -> float:
        """Return (t / z)²."""
        if self.freedom is None:
            return 1.0
        from scipy.special import stdtrit

        return float((stdtrit(self.freedom, (1 + confidence) / 2) / normal_quantile(confidence)) ** 2)


def gap_of_shares(first: Sample, second: Sample, confidence: float = 0.95) -> Gap:
    """Return the second share minus the first, of values 0 and 1, with Newcombe's hybrid score interval.

    With weights and clusters the Wilson limits are those of the effective size: Kish's size ÷ design effect ·
    (z/t)². Design effects, of the variance of either mean over that of independent cases, are

    * where the clusters stand on both sides (`SHARED`): V ÷ V₀, at least 1, for both, with V = G/(G−1) · Σᵤ² over the
      G clusters' parts u of the difference (the cluster-robust variance), G − 1 degrees of freedom;
    * else 1 + σ² · Σa² ÷ V₀ of each side, with a the clusters' parts of its weight and σ² the variance between clusters
      beyond that of their cases, by moments, pooled over both sides, (k₁ − 1) + (k₂ − 1) degrees of freedom. Pooling
      also says something where one side is a single cluster, such as one team that tries something out; where both
      are, there is no interval.

    Source: R. G. Newcombe, Statist. Med. 17 (1998) 873–890, method 10; E. L. Korn and B. I. Graubard, Survey
    Methodology 24 (1998) 193–201, for the effective size; A. C. Cameron and D. L. Miller, J. Human Resources 50 (2015)
    317–372, for the cluster-robust variance; T. G. Conley and C. R. Taber, Rev. Econ. Stat. 93 (2011) 113–125, for
    taking the variance between clusters from the other side where few are concerned.
    """
    one, two = _describe(first), _describe(second)
    if one is None or two is None:
        return Gap(None, None, None)
    # A share of 0 or 1 says nothing of how much cases vary.
    pooled = (one.mean * one.size + two.mean * two.size) / (one.size + two.size)
    one, two = _varying(one, pooled), _varying(two, pooled)
    value = two.mean - one.mean
    widening = _widening(one, two)
    if widening is None:
        return Gap(value, None, None)
    factor = widening.factor(confidence)
    (low_1, high_1), (low_2, high_2) = (
        wilson_limits(side.mean, side.size / (effect * factor), confidence)
        for side, effect in zip((one, two), widening.effects, strict=True)
    )
    return Gap(
        value,
        max(-1.0, value - math.hypot(two.mean - low_2, high_1 - one.mean)),
        min(1.0, value + math.hypot(high_2 - two.mean, one.mean - low_1)),
    )


def gap_of_means(first: Sample, second: Sample, confidence: float = 0.95) -> Gap:
    """Return the second mean minus the first ± t times its standard error (Welch).

    Weights and clusters are taken into account as in `gap_of_shares`.

    Source: B. L. Welch, Biometrika 34 (1947) 28–35.
    """
    one, two = _describe(first), _describe(second)
    if one is None or two is None:
        return Gap(None, None, None)
    value = two.mean - one.mean
    widening = _widening(one, two)
    if widening is None or min(one.size, two.size) < 1.5:
        return Gap(value, None, None)
    from scipy.special import stdtrit

    parts = [side.variance * effect / side.size for side, effect in zip((one, two), widening.effects, strict=True)]
    variance = math.fsum(parts)
    freedom = widening.freedom
    if freedom is None:
        spread = math.fsum(part**2 / (side.size - 1) for part, side in zip(parts, (one, two), strict=True))
        freedom = variance**2 / spread if spread else 1.0
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(variance)
    return Gap(value, value - reach, value + reach)


def gap_of_durations(first: Sample, second: Sample, confidence: float = 0.95) -> Gap:
    """Return the Hodges–Lehmann shift, the median of all differences second − first, with its interval.

    Clusters widen it: the design effects are those of the mean rank, and the rank-sum interval is taken at z times
    their root. Weights are not taken into account: compare within strata (`within_strata`) instead.

    Source: S. Datta and G. A. Satten, JASA 100 (2005) 908–915, for rank sums of clustered cases.
    """
    import numpy as np
    from scipy.stats import rankdata

    n, m = len(first.values), len(second.values)
    if not n or not m:
        return Gap(None, None, None)
    asked = confidence
    if first.clusters is not None:
        ranks = rankdata(np.concatenate([first.values, second.values]))
        one, two = _describe(replace(first, values=ranks[:n])), _describe(replace(second, values=ranks[n:]))
        assert one is not None
        assert two is not None
        widening = _widening(one, two)
        if widening is None:
            return Gap(hodges_lehmann(first.values.tolist(), second.values.tolist()).value, None, None)
        plain = one.variance / one.size + two.variance / two.size
        first_effect, second_effect = widening.effects
        wide = first_effect * one.variance / one.size + second_effect * two.variance / two.size
        effect = wide / plain * widening.factor(confidence) if plain else 1.0
        asked = 2 * NormalDist().cdf(normal_quantile(confidence) * math.sqrt(effect)) - 1
    found = hodges_lehmann(first.values.tolist(), second.values.tolist(), min(asked, 1 - 1e-12))
    return Gap(found.value, found.low, found.high)


def widest(gaps: Sequence[Gap]) -> Gap:
    """Return the one with the widest interval: what is left certain where cases belong together in several ways."""
    return max(gaps, key=lambda gap: gap.width)


def same_mix(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which cases lie in strata that both groups have, and weights that give the second the first's mix.

    A case of the second counts n₁ₛ ÷ n₂ₛ in its stratum s (direct standardisation: K. J. Rothman, Modern Epidemiology,
    3rd ed., 2008, chapter 15). Strata are whole numbers from 0 on; the weights are of the second's kept cases.
    """
    import numpy as np

    size = int(max(first.max(initial=-1), second.max(initial=-1))) + 1
    of_first, of_second = np.bincount(first, minlength=size), np.bincount(second, minlength=size)
    both = (of_first > 0) & (of_second > 0)
    kept = second[both[second]]
    return both[first], both[second], of_first[kept] / of_second[kept]


def within_strata(values: np.ndarray, strata: np.ndarray, middle: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return values less the median of their stratum in a group of reference: alignment, before ranks are compared.

    Parameters
    ----------
    values, strata
        Of the cases to align.
    middle, of
        Values and strata of the reference; it has cases in every stratum.

    Source: J. L. Hodges and E. L. Lehmann, Ann. Math. Statist. 33 (1962) 482–497.
    """
    import numpy as np

    size = int(of.max(initial=-1)) + 1
    order = np.lexsort((middle, of))
    ordered, counts = middle[order], np.bincount(of, minlength=size)
    start = np.cumsum(counts) - counts
    there = np.flatnonzero(counts)
    medians = np.zeros(size)
    low, high = start[there] + (counts[there] - 1) // 2, start[there] + counts[there] // 2
    medians[there] = (ordered[low] + ordered[high]) / 2
    aligned: np.ndarray = values - medians[strata]
    return aligned


def _describe(sample: Sample) -> _Side | None:
    import numpy as np

    values = np.asarray(sample.values, dtype=float)
    if not len(values):
        return None
    weights = np.ones(len(values)) if sample.weights is None else sample.weights
    total = float(weights.sum())
    size = total**2 / float((weights**2).sum())
    mean = float((weights * values).sum()) / total
    variance = float((weights * (values - mean) ** 2).sum()) / total
    binary = bool(np.isin(values, (0.0, 1.0)).all())
    if not binary and size > 1:
        variance *= size / (size - 1)
    return _Side(replace(sample, values=values), weights, mean, size, variance)


def _varying(side: _Side, pooled: float) -> _Side:
    return replace(side, variance=pooled * (1 - pooled)) if side.mean in (0, 1) else side


def _widening(one: _Side, two: _Side) -> _Widening | None:
    """Return what clusters cost; None where they leave nothing to estimate that from."""
    import numpy as np

    if one.sample.clusters is None or two.sample.clusters is None:
        return _Widening((1.0, 1.0), None)
    _, codes = np.unique(np.concatenate([one.sample.clusters, two.sample.clusters]), return_inverse=True)
    split = len(one.weights)
    parts = [_parts(one, codes[:split]), _parts(two, codes[split:])]
    size = int(codes.max()) + 1
    on_both = np.intersect1d(codes[:split], codes[split:])
    shared = min(float(np.isin(side, on_both).mean()) for side in (codes[:split], codes[split:]))
    if shared >= SHARED and len(on_both) > 1:
        u = np.zeros(size)
        for sign, (present, residuals, _) in zip((-1, 1), parts, strict=True):
            u[present] += sign * residuals
        robust = size / (size - 1) * float((u**2).sum())
        plain = one.variance / one.size + two.variance / two.size
        effect = max(1.0, robust / plain) if plain else max(_alike(one, parts[0]), _alike(two, parts[1]))
        return _Widening((effect, effect), size - 1)
    freedom = sum(len(present) - 1 for present, _, _ in parts)
    if not freedom:
        return None
    between = _variance_between((one, two), parts)
    effects = tuple(
        1 + between * _alike(side, part) / side.variance if side.variance else _alike(side, part)
        for side, part in zip((one, two), parts, strict=True)
    )
    return _Widening((effects[0], effects[1]), freedom)


def _alike(side: _Side, part: _Parts) -> float:
    """Return the design effect if all cases of a cluster were alike."""
    return side.size * float((part[2] ** 2).sum())


def _parts(side: _Side, codes: np.ndarray) -> _Parts:
    """Return a side's clusters, what each adds to the error of its mean, and each one's part of its weight."""
    import numpy as np

    total = float(side.weights.sum())
    present, place = np.unique(codes, return_inverse=True)
    residuals = np.bincount(place, side.weights * (side.sample.values - side.mean)) / total
    return present, residuals, np.bincount(place, side.weights) / total


def _variance_between(sides: tuple[_Side, _Side], parts: list[_Parts]) -> float:
    """Return the variance between clusters beyond that of their cases, by moments, at least 0.

    With a the clusters' parts of a side's weight, their residuals r have E Σr² = Σ c·v, c = a²(1 − 2a) + a²·Σa²
    and v the variance of a cluster's mean: that between clusters, plus that of cases over the cluster's effective size.
    """
    import numpy as np

    excess = weight = 0.0
    for side, (present, residuals, part) in zip(sides, parts, strict=True):
        c = part**2 * (1 - 2 * part) + part**2 * float((part**2).sum())
        clusters = side.sample.clusters
        assert clusters is not None
        place = np.unique(clusters, return_inverse=True)[1]
        scaled = side.weights / side.weights.sum()
        of_cases = np.bincount(place, scaled**2, len(present)) / part**2
        excess += float((residuals**2).sum()) - side.variance * float((c * of_cases).sum())
        weight += float(c.sum())
    return max(0.0, excess / weight) if weight > 0 else 0.0
