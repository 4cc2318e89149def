from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from ordermine.analyze.assumptions import AssumedStep, Assumptions
from ordermine.analyze.registry import find
from ordermine.analyze.run import Analysis, Skipped
from ordermine.findings.finding import Finding
from ordermine.report import findings as report

RETURN = Finding(
    "OM401", "return", "Sales → Credit", "10 of 40 orders come back", 0.25, "share", 0.142, 0.402, 10, 40,
    severity="warning", confidence="medium", evidence=("A1", "A2"), thresholds={"min_cases": 10}, definition="said",
)  # fmt: skip
STEPS = [AssumedStep("Enter", "create", "order", "lexicon", 60), AssumedStep("Zz9", None, None, None, 40)]


def analysis(*found: Finding, suppressed: int = 0) -> Analysis:
    run = (find("OM001"), find("OM401"))
    return Analysis(list(found), [Skipped("OM001", "the log is empty")], suppressed, Assumptions(STEPS), run)


def printed(what: Analysis) -> list[str]:
    from rich.console import Console

    console = Console(file=io.StringIO(), width=80, color_system=None)
    report.print_findings(console, what, "orders")
    return console.file.getvalue().splitlines()


def test_text_says_finding_skipped_suppressed_and_assumed_within_80_columns() -> None:
    lines = printed(analysis(replace(RETURN, message="word " * 40), RETURN, suppressed=2))
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert lines[0] == "orders: 2 warnings; 1 of 2 questions could be measured"
    assert "OM401  10 of 40 orders come back\n       25.0 % (14.2 to 40.2 %), confidence medium; e.g. A1, A2" in text
    assert "Not measurable in this log\n  OM001 equal timestamps: the log is empty" in text
    assert "2 findings about fewer than 10 orders or 5 people" in text
    assert "nothing is known about 40.0 % of the events: Zz9" in text


def test_worst_first_and_quality_last_unless_it_is_an_error() -> None:
    quality = replace(RETURN, code="OM001")
    found = [quality, replace(RETURN, severity="info"), RETURN, replace(quality, code="OM009", severity="error")]
    headings = [(title, [one.code for one in shown]) for title, shown, _ in report.sections(found)]
    assert headings == [
        ("Errors", ["OM009"]),
        ("Warnings", ["OM401"]),
        ("Good to know", ["OM401"]),
        (report.TRUST, ["OM001"]),
    ]


def test_many_findings_of_one_analyzer_are_not_all_shown() -> None:
    many = [replace(RETURN, subject=f"D{number}") for number in range(8)]
    [(_, shown, more)] = report.sections(many)
    assert (len(shown), more) == (5, 3)
    assert "       … and 3 more: --format csv lists all" in printed(analysis(*many))
    assert len(report.table(analysis(*many)).rows) == 8


def test_nothing_found_is_said() -> None:
    assert printed(analysis())[0] == "orders: nothing found; 1 of 2 questions could be measured"


def test_json_has_every_field_of_the_contract() -> None:
    result = report.result(analysis(RETURN, suppressed=1))
    [facts] = result["findings"]
    contract = "id code name subject message value unit low high cases of_cases severity confidence evidence"
    assert sorted(facts) == sorted([*contract.split(), "thresholds", "definition", "bound", "accepted"])
    assert (facts["id"], facts["evidence"]) == (RETURN.id, ["A1", "A2"])
    assert result["skipped"] == [{"code": "OM001", "reason": "the log is empty"}]
    assert (result["suppressed"], result["assumed"]["events_without_meaning"]) == (1, 40)
    assert json.loads(report.json_lines(analysis(RETURN))) == json.loads(json.dumps(facts))


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (replace(RETURN, evidence=(), confidence="high"), "25.0 % (14.2 to 40.2 %)"),
        (replace(RETURN, low=None, high=None, evidence=(), confidence="high"), "25.0 %"),
        (
            replace(RETURN, value=3600, low=1800, high=7200, unit="seconds", evidence=(), confidence="high"),
            "1 h (30 min to 2 h)",
        ),
        (
            replace(RETURN, value=12, low=None, high=None, unit="count", evidence=("B",), confidence="high"),
            "12; e.g. B",
        ),
    ],
)
def test_numbers_in_words(finding: Finding, text: str) -> None:
    assert report.numbers(finding) == text
