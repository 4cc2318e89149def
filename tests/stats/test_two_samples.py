from __future__ import annotations

import math
from typing import Any

import pytest

from ordermine.stats.intervals import normal_quantile, wilson_limits
from ordermine.stats.shift import hodges_lehmann
from ordermine.stats.two_samples import (
    Gap,
    Sample,
    gap_of_durations,
    gap_of_means,
    gap_of_shares,
    same_mix,
    within_strata,
)


def hits(*of_clusters: tuple[int, int], first: int = 0) -> Sample:
    """Return a sample of clusters, numbered from `first` on, each with (hits, cases)."""
    import numpy as np

    values = [number < hit for hit, cases in of_clusters for number in range(cases)]
    clusters = [first + at for at, (_, cases) in enumerate(of_clusters) for _ in range(cases)]
    return Sample(np.array(values, dtype=float), np.array(clusters))


def hybrid(p_1: float, size_1: float, p_2: float, size_2: float) -> tuple[float, float]:
    """Return Newcombe's limits of p₂ − p₁ for given, maybe effective, sizes."""
    (low_1, high_1), (low_2, high_2) = wilson_limits(p_1, size_1), wilson_limits(p_2, size_2)
    return (
        p_2 - p_1 - math.hypot(p_2 - low_2, high_1 - p_1),
        p_2 - p_1 + math.hypot(high_2 - p_2, p_1 - low_1),
    )


def t_over_z_squared(freedom: int) -> float:
    from scipy.special import stdtrit

    return float((stdtrit(freedom, 0.975) / normal_quantile(0.95)) ** 2)


