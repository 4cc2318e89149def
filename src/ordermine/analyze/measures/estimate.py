"""What a measure says of a population: over all matured orders, and week by week."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.cluster_arrays import cluster_codes, share_of_rows
from ordermine.stats.intervals import mean_interval, quantile_interval

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.measures.base import Measure, Unit, Values
    from ordermine.analyze.measures.population import Population


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; None where there are no orders."""

    n: int
    """Orders that it speaks of."""
    value: float | None
    """A share; the median, in seconds; or the mean per order."""
    low: float | None
    high: float | None
    p90: float | None = None
    """90th percentile, of seconds."""


@dataclass(frozen=True, slots=True)
class Week:
    """The orders of one ISO week (UTC) that a measure speaks of."""

    week: str
    """E.g. ``2026-W10``."""
    monday: dt.date
    mature: bool
    """Whether every order of the week has matured: its numbers are final."""
    values: np.ndarray
    """One per order, as they were when it had matured."""

    @property
    def n(self) -> int:
        """How many orders."""
        return len(self.values)

    @property
    def hits(self) -> int:
        """Of a share: its numerator."""
        return int(self.values.sum())


def estimate(population: Population, measure: Measure, values: Values | None = None) -> Estimate:
    """Return what a measure says of all matured orders; shares and means are widened for clusters.

    Parameters
    ----------
    population, measure
        Of which orders, and what.
    values
        The measure's numbers where they are known already.

    Raises
    ------
    NotMeasurable
        This log can't say.
    """
    values = values or measure.of_orders(population)
    chosen = values.counted & population.matured
    return estimate_of(measure.unit, values.value[chosen], cluster_codes(population.log, population.case_no[chosen]))


def estimate_of(unit: Unit, values: np.ndarray, clusters: np.ndarray | None) -> Estimate:
    """Return the estimate from the numbers of orders.

    Parameters
    ----------
    unit
        Of the numbers.
    values
        One per order.
    clusters
        Number of each order's cluster, as of `cluster_codes`.
    """
    import numpy as np

    if unit == "share":
        share = share_of_rows(values > 0, clusters)
        return Estimate(share.of, share.share, share.low, share.high)
    if unit == "seconds":
        middle = quantile_interval(values.tolist())
        low, high = middle.low, middle.high
        if clusters is not None and middle.value is not None:
            # R. S. Woodruff, JASA 47 (1952) 635–646: the limits of the share below the median, as quantiles.
            below = share_of_rows(values <= middle.value, clusters)
            low, high = (
                None if share is None else float(np.quantile(values, share)) for share in (below.low, below.high)
            )
        p90 = float(np.quantile(values, 0.9)) if len(values) else None
        return Estimate(middle.n, middle.value, low, high, p90)
    mean = mean_interval(values, clusters)
    return Estimate(mean.n, mean.value, mean.low, mean.high)


def by_week(population: Population, values: Values) -> list[Week]:
    """Return the weeks from the first order's to the last one's, those without orders included."""
    import numpy as np

    if not values.counted.any():
        return []
    monday, matured = population.monday[values.counted], population.matured[values.counted]
    numbers = values.timely[values.counted]
    order = np.argsort(monday, kind="stable")
    monday, matured, numbers = monday[order], matured[order], numbers[order]
    weeks = []
    for day in range(int(monday[0]), int(monday[-1]) + 1, 7):
        first, last = np.searchsorted(monday, [day, day + 7])
        date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
        weeks.append(Week(week_name(date), date, bool(matured[first:last].all()), numbers[first:last]))
    return weeks


def week_name(day: dt.date) -> str:
    """Return the ISO week of a day, e.g. ``2026-W10``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
