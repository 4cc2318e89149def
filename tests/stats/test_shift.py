from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.stats import shift as module
from ordermine.stats.shift import hodges_lehmann

# M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), example 4.1.
AT_TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLY = [1.15, 0.88, 0.90, 0.74, 1.21]


def test_published_example() -> None:
    found = hodges_lehmann(EARLY, AT_TERM)
    assert found.value == pytest.approx(0.305)
    # 60 of the 3003 orderings have U ≤ 8 and 83 have U ≤ 9; 2.5 % are 75: limits at the 9th from each end.
    differences = sorted(late - early for late in AT_TERM for early in EARLY)
    assert found.low == pytest.approx(differences[8])
    assert found.high == pytest.approx(differences[-9])
    assert found.low == pytest.approx(-0.15)
    assert found.high == pytest.approx(0.76)


def test_too_few_values_have_no_limits() -> None:
    # 3 and 3 values: the most extreme ordering has probability 1/20.
    found = hodges_lehmann([1, 2, 3], [11, 12, 13])
    assert (found.value, found.low, found.high) == (10, None, None)
    assert hodges_lehmann([], [1]).value is None


def test_four_and_four_values_reach_from_least_to_most() -> None:
    # 4 and 4: the most extreme ordering has probability 1/70 ≤ 0.025, the two most extreme 2/70 > 0.025.
    found = hodges_lehmann([1, 2, 3, 4], [11, 12, 13, 14])
    assert (found.value, found.low, found.high) == (10, 7, 13)


def test_ways_count_all_orderings() -> None:
    by_hand = Counter(
        sum(earlier not in chosen for last in chosen for earlier in range(last))
        for chosen in itertools.combinations(range(7), 3)
    )
    ways = module._ways(3, 4)
    assert ways == [by_hand[u] for u in range(13)]
    assert sum(module._ways(5, 11)) == math.comb(16, 5)


@settings(deadline=None)
@given(
    st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=12),
    st.lists(st.integers(-50, 50).map(float), min_size=1, max_size=12),
    st.integers(-100, 100),
)
def test_adding_a_constant_adds_it_to_the_shift(first: list[float], second: list[float], by: int) -> None:
    here, there = hodges_lehmann(first, second), hodges_lehmann(first, [value + by for value in second])
    assert here.value == median(y - x for x in first for y in second)
    assert there.value == here.value + by
    if here.low is not None and here.high is not None:
        assert here.low <= here.value <= here.high
        assert there.low == here.low + by


def test_searched_differences_are_the_listed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(3)
    first = [dice.lognormvariate(0, 1) for _ in range(61)] + [2.0] * 9
    second = [dice.lognormvariate(0.3, 1) for _ in range(80)] + [2.0] * 20
    listed = hodges_lehmann(first, second)
    monkeypatch.setattr(module, "_LISTED_PAIRS", 0)
    searched = hodges_lehmann(first, second)
    assert searched.value == pytest.approx(listed.value, rel=1e-12)
    assert searched.low == pytest.approx(listed.low)
    assert searched.high == pytest.approx(listed.high)


def test_searched_ties_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LISTED_PAIRS", 0)
    found = hodges_lehmann([0.1] * 60, [0.3] * 60)
    assert (found.value, found.low, found.high) == (0.3 - 0.1, 0.3 - 0.1, 0.3 - 0.1)


def test_exact_and_normal_cut_off_meet() -> None:
    exact = module._cut_off(50, 50, 0.95)
    # 1250 − 1.959964 · √(2500·101/12) = 965.69
    assert abs(exact - 965) <= 2


def test_interval_covers_a_true_shift() -> None:
    covered = 0
    for seed in range(400):
        dice = random.Random(seed)
        found = hodges_lehmann([dice.expovariate(1) for _ in range(12)], [0.7 + dice.expovariate(1) for _ in range(15)])
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.7 <= found.high
    assert covered / 400 >= 0.93
