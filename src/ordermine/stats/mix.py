"""Rates within the case mix: what a unit's cases would have led to at the others' rates, against what they did."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from ordermine.errors import OrdermineError
from ordermine.stats.checks import check_count, check_fraction
from ordermine.stats.discovery import conditional_tail, hypergeometric_variance
from ordermine.stats.intervals import (
    Proportion,
    clustered,
    few_clusters_factor,
    ratio_limits,
    wilson,
    wilson_limits,
)

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Counts = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

Reference = Literal["others", "everyone"]

_Name = TypeVar("_Name", bound=Hashable)

_ROUNDING = 1e-9
"""Observed and expected counts that differ by less, relatively, are equal."""


@dataclass(frozen=True, slots=True)
class MixRow:
    """Hits and cases of one unit in one stratum (and of one cluster, where cases come in clusters)."""

    unit: str
    stratum: Hashable
    """The case mix: any value, such as a tuple of case attributes."""
    hits: int
    of: int
    cluster: Hashable = None


@dataclass(frozen=True, slots=True)
class MixRate:
    """A unit's rate, crude and within the case mix, as fractions; None where there is nothing to compare with."""

    unit: str
    crude: Proportion
    observed: int
    """Hits in the strata that can be compared."""
    expected: float
    """Hits that the reference's rates would have led to there."""
    unmatched: int
    """Cases left out of the comparison because nobody else has cases of their stratum."""
    ratio: float | None
    """Observed over expected."""
    ratio_low: float | None
    ratio_high: float | None
    adjusted: float | None
    """Overall rate times ratio, at most 1; its limits likewise."""
    adjusted_low: float | None
    adjusted_high: float | None
    p_high: float | None
    """How likely at least so many hits are if the unit is like everybody within each stratum."""
    sign_flip: bool
    """Whether crude and adjusted rate lie on opposite sides of the overall rate (Simpson's paradox)."""


def standardise(
    rows: Sequence[MixRow], *, reference: Reference = "others", confidence: float = 0.95
) -> tuple[MixRate, ...]:
    """Return every unit's rate by indirect standardisation, sorted by unit.

    A unit's expected hits are E = Σ nᵤₛ·rₛ over the strata s, with rₛ the rate in s of everybody else
    ("others": a large unit isn't compared with itself; strata where it is alone are left out) or of all
    ("everyone"). O/E above 1 means more hits than the unit's mix explains; the adjusted rate is the overall
    rate × O/E.

    The interval of O/E joins Wilson limits of O and of every rₛ. With "everyone" the unit is part of its
    reference; O and E are still taken as independent, which makes the interval too wide rather than too
    narrow. The upper limit is None where the expected count may be 0. p_high is the exact mid-p of
    `discovery.conditional_tail`.

    Where rows carry clusters, samples count as smaller by the design effect of O/E: its linearised variance
    between clusters over that between single cases, at least 1 (where either is 0: as if all cases of a
    cluster were alike), times (t/z)² for few clusters. p_high is then the larger of the exact one and
    Student's tail with that variance; limits and p_high of a unit that works in one cluster only are None.

    Source: N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II (IARC, 1987), chapter 2,
    for O/E; J. N. K. Rao and A. J. Scott, Biometrics 48 (1992) 577–585, for the design effect.
    """
    check_fraction(confidence, "confidence")
    for row in rows:
        check_count(row.hits, row.of, f"rate of {row.unit!r} in stratum {row.stratum!r}")
    if len({row.cluster is None for row in rows}) > 1:
        raise OrdermineError("some rows have a cluster, others have none", hint="give every row its cluster, or none")
    table = _tabulate(rows)
    return tuple(_rate_of(table, number, reference, confidence) for number in range(len(table.units)))


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows, one per unit, stratum and cluster, as columns; and their counts summed by unit and stratum."""

    units: Sequence[str]
    unit: Codes
    stratum: Codes
    cluster: Codes | None
    hits: Counts
    of: Counts
    unit_hits: Counts
    unit_of: Counts


@dataclass(frozen=True, slots=True)
class _Comparison:
    """A unit (own) against its reference, one entry per stratum that both have cases in."""

    strata: Codes
    own_hits: Counts
    own_of: Counts
    rates: Counts
    """The reference's."""
    reference_of: Counts
    expected: float


