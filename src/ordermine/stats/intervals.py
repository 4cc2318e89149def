"""Shares, differences of shares and quantiles, each with its confidence interval."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from ordermine.stats.checks import check_count, check_fraction, check_same_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share with its interval; share, low and high are fractions, or None where there was nothing to measure."""

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None
    confidence: float
    clusters: int | None = None
    """Number of clusters that the interval was widened for; None for independent cases."""

    @property
    def measurable(self) -> bool:
        """Whether there was anything to take a share of."""
        return self.of > 0


@dataclass(frozen=True, slots=True)
class Difference:
    """First share minus second, with its interval; None where one of them is not measurable."""

    value: float | None
    low: float | None
    high: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile with its interval, in the unit of the values; a limit that the sample is too small for is None."""

    n: int
    q: float
    value: float | None
    low: float | None
    high: float | None
    confidence: float


def normal_quantile(confidence: float) -> float:
    """Return z such that a standard normal variable lies within ±z with probability `confidence`."""
    check_fraction(confidence, "confidence")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson_limits(share: float, size: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score limits of `share` for a sample `size` > 0, which may be an effective, fractional one.

    Source: E. B. Wilson, JASA 22 (1927) 209–212; formula as in R. G. Newcombe, Statist. Med. 17 (1998)
    857–872, method 3.
    """
    z = normal_quantile(confidence)
    shrink = 1 + z * z / size
    middle = (share + z * z / (2 * size)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    # At 0 and 1 the limit is the share itself; rounding must not put it beside.
    low = 0.0 if share == 0 else min(max(middle - half, 0.0), share)
    high = 1.0 if share == 1 else max(min(middle + half, 1.0), share)
    return low, high


def wilson(hits: int, of: int, confidence: float = 0.95) -> Proportion:
    """Return the share `hits` / `of` of independent cases with its Wilson score interval.

    With `of` = 0 the share is not measurable: its numbers are None.
    """
    check_count(hits, of, "share")
    check_fraction(confidence, "confidence")
    if of == 0:
        return Proportion(hits, of, None, None, None, confidence)
    share = hits / of
    low, high = wilson_limits(share, of, confidence)
    return Proportion(hits, of, share, low, high, confidence)


def clustered(hits_per_cluster: Sequence[int], n_per_cluster: Sequence[int], confidence: float = 0.95) -> Proportion:
    """Return the overall share with a Wilson interval for cases that come in clusters, such as lines of one order.

    The Wilson formula is used with the effective sample size n / D · (z / t)². D is the design effect: the
    linearised variance of the ratio Σh / Σn between clusters, k/(k−1) · Σ(hᵢ − p·nᵢ)² / n², over p(1−p)/n, at
    least 1; t is Student's quantile with k−1 degrees of freedom, which allows for few clusters. So the
    interval is never narrower than plain Wilson.

    Where all or none are hits the data say nothing about D; then clusters count as if all their cases were
    alike: D = Σnᵢ² / n (L. Kish, Survey Sampling, 1965). A single cluster with several cases leaves
    everything possible: 0 to 1.

    Source: E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998) 193–201, for the effective size; N.
    Dean and M. Pagano, J. Surv. Stat. Methodol. 3 (2015) 484–503, for Wilson with it.
    """
    check_same_length("clustered share", hits=len(hits_per_cluster), n=len(n_per_cluster))
    pairs = [(h, n) for h, n in zip(hits_per_cluster, n_per_cluster, strict=True) if n or h]
    for h, n in pairs:
        check_count(h, n, "share in a cluster")
    hits, of, k = sum(h for h, _ in pairs), sum(n for _, n in pairs), len(pairs)
    plain = wilson(hits, of, confidence)
    if plain.share is None or of == k:
        return Proportion(hits, of, plain.share, plain.low, plain.high, confidence, k)
    share = plain.share
    if k == 1:
        return Proportion(hits, of, share, 0.0, 1.0, confidence, k)
    if hits in (0, of):
        effect = sum(n * n for _, n in pairs) / of
    else:
        variance = k / (k - 1) * math.fsum((h - share * n) ** 2 for h, n in pairs) / of**2
        effect = max(1.0, variance / (share * (1 - share) / of))
    low, high = wilson_limits(share, of / (effect * few_clusters_factor(k, confidence)), confidence)
    return Proportion(hits, of, share, low, high, confidence, k)


def few_clusters_factor(clusters: int, confidence: float) -> float:
    """Return (t / z)², by which a variance estimated from `clusters` ≥ 2 clusters has to be widened."""
    from scipy.special import stdtrit

    return float((stdtrit(clusters - 1, (1 + confidence) / 2) / normal_quantile(confidence)) ** 2)


def newcombe(hits_1: int, of_1: int, hits_2: int, of_2: int, confidence: float = 0.95) -> Difference:
    """Return the first share minus the second, of independent cases, with Newcombe's hybrid score interval.

    Source: R. G. Newcombe, Statist. Med. 17 (1998) 873–890, method 10.
    """
    return difference(wilson(hits_1, of_1, confidence), wilson(hits_2, of_2, confidence))


def difference(first: Proportion, second: Proportion) -> Difference:
    """Return `first` − `second` from the two intervals (also clustered ones) of independent groups.

    With plain Wilson intervals this is `newcombe`; for other intervals see G. Y. Zou and A. Donner,
    Statist. Med. 27 (2008) 1693–1702. The confidence is that of `first`.
    """
    if first.share is None or first.low is None or first.high is None:
        return Difference(None, None, None, first.confidence)
    if second.share is None or second.low is None or second.high is None:
        return Difference(None, None, None, first.confidence)
    value = first.share - second.share
    low = value - math.hypot(first.share - first.low, second.high - second.share)
    high = value + math.hypot(first.high - first.share, second.share - second.low)
    return Difference(value, low, high, first.confidence)


def quantile_interval(values: Sequence[float], q: float = 0.5, confidence: float = 0.95) -> Quantile:
    """Return the `q` quantile of `values` (interpolated linearly) with its order-statistic interval.

    The limits are values of the sample, so nothing is assumed about the distribution: the number of values
    below the true quantile is binomial(n, q), and each tail keeps at most (1 − confidence) / 2. With ties the
    interval is wider than asked for, never narrower. The values must be independent.

    Source: W. J. Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2.
    """
    check_fraction(q, "q")
    check_fraction(confidence, "confidence")
    n = len(values)
    if n == 0:
        return Quantile(0, q, None, None, None, confidence)
    import numpy as np
    from scipy.special import bdtr

    ordered = np.sort(np.asarray(values, dtype=float))
    tail = (1 - confidence) / 2
    # bdtr(r, n, q): probability that at most r values lie below the true quantile; it rises with r.
    lower_rank = bisect_right(range(n), tail, key=lambda r: bdtr(r, n, q))
    # The upper tail is taken from the other side: it keeps its digits where the probability is near 1.
    upper_rank = n + 1 - bisect_right(range(n), tail, key=lambda r: bdtr(r, n, 1 - q))
    value = float(np.quantile(ordered, q))
    # In tiny samples the interpolated quantile can lie beyond a limit.
    low = min(value, float(ordered[lower_rank - 1])) if lower_rank >= 1 else None
    high = max(value, float(ordered[upper_rank - 1])) if upper_rank <= n else None
    return Quantile(n, q, value, low, high, confidence)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its interval, in the unit of the values; a limit that the sample is too small for is None."""

    n: int
    value: float | None
    low: float | None
    high: float | None
    confidence: float


def mean_interval(values: npt.ArrayLike, clusters: npt.ArrayLike | None = None, confidence: float = 0.95) -> Mean:
    """Return the mean of `values` ± t times its standard error.

    Parameters
    ----------
    values
        One per case.
    clusters
        Whole number of each case's cluster; None for independent cases. The standard error is then that of the
        ratio of the clusters' sums to their sizes, k/(k−1) · Σ(sᵢ − m·nᵢ)² / n², with k−1 degrees of freedom.
    confidence
        Of the interval.

    Source: W. G. Cochran, Sampling Techniques, 3rd ed. (1977), sections 2.6 and 9A.2.
    """
    check_fraction(confidence, "confidence")
    import numpy as np
    from scipy.special import stdtrit

    numbers = np.asarray(values, dtype=float)
    if not len(numbers):
        return Mean(0, None, None, None, confidence)
    mean = float(numbers.mean())
    groups = np.arange(len(numbers)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    residuals = np.bincount(groups, numbers - mean)
    k = len(residuals)
    if k == 1:
        return Mean(len(numbers), mean, None, None, confidence)
    error = math.sqrt(k / (k - 1) * float((residuals**2).sum())) / len(numbers)
    reach = float(stdtrit(k - 1, (1 + confidence) / 2)) * error
    return Mean(len(numbers), mean, mean - reach, mean + reach, confidence)


def ratio_limits(
    top: float, top_limits: tuple[float, float], bottom: float, bottom_limits: tuple[float, float]
) -> tuple[float, float | None]:
    """Return the limits of `top` / `bottom`, both ≥ 0 and `bottom` > 0, from the limits of two independent estimates.

    The upper limit is None where `bottom` may be 0.

    Source: A. Donner and G. Y. Zou, Stat. Methods Med. Res. 21 (2012) 347–359: the limits R at which top −
    R·bottom has 0 as a limit of its own interval.
    """
    product = top * bottom
    top_low, top_high = top_limits
    bottom_low, bottom_high = bottom_limits
    low_top, low_bottom = top_low * (2 * top - top_low), bottom_high * (2 * bottom - bottom_high)
    root = math.sqrt(max(0.0, product**2 - low_top * low_bottom))
    low = low_top / (product + root) if low_top > 0 else 0.0
    if bottom_low <= 0:
        return low, None
    high_top, high_bottom = top_high * (2 * top - top_high), bottom_low * (2 * bottom - bottom_low)
    return low, (product + math.sqrt(max(0.0, product**2 - high_top * high_bottom))) / high_bottom
