from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import OrdermineError
from ordermine.stats import discovery
from ordermine.stats.discovery import benjamini_hochberg, binomial_tail, conditional_tail, stratified_tail

# Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995) 289–300, section 4.1: 15 comparisons, 4 rejected at 5 %.
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


def test_published_family() -> None:
    family = benjamini_hochberg("thrombolysis", PUBLISHED)
    assert family.size == 15
    assert family.name == "thrombolysis"
    assert family.discoveries(0.05) == (0, 1, 2, 3)
    assert family.adjusted[:4] == pytest.approx((0.0015, 0.003, 0.0095, 0.035625))


def test_adjusted_values_are_monotone_and_keep_their_place() -> None:
    # Sorted 0.01, 0.02, 0.03: 3·0.01/1 = 0.03, 3·0.02/2 = 0.03, 3·0.03/3 = 0.03.
    assert benjamini_hochberg("x", [0.03, 0.01, 0.02]).adjusted == pytest.approx((0.03, 0.03, 0.03))
    assert benjamini_hochberg("x", []).adjusted == ()
    assert benjamini_hochberg("x", []).size == 0
    assert benjamini_hochberg("x", [0.2]).adjusted == (0.2,)


def test_impossible_p_values_are_refused() -> None:
    with pytest.raises(OrdermineError, match="'x' holds a p-value outside"):
        benjamini_hochberg("x", [0.1, math.nan])


def test_order_of_equal_p_values_does_not_matter() -> None:
    # Sorted 0.01, 0.04, 0.04, 0.5: 4·0.01 = 0.04, 4·0.04/3 = 0.0533 for both, 0.5.
    assert benjamini_hochberg("x", [0.04, 0.5, 0.04, 0.01]).adjusted == pytest.approx((0.16 / 3, 0.5, 0.16 / 3, 0.04))


def test_false_discoveries_stay_rare() -> None:
    # 160 of 168 units are like the expected rate, 8 have three times as much.
    false = called = 0
    for seed in range(40):
        dice = random.Random(seed)
        p_values = []
        for unit in range(168):
            rate = 0.15 if unit < 8 else 0.05
            hits = sum(dice.random() < rate for _ in range(100))
            p_values.append(binomial_tail(hits, 100, 0.05))
        found = benjamini_hochberg("units", p_values).discoveries(0.1)
        called += len(found)
        false += sum(unit >= 8 for unit in found)
    assert called > 40 * 4
    assert false / called < 0.15


def test_binomial_tail_by_hand() -> None:
    # Three coins: P(3) = 1/8, P(2) = 3/8.
    assert binomial_tail(2, 3, 0.5, mid=False) == pytest.approx(4 / 8)
    assert binomial_tail(2, 3, 0.5) == pytest.approx(1 / 8 + 3 / 16)
    assert binomial_tail(0, 3, 0.5, mid=False) == 1
    assert binomial_tail(3, 3, 0.5) == pytest.approx(1 / 16)
    assert binomial_tail(0, 0, 0.5) == 0.5
    assert binomial_tail(1, 3, 0.0) == 0
    assert binomial_tail(3, 3, 1.0) == 0.5


def test_stratified_tail_by_hand() -> None:
    # One case at ½, one at ¼: P(2) = 1/8, P(1) = ½·¾ + ½·¼ = ½.
    assert stratified_tail(2, [1, 1], [0.5, 0.25], mid=False) == pytest.approx(1 / 8)
    assert stratified_tail(1, [1, 1], [0.5, 0.25]) == pytest.approx(1 / 8 + 1 / 4)
    assert stratified_tail(0, [], []) == 0.5


@settings(deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.floats(0, 1), st.integers(0, 80))
def test_strata_of_one_rate_are_one_binomial(first: int, second: int, rate: float, hits: int) -> None:
    hits = min(hits, first + second)
    together = binomial_tail(hits, first + second, rate)
    assert stratified_tail(hits, [first, second], [rate, rate]) == pytest.approx(together, abs=1e-12)


def test_large_strata_are_close_to_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    of, rates = [20_000, 30_000], [0.3, 0.2]
    for hits in (12_000, 12_150, 12_300, 12_400):
        exact = stratified_tail(hits, of, rates)
        exact_closed = stratified_tail(hits, of, rates, mid=False)
        with monkeypatch.context() as patch:
            patch.setattr(discovery, "_EXACT_VARIANCE", 0.0)
            assert stratified_tail(hits, of, rates) == pytest.approx(exact, rel=0.02)
            assert stratified_tail(hits, of, rates, mid=False) == pytest.approx(exact_closed, rel=0.02)


def test_many_strata_are_added_up_without_loss() -> None:
    together = binomial_tail(130, 2000, 0.05)
    assert stratified_tail(130, [2] * 1000, [0.05] * 1000) == pytest.approx(together, rel=1e-9)


def test_conditional_tail_by_hand() -> None:
    # Fisher's tea: 4 of 8 cups, 4 hits in all. P(4) = 1/70, P(3) = 16/70.
    assert conditional_tail(3, [4], [4], [8], mid=False) == pytest.approx(17 / 70)
    assert conditional_tail(4, [4], [4], [8]) == pytest.approx(1 / 140)
    # Two strata alike: P(8) = (1/70)², P(7) = 2·16/70².
    assert conditional_tail(7, [4, 4], [4, 4], [8, 8], mid=False) == pytest.approx(33 / 4900)


def test_conditional_tail_of_a_unit_that_is_everybody_says_nothing() -> None:
    assert conditional_tail(3, [10], [3], [10]) == 0.5
    assert conditional_tail(0, [0], [0], [0]) == 0.5


def test_conditional_tail_of_large_strata_is_close_to_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ([20_000, 9_000], [12_000, 3_000], [40_000, 30_000])
    for hits in (6_900, 7_000, 7_150):
        exact = conditional_tail(hits, *arguments)
        with monkeypatch.context() as patch:
            patch.setattr(discovery, "_EXACT_VARIANCE", 0.0)
            assert conditional_tail(hits, *arguments) == pytest.approx(exact, rel=0.05)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=4))
def test_more_hits_are_never_more_likely(strata: list[tuple[int, int, float]]) -> None:
    of, others, rates = (list(column) for column in zip(*strata, strict=True))
    all_of = [n + m for n, m in zip(of, others, strict=True)]
    all_hits = [int(rate * n) for rate, n in zip(rates, all_of, strict=True)]
    for tails in (
        [stratified_tail(hits, of, rates) for hits in range(sum(of) + 1)],
        [conditional_tail(hits, of, all_hits, all_of) for hits in range(sum(of) + 1)],
    ):
        assert all(before >= after - 1e-12 for before, after in itertools.pairwise(tails))
        assert all(0 <= tail <= 1 for tail in tails)


def test_a_percentage_is_not_a_rate() -> None:
    with pytest.raises(OrdermineError, match="expected rate is 5"):
        binomial_tail(1, 2, 5)