def _tabulate(rows: Sequence[MixRow]) -> _Table:
    import numpy as np

    units, unit = _encode([row.unit for row in rows])
    strata, stratum = _encode([row.stratum for row in rows])
    clusters, cluster = _encode([row.cluster for row in rows])
    key = (unit * len(strata) + stratum) * len(clusters) + cluster
    # Counts are summed per key while they are whole, so the order of the rows can't show in a rounding.
    distinct, first, place = np.unique(key, return_index=True, return_inverse=True)
    hits = np.bincount(place, [row.hits for row in rows], len(distinct)).astype(float)
    of = np.bincount(place, [row.of for row in rows], len(distinct)).astype(float)
    shape = (len(units), len(strata))
    cell = unit[first] * len(strata) + stratum[first]
    return _Table(
        units,
        unit[first],
        stratum[first],
        cluster[first] if clusters and clusters[0] is not None else None,
        hits,
        of,
        np.bincount(cell, hits, len(units) * len(strata)).reshape(shape).astype(float),
        np.bincount(cell, of, len(units) * len(strata)).reshape(shape).astype(float),
    )


def _encode(names: Sequence[_Name]) -> tuple[list[_Name], Codes]:
    """Return the distinct names in a fixed order, and the position of each name among them."""
    import numpy as np

    distinct = sorted(set(names), key=repr)
    numbers = {name: number for number, name in enumerate(distinct)}
    return distinct, np.array([numbers[name] for name in names], dtype=np.int64)


def _rate_of(table: _Table, number: int, reference: Reference, confidence: float) -> MixRate:
    crude = _crude(table, number, confidence)
    compared = _compare(table, number, reference)
    observed = int(compared.own_hits.sum())
    unmatched = crude.of - int(compared.own_of.sum())
    effect, own_clusters = _design_effect(table, number, compared, reference)
    ratio = adjusted = None
    ratio_low = ratio_high = adjusted_low = adjusted_high = None
    overall = float(table.hits.sum() / table.of.sum()) if table.of.sum() else 0.0
    if compared.expected > 0:
        ratio = observed / compared.expected
        adjusted = min(1.0, overall * ratio)
        if own_clusters is None or own_clusters > 1:
            factor = 1.0 if own_clusters is None else few_clusters_factor(own_clusters, confidence)
            ratio_low, ratio_high = _limits(compared, effect * factor, confidence)
            adjusted_low = min(1.0, overall * ratio_low)
            adjusted_high = None if ratio_high is None else min(1.0, overall * ratio_high)
    excess = observed - compared.expected
    noticeable = abs(excess) > _ROUNDING * max(1.0, compared.expected)
    return MixRate(
        table.units[number],
        crude,
        observed,
        compared.expected,
        unmatched,
        ratio,
        ratio_low,
        ratio_high,
        adjusted,
        adjusted_low,
        adjusted_high,
        _p_high(table, number, compared, effect, own_clusters),
        crude.share is not None and noticeable and excess * (crude.share - overall) < 0,
    )


def _crude(table: _Table, number: int, confidence: float) -> Proportion:
    own = table.unit == number
    if table.cluster is None:
        return wilson(int(table.hits[own].sum()), int(table.of[own].sum()), confidence)
    import numpy as np

    hits = np.bincount(table.cluster[own], table.hits[own]).astype(int)
    of = np.bincount(table.cluster[own], table.of[own]).astype(int)
    return clustered(hits.tolist(), of.tolist(), confidence)


def _compare(table: _Table, number: int, reference: Reference) -> _Comparison:
    import numpy as np

    own_hits, own_of = table.unit_hits[number], table.unit_of[number]
    reference_hits, reference_of = table.unit_hits.sum(axis=0), table.unit_of.sum(axis=0)
    if reference == "others":
        reference_hits, reference_of = reference_hits - own_hits, reference_of - own_of
    strata = np.flatnonzero((own_of > 0) & (reference_of > 0))
    rates = reference_hits[strata] / reference_of[strata]
    expected = math.fsum(own_of[strata] * rates)
    return _Comparison(strata, own_hits[strata], own_of[strata], rates, reference_of[strata], expected)


