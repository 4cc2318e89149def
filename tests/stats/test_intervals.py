from __future__ import annotations

import math
import random
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import OrdermineError
from ordermine.stats.intervals import (
    Proportion,
    clustered,
    difference,
    few_clusters_factor,
    mean_interval,
    newcombe,
    quantile_interval,
    ratio_limits,
    wilson,
)


# R. G. Newcombe, Statist. Med. 17 (1998) 857–872, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_limits(hits: int, of: int, low: float, high: float) -> None:
    found = wilson(hits, of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    assert found.share == hits / of


def test_a_share_of_nothing_is_not_measurable() -> None:
    assert wilson(0, 0) == Proportion(0, 0, None, None, None, 0.95)
    assert not wilson(0, 0).measurable
    assert not clustered([], []).measurable
    assert not clustered([0, 0], [0, 0]).measurable
    assert newcombe(0, 0, 1, 2).value is None
    assert newcombe(1, 2, 0, 0).low is None


@pytest.mark.parametrize(("hits", "of"), [(3, 2), (-1, 2)])
def test_more_hits_than_cases_are_refused(hits: int, of: int) -> None:
    with pytest.raises(OrdermineError, match="is not a share"):
        wilson(hits, of)
    with pytest.raises(OrdermineError, match="is not a share"):
        clustered([hits], [of])


def test_confidence_in_percent_is_refused() -> None:
    with pytest.raises(OrdermineError, match="confidence is 95"):
        wilson(1, 2, 95)


@settings(deadline=None)
@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_contains_the_share_and_mirrors(pair: tuple[int, int]) -> None:
    hits, of = pair
    found, mirrored = wilson(hits, of), wilson(of - hits, of)
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert mirrored.low is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert found.high == pytest.approx(1 - mirrored.low)
    wider = wilson(hits, of, 0.99)
    assert wider.low is not None
    assert wider.low <= found.low


@settings(deadline=None)
@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of - 1), st.just(of))))
def test_one_hit_more_moves_wilson_up(pair: tuple[int, int]) -> None:
    less, more = wilson(pair[0], pair[1]), wilson(pair[0] + 1, pair[1])
    assert less.low is not None
    assert more.low is not None
    assert less.high is not None
    assert more.high is not None
    assert less.low < more.low
    assert less.high < more.high


def test_clusters_of_alike_cases_count_as_one_case_each() -> None:
    # 40 clusters of 5, 10 of them all hits: p = ¼, residuals ±; D = 40/39 · (10·3.75² + 30·1.25²)/200² / (¼·¾/200)
    #   = 40/39 · 187.5/40000 / 0.0009375 = 40/39 · 5. Effective size 200 / D / (t₃₉/z)² = 39 · (z / 2.022691)².
    found = clustered([5] * 10 + [0] * 30, [5] * 40)
    size = 39 * (1.959964 / 2.022691) ** 2
    z = 1.959964
    middle = (0.25 + z * z / (2 * size)) / (1 + z * z / size)
    half = z / (1 + z * z / size) * math.sqrt(0.25 * 0.75 / size + z * z / (4 * size * size))
    assert found.share == 0.25
    assert found.low == pytest.approx(middle - half, abs=1e-6)
    assert found.high == pytest.approx(middle + half, abs=1e-6)
    assert found.clusters == 40


def test_single_cases_as_clusters_are_independent_cases() -> None:
    found, plain = clustered([1, 0, 0, 1, 0], [1, 1, 1, 1, 1]), wilson(2, 5)
    assert (found.low, found.high) == (plain.low, plain.high)


def test_clusters_without_a_hit_count_as_alike() -> None:
    # Σn²/n = (16 + 4 + 4)/8 = 3, so 8 cases count as 8/3, less for t with 2 degrees of freedom (4.302653).
    found = clustered([0, 0, 0], [4, 2, 2])
    size = 8 / 3 * (1.959964 / 4.302653) ** 2
    assert found.low == 0
    # Wilson's upper limit without hits is z² / (n + z²).
    assert found.high == pytest.approx(1.959964**2 / (size + 1.959964**2), abs=1e-6)


def test_one_cluster_leaves_everything_possible() -> None:
    found = clustered([3, 0], [10, 0])
    assert (found.share, found.low, found.high, found.clusters) == (0.3, 0, 1, 1)


@settings(deadline=None)
@given(st.lists(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30))
def test_clustered_is_never_narrower_than_wilson(pairs: list[tuple[int, int]]) -> None:
    found = clustered([h for h, _ in pairs], [n for _, n in pairs])
    plain = wilson(found.hits, found.of)
    assert found.low is not None
    assert found.high is not None
    assert plain.low is not None
    assert plain.high is not None
    assert found.low <= plain.low + 1e-12
    assert found.high >= plain.high - 1e-12
    assert found.share == plain.share


def test_clustered_covers_where_plain_wilson_does_not() -> None:
    # Beta-binomial clusters of 20 with mean 0.2 and intraclass correlation 1/11: D = 1 + 19/11 = 2.7.
    covered = plain_covered = 0
    runs = 400
    for seed in range(runs):
        dice = random.Random(seed)
        rates = [dice.betavariate(2, 8) for _ in range(25)]
        hits = [sum(dice.random() < rate for _ in range(20)) for rate in rates]
        found, plain = clustered(hits, [20] * 25), wilson(sum(hits), 500)
        assert found.low is not None
        assert found.high is not None
        assert plain.low is not None
        assert plain.high is not None
        covered += found.low <= 0.2 <= found.high
        plain_covered += plain.low <= 0.2 <= plain.high
    assert covered / runs >= 0.93
    assert plain_covered / runs <= 0.85


