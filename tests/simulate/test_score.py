from __future__ import annotations

from typing import Any

import pytest

from ordermine.errors import UsageError
from ordermine.simulate.score import (
    NEEDED,
    Score,
    average,
    label,
    score,
    score_control,
    score_loops,
    score_loops_by_day,
    score_maturity,
    score_mix,
    score_omission,
    score_origins,
    score_rejections,
)


def entry(
    case: str, field: str, wrong: str, origin: str | None, detected: str | None = "Z", kind: str = "error"
) -> Any:
    return {
        "case_id": case,
        "field": field,
        "wrong_value": wrong,
        "originated_by": origin,
        "detected_by": detected,
        "class": kind,
    }


def values(scores: list[Score]) -> dict[str, float | None]:
    return {one.name: one.value for one in scores}


ERRORS = {
    "errors": [
        entry("1", "order.price", "85.00", "A"),
        entry("2", "ship_to", "Am Hafen 1", "A"),
        entry("3", "item", "X", "B"),
        entry("4", "item", "X", "B"),
        entry("5", "ship_to", "Y", None),  # wrong before the order began
        entry("6", "item", "X", "A", None),  # not noticed yet
        entry("7", "ship_to", "", "A", "Z", "omission"),
    ]
}


def test_origins_match_by_order_field_and_meaning() -> None:
    reported = [
        entry("1", "invoice.price", "85", "A"),  # right, found in a copy, spelt otherwise
        entry("2", "ship_to", "AM HAFEN 1", "B"),  # wrong department
        entry("3", "item", "X", ""),  # nobody named
        entry("3", "item", "X", "B"),  # right: the one before it takes no error away
        entry("4", "item", "W", "B"),  # another value: no such error
        entry("9", "item", "X", "A", kind="change_request"),
    ]
    shares = {
        "departments": [
            {"department": "A", "share_low": 0.4, "share_high": 0.6},
            {"department": "B", "share_low": 0.55, "share_high": 0.9},
            {"department": "C", "share_low": None, "share_high": None},
        ]
    }
    assert values(score_origins(ERRORS, shares, reported)) == {
        "precision": 2 / 4,
        "recall": 2 / 4,
        "no origin named": 1 / 5,
        "distance of shares": pytest.approx(0.25),  # true A .5 B .5; reported A .25 B .75
        "shares within their interval": 1 / 2,
    }


def test_an_error_is_found_once_only() -> None:
    twice = [entry("1", "order.price", "85.00", "A"), entry("1", "invoice.price", "85.00", "A")]
    found = values(score_origins(ERRORS, {"departments": []}, twice))
    assert (found["precision"], found["recall"]) == (1 / 2, 1 / 4)


def test_omissions_count_by_f1() -> None:
    right, surplus = entry("7", "ship_to", "", "A", kind="omission"), entry("8", "ship_to", "", "A", kind="omission")
    assert values(score_omission(ERRORS, [right])) == {"F1": 1.0}
    assert values(score_omission(ERRORS, [right, surplus])) == {"F1": 2 / 3}
    assert values(score_omission(ERRORS, [{**right, "originated_by": "Z"}])) == {"F1": 0.0}


LOOPS: dict[str, Any] = {
    "handoffs": 9,
    "returns": [
        {"case_id": "1", "unproductive": True},
        {"case_id": "1", "unproductive": True},
        {"case_id": "2", "unproductive": False},
    ],
    "rallies": [{"case_id": "1", "a": "A", "b": "B", "returns": 2}],
    "long_loops": [{"case_id": "3"}],
}


def test_loops_must_be_exact() -> None:
    om401 = {"totals": {"handoffs": 9, "returns": 4, "cases_with_return": 2}}
    om402 = {"rows": [{"case_id": "1", "a": "B", "b": "A", "returns": 2}]}
    om403 = {"totals": {"long_loops": 1, "cases_with_long_loop": 1}}
    om404 = {"rows": [{"case_id": "1", "unproductive": 1}, {"case_id": "2", "unproductive": True}]}
    scores = score_loops(LOOPS, om401, om402, om403, om404)
    assert values(scores) == {
        "handoffs: difference": 0,
        "returns: difference": 1,
        "cases_with_return: difference": 0,
        "long_loops: difference": 0,
        "cases_with_long_loop: difference": 0,
        "rallies: differing": 0,
        "unproductive returns: F1": 2 * 1 / (2 + 2),
    }
    assert [one.reached for one in scores] == [True, False, True, True, True, True, False]


def test_a_longer_rally_is_another_rally() -> None:
    none: dict[str, Any] = {"totals": {}, "rows": []}
    rally = {"rows": [{"case_id": "1", "a": "A", "b": "B", "returns": 3}]}
    assert values(score_loops(LOOPS, none, rally, none, none))["rallies: differing"] == 2


