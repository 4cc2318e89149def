from __future__ import annotations

import pytest

import ordermine.discover.quality
from ordermine.discover.model import discover_model
from ordermine.discover.quality import Quality, measure_quality
from ordermine.errors import NotMeasurable, UsageError

A_THEN_B = [(("A", "B"), 1)]


def test_perfect() -> None:
    model = discover_model([(("A", "B", "C"), 1), (("A", "C"), 1)], noise=0)
    quality = measure_quality(model, [(("A", "B", "C"), 2), (("A", "C"), 3)])
    # After A the model allows B and C, and both happen.
    assert quality == Quality(1.0, 1.0, 1.0, 5, 5, 2, 2)


def test_every_case_counts() -> None:
    quality = measure_quality(discover_model(A_THEN_B), [(("A", "B"), 3), (("A",), 2)])
    # A B: 3 produced (start, A, B), 3 consumed (A, B, end). A alone: 2 and 2, 1 missing at the end, 1 left.
    assert quality.fitness == pytest.approx(1 - 2 / (3 * 3 + 2 * 2))
    assert quality.fitting_cases_share == 0.6
    assert quality.precision == 1.0


def test_wrong_order() -> None:
    quality = measure_quality(discover_model(A_THEN_B), [(("B", "A"), 1)])
    # B lacks a token and reaches the end; A leaves one between A and B. Of 3 consumed 1 was missing, of 3
    # produced 1 is left.
    assert quality.fitness == pytest.approx(2 / 3)
    assert quality.fitting_cases_share == 0
    # At the start the model allows A only, the log B only; prefix B doesn't replay and is left out.
    assert quality.precision == 0


def test_precision_weighs_a_prefix_by_its_cases() -> None:
    model = discover_model([(("A", "B"), 1), (("A", "C"), 1)], noise=0)
    # Start, 5 cases: A allowed and done. After A, 4 cases: B and C allowed, C never done.
    quality = measure_quality(model, [(("A", "B"), 4), (("A",), 1)])
    assert quality.precision == pytest.approx(1 - 4 / 13)


def test_activity_that_the_model_does_not_have() -> None:
    quality = measure_quality(discover_model(A_THEN_B), [(("A", "Z", "B"), 1)])
    assert quality.fitness == 1
    # Allowed: A, then B, then (after Z) B; the first B never happens.
    assert quality.precision == pytest.approx(2 / 3)


def test_comma_in_a_name_is_a_part_of_the_name() -> None:
    variants = [(("A,B", "C"), 1)]
    assert measure_quality(discover_model(variants), variants).precision == 1


def test_coverage_takes_the_most_frequent_variants() -> None:
    variants = [(("A",), 1), (("A", "B"), 6), (("B",), 3)]
    model = discover_model(A_THEN_B)
    sizes = [
        (quality.cases_measured, quality.variants_measured, quality.cases, quality.variants)
        for quality in (measure_quality(model, variants, coverage=share) for share in (0.6, 0.61, 1))
    ]
    assert sizes == [(6, 1, 10, 3), (9, 2, 10, 3), (10, 3, 10, 3)]


def test_limit_of_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordermine.discover.quality, "VARIANT_LIMIT", 1)
    quality = measure_quality(discover_model(A_THEN_B), [(("A", "B"), 2), (("B",), 1)])
    assert (quality.fitness, quality.cases_measured, quality.cases) == (1, 2, 3)


@pytest.mark.parametrize("coverage", [0, -1, 1.01])
def test_coverage_out_of_range(coverage: float) -> None:
    with pytest.raises(UsageError, match="coverage"):
        measure_quality(discover_model(A_THEN_B), A_THEN_B, coverage=coverage)


def test_no_case() -> None:
    with pytest.raises(NotMeasurable):
        measure_quality(discover_model(A_THEN_B), [])
