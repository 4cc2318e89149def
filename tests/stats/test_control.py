from __future__ import annotations

import itertools
import math
import random
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import NotMeasurable, OrdermineError
from ordermine.stats.control import Period, Signal, p_prime, smallest_detectable_shift


def test_equal_sizes_give_the_limits_of_an_individuals_chart() -> None:
    # Laney (2002): with equal sizes p′ is the XmR chart of the shares, centre ± 3/1.128 of their mean moving range.
    chart = p_prime([Period(hits, 100) for hits in (20, 10, 20, 10, 20, 10)])
    assert chart.centre == 0.15
    assert chart.sigma_z == pytest.approx(0.1 / math.sqrt(0.15 * 0.85 / 100) / 1.128)
    for point in chart.points:
        assert point.high == pytest.approx(0.15 + 3 * 0.1 / 1.128)
        assert point.low == 0
        assert point.signals == ()


def test_unequal_sizes_by_hand() -> None:
    # p̄ = 50/250 = 0.2; σ = 0.04, 0.04, 0.4/√50; z = (0.3−0.2)/0.04 = 2.5, (0.1−0.2)/0.04 = −2.5, 0. Ranges 5 and 2.5.
    chart = p_prime([Period(30, 100), Period(10, 100), Period(10, 50)])
    assert chart.centre == 0.2
    assert chart.sigma_z == pytest.approx(3.75 / 1.128)
    assert chart.points[0].z == pytest.approx(2.5 * 1.128 / 3.75)
    assert chart.points[2].z == 0
    assert chart.points[2].high == pytest.approx(0.2 + 3 * 3.75 / 1.128 * 0.4 / math.sqrt(50))


def test_one_point_beyond_the_limits_of_the_baseline() -> None:
    quiet = [Period(hits, 100) for hits in (19, 21) * 10]
    # Ranges of 0.02: limits 0.2 ± 3 · 0.02/1.128 = 0.2 ± 0.0532; 26 is beyond 3 sigma, 24 beyond 2 (0.0355).
    chart = p_prime([*quiet, Period(26, 100)], baseline=20)
    assert chart.baseline == 20
    assert chart.points[-1].signals == (Signal("one beyond 3 sigma", "above"),)
    below = p_prime([*quiet, Period(14, 100)], baseline=20)
    assert below.points[-1].signals == (Signal("one beyond 3 sigma", "below"),)


def test_two_of_three_beyond_two_sigma_on_the_same_side() -> None:
    quiet = [Period(hits, 100) for hits in (19, 21) * 10]
    signal = (Signal("two of three beyond 2 sigma", "above"),)

    def last(*hits: int) -> tuple[Signal, ...]:
        return p_prime([*quiet, *(Period(h, 100) for h in hits)], baseline=20).points[-1].signals

    assert last(24) == ()
    assert last(24, 24) == signal
    assert last(24, 19, 24) == signal
    assert last(24, 19, 19, 24) == ()
    assert last(24, 16) == ()
    # The last of the three has to be beyond itself: 21 completes nothing.
    assert last(24, 24, 21) == ()


def test_eight_on_one_side() -> None:
    quiet = [Period(hits, 100) for hits in (21, 19) * 10]
    chart = p_prime([*quiet, *[Period(21, 100)] * 8], baseline=20)
    assert [bool(point.signals) for point in chart.points[-2:]] == [False, True]
    assert chart.points[-1].signals == (Signal("eight on one side", "above"),)
    # A point on the centre ends the run.
    broken = p_prime([*quiet, *[Period(21, 100)] * 7, Period(20, 100), Period(21, 100)], baseline=20)
    assert not any(point.signals for point in broken.points)


def test_immature_and_empty_periods_are_left_out_of_limits_and_signals() -> None:
    mature = [Period(20, 100), Period(10, 100), Period(20, 100), Period(10, 100)]
    plain = p_prime(mature)
    mixed = p_prime([mature[0], Period(0, 0), *mature[1:], Period(0, 100, mature=False)])
    assert (mixed.centre, mixed.sigma_z, mixed.baseline) == (plain.centre, plain.sigma_z, 4)
    assert mixed.points[1].share is None
    assert mixed.points[-1].share == 0
    assert mixed.points[-1].high is not None
    alarm = p_prime([*[Period(19, 100), Period(21, 100)] * 10, Period(90, 100, mature=False)])
    assert alarm.points[-1].signals == ()