def test_ranges_must_hold_the_truth() -> None:
    om401 = {"totals": {"returns_low": 2, "returns_high": 5, "cases_with_return_low": 0, "cases_with_return_high": 1}}
    om402 = {"totals": {"rallies_low": 0, "rallies_high": 1}}
    om403 = {"totals": {"cases_with_long_loop_low": 2, "cases_with_long_loop_high": 4}}
    assert values(score_loops_by_day(LOOPS, om401, om402, om403)) == {
        "truth within the range": 2 / 4,
        "returns: width of the range ÷ truth": 3 / 3,
        "cases_with_return: width of the range ÷ truth": 1 / 2,
        "rallies: width of the range ÷ truth": 1 / 1,
        "cases_with_long_loop: width of the range ÷ truth": 2 / 1,
    }


def test_rejections_are_compared_by_the_last_of_an_order() -> None:
    truth = {
        "rejections": [
            {"case_id": "1", "outcome": "restored", "resubmitted_as": None},
            {"case_id": "1", "outcome": "resubmitted_delivered", "resubmitted_as": "11"},
            {"case_id": "2", "outcome": "open", "resubmitted_as": None},
            {"case_id": "3", "outcome": "resubmitted_delivered", "resubmitted_as": "33"},
            {"case_id": "4", "outcome": "abandoned", "resubmitted_as": None},
        ]
    }
    rows = [
        {"case_id": "1", "outcome": "resubmitted_delivered", "resubmitted_as": "11"},
        {"case_id": "2", "outcome": "abandoned", "resubmitted_as": None},
        {"case_id": "3", "outcome": "resubmitted_delivered", "resubmitted_as": "34"},
        {"case_id": "5", "outcome": "open", "resubmitted_as": ""},
    ]
    assert values(score_rejections(truth, {"rows": rows})) == {
        "links: precision": 1 / 2,
        "links: recall": 1 / 2,
        "outcomes right": 2 / 4,
        "open orders called abandoned": 1.0,
        "orders never rejected": 1 / 4,
    }


def finding(subject: str, code: str = "OM601", severity: str = "warning") -> dict[str, Any]:
    return {"code": code, "subject": subject, "severity": severity}


def test_flags_are_warnings_and_errors_about_a_department() -> None:
    truth = {"worse": [{"department": "A"}, {"department": "B"}]}
    findings = [finding("A"), finding("C", severity="error"), finding("D", severity="info"), finding("E", "OM401")]
    assert values(score_mix(truth, findings)) == {"false discoveries": 1 / 2, "worse departments found": 1 / 2}
    assert values(score_control({}, findings)) == {"no department flagged": 0}
    assert values(score_control({}, findings[2:])) == {"no department flagged": 1}


def test_a_trend_is_the_last_four_weeks_against_those_before() -> None:
    truth = {"ftr": {"rate": 0.85}}
    weeks = [{"week": f"2026-W{week}", "n": 100, "rate": 0.8 if week < 20 else 0.9} for week in range(16, 24)]
    found = score_maturity(truth, {"first_time_right": {"rate": 0.845}}, weeks)
    assert [one.value for one in found] == pytest.approx([0.005, 0.1])
    assert [one.reached for one in found] == [True, False]
    assert score_maturity(truth, {"first_time_right": {"rate": 0.845}}, weeks[:4])[1].value is None


def test_labels_name_the_true_department_or_nobody() -> None:
    sample = [entry("2", "ship_to", "Am Hafen 1", "B"), entry("5", "ship_to", "Y", "B"), entry("9", "item", "X", "A")]
    assert [row["true_department"] for row in label(ERRORS, sample)] == ["A", "", ""]


def test_the_scores_of_several_seeds_are_pooled() -> None:
    runs = [
        [Score("precision", 9, 10, at_least=0.85), Score("empty", 0, 0, at_least=0.5)],
        [Score("precision", 70, 90, at_least=0.85), Score("empty", 0, 0, at_least=0.5)],
    ]
    precision, empty = average(runs)
    assert (precision.value, precision.reached) == (0.79, False)
    assert (empty.value, empty.reached) == (None, None)


def test_a_score_says_whether_its_target_is_reached() -> None:
    assert Score("a", 1).reached is None
    assert Score("a", 0.85, at_least=0.85).reached is True
    assert Score("a", -0.02, at_most=0.01).reached is False
    assert Score("a", -0.01, at_most=0.01).reached is True


def test_what_is_needed_must_be_there() -> None:
    with pytest.raises(UsageError, match="can't score 'loops' without OM402 and OM403"):
        score({"scenario": "loops"}, {"OM401": {}, "OM404": {}})
    with pytest.raises(UsageError, match="no scores for scenario 'demo'"):
        score({"scenario": "demo"}, {})
    assert values(score({"scenario": "control"}, {"findings": []})) == {"no department flagged": 1}
    assert set(NEEDED["origins"]) == {"origins", "errors"}