def test_few_clusters_factor() -> None:
    # t with 1 degree of freedom is tan(0.475 π) = 12.7062 at 97.5 %.
    assert few_clusters_factor(2, 0.95) == pytest.approx((12.7062 / 1.959964) ** 2, rel=1e-5)


# R. G. Newcombe, Statist. Med. 17 (1998) 873–890, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 56, 0, 29), -0.1170, 0.0642),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_gives_the_published_limits(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe(*counts)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    assert found.value == counts[0] / counts[1] - counts[2] / counts[3]


def test_difference_of_clustered_shares_is_wider() -> None:
    first, second = clustered([4, 0, 4, 0], [4] * 4), clustered([0, 1, 0, 1], [4] * 4)
    found, plain = difference(first, second), newcombe(8, 16, 2, 16)
    assert found.value == plain.value
    assert found.low is not None
    assert plain.low is not None
    assert found.low < plain.low


# For n = 10, P(at most 1 below the median) = 11/1024 ≤ 0.025 < 56/1024 = P(at most 2 below), so the ranks are 2 and 9.
@pytest.mark.parametrize(("n", "low", "high"), [(6, 1, 6), (10, 2, 9), (20, 6, 15), (30, 10, 21), (100, 40, 61)])
def test_ranks_of_the_median(n: int, low: int, high: int) -> None:
    found = quantile_interval(list(range(n, 0, -1)))
    assert (found.low, found.high) == (low, high)
    assert found.value == (n + 1) / 2


def test_a_quantile_of_few_values_has_no_limits() -> None:
    # Five values lie all on one side of the median with probability 1/16, more than 5 %.
    found = quantile_interval([5, 1, 4, 2, 3])
    assert (found.value, found.low, found.high) == (3, None, None)
    assert quantile_interval([]).value is None


def test_a_high_quantile_of_a_middling_sample_has_a_lower_limit_only() -> None:
    # 0.9²⁰ = 0.12 of the samples have no value above the 90 % quantile; P(at most 14 of 20 below) = 0.0113,
    # P(at most 15) = 0.0432.
    found = quantile_interval(list(range(1, 21)), 0.9)
    assert (found.low, found.high) == (15, None)
    assert found.value == pytest.approx(18.1)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.floats(0.01, 0.99))
def test_quantile_limits_enclose_the_quantile(values: list[float], q: float) -> None:
    found = quantile_interval(values, q)
    assert found.value is not None
    rounding = 1e-6 * (1 + abs(found.value))
    assert found.low is None or found.low <= found.value + rounding
    assert found.high is None or found.high >= found.value - rounding


def test_ratio_limits_with_an_exact_denominator_scale_the_numerator() -> None:
    low, high = ratio_limits(6, (2, 12), 4, (4, 4))
    assert low == pytest.approx(0.5)
    assert high == pytest.approx(3)


def test_ratio_limits_solve_their_definition() -> None:
    # At a limit R, top − R·bottom has 0 as a limit: (6 − R·4)² = (6 − 2)² + R²·(5 − 4)² below.
    low, high = ratio_limits(6, (2, 12), 4, (3, 5))
    assert (6 - 4 * low) ** 2 == pytest.approx(16 + low**2)
    assert high is not None
    assert (6 - 4 * high) ** 2 == pytest.approx(36 + high**2)
    assert low < 1.5 < high


def test_ratio_limits_at_zero() -> None:
    assert ratio_limits(0, (0, 3), 4, (0, 5)) == (0, None)
    # (0 − 4R)² = 3² + R²·2², so R = 3 / √12.
    low, high = ratio_limits(0, (0, 3), 4, (2, 5))
    assert low == 0
    assert high == pytest.approx(3 / math.sqrt(12))


def test_normal_quantile_is_the_one_in_tables() -> None:
    assert NormalDist().inv_cdf(0.975) == pytest.approx(1.959964, abs=1e-6)


def test_a_mean_has_the_interval_of_student() -> None:
    # 1, 2, 3: mean 2, standard error 1/√3, t(2 degrees, 97.5 %) = 4.302653.
    found = mean_interval([1, 2, 3])
    assert found.value == 2
    assert found.high == pytest.approx(2 + 4.302653 / 3**0.5, abs=1e-5)
    assert found.low == pytest.approx(2 - 4.302653 / 3**0.5, abs=1e-5)


def test_a_mean_of_clusters_varies_as_the_clusters_do() -> None:
    # Two clusters of two, means 0 and 2: residual sums −2 and 2, so √(2/1 · 8)/4 = 1; t(1 degree, 97.5 %) = 12.7062.
    found = mean_interval([0, 0, 2, 2], [7, 7, 9, 9])
    assert (found.value, found.high) == (1, pytest.approx(1 + 12.7062, abs=1e-4))


def test_a_mean_of_nothing_or_of_one_cluster_has_no_interval() -> None:
    assert (mean_interval([]).value, mean_interval([5]).value, mean_interval([5]).low) == (None, 5, None)
    assert mean_interval([1, 2], [3, 3]).high is None
