"""What every measure says: over all matured orders, in the latest matured week, against the weeks before it."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.cluster_arrays import cluster_codes
from ordermine.analyze.measures.estimate import estimate_of, week_name
from ordermine.analyze.measures.registry import MEASURES
from ordermine.analyze.weekly.value import Before, Change, MeasureSaid, NotMeasured, WeekValue
from ordermine.errors import NotMeasurable
from ordermine.stats.control import Period, p_prime
from ordermine.stats.intervals import (
    Proportion,
    clustered,
    difference,
    mean_interval,
    quantile_interval,
    wilson_limits,
)
from ordermine.stats.prediction import prediction_limits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import numpy as np

    from ordermine.analyze.measures.base import Better, Measure
    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.weekly.value import Verdict

CONFIDENCE: Final = 0.99
"""Of the interval of a change: a report tells several, every week, and false alarms are to be rare."""


@dataclass(frozen=True, slots=True)
class WeekOrders:
    """The orders of a population that belong to one week."""

    monday: dt.date
    at: np.ndarray
    """Their positions in the population."""
    mature: bool

    @property
    def name(self) -> str:
        """E.g. ``2026-W46``."""
        return week_name(self.monday)


def say_measures(
    population: Population, weeks: Sequence[WeekOrders]
) -> tuple[tuple[MeasureSaid, ...], tuple[NotMeasured, ...]]:
    """Return what every measure of orders says, and which ones this log can't measure.

    Parameters
    ----------
    population
        Of which orders.
    weeks
        The weeks that the report looks at in order of time, its own last.
    """
    import numpy as np

    clusters = cluster_codes(population.log, population.case_no)
    said, missing = [], []
    for measure in MEASURES:
        try:
            values = measure.of_orders(population)
        except NotMeasurable as lack:
            missing.append(NotMeasured(measure.name, measure.title, str(lack), measure.needs))
            continue
        overall = np.flatnonzero(values.counted & population.matured)
        told = [_InWeek(week, week.at[values.counted[week.at]], values.timely, clusters) for week in weeks]
        mature = [one for one in told if one.week.mature and one.n]
        said.append(
            MeasureSaid(
                measure,
                overall=estimate_of(
                    measure.unit, values.value[overall], None if clusters is None else clusters[overall]
                ),
                latest=estimate_of(measure.unit, mature[-1].values, mature[-1].clusters) if mature else None,
                latest_week=mature[-1].week.name if mature else None,
                before=_before(measure, mature[:-1]),
                change=_change(measure, mature[-1], mature[:-1]) if len(mature) > 2 else None,
                of_week=estimate_of(measure.unit, told[-1].values, told[-1].clusters),
                weeks=tuple(WeekValue(one.week.name, one.n, one.value(measure), one.week.mature) for one in told),
                unseen=values.unseen,
            )
        )
    return tuple(said), tuple(missing)


class _InWeek:
    """A measure's numbers of the orders of one week."""

    def __init__(self, week: WeekOrders, at: np.ndarray, numbers: np.ndarray, clusters: np.ndarray | None) -> None:
        self.week = week
        self.values: np.ndarray = numbers[at]
        self.clusters = None if clusters is None else clusters[at]

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def hits(self) -> int:
        return int((self.values > 0).sum())

    def value(self, measure: Measure) -> float | None:
        if not self.n:
            return None
        if measure.unit == "share":
            return self.hits / self.n
        import numpy as np

        return float(np.median(self.values) if measure.unit == "seconds" else np.mean(self.values))


def _before(measure: Measure, weeks: Sequence[_InWeek]) -> Before | None:
    """Return what the weeks say together: of a share, over all their orders; else the mean of the weeks' values."""
    n = sum(week.n for week in weeks)
    if not n:
        return None
    if measure.unit == "share":
        value = sum(week.hits for week in weeks) / n
    else:
        value = statistics.fmean(_values(measure, weeks))
    return Before(value, n, weeks[0].week.name, weeks[-1].week.name, len(weeks))


def _values(measure: Measure, weeks: Sequence[_InWeek]) -> list[float]:
    return [value for week in weeks if (value := week.value(measure)) is not None]


def _change(measure: Measure, latest: _InWeek, before: Sequence[_InWeek]) -> Change | None:
    """Return by how much a week differs from those before it, with an interval that holds the weeks' own variation.

    Of shares: the difference of the two shares, each with an interval that is widened by σ_z² of the p′ chart of the
    weeks before, or for clusters where that is more. Of other numbers: the week's value less the mean of the weeks
    before; the limits are those within which one further week is to be expected, or those of the week's own value,
    whichever is wider on its side.
    """
    if measure.unit == "share":
        sigma_z = _sigma_z(before)
        found = difference(_widened([latest], sigma_z), _widened(before, sigma_z))
        if found.value is None or found.low is None or found.high is None:
            return None
        return Change(found.value, found.low, found.high, _verdict(measure.better, found.low, found.high))
    values = _values(measure, before)
    limits = prediction_limits(values, CONFIDENCE)
    own = _own_limits(measure, latest)
    value = latest.value(measure)
    if limits is None or own is None or value is None:
        return None
    usual = statistics.fmean(values)
    low, high = min(value - limits[1], own[0] - usual), max(value - limits[0], own[1] - usual)
    return Change(value - usual, low, high, _verdict(measure.better, low, high))


def _own_limits(measure: Measure, week: _InWeek) -> tuple[float, float] | None:
    """Return the limits of a week's median or mean; None where it has too few orders for any."""
    if measure.unit == "seconds":
        middle = quantile_interval(week.values.tolist(), confidence=CONFIDENCE)
        low, high = middle.low, middle.high
    else:
        mean = mean_interval(week.values, week.clusters, CONFIDENCE)
        low, high = mean.low, mean.high
    return None if low is None or high is None else (low, high)


def _sigma_z(weeks: Sequence[_InWeek]) -> float:
    try:
        return max(1.0, p_prime([Period(week.hits, week.n) for week in weeks]).sigma_z)
    except NotMeasurable:
        return 1.0


def _widened(weeks: Sequence[_InWeek], sigma_z: float) -> Proportion:
    """Return the share of the weeks' orders, its interval widened for their variation or for clusters."""
    import numpy as np

    n, hits = sum(week.n for week in weeks), sum(week.hits for week in weeks)
    share = hits / n
    low, high = wilson_limits(share, n / sigma_z**2, CONFIDENCE)
    joined = [week.clusters for week in weeks if week.clusters is not None]
    if joined:
        _, code = np.unique(np.concatenate(joined), return_inverse=True)
        hit = np.concatenate([week.values for week in weeks]) > 0
        wide = clustered(np.bincount(code, hit).astype(int).tolist(), np.bincount(code).tolist(), CONFIDENCE)
        if wide.low is not None and wide.high is not None:
            low, high = min(low, wide.low), max(high, wide.high)
    return Proportion(hits, n, share, low, high, CONFIDENCE)


def _verdict(better: Better, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "no clear change"
    return "better" if (low > 0) == (better == "higher") else "worse"
