from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import InputError, NotMeasurable, OrdermineError
from ordermine.stats.audit import Correction, correct_shares
from ordermine.stats.intervals import wilson


def _by_name(found: Correction) -> dict[str, tuple[float, float, float]]:
    return {share.department: (share.share, share.low, share.high) for share in found.shares}


def test_two_departments_by_hand() -> None:
    # Of 300 errors reported at A, 100 labels: 90 A, 10 B; of 100 at B, 40 labels: 20 A, 20 B. Posterior means, ½ added:
    # P(A | A) = 90.5/101, P(A | B) = 20.5/41 = ½; share of A = ¾ · 90.5/101 + ¼ · ½ = 0.7970.
    labels = [("A", "A")] * 90 + [("A", "B")] * 10 + [("B", "A")] * 20 + [("B", "B")] * 20
    found = correct_shares({"A": 300, "B": 100}, labels)
    share, low, high = _by_name(found)["A"]
    assert share == pytest.approx(0.75 * 90.5 / 101 + 0.125, abs=0.002)
    # Variance: (90.5·10.5)/(101²·102)·¾² + ½·½/42·¼² + (¾·¼/401)·(90.5/101 − ½)² = 0.000512 + 0.000372 + 0.000073.
    assert (high - low) / 2 == pytest.approx(1.96 * 0.000957**0.5, rel=0.05)
    assert found.shares[0].reported == wilson(300, 400)
    assert [stratum.agreement for stratum in found.strata] == [wilson(90, 100), wilson(20, 40)]
    assert (found.errors, found.labelled, found.not_audited) == (400, 140, 0)


def test_the_same_counts_give_the_same_answer() -> None:
    labels = [("A", "A")] * 9 + [("A", "C")] + [("B", "B")] * 5
    first = correct_shares({"A": 30, "B": 10}, labels)
    assert correct_shares({"B": 10, "A": 30}, labels[::-1]) == first
    assert correct_shares([{"A": 1}] * 30 + [{"B": 1}, {}] * 10, labels) == first


def test_a_department_that_was_never_reported_gets_its_share() -> None:
    labels = [("A", "A")] * 30 + [("A", "Master data")] * 30
    share, low, high = _by_name(correct_shares({"A": 500}, labels))["Master data"]
    assert low < 0.5 < high
    assert share == pytest.approx(0.5, abs=0.01)


def test_strata_without_labels_make_bounds() -> None:
    labels = [("A", "A")] * 50
    found = correct_shares({"A": 80, "B": 20}, labels)
    shares = _by_name(found)
    assert found.not_audited == 20
    # A may have none of B's 20 errors, or all of them.
    assert shares["A"][1] < 0.8
    assert shares["A"][1] == pytest.approx(0.8, abs=0.05)
    assert shares["A"][2] == pytest.approx(1, abs=0.001)
    assert shares["B"][2] >= 0.2
    assert not found.strata[1].agreement.measurable


def test_errors_of_one_order_widen_the_limits() -> None:
    labels = [("A", "A")] * 200 + [("B", "B")] * 200
    single = _by_name(correct_shares({"A": 400, "B": 400}, labels))["A"]
    # 80 orders of ten errors each, all of one department.
    clustered = _by_name(correct_shares([{"A": 10}, {"B": 10}] * 40, labels))["A"]
    assert clustered[2] - clustered[1] > 2.5 * (single[2] - single[1])