def test_shares_of_independent_cases_have_newcombes_interval() -> None:
    import numpy as np

    # R. G. Newcombe (1998), table II, example (a): 56/70 − 48/80, method 10: 0.0524 to 0.3339
    first, second = Sample(np.arange(80) < 48), Sample(np.arange(70) < 56)
    gap = gap_of_shares(first, second)
    assert gap.value == pytest.approx(0.2)
    assert (gap.low, gap.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_means_of_independent_cases_have_welchs_interval() -> None:
    import numpy as np
    from scipy.stats import ttest_ind

    first, second = [1.0, 2, 3, 4, 7], [3.0, 5, 7, 9]
    gap = gap_of_means(Sample(np.array(first)), Sample(np.array(second)))
    expected = ttest_ind(second, first, equal_var=False).confidence_interval(0.95)
    assert gap.value == pytest.approx(6 - 3.4)
    assert (gap.low, gap.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_durations_of_independent_cases_are_shifted_as_hodges_and_lehmann_say() -> None:
    import numpy as np

    first, second = [1.0, 2, 4, 8, 16, 17], [3.0, 9, 11, 20, 30]
    gap, expected = gap_of_durations(Sample(np.array(first)), Sample(np.array(second))), hodges_lehmann(first, second)
    assert (gap.value, gap.low, gap.high) == (expected.value, expected.low, expected.high)


def test_weights_shift_a_share_and_shrink_its_size() -> None:
    import numpy as np

    # Second: weights 3, ½, ½ on 1, 0, 1: 3.5 of 4; effective size 4² ÷ (9 + ¼ + ¼) = 16 ÷ 9.5.
    gap = gap_of_shares(
        Sample(np.array([1.0, 0, 0, 1])), Sample(np.array([1.0, 0, 1]), weights=np.array([3.0, 0.5, 0.5]))
    )
    assert gap.value == pytest.approx(0.875 - 0.5)
    assert (gap.low, gap.high) == pytest.approx(hybrid(0.5, 4, 0.875, 16 / 9.5))


def test_clusters_on_both_sides_count_by_what_they_add_to_the_difference() -> None:
    # p = ½ on both sides. Cluster 0 adds (9 − 5) ÷ 20 − 0 = 0.2, cluster 1 −0.2: V = 2 · 0.08 = 0.16 against
    # V₀ = 2 · 0.25 ÷ 20 = 0.025: design effect 6.4, one degree of freedom.
    gap = gap_of_shares(hits((5, 10), (5, 10)), hits((9, 10), (1, 10)))
    size = 20 / (6.4 * t_over_z_squared(1))
    assert gap.value == 0
    assert (gap.low, gap.high) == pytest.approx(hybrid(0.5, size, 0.5, size))


def test_what_clusters_differ_by_alike_on_both_sides_cancels_out() -> None:
    # Very different clusters, but the same on both sides: no wider than for independent cases, apart from t.
    gap = gap_of_shares(hits((1, 10), (9, 10), (5, 10)), hits((1, 10), (9, 10), (5, 10)))
    size = 30 / t_over_z_squared(2)
    assert (gap.low, gap.high) == pytest.approx(hybrid(0.5, size, 0.5, size))


def test_a_single_cluster_on_one_side_varies_as_those_on_the_other() -> None:
    # Means ½ and ⅒ on the first side: their variance is 0.08, of which 0.21 ÷ 10 comes from single cases: σ² = 0.059.
    # Design effects: first 1 + 0.059 · (2 · ½²) · 20 ÷ 0.21, second 1 + 0.059 · 10 ÷ 0.24; 1 + 0 degrees of freedom.
    gap = gap_of_shares(hits((5, 10), (1, 10)), hits((4, 10), first=2))
    factor = t_over_z_squared(1)
    first, second = 20 / ((1 + 0.059 * 10 / 0.21) * factor), 10 / ((1 + 0.059 * 10 / 0.24) * factor)
    assert gap.value == pytest.approx(0.1)
    assert (gap.low, gap.high) == pytest.approx(hybrid(0.3, first, 0.4, second))


def test_one_cluster_on_either_side_tells_nothing() -> None:
    for gap_of in (gap_of_shares, gap_of_means, gap_of_durations):
        gap = gap_of(hits((5, 10)), hits((2, 10), first=1))
        assert (gap.low, gap.high, gap.detectable) == (None, None, None)
        assert not gap.excludes_none
    assert gap_of_shares(hits((5, 10)), hits((2, 10), first=1)).value == pytest.approx(-0.3)


def test_where_all_cases_are_alike_each_cluster_counts_once() -> None:
    # No case is a hit: two clusters of ten count as two cases, five as five.
    gap = gap_of_shares(hits((0, 10), (0, 10)), hits(*[(0, 4)] * 5, first=2))
    factor = t_over_z_squared(5)
    assert (gap.low, gap.high) == pytest.approx(hybrid(0, 2 / factor, 0, 5 / factor))


@pytest.mark.parametrize("gap_of", [gap_of_shares, gap_of_means, gap_of_durations])
def test_nothing_on_one_side_is_no_difference_of_zero(gap_of: Any) -> None:
    import numpy as np

    assert gap_of(Sample(np.zeros(0)), Sample(np.ones(3))) == Gap(None, None, None)


@pytest.mark.parametrize("kind", ["share", "count", "seconds"])
def test_one_team_against_nine_is_no_difference_in_19_of_20_comparisons(kind: str) -> None:
    import numpy as np

    chance = np.random.default_rng(11)
    missed = naive = 0
    runs = 300
    for _ in range(runs):
        teams = np.clip(0.1 + chance.normal(0, 0.03, 10), 0, 1)
        which = chance.integers(0, 9, 1500), np.full(300, 9)
        if kind == "share":
            sides = [(chance.random(len(team)) < teams[team]).astype(float) for team in which]
            gap_of: Any = gap_of_shares
        elif kind == "count":
            sides = [chance.poisson(20 * teams[team]).astype(float) for team in which]
            gap_of = gap_of_means
        else:
            which = which[0][:300], which[1][:100]
            sides = [chance.exponential(1.0, len(team)) * (0.5 + 10 * teams[team]) for team in which]
            gap_of = gap_of_durations
        missed += gap_of(*(Sample(side, team) for side, team in zip(sides, which, strict=True))).excludes_none
        naive += gap_of(*(Sample(side) for side in sides)).excludes_none
    # 5 % with a standard error of 1.3 %
    assert missed / runs <= 0.09
    assert naive / runs >= 0.2


def test_the_same_mix_counts_strata_of_both_sides_only() -> None:
    import numpy as np

    kept_1, kept_2, weights = same_mix(np.array([0, 0, 0, 1, 3]), np.array([0, 1, 1, 2]))
    assert kept_1.tolist() == [True, True, True, True, False]
    assert kept_2.tolist() == [True, True, True, False]
    # 3 ÷ 1 in stratum 0, 1 ÷ 2 in stratum 1
    assert weights.tolist() == [3, 0.5, 0.5]


def test_alignment_takes_the_reference_median_of_the_stratum_away() -> None:
    import numpy as np

    reference, of = np.array([5.0, 1, 3, 10, 20]), np.array([0, 0, 0, 2, 2])
    assert within_strata(np.array([4.0, 16, 3]), np.array([0, 2, 0]), reference, of).tolist() == [1, 1, 0]


def test_detectable_is_what_eight_of_ten_comparisons_would_tell() -> None:
    # An interval of ±1.96 standard errors of 1: 1.96 + 0.84
    assert Gap(0.3, 0.3 - 1.959964, 0.3 + 1.959964).detectable == pytest.approx(2.801585, abs=1e-5)
