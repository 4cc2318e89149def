"""A week's numbers against the weeks before it."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.weekly.report import weekly_report
from ordermine.stats.intervals import newcombe

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.analyze.weekly.value import MeasureSaid
    from ordermine.eventlog.log import Log

MATURE = "2026-09-01"


def said(log: Log, name: str = "first_time_right", week: str | None = None) -> MeasureSaid:
    found = weekly_report(log, week).measure(name)
    assert found is not None
    return found


def test_a_fall_that_chance_does_not_explain(weekly_log: Callable[..., Log]) -> None:
    # Ten weeks with 5 of 50 wrong, then one with 20 of 50: 0.6 against 0.9. The weeks before don't vary at all, so
    # that the interval is Newcombe's of independent orders.
    found = said(weekly_log([(50, 5)] * 10 + [(50, 20)], MATURE))
    assert (found.latest_week, found.latest.value) == ("2026-W20", 0.6)  # type: ignore[union-attr]
    assert (found.before.value, found.before.n, found.before.weeks) == (0.9, 500, 10)  # type: ignore[union-attr]
    expected = newcombe(30, 50, 450, 500, 0.99)
    assert found.change is not None
    assert (found.change.value, found.change.low, found.change.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )
    assert found.change.verdict == "worse"


def test_a_rise_of_a_share_that_should_be_low_is_worse(weekly_log: Callable[..., Log]) -> None:
    found = said(weekly_log([(50, 5)] * 10 + [(50, 20)], MATURE), "contact")
    assert found.change is not None
    assert found.change.value == pytest.approx(0.3)
    assert found.change.verdict == "worse"


def test_a_fall_that_chance_explains_is_no_clear_change(weekly_log: Callable[..., Log]) -> None:
    found = said(weekly_log([(50, 5)] * 10 + [(50, 8)], MATURE))
    assert found.change is not None
    assert found.change.low < 0 < found.change.high
    assert found.change.verdict == "no clear change"


def test_weeks_that_vary_more_than_chance_make_changes_less_clear(weekly_log: Callable[..., Log]) -> None:
    # The same shares on average, but every other week far off: the fall of the first test is nothing unusual.
    found = said(weekly_log([(50, 0), (50, 10)] * 5 + [(50, 20)], MATURE))
    steady = said(weekly_log([(50, 5)] * 10 + [(50, 20)], MATURE))
    assert found.before.value == steady.before.value == 0.9  # type: ignore[union-attr]
    assert found.change is not None
    assert steady.change is not None
    assert found.change.high > 0 > steady.change.high
    assert found.change.verdict == "no clear change"


def test_a_week_that_has_not_matured_is_never_compared(weekly_log: Callable[..., Log]) -> None:
    # As of 20 May, W16 (to 19 April) has matured and W17 (shipped 21 April) hasn't: its 25 wrong orders don't count.
    log = weekly_log([(50, 5)] * 7 + [(50, 25)], "2026-05-20")
    report = weekly_report(log)
    found = said(log)
    assert (report.week.name, report.week.mature, report.latest_mature) == ("2026-W17", False, "2026-W16")
    assert (found.latest_week, found.latest.value) == ("2026-W16", 0.9)  # type: ignore[union-attr]
    assert found.of_week.value == 0.5
    assert [week.mature for week in found.weeks] == [True] * 7 + [False]
    assert found.change is not None
    assert found.change.value == pytest.approx(0)


def test_nothing_matured_yet(weekly_log: Callable[..., Log]) -> None:
    found = said(weekly_log([(50, 5)] * 2, "2026-03-20"))
    assert (found.latest, found.before, found.change) == (None, None, None)
    assert found.overall.value is None


def test_durations_against_the_spread_of_the_weeks(weekly_log: Callable[..., Log]) -> None:
    # Median days from first step to shipping: 1, 2, 3, 1, 2, 3, then 9. All orders of a week take equally long, so that
    # the limits are those of one further week: mean 2, t with 5 degrees of freedom 4.032143 at 99.5 %.
    log = weekly_log([(20, 0)] * 7, MATURE, days={1: 2, 2: 3, 4: 2, 5: 3, 6: 9})
    found = said(log, "cycle_time")
    day = 86_400
    reach = 4.032143 * statistics.stdev([1, 2, 3, 1, 2, 3]) * math.sqrt(1 + 1 / 6) * day
    assert found.change is not None
    assert found.change.value == pytest.approx(7 * day)
    assert (found.change.low, found.change.high) == pytest.approx((7 * day - reach, 7 * day + reach), abs=1)
    assert found.change.verdict == "worse"


def test_two_matured_weeks_are_too_few_to_compare(weekly_log: Callable[..., Log]) -> None:
    assert said(weekly_log([(50, 5), (50, 25)], MATURE)).change is None


def test_no_further_back_than_26_weeks_before_the_week(weekly_log: Callable[..., Log]) -> None:
    found = said(weekly_log([(10, 10)] * 3 + [(10, 1)] * 27, "2027-09-01"))
    assert len(found.weeks) == 27
    assert (found.before.value, found.before.weeks) == (0.9, 26)  # type: ignore[union-attr]
