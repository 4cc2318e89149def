"""Measures of both sides: how far they lie apart, crude and within the case mix, and whether that is for the better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ordermine.analyze.compare.sides import WEEKS
from ordermine.analyze.measures.estimate import Estimate, estimate_of
from ordermine.analyze.measures.registry import MEASURES
from ordermine.errors import NotMeasurable
from ordermine.stats.two_samples import (
    Gap,
    Sample,
    gap_of_durations,
    gap_of_means,
    gap_of_shares,
    same_mix,
    widest,
    within_strata,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from ordermine.analyze.compare.sides import Clustering, Mix, Side
    from ordermine.analyze.measures.base import Measure, Unit

Verdict = Literal["better", "worse", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure on both sides."""

    measure: Measure
    first: Estimate
    second: Estimate
    crude: Gap
    """Second minus first, as the orders are."""
    adjusted: Gap | None
    """The same with the second side's case mix made that of the first; None where there is no mix to adjust for."""

    @property
    def decisive(self) -> Gap:
        """The difference that the verdict is about: within the case mix, where there is one."""
        return self.adjusted if self.adjusted is not None else self.crude

    @property
    def verdict(self) -> Verdict:
        """Whether the second side is better or worse than the first: only where the interval excludes no difference."""
        gap = self.decisive
        if not gap.excludes_none or gap.value is None:
            return "inconclusive"
        return "better" if (gap.value > 0) == (self.measure.better == "higher") else "worse"

    @property
    def sign_flip(self) -> bool:
        """Whether the case mix turns the difference around, and one of both is no chance (Simpson's paradox)."""
        if self.adjusted is None or self.crude.value is None or self.adjusted.value is None:
            return False
        certain = self.crude.excludes_none or self.adjusted.excludes_none
        return certain and self.crude.value * self.adjusted.value < 0


@dataclass(frozen=True, slots=True)
class Missing:
    """A measure that one of the sides can't show."""

    measure: Measure
    reason: str


def compare_measures(
    first: Side, second: Side, clusterings: Sequence[Clustering], mix: Mix | None
) -> tuple[list[Compared], list[Missing]]:
    """Return every measure that both sides show, in the order of the registry, and those that one of them can't.

    Of every order only what showed until it had matured counts, so that older orders don't look worse for having been
    watched longer.
    """
    compared, missing = [], []
    for measure in MEASURES:
        try:
            values = [measure.of_orders(side.orders) for side in (first, second)]
        except NotMeasurable as error:
            missing.append(Missing(measure, str(error)))
            continue
        counted = [value.counted[side.chosen] for side, value in zip((first, second), values, strict=True)]
        numbers = [value.timely[side.chosen] for side, value in zip((first, second), values, strict=True)]
        if not (counted[0].any() and counted[1].any()):
            missing.append(Missing(measure, f"no order of side {'B' if counted[0].any() else 'A'} counts for it"))
            continue
        compared.append(_compare(measure, counted, numbers, clusterings, mix))
    return compared, missing


def _compare(
    measure: Measure,
    counted: Sequence[np.ndarray],
    numbers: Sequence[np.ndarray],
    clusterings: Sequence[Clustering],
    mix: Mix | None,
) -> Compared:
    one, two = (number[mask] for number, mask in zip(numbers, counted, strict=True))
    # Where all orders are alike, so are all weeks: they share nothing that had to be allowed for.
    varied = len({*one.tolist(), *two.tolist()}) > 1
    clusters = [
        (each.first[counted[0]], each.second[counted[1]]) for each in clusterings if varied or each.name != WEEKS
    ]
    crude = _widest(measure.unit, one, two, None, clusters)
    adjusted = None
    if mix is not None:
        adjusted = _within_mix(measure.unit, (one, two), (mix.first[counted[0]], mix.second[counted[1]]), clusters)
    first, second = clusters[0] if clusters else (None, None)
    return Compared(
        measure,
        estimate_of(measure.unit, one, first),
        estimate_of(measure.unit, two, second),
        crude,
        adjusted,
    )


def _within_mix(
    unit: Unit,
    values: tuple[np.ndarray, np.ndarray],
    strata: tuple[np.ndarray, np.ndarray],
    clusters: Sequence[tuple[np.ndarray, np.ndarray]],
) -> Gap | None:
    """Return the difference within the strata that both sides have; None where there is none."""
    kept_1, kept_2, weights = same_mix(*strata)
    one, two = values[0][kept_1], values[1][kept_2]
    if not len(one):
        return None
    kept = [(first[kept_1], second[kept_2]) for first, second in clusters]
    if unit == "seconds":
        of_one, of_two = strata[0][kept_1], strata[1][kept_2]
        aligned = within_strata(one, of_one, one, of_one), within_strata(two, of_two, one, of_one)
        return _widest(unit, *aligned, None, kept)
    return _widest(unit, one, two, weights, kept)


def _widest(
    unit: Unit,
    one: np.ndarray,
    two: np.ndarray,
    weights: np.ndarray | None,
    clusters: Sequence[tuple[np.ndarray, np.ndarray]],
) -> Gap:
    """Return the difference; where orders belong together in several ways, with the widest of the intervals."""
    gap = _GAPS[unit]
    if not clusters:
        return gap(Sample(one), Sample(two, weights=weights))
    return widest([gap(Sample(one, first), Sample(two, second, weights)) for first, second in clusters])


_GAPS: dict[Unit, Callable[[Sample, Sample], Gap]] = {
    "share": gap_of_shares,
    "seconds": gap_of_durations,
    "count": gap_of_means,
}
