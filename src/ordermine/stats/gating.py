"""Whether the latest weeks breach a limit or fall behind the weeks before: quiet where nothing changed.

Two rules, both on the bad side only:

* the last four weeks together lie beyond the limit with their whole 99 % interval; and so does the latest of them with
  its value, by more than one sigma of its own, so that a gate doesn't stay red because of weeks that are over; or so do
  the weeks before with their whole interval: then nothing has been over yet;
* the latest week is worse than the weeks before beyond three sigma.

Sigma is that of Laney's p′ chart over up to 26 weeks before, so weeks that differ more than chance allows widen
everything. It is itself an estimate: Student's t takes the place of the normal quantile everywhere. That is why the
usual run rules are not used: with limits from 26 weeks, "one beyond 3 sigma", "two of three beyond 2 sigma" and "eight
on one side" together raise more than one false alarm in two years on each side, and see nothing that the four weeks
together don't see earlier. `benchmarks/gating.py` measures it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeVar

from ordermine.errors import NotMeasurable
from ordermine.stats.control import RANGE_TO_SIGMA, p_prime, smallest_detectable_shift
from ordermine.stats.intervals import mean_interval, normal_quantile, quantile_interval, wilson_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.stats.control import Period

POOLED: Final = 4
"""Weeks that are judged together."""
BASELINE: Final = 26
"""Weeks before them that say how much weeks vary, at most."""
FEWEST_BEFORE: Final = 2
CONFIDENCE: Final = 0.99
THREE_SIGMA: Final = 0.9973
"""Confidence of three sigma on both sides."""
POWER: Final = 0.93
"""With what probability the four weeks together exclude the smallest visible shift; as the latest of them has to agree,
it is seen nine times in ten (measured by `benchmarks/gating.py`)."""

_FREEDOM_PER_WEEK: Final = 0.605
"""Efficiency of the mean moving range: as good as so many squared deviations (P. G. Hoel, Ann. Math. Statist. 17 (1946)
475–482)."""

Side = Literal["at_least", "at_most"]
Rule = Literal["four weeks", "one week"]
Position = Literal["right", "beyond", "across"]


@dataclass(frozen=True, slots=True)
class Level:
    """What some weeks say together, with its interval; a limit that they are too few for is infinite."""

    n: int
    """Orders."""
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say of the latest weeks."""

    rules: tuple[Rule, ...]
    """Those that are broken."""
    interval: Position
    """Where the interval of the latest weeks together lies: on the right side of the limit, beyond it, or across it."""
    pooled: Level
    """The latest weeks together, 99 %."""
    latest: Level
    """The latest week by itself, 99 %."""
    before: Level
    """The weeks before, 99 %."""
    sigma_z: float | None
    """Of shares: how much more the weeks before vary than independent orders would, at least 1."""
    smallest_shift: float | None
    """The lasting shift that four such weeks show nine times in ten, in the measure's unit; None where none would."""


W = TypeVar("W", contravariant=True)


class Weekly(Protocol[W]):
    """How much a number varies from week to week, seen from the weeks before."""

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the estimate."""

    @property
    def sigma_z(self) -> float | None:
        """As in `Judgement`."""

    def level(self, weeks: Sequence[W], confidence: float) -> Level:
        """Return what `weeks` say together."""

    def sigma(self, orders: int, at: float) -> float:
        """Return the standard deviation of so many orders' number around `at`."""

    def smallest_shift(self, at: float, orders: int, side: Side, widened: float) -> float | None:
        """Return the shift from `at` to the bad side that so many orders show; `widened` multiplies sigma."""


class WeeklyShares:
    """Shares: hits of orders."""

    def __init__(self, before: Sequence[Period]) -> None:
        self.freedom = _freedom(before)
        try:
            self.sigma_z: float | None = max(1.0, p_prime(before).sigma_z)
        except NotMeasurable:
            # All or none of the orders before are hits: as independent orders would.
            self.sigma_z = 1.0

    def level(self, weeks: Sequence[Period], confidence: float) -> Level:
        """Return the share with Wilson's interval for the effective number of orders, n / (σ_z · t / z)²."""
        hits, of = sum(week.hits for week in weeks), sum(week.of for week in weeks)
        widened = self._sigma_z * _t(self.freedom, confidence) / normal_quantile(confidence)
        return Level(of, hits / of, *wilson_limits(hits / of, of / widened**2, confidence))

    def sigma(self, orders: int, at: float) -> float:
        """Return σ_z · √(p(1−p)/n)."""
        return self._sigma_z * math.sqrt(at * (1 - at) / orders)

    def smallest_shift(self, at: float, orders: int, side: Side, widened: float) -> float | None:
        """Return the shift that leaves the interval of `CONFIDENCE` with `POWER`."""
        if not 0 < at < 1:
            return None
        return smallest_detectable_shift(
            at,
            orders,
            sigma_z=self._sigma_z * widened,
            side="below" if side == "at_least" else "above",
            power=POWER,
            sigmas=_t(self.freedom, CONFIDENCE),
        )

    @property
    def _sigma_z(self) -> float:
        assert self.sigma_z is not None
        return self.sigma_z


