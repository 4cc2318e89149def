from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import OrdermineError
from ordermine.stats.shrinkage import ShrunkRate, shrink


def test_two_units_by_hand() -> None:
    # p = ½; X² = (3² + 3²)/10 / ¼ = 7.2; γ = (7.2 − 1) / (20 − 200/20 − 1) = 6.2/9.
    # Own weight: 10γ / (10γ + 1 − γ) = 62 / (62 + 2.8).
    found = shrink([8, 2], [10, 10])
    assert found.overall == 0.5
    assert found.intraclass == pytest.approx(6.2 / 9)
    assert found.units[0].own_weight == pytest.approx(62 / 64.8)
    assert found.units[0].rate == pytest.approx(0.5 + 0.3 * 62 / 64.8)
    assert found.units[1].rate == pytest.approx(0.5 - 0.3 * 62 / 64.8)


def test_units_that_differ_by_chance_get_the_overall_rate() -> None:
    # p = ½; X² = 4·(0.5² · 4/10) = 0.4 with 3 units less one: below its expectation.
    found = shrink([5, 5, 6, 4], [10, 10, 10, 10])
    assert found.intraclass == 0
    assert {unit.rate for unit in found.units} == {0.5}


def test_one_unit_is_its_own_overall_rate() -> None:
    assert shrink([3], [12]).units == (ShrunkRate(3, 12, 0.25, 0.25, 0.0),)


def test_no_hits_and_no_cases() -> None:
    assert [unit.rate for unit in shrink([0, 0], [5, 9]).units] == [0, 0]
    empty = shrink([2, 0, 9], [10, 0, 10])
    assert empty.units[1] == ShrunkRate(0, 0, None, 0.55, 0.0)
    assert shrink([0], [0]).units[0].rate is None
    assert shrink([], []).units == ()


def test_units_of_nothing_but_alike_cases_keep_their_rates() -> None:
    found = shrink([20, 0, 20, 0], [20, 20, 20, 20])
    assert found.intraclass == 1
    assert [unit.rate for unit in found.units] == [1, 0, 1, 0]


def test_only_units_of_thirty_are_ranked() -> None:
    assert [unit.rankable for unit in shrink([1, 1], [29, 30]).units] == [False, True]


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(OrdermineError, match="hits 1, of 2"):
        shrink([1], [1, 2])


@settings(deadline=None)
@given(st.lists(st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1))
def test_rates_lie_between_crude_and_overall(pairs: list[tuple[int, int]]) -> None:
    found = shrink([h for h, _ in pairs], [n for _, n in pairs])
    for unit in found.units:
        if found.overall is None or unit.rate is None or unit.crude is None:
            continue
        low, high = sorted((unit.crude, found.overall))
        assert low - 1e-12 <= unit.rate <= high + 1e-12
        assert 0 <= unit.own_weight <= 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(3, 100)), min_size=2))
def test_larger_units_keep_more_of_their_own(pairs: list[tuple[int, int]]) -> None:
    units = sorted(shrink([h for h, _ in pairs], [n for _, n in pairs]).units, key=lambda unit: unit.of)
    assert [unit.own_weight for unit in units] == sorted(unit.own_weight for unit in units)


def test_shrunk_rates_are_nearer_the_truth_than_crude_ones() -> None:
    crude_error = shrunk_error = 0.0
    for seed in range(40):
        dice = random.Random(seed)
        truth = [dice.betavariate(4, 36) for _ in range(40)]
        sizes = [dice.choice([8, 20, 60, 300]) for _ in truth]
        hits = [sum(dice.random() < rate for _ in range(n)) for rate, n in zip(truth, sizes, strict=True)]
        for rate, unit in zip(truth, shrink(hits, sizes).units, strict=True):
            assert unit.crude is not None
            assert unit.rate is not None
            crude_error += (unit.crude - rate) ** 2
            shrunk_error += (unit.rate - rate) ** 2
    assert shrunk_error < 0.6 * crude_error
