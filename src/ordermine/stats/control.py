"""Weekly rates: Laney's p′ chart with run rules, and the smallest shift that it would notice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, Literal

from ordermine.errors import NotMeasurable, OrdermineError
from ordermine.stats.checks import check_count, check_fraction

if TYPE_CHECKING:
    from collections.abc import Sequence

RANGE_TO_SIGMA: Final = 1.128
"""d₂ for ranges of two: the mean moving range of a standard normal series."""

Rule = Literal["one beyond 3 sigma", "two of three beyond 2 sigma", "eight on one side"]
Side = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Period:
    """Hits and cases of one week (or other period); an immature one is still going to change."""

    hits: int
    of: int
    mature: bool = True


@dataclass(frozen=True, slots=True)
class Signal:
    """A run rule that a period completes, and on which side of the centre."""

    rule: Rule
    side: Side


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A period on the chart, its numbers as fractions; None where it has no cases."""

    period: Period
    share: float | None
    low: float | None
    high: float | None
    z: float | None
    """Distance from the centre in units of the chart's own sigma; infinite where that sigma is 0."""
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A p′ chart: its points are in the order given."""

    centre: float
    sigma_z: float
    """How much more (above 1) or less the periods vary than independent cases would."""
    baseline: int
    """From how many periods the limits were computed."""
    points: tuple[ChartPoint, ...]


def p_prime(periods: Sequence[Period], *, baseline: int | None = None) -> Chart:
    """Return the p′ chart of `periods`, which are in time order.

    With p̄ = Σhits / Σof, σᵢ = √(p̄(1−p̄)/nᵢ) and zᵢ = (pᵢ−p̄)/σᵢ, σ_z is the mean of |zᵢ − zᵢ₋₁| over 1.128,
    and the limits are p̄ ± 3·σᵢ·σ_z, cut at 0 and 1. Centre and σ_z come from the mature periods with cases,
    or from the first `baseline` of them. Immature periods are drawn with limits, but give no signal and take
    no part in runs.

    Signals, each at the period that completes it: one point beyond 3 sigma; two of three beyond 2 sigma on
    the same side, the last of them included; eight in a row on one side of the centre.

    Raises NotMeasurable with fewer than two periods to compute limits from, and when all or none of their
    cases are hits: then they say nothing about variation.

    Source: D. B. Laney, Quality Engineering 14 (2002) 531–537; rules from Western Electric, Statistical
    Quality Control Handbook (1956).
    """
    for period in periods:
        check_count(period.hits, period.of, "rate of a period")
    measured = [period for period in periods if period.mature and period.of]
    basis = measured[:baseline]
    if len(basis) < 2:
        raise NotMeasurable(
            f"limits need at least 2 matured periods with cases; there are {len(basis)}",
            hint="take a longer time range or shorter periods",
        )
    hits, of = sum(period.hits for period in basis), sum(period.of for period in basis)
    centre = hits / of
    if centre in (0, 1):
        raise NotMeasurable(
            f"{'no' if centre == 0 else 'every'} case of {len(basis)} periods is a hit: variation unknown",
            hint="take a longer time range",
        )
    distances = [_distance(period, hits, of) for period in basis]
    ranges = [abs(after - before) for before, after in pairwise(distances)]
    sigma_z = math.fsum(ranges) / len(ranges) / RANGE_TO_SIGMA
    points: list[ChartPoint] = []
    past: list[float] = []
    for period in periods:
        if not period.of:
            points.append(ChartPoint(period, None, None, None, None, ()))
            continue
        z = _in_sigmas(_distance(period, hits, of), sigma_z)
        signals: tuple[Signal, ...] = ()
        if period.mature:
            past.append(z)
            signals = _signals(past)
        reach = 3 * sigma_z * math.sqrt(centre * (1 - centre) / period.of)
        low, high = max(0.0, centre - reach), min(1.0, centre + reach)
        points.append(ChartPoint(period, period.hits / period.of, low, high, z, signals))
    return Chart(centre, sigma_z, len(basis), tuple(points))


def smallest_detectable_shift(
    rate: float, of: int, *, sigma_z: float = 1.0, side: Side = "above", power: float = 0.8, sigmas: float = 3.0
) -> float | None:
    """Return the smallest shift of `rate`, as a positive fraction, that one period of `of` cases shows with `power`.

    Shown means beyond the limit of k `sigmas`: the shift d solves d = k·σ_z·√(p(1−p)/n) + z_power·σ_z·√(q(1−q)/n)
    with q = p + d (above) or p − d (below), the normal approximation for a single point of a p′ chart. None
    where even a rate of 1 (or 0) would not do.
    """
    check_fraction(rate, "rate")
    if not 0.5 <= power < 1:
        raise OrdermineError(f"power is {power}", hint="give it as a fraction from 0.5 to below 1, such as 0.8")
    if of <= 0 or sigma_z < 0:
        raise OrdermineError(f"{of} cases and sigma_z {sigma_z} make no period", hint="give a positive number of cases")
    from scipy.optimize import brentq

    start = rate if side == "above" else 1 - rate
    limit = sigmas * sigma_z * math.sqrt(start * (1 - start) / of)
    wanted = NormalDist().inv_cdf(power)

    def missing(shift: float) -> float:
        shifted = min(1.0, start + shift)
        return shift - limit - wanted * sigma_z * math.sqrt(shifted * (1 - shifted) / of)

    if limit >= 1 - start:
        return None
    return float(brentq(missing, limit, 1 - start))


def _distance(period: Period, hits: int, of: int) -> float:
    """Return z of a period around the centre `hits` / `of`, exactly 0 where the shares are equal."""
    # (h/n − H/N) / √(H/N·(1−H/N)/n), with the differences taken in integers.
    return (period.hits * of - hits * period.of) / math.sqrt(period.of * hits * (of - hits))


def _in_sigmas(distance: float, sigma_z: float) -> float:
    if sigma_z > 0:
        return distance / sigma_z
    return math.copysign(math.inf, distance) if distance else 0.0


def _signals(past: Sequence[float]) -> tuple[Signal, ...]:
    """Return the rules that the last of `past` completes."""
    found: list[Signal] = []
    sides: tuple[tuple[Side, int], ...] = (("above", 1), ("below", -1))
    for side, sign in sides:
        latest = [sign * z for z in past[-8:]]
        if latest[-1] > 3:
            found.append(Signal("one beyond 3 sigma", side))
        if latest[-1] > 2 and sum(z > 2 for z in latest[-3:]) >= 2:
            found.append(Signal("two of three beyond 2 sigma", side))
        if len(latest) == 8 and min(latest) > 0:
            found.append(Signal("eight on one side", side))
    return tuple(found)