class WeeklyValues:
    """Durations, told by their median, or counts, told by their mean; one number per order.

    With xᵢ of week i and x̄ of all weeks, the distances (xᵢ − x̄)·√nᵢ take the place of the z of the p′ chart: where
    weeks are of equal size this is the XmR chart. Orders within the weeks have a say too: no interval is narrower than
    that of independent orders.
    """

    sigma_z: float | None = None

    def __init__(self, before: Sequence[np.ndarray], told_by: Literal["median", "mean"]) -> None:
        import numpy as np

        self.told_by = told_by
        self.freedom = _freedom(before)
        centre = self._value(np.concatenate(before))
        distances = [(self._value(week) - centre) * math.sqrt(len(week)) for week in before]
        ranges = [abs(after - earlier) for earlier, after in pairwise(distances)]
        self._unit_sigma = math.fsum(ranges) / len(ranges) / RANGE_TO_SIGMA

    def _value(self, orders: np.ndarray) -> float:
        import numpy as np

        return float(np.median(orders) if self.told_by == "median" else orders.mean())

    def level(self, weeks: Sequence[np.ndarray], confidence: float) -> Level:
        """Return the value of all orders with the wider of both intervals on either side."""
        import numpy as np

        orders = np.concatenate(weeks)
        value = self._value(orders)
        if self.told_by == "median":
            median = quantile_interval(orders.tolist(), 0.5, confidence)
            low, high = median.low, median.high
        else:
            mean = mean_interval(orders, None, confidence)
            low, high = mean.low, mean.high
        reach = _t(self.freedom, confidence) * self.sigma(len(orders), value)
        return Level(
            len(orders),
            value,
            -math.inf if low is None else min(low, value - reach),
            math.inf if high is None else max(high, value + reach),
        )

    def sigma(self, orders: int, at: float) -> float:
        """Return the standard deviation, the same wherever the value lies."""
        return self._unit_sigma / math.sqrt(orders)

    def smallest_shift(self, at: float, orders: int, side: Side, widened: float) -> float | None:
        """Return the shift that leaves the interval of `CONFIDENCE` with `POWER`; None where weeks don't vary."""
        sigmas = _t(self.freedom, CONFIDENCE) + NormalDist().inv_cdf(POWER)
        return sigmas * widened * self.sigma(orders, at) or None


def judge(weekly: Weekly[W], before: Sequence[W], latest: Sequence[W], side: Side, limit: float | None) -> Judgement:
    """Judge the latest weeks by both rules.

    Parameters
    ----------
    weekly
        How much weeks vary, made from `before`.
    before
        At least `FEWEST_BEFORE` weeks.
    latest
        The weeks after them, up to `POOLED`, in order of time.
    side
        Whether the number should be at least or at most the limit.
    limit
        None stands for what it was in the weeks before.
    """
    pooled, last = weekly.level(latest, CONFIDENCE), weekly.level(latest[-1:], CONFIDENCE)
    centre = weekly.level(before, CONFIDENCE)
    wanted = centre.value if limit is None else limit
    distance = difference(pooled, centre) if limit is None else _from(pooled, limit)
    sign = 1 if side == "at_least" else -1
    rules: list[Rule] = []
    still = sign * (wanted - last.value) > weekly.sigma(last.n, wanted)
    always = limit is not None and _position(_from(centre, limit), side) == "beyond"
    position = _position(distance, side)
    if position == "beyond" and (still or always):
        rules.append("four weeks")
    worse = difference(weekly.level(latest[-1:], THREE_SIGMA), weekly.level(before, THREE_SIGMA))
    if _position(worse, side) == "beyond":
        rules.append("one week")
    widened = math.sqrt(1 + pooled.n / centre.n) if limit is None else 1.0
    return Judgement(
        tuple(rules),
        position,
        pooled,
        last,
        centre,
        weekly.sigma_z,
        weekly.smallest_shift(wanted, pooled.n, side, widened),
    )


def difference(first: Level, second: Level) -> Level:
    """Return first − second, of independent weeks.

    Source: G. Y. Zou and A. Donner, Statist. Med. 27 (2008) 1693–1702; Newcombe's method where both are Wilson's.
    """
    value = first.value - second.value
    return Level(
        first.n,
        value,
        value - math.hypot(first.value - first.low, second.high - second.value),
        value + math.hypot(first.high - first.value, second.value - second.low),
    )


def _from(level: Level, limit: float) -> Level:
    return Level(level.n, level.value - limit, level.low - limit, level.high - limit)


def _position(distance: Level, side: Side) -> Position:
    best, worst = (distance.high, distance.low) if side == "at_least" else (-distance.low, -distance.high)
    return "beyond" if best < 0 else "right" if worst >= 0 else "across"


def _freedom(before: Sequence[object]) -> float:
    return _FREEDOM_PER_WEEK * (len(before) - 1)


def _t(freedom: float, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + confidence) / 2))
