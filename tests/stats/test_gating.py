from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np  # noqa: TID253
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.stats.control import Period, p_prime
from ordermine.stats.gating import Level, WeeklyShares, WeeklyValues, difference, judge

if TYPE_CHECKING:
    from ordermine.stats.gating import Judgement, Side

STEADY = [Period(90, 100)] * 26


def shares(latest: list[int], limit: float | None, side: Side = "at_least", before: list[Period] = STEADY) -> Judgement:
    return judge(WeeklyShares(before), before, [Period(hits, 100) for hits in latest], side, limit)


def test_interval_of_four_weeks_by_hand() -> None:
    # Weeks that don't differ count as independent orders: σ_z is 1, not 0. Its 0.605 · 25 = 15.125 degrees of freedom
    # give t = 2.944 for 99 %: 400 orders count as 400 / (2.944/2.576)² = 306.2. Wilson around 0.84: 0.8328 ± 0.0539.
    found = shares([84, 84, 84, 84], 0.89)
    assert found.sigma_z == 1
    assert found.pooled.n == 400
    assert (found.pooled.low, found.pooled.high) == (pytest.approx(0.7789, abs=2e-4), pytest.approx(0.8867, abs=2e-4))
    assert (found.rules, found.interval) == (("four weeks",), "beyond")
    assert (shares([84, 84, 84, 84], 0.88).rules, shares([84, 84, 84, 84], 0.88).interval) == ((), "across")
    assert shares([84, 84, 84, 84], 0.77).interval == "right"


def test_weeks_that_are_over_do_not_keep_a_gate_red() -> None:
    # One sigma of 100 orders around 0.9 is 0.03: the latest week has to lie below 0.87.
    assert shares([80, 80, 80, 86], 0.9).rules == ("four weeks",)
    recovered = shares([80, 80, 80, 88], 0.9)
    assert (recovered.interval, recovered.rules) == ("beyond", ())
    # Unless it has always been so: one week by chance at the limit is no recovery.
    always = [Period(81, 100)] * 26
    assert shares([80, 80, 80, 88], 0.9, before=always).rules == ("four weeks",)


def test_one_week_beyond_three_sigma_by_hand() -> None:
    # t = 3.60 for 99.73 %, so orders count for 1/1.44. Wilson's upper limits of the week are 0.905 at 0.80 and 0.892 at
    # 0.78, the lower limit before is 0.877: differences −0.10 + √(0.105² + 0.023²) and −0.12 + √(0.112² + 0.023²).
    assert shares([90, 90, 90, 80], None).rules == ()
    assert shares([90, 90, 90, 78], None).rules == ("one week",)
    # It is worse than the weeks before, though far from the limit.
    assert shares([90, 90, 90, 78], 0.5).rules == ("one week",)


def test_only_the_bad_side_counts() -> None:
    assert shares([100, 100, 100, 100], 0.5).rules == ()
    assert shares([100, 100, 100, 100], None, "at_most").rules == ("four weeks",)
    mirrored = judge(
        WeeklyShares([Period(10, 100)] * 26), [Period(10, 100)] * 26, [Period(16, 100)] * 4, "at_most", 0.11
    )
    straight = shares([84, 84, 84, 84], 0.89)
    assert mirrored.rules == straight.rules
    assert mirrored.pooled.low == pytest.approx(1 - straight.pooled.high)
    assert mirrored.smallest_shift == pytest.approx(straight.smallest_shift)


def test_weeks_that_differ_widen_everything() -> None:
    wild = [Period(hits, 100) for hits in (80, 100) * 13]
    found = shares([84, 84, 84, 84], 0.89, before=wild)
    assert found.sigma_z == pytest.approx(p_prime(wild).sigma_z)
    assert found.rules == ()
    assert (found.smallest_shift or 0) > 2 * (shares([84] * 4, 0.89).smallest_shift or 1)


def test_few_weeks_before_say_little() -> None:
    # Two weeks: one moving range, 0.6 degrees of freedom.
    assert shares([10, 10, 10, 10], 0.9, before=STEADY[:2]).rules == ()
    # Five weeks are enough to see that a tenth is not nine tenths.
    assert shares([10, 10, 10, 10], 0.9, before=STEADY[:5]).rules == ("four weeks", "one week")


@pytest.mark.parametrize("hits", [0, 100])
def test_without_variation_before_a_single_odd_order_is_no_alarm(hits: int) -> None:
    before = [Period(hits, 100)] * 26
    side: Side = "at_most" if hits == 0 else "at_least"
    odd = [abs(hits - number) for number in (0, 0, 0, 1)]
    many = [abs(hits - number) for number in (0, 0, 0, 9)]
    assert shares(odd, None, side, before).rules == ()
    assert shares(many, None, side, before).rules
    assert shares(odd, None, side, before).smallest_shift is None


def test_durations_by_hand() -> None:
    # Medians 10 and 12 in turn, of 25 orders: around 11 the distances ·√25 are ∓5, the ranges 10, sigma of one order
    # 10/1.128 = 8.865. Of 100 orders it is 0.887; ·2.944 is 2.61.
    before = [np.full(25, value) for value in (10.0, 12.0) * 13]
    latest = [np.full(25, 13.0)] * 4
    found = judge(WeeklyValues(before, "median"), before, latest, "at_most", 10)
    assert (found.pooled.low, found.pooled.high) == (pytest.approx(10.39, abs=0.01), pytest.approx(15.61, abs=0.01))
    assert (found.rules, found.sigma_z) == (("four weeks",), None)
    assert judge(WeeklyValues(before, "median"), before, latest, "at_most", 10.5).rules == ()
    # (2.944 + 1.476) · 0.887
    assert found.smallest_shift == pytest.approx(3.92, abs=0.01)


def test_orders_within_weeks_have_a_say() -> None:
    # Every week has the same median, so weeks seem not to vary at all; the orders do.
    before = [np.arange(21.0)] * 26
    latest = [np.arange(21.0) + 1] * 4
    assert judge(WeeklyValues(before, "median"), before, latest, "at_most", 10).rules == ()
    assert judge(WeeklyValues(before, "mean"), before, latest, "at_most", 10).rules == ()
    # A single order has no interval of a median: its limits are open.
    lone = WeeklyValues(before, "median").level([np.array([5.0])], 0.99)
    assert (lone.low, lone.high) == (-math.inf, math.inf)


def test_difference_of_levels() -> None:
    found = difference(Level(1, 5.0, 2.0, 9.0), Level(1, 1.0, 0.0, 4.0))
    assert (found.value, found.low, found.high) == (4, pytest.approx(4 - math.hypot(3, 3)), 4 + math.hypot(4, 1))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 60), min_size=30, max_size=30), st.floats(1, 1000), st.floats(0.5, 20))
def test_the_unit_of_durations_does_not_matter(medians: list[int], factor: float, limit: float) -> None:
    weeks = [np.arange(9.0) + median for median in medians]
    scaled = [week * factor for week in weeks]
    one = judge(WeeklyValues(weeks[:26], "median"), weeks[:26], weeks[26:], "at_most", limit)
    other = judge(WeeklyValues(scaled[:26], "median"), scaled[:26], scaled[26:], "at_most", limit * factor)
    assert other.pooled.high == pytest.approx(one.pooled.high * factor)
    assert (one.smallest_shift is None) == (other.smallest_shift is None)
