from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import OrdermineError
from ordermine.stats.intervals import wilson
from ordermine.stats.mix import MixRow, standardise

# C. R. Charig et al., Br. Med. J. 292 (1986) 879–882: successes with small and large kidney stones.
STONES = [
    MixRow("open", "small", 81, 87),
    MixRow("open", "large", 192, 263),
    MixRow("needle", "small", 234, 270),
    MixRow("needle", "large", 55, 80),
]


def test_published_example_of_simpsons_paradox() -> None:
    needle, operation = standardise(STONES)
    # Open surgery at the needle's rates: 87·234/270 + 263·55/80 = 75.4 + 180.8125.
    assert operation.expected == pytest.approx(256.2125)
    assert operation.ratio == pytest.approx(273 / 256.2125)
    assert operation.adjusted == pytest.approx(562 / 700 * 273 / 256.2125)
    assert operation.crude == wilson(273, 350)
    assert operation.sign_flip
    # Needle at the rates of open surgery: 270·81/87 + 80·192/263.
    assert needle.expected == pytest.approx(270 * 81 / 87 + 80 * 192 / 263)
    assert needle.ratio is not None
    assert needle.ratio < 1
    assert needle.sign_flip


def test_everyone_as_reference_expects_what_was_observed() -> None:
    found = standardise(STONES, reference="everyone")
    assert sum(rate.expected for rate in found) == pytest.approx(273 + 289)
    assert found[1].expected == pytest.approx(87 * 315 / 357 + 263 * 247 / 343)


def test_equal_risk_within_the_mix_is_equal_adjusted_risk() -> None:
    # Both have 14 % and 4 %; East has 80 % of its orders where it is 14 %, West 20 %: crude 12 % against 6 %.
    rows = [
        MixRow("East", ("new", "web"), 112, 800),
        MixRow("East", ("old", None), 8, 200),
        MixRow("West", ("new", "web"), 28, 200),
        MixRow("West", ("old", None), 32, 800),
    ]
    east, west = standardise(rows)
    assert (east.crude.share, west.crude.share) == (0.12, 0.06)
    assert east.ratio == pytest.approx(1)
    assert east.adjusted == pytest.approx(0.09)
    assert west.adjusted == pytest.approx(0.09)
    assert not east.sign_flip
    assert not west.sign_flip
    assert east.ratio_low is not None
    assert east.ratio_high is not None
    assert east.ratio_low < 1 < east.ratio_high
    # Nothing but chance: the mid-p of the middle of its distribution.
    assert east.p_high == pytest.approx(0.5, abs=0.01)


def test_p_high_is_the_exact_test_within_strata() -> None:
    # Fisher's tea: P(4) + P(3) halved as 16/70/2.
    found = standardise([MixRow("a", "s", 3, 4), MixRow("b", "s", 1, 4)])
    assert found[0].p_high == pytest.approx(1 / 70 + 16 / 140)


def test_cases_that_nobody_else_has_are_left_out_and_counted() -> None:
    rows = [MixRow("a", "s", 5, 10), MixRow("a", "only a", 9, 30), MixRow("b", "s", 2, 10)]
    a, b = standardise(rows)
    assert (a.observed, a.expected, a.unmatched) == (5, 2.0, 30)
    assert a.crude.of == 40
    assert (b.observed, b.expected, b.unmatched) == (2, 5.0, 0)


def test_a_unit_with_nothing_to_compare_with_is_not_measurable() -> None:
    (alone,) = standardise([MixRow("a", "s", 5, 10)])
    assert (alone.ratio, alone.adjusted, alone.p_high, alone.unmatched) == (None, None, None, 10)
    empty, _ = standardise([MixRow("a", "s", 0, 0), MixRow("b", "s", 1, 4)])
    assert not empty.crude.measurable
    assert empty.ratio is None
    assert standardise([]) == ()


def test_a_reference_without_hits_has_no_ratio_but_a_test() -> None:
    a, b = standardise([MixRow("a", "s", 5, 10), MixRow("b", "s", 0, 10)])
    assert (a.ratio, a.expected) == (None, 0)
    # All five hits of 20 cases on the ten of a: C(10,5)/C(20,5), halved.
    assert a.p_high == pytest.approx(252 / 15504 / 2)
    assert (b.ratio, b.ratio_low) == (0, 0)
    assert b.ratio_high is not None


def test_mixed_clusters_are_refused() -> None:
    with pytest.raises(OrdermineError, match="some rows have a cluster"):
        standardise([MixRow("a", "s", 1, 2, "x"), MixRow("b", "s", 1, 2)])
    with pytest.raises(OrdermineError, match="rate of 'a' in stratum 's': 3 of 2"):
        standardise([MixRow("a", "s", 3, 2)])


def test_one_cluster_has_a_ratio_without_limits() -> None:
    a, _ = standardise([MixRow("a", "s", 3, 10, "x"), MixRow("b", "s", 1, 5, "y"), MixRow("b", "s", 1, 5, "z")])
    assert a.ratio == pytest.approx(1.5)
    assert (a.ratio_low, a.ratio_high, a.p_high) == (None, None, None)