def test_periods_without_variation_have_no_reach() -> None:
    chart = p_prime([Period(10, 100), Period(30, 300), Period(7, 70), Period(12, 100)], baseline=3)
    assert chart.sigma_z == 0
    assert [point.z for point in chart.points] == [0, 0, 0, math.inf]
    assert chart.points[-1].signals == (Signal("one beyond 3 sigma", "above"),)


def test_too_little_to_draw() -> None:
    with pytest.raises(NotMeasurable, match="there are 1"):
        p_prime([Period(1, 10), Period(0, 0), Period(3, 10, mature=False)])
    with pytest.raises(NotMeasurable, match="no case of 2 periods"):
        p_prime([Period(0, 10), Period(0, 10)])
    with pytest.raises(NotMeasurable, match="every case"):
        p_prime([Period(10, 10), Period(10, 10)])
    with pytest.raises(OrdermineError, match="11 of 10"):
        p_prime([Period(11, 10), Period(1, 10)])


@settings(deadline=None)
@given(st.lists(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=3))
def test_limits_enclose_the_centre_and_hits_mirror(pairs: list[tuple[int, int]]) -> None:
    hits, of = sum(h for h, _ in pairs), sum(n for _, n in pairs)
    if hits in (0, of):
        return
    chart = p_prime([Period(h, n) for h, n in pairs])
    mirrored = p_prime([Period(n - h, n) for h, n in pairs])
    assert mirrored.sigma_z == pytest.approx(chart.sigma_z)
    for point, other in zip(chart.points, mirrored.points, strict=True):
        assert point.low is not None
        assert point.high is not None
        assert other.low is not None
        assert 0 <= point.low <= chart.centre <= point.high <= 1
        assert other.low == pytest.approx(1 - point.high, abs=1e-9)


def test_large_overdispersed_weeks_rarely_alarm() -> None:
    # Weekly rates vary by themselves (beta, mean 0.1, sd 0.0095). At 10,000 orders that is 3.3 times the binomial
    # sd of 0.003: beyond a classic p-chart's 3 sigma in about a third of the weeks.
    alarms = classic = weeks = 0
    for seed in range(20):
        dice = random.Random(seed)
        periods = []
        for _ in range(52):
            rate = dice.betavariate(100, 900)
            of = dice.randrange(8_000, 12_000)
            periods.append(Period(round(dice.gauss(of * rate, math.sqrt(of * rate * (1 - rate)))), of))
        chart = p_prime(periods)
        for point in chart.points:
            assert point.z is not None
            weeks += 1
            alarms += abs(point.z) > 3
            classic += abs(point.z * chart.sigma_z) > 3
    assert alarms / weeks < 0.02
    assert classic / weeks > 0.2


def test_smallest_shift_by_hand() -> None:
    # 3σ limit 0.1 + 0.045; d = 0.045 + 0.841621·√((0.1+d)(0.9−d)/400) has its solution at 0.06044.
    found = smallest_detectable_shift(0.1, 400)
    assert found == pytest.approx(0.06044, abs=1e-5)
    # Twice the sigma: d = 0.09 + 1.683242·√((0.1+d)(0.9−d)/400).
    wide = smallest_detectable_shift(0.1, 400, sigma_z=2)
    assert wide is not None
    assert wide == pytest.approx(0.09 + 1.683242 * math.sqrt((0.1 + wide) * (0.9 - wide) / 400), abs=1e-6)


def test_smallest_shift_is_shown_with_its_power() -> None:
    shift = smallest_detectable_shift(0.2, 1000, power=0.9)
    assert shift is not None
    limit = 0.2 + 3 * math.sqrt(0.2 * 0.8 / 1000)
    rate = 0.2 + shift
    assert 1 - NormalDist(rate, math.sqrt(rate * (1 - rate) / 1000)).cdf(limit) == pytest.approx(0.9)


def test_smallest_shift_below_mirrors_above() -> None:
    assert smallest_detectable_shift(0.9, 500, side="below") == pytest.approx(smallest_detectable_shift(0.1, 500))


def test_a_week_can_be_too_small_to_show_anything() -> None:
    assert smallest_detectable_shift(0.5, 8) is None
    assert smallest_detectable_shift(0.5, 10) is not None


def test_more_orders_show_smaller_shifts() -> None:
    found = [smallest_detectable_shift(0.1, of) or 1 for of in (20, 50, 200, 1000, 10**5)]
    assert all(before > after for before, after in itertools.pairwise(found))


def test_impossible_questions_are_refused() -> None:
    for rate, of, power in ((0, 10, 0.8), (0.1, 0, 0.8), (0.1, 10, 80)):
        with pytest.raises(OrdermineError):
            smallest_detectable_shift(rate, of, power=power)