def _limits(compared: _Comparison, effect: float, confidence: float) -> tuple[float, float | None]:
    """Return the limits of O/E with every sample counting as smaller by `effect`."""
    observed, of = float(compared.own_hits.sum()), float(compared.own_of.sum())
    low, high = wilson_limits(observed / of, of / effect, confidence)
    below = above = 0.0
    for weight, rate, size in zip(
        compared.own_of.tolist(), compared.rates.tolist(), compared.reference_of.tolist(), strict=True
    ):
        rate_low, rate_high = wilson_limits(rate, size / effect, confidence)
        below += (weight * (rate - rate_low)) ** 2
        above += (weight * (rate_high - rate)) ** 2
    expected = compared.expected
    # Square-and-add keeps the lower limit above 0 unless every stratum's own lower limit is 0.
    expected_limits = (max(0.0, expected - math.sqrt(below)), expected + math.sqrt(above))
    return ratio_limits(observed, (low * of, high * of), expected, expected_limits)


def _design_effect(table: _Table, number: int, compared: _Comparison, reference: Reference) -> tuple[float, int | None]:
    """Return the design effect of O/E and in how many clusters the unit works; 1 and None without clusters.

    O/E is linearised as in the docstring of `standardise`: with a = O/E·nᵤₛ/n_reference,s, a case of the unit
    adds (x − O/E·rₛ) and a case of the reference −a·(x − rₛ), each over E.
    """
    if table.cluster is None:
        return 1.0, None
    import numpy as np

    place = np.full(table.unit_of.shape[1], -1)
    place[compared.strata] = np.arange(len(compared.strata))
    rows = np.flatnonzero((place[table.stratum] >= 0) & (table.of > 0))
    at = place[table.stratum[rows]]
    hits, of, cluster = table.hits[rows], table.of[rows], table.cluster[rows]
    own = table.unit[rows] == number
    own_sizes = np.bincount(cluster[own], of[own])
    own_clusters = int(np.count_nonzero(own_sizes))
    if own_clusters < 2 or compared.expected == 0:
        return 1.0, own_clusters
    ratio = float(compared.own_hits.sum()) / compared.expected
    rate = compared.rates[at]
    pull = ratio * compared.own_of[at] / compared.reference_of[at]
    if reference == "others":
        pull = np.where(own, 0.0, pull)
    # What a hit and what any case adds to O − (O/E)·E.
    per_hit = own - pull
    per_case = pull * rate - own * ratio * rate
    between = np.bincount(cluster, hits * per_hit + of * per_case)
    clusters_variance = own_clusters / (own_clusters - 1) * math.fsum(between**2)
    cases_variance = math.fsum(hits * (per_hit + per_case) ** 2 + (of - hits) * per_case**2)
    if clusters_variance <= _ROUNDING or cases_variance <= _ROUNDING:
        return float(math.fsum(own_sizes**2) / own_sizes.sum()), own_clusters
    return max(1.0, clusters_variance / cases_variance), own_clusters


def _p_high(table: _Table, number: int, compared: _Comparison, effect: float, own_clusters: int | None) -> float | None:
    """Return the one-sided p-value of more hits than the mix explains; None where the data can't test it."""
    if not len(compared.strata) or (own_clusters is not None and own_clusters < 2):
        return None
    own_of = [int(n) for n in compared.own_of]
    all_hits = [int(h) for h in table.unit_hits.sum(axis=0)[compared.strata]]
    all_of = [int(n) for n in table.unit_of.sum(axis=0)[compared.strata]]
    observed = int(compared.own_hits.sum())
    exact = conditional_tail(observed, own_of, all_hits, all_of)
    if own_clusters is None:
        return exact
    from scipy.special import stdtr

    strata = list(zip(own_of, all_hits, all_of, strict=True))
    variance = effect * math.fsum(hypergeometric_variance(*stratum) for stratum in strata)
    if variance == 0:
        return exact
    mean = math.fsum(n * h_all / n_all for n, h_all, n_all in strata)
    return max(exact, float(stdtr(own_clusters - 1, (mean - observed) / math.sqrt(variance))))