def test_alike_cases_of_a_cluster_count_once() -> None:
    # Every case four times over in its cluster: the design effect is four, but for k/(k−1) and t.
    single, fourfold = [], []
    for unit, hits in (("a", 40), ("b", 25)):
        for case in range(100):
            single.append(MixRow(unit, "s", int(case < hits), 1))
            fourfold.append(MixRow(unit, "s", 4 * int(case < hits), 4, (unit, case)))
    plain, widened = standardise(single)[0], standardise(fourfold)[0]
    assert widened.ratio == plain.ratio
    assert plain.ratio_low is not None
    assert plain.ratio_high is not None
    assert widened.ratio_low == pytest.approx(plain.ratio_low, rel=0.02)
    assert widened.ratio_high == pytest.approx(plain.ratio_high, rel=0.02)
    assert widened.p_high == pytest.approx(plain.p_high, rel=0.3)


def test_clusters_shared_with_the_reference_count_together() -> None:
    # One line of a and one of b in every order, and just one of them goes wrong. With O/E = 1 and r = ½ an order adds
    # (x − ½) − (1 − x − ½) = ±1 where independent lines have variance ¼ + ¼: a design effect of 2 · 200/199.
    rows = []
    for order in range(200):
        rows += [MixRow("a", "s", order % 2, 1, order), MixRow("b", "s", 1 - order % 2, 1, order)]
    widened = standardise(rows)[0]
    halved = standardise([MixRow("a", "s", 50, 100), MixRow("b", "s", 50, 100)])[0]
    assert halved.ratio_low is not None
    assert halved.ratio_high is not None
    assert widened.ratio_low == pytest.approx(halved.ratio_low, rel=0.01)
    assert widened.ratio_high == pytest.approx(halved.ratio_high, rel=0.01)


def test_rows_may_come_in_any_order_and_any_portions() -> None:
    dice = random.Random(5)
    rows = [MixRow(u, s, int(dice.random() < 0.3), 1, c) for u in "abc" for s in "xy" for c in range(9)]
    shuffled = rows[:]
    dice.shuffle(shuffled)
    assert standardise(shuffled) == standardise(rows)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from("xyz"),
            st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
            st.integers(0, 5),
        ),
        min_size=2,
        max_size=30,
    ),
    st.sampled_from(["others", "everyone"]),
)
def test_limits_enclose_the_ratio(rows: list[tuple[str, str, tuple[int, int], int]], reference: str) -> None:
    plain = [MixRow(unit, stratum, *pair) for unit, stratum, pair, _ in rows]
    grouped = [MixRow(unit, stratum, *pair, cluster) for unit, stratum, pair, cluster in rows]
    for independent, widened in zip(
        standardise(plain, reference=reference),  # type: ignore[arg-type]
        standardise(grouped, reference=reference),  # type: ignore[arg-type]
        strict=True,
    ):
        assert independent.ratio == widened.ratio
        if independent.ratio is None:
            continue
        for found in (independent, widened):
            if found.ratio_low is None:
                continue
            assert 0 <= found.ratio_low <= independent.ratio + 1e-9
            assert found.ratio_high is None or found.ratio_high >= independent.ratio - 1e-9
        assert independent.p_high is not None
        assert 0 <= independent.p_high <= 1
        assert widened.p_high is None or widened.p_high >= independent.p_high - 1e-12


def _company(seed: int, *, lines: int) -> list[MixRow]:
    """Return orders of two departments of equal risk per segment (10 % and 30 %), whose lines share their luck."""
    dice = random.Random(seed)
    rows = []
    for unit, easy in (("a", 0.3), ("b", 0.7)):
        for order in range(150):
            stratum = "easy" if dice.random() < easy else "hard"
            mean = 0.1 if stratum == "easy" else 0.3
            rate = dice.betavariate(2 * mean, 2 * (1 - mean))
            rows.append(MixRow(unit, stratum, sum(dice.random() < rate for _ in range(lines)), lines, (unit, order)))
    return rows


def test_clusters_keep_coverage_and_false_alarms() -> None:
    covered = alarms = naive = 0
    runs = 150
    for seed in range(runs):
        rows = _company(seed, lines=6)
        found = standardise(rows)[0]
        plain = standardise([MixRow(row.unit, row.stratum, row.hits, row.of) for row in rows])[0]
        assert found.ratio_low is not None
        assert found.ratio_high is not None
        assert found.p_high is not None
        assert plain.p_high is not None
        covered += found.ratio_low <= 1 <= found.ratio_high
        alarms += found.p_high < 0.05
        naive += plain.p_high < 0.05
    assert covered / runs >= 0.93
    assert alarms / runs <= 0.075
    assert naive / runs > 0.1


def test_independent_cases_keep_coverage_and_false_alarms() -> None:
    covered = alarms = 0
    runs = 200
    for seed in range(runs):
        found = standardise(_company(seed, lines=1))[0]
        assert found.ratio_low is not None
        assert found.ratio_high is not None
        assert found.p_high is not None
        covered += found.ratio_low <= 1 <= found.ratio_high
        alarms += found.p_high < 0.05
    assert covered / runs >= 0.93
    assert alarms / runs <= 0.075