def test_an_audit_that_does_not_fit_is_refused() -> None:
    with pytest.raises(NotMeasurable, match="no errors"):
        correct_shares({"A": 0}, [("A", "A")])
    with pytest.raises(NotMeasurable, match="no labels"):
        correct_shares({"A": 5}, [])
    with pytest.raises(InputError, match="2 errors reported at 'A'; the log has 1"):
        correct_shares({"A": 1}, [("A", "A"), ("A", "B")])
    with pytest.raises(InputError, match="1 errors reported at 'Z'; the log has 0"):
        correct_shares({"A": 1}, [("Z", "A")])
    with pytest.raises(OrdermineError, match="'A' has -1 errors"):
        correct_shares({"A": -1}, [("A", "A")])


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 300), min_size=1),
    st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDEF")), min_size=1, max_size=60),
)
def test_shares_lie_within_their_limits_and_add_up(sizes: dict[str, int], labels: list[tuple[str, str]]) -> None:
    room = Counter(sizes)
    fitting = []
    for label in labels:
        if room[label[0]] > 0:
            room[label[0]] -= 1
            fitting.append(label)
    if not fitting:
        return
    found = correct_shares(sizes, fitting, draws=200)
    for share in found.shares:
        assert 0 <= share.low <= share.share + 1e-12
        assert share.share <= share.high + 1e-12
        assert share.high <= 1 + 1e-12
    assert sum(share.share for share in found.shares) == pytest.approx(1)


def test_limits_cover_the_truth() -> None:
    # Six departments; the report is right in 0.9 … 0.65 of the errors and otherwise blames one of two neighbours.
    names = ["Credit", "Deal desk", "Finance", "Logistics", "Sales", "Service"]
    weights = [0.08, 0.22, 0.15, 0.2, 0.25, 0.1]
    rights = [0.9, 0.85, 0.8, 0.75, 0.7, 0.65]
    confusion = {
        name: {name: rights[i], names[i - 1]: (1 - rights[i]) * 0.7, names[i - 2]: (1 - rights[i]) * 0.3}
        for i, name in enumerate(names)
    }
    truth = {
        name: sum(weight * confusion[other].get(name, 0) for other, weight in zip(names, weights, strict=True))
        for name in names
    }
    covered = Counter[str]()
    raw_covered = 0
    runs = 200
    for seed in range(runs):
        dice = random.Random(seed)
        sizes = Counter(dice.choices(names, weights, k=600))
        labels = []
        for name in names:
            true = dice.choices(list(confusion[name]), list(confusion[name].values()), k=min(25, sizes[name]))
            labels += [(name, found) for found in true]
        found = correct_shares(sizes, labels, draws=800)
        for share in found.shares:
            covered[share.department] += share.low <= truth[share.department] <= share.high
            reported = share.reported
            assert reported.low is not None
            assert reported.high is not None
            raw_covered += reported.low <= truth[share.department] <= reported.high
    assert covered.total() / (runs * len(names)) >= 0.94
    assert min(covered.values()) / runs >= 0.92
    assert raw_covered / (runs * len(names)) < 0.8


def test_few_labels_of_a_good_report_do_not_inflate_small_departments() -> None:
    names, weights = ["A", "B", "C", "D", "E", "F"], [0.03, 0.22, 0.15, 0.2, 0.3, 0.1]
    # 99 % are right; the others belong to the next department: A's true share is 0.03 · 0.99 + 0.1 · 0.01.
    truth = 0.0307
    covered = 0
    for seed in range(100):
        dice = random.Random(seed)
        sizes = Counter(dice.choices(names, weights, k=1000))
        labels = [
            (name, name if dice.random() < 0.99 else names[(i + 1) % 6])
            for i, name in enumerate(names)
            for _ in range(10)
        ]
        _, low, high = _by_name(correct_shares(sizes, labels, draws=600))["A"]
        covered += low <= truth <= high
    assert covered / 100 >= 0.93


def test_limits_cover_the_truth_when_errors_come_in_orders() -> None:
    covered = runs = 0
    for seed in range(300):
        dice = random.Random(seed)
        orders = []
        for _ in range(120):
            name = dice.choices(["A", "B", "C"], [0.5, 0.3, 0.2])[0]
            orders.append({name: dice.choice([1, 2, 9])})
        sizes = Counter[str]()
        for order in orders:
            sizes.update(order)
        labels = [(name, name if dice.random() < 0.8 else "C") for name in sizes for _ in range(min(60, sizes[name]))]
        found = _by_name(correct_shares(orders, labels, draws=500))
        for name, truth in (("A", 0.4), ("B", 0.24), ("C", 0.36)):
            runs += 1
            covered += found[name][1] <= truth <= found[name][2]
    assert covered / runs >= 0.93
