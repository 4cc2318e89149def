"""First-time-right week by week, on a control chart, as known now and as the report before said."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from ordermine.analyze.measures.registry import find_measure
from ordermine.analyze.weekly.value import ChartWeek, FirstTimeRightChart
from ordermine.errors import NotMeasurable
from ordermine.stats.control import Chart, Period, p_prime, smallest_detectable_shift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.weekly.measured import WeekOrders
    from ordermine.analyze.weekly.value import Earlier


def chart_first_time_right(
    population: Population, weeks: Sequence[WeekOrders], earlier: Earlier | None
) -> FirstTimeRightChart | str:
    """Return the chart; a sentence where first-time-right can't be measured.

    Parameters
    ----------
    population
        Of which orders.
    weeks
        The weeks that the report looks at in order of time, its own last.
    earlier
        The report before, for what it said of the same weeks.
    """
    try:
        values = find_measure("first_time_right").of_orders(population)
    except NotMeasurable as lack:
        return f"{lack}; {lack.hint}" if lack.hint else str(lack)
    known = earlier.weeks if earlier else {}
    shown = tuple(
        ChartWeek(
            week.name, week.monday, len(week.at), int(values.timely[week.at].sum()), week.mature, known.get(week.name)
        )
        for week in weeks
    )
    try:
        chart = p_prime([Period(week.right, week.n, week.mature) for week in shown])
    except NotMeasurable as lack:
        return FirstTimeRightChart(shown, None, str(lack), None, values.unseen)
    return FirstTimeRightChart(shown, chart, "", _smallest_shift(chart), values.unseen)


def _smallest_shift(chart: Chart) -> float | None:
    usual = statistics.median_low(
        [point.period.of for point in chart.points if point.period.mature and point.period.of]
    )
    return smallest_detectable_shift(chart.centre, usual, sigma_z=chart.sigma_z, side="below")
