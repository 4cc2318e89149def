"""The commands that say what goes wrong: analyze, measure, explain."""

from __future__ import annotations

import csv
import io
import json

import pytest


@pytest.fixture
def loops(ordermine, tmp_path):
    """Return the name of a log of 20 orders, 12 of which repeat their first step at once."""
    rows = ["order,activity,timestamp"]
    for number in range(20):
        rows.append(f"O{number:02d},Enter,2026-03-02T08:00:{number:02d}Z")
        rows.append(f"O{number:02d},{'Enter' if number < 12 else 'Ship'},2026-03-02T09:00:{number:02d}Z")
    (tmp_path / "loops.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert ordermine("ingest", "loops.csv", "-o", "loops", "-q").code == 0
    return "loops"


def test_analyze_formats(ordermine, loops):
    said = ordermine("analyze", loops, "--select", "OM102", "--format", "json")
    data = json.loads(said.out)
    assert (said.code, data["schema"]) == (0, "ordermine/analyze/1")
    [found] = data["result"]["findings"]
    assert (found["subject"], found["value"], found["cases"], found["of_cases"]) == ("Enter", 0.6, 12, 20)
    lines = ordermine("analyze", loops, "--select", "OM102", "--format", "jsonl").out.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [found["id"]]
    [row] = csv.DictReader(io.StringIO(ordermine("analyze", loops, "--select", "OM102", "--format", "csv").out))
    assert (row["code"], row["value"]) == ("OM102", "0.6")
    assert "| OM102 | Enter is repeated at once" in ordermine("analyze", loops, "--select", "om1", "--format", "md").out
    assert "OM102  Enter is repeated at once in 12 of 20" in ordermine("analyze", loops).out


def test_selection_and_what_is_skipped(ordermine, loops):
    result = json.loads(ordermine("analyze", loops, "--ignore", "OM1,OM0", "--format", "json").out)["result"]
    assert not [one for one in result["findings"] if one["code"] < "OM2"]
    assert "needs department" in {one["code"]: one["reason"] for one in result["skipped"]}["OM401"]


@pytest.mark.parametrize(
    ("condition", "code"), [("warning", 4), ("error", 0), ("OM102", 4), ("OM101", 0), ("OM101,info", 4)]
)
def test_fail_on(ordermine, loops, condition, code):
    said = ordermine("analyze", loops, "--select", "OM10", "--fail-on", condition, "--format", "json")
    assert said.code == code
    assert json.loads(said.out)["result"]["findings"]
    assert ("OM102 Enter" in said.err) == (code == 4)


def test_measure(ordermine, loops):
    result = json.loads(ordermine("measure", "om102", loops, "--format", "json").out)["result"]
    assert result["columns"][0] == {"name": "activity", "unit": "text"}
    assert result["rows"][0]["cases"] == 12
    assert "Enter" in ordermine("measure", "OM102", loops).out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["measure", "OM401", "loops"], 5, "needs department"),
        (["measure", "OM999", "loops"], 2, "no analyzer 'OM999'"),
        (["measure", "OM102", "loops", "--level", "team"], 2, "no column 'team' for --level"),
        (["analyze", "loops", "--select", "XX"], 2, "no analyzer 'XX'"),
        (["analyze", "loops", "--fail-on", "fatal"], 2, "neither a severity nor the code"),
        (["explain", "OM999"], 2, "nothing is known as 'OM999'"),
        (["explain", "rally", "--sql"], 2, "it has no query"),
    ],
)
def test_what_goes_wrong(ordermine, loops, arguments, code, message):
    said = ordermine(*arguments)
    assert (said.code, said.out) == (code, "")
    assert message in said.err
    assert "hint: " in said.err


def test_explain(ordermine):
    assert ordermine("explain", "OM401").out.startswith("OM401 return: ")
    assert "FROM ranges r JOIN" in ordermine("explain", "OM102", "--sql").out
    assert ordermine("explain", "rally").out.startswith("rally\n\nAn alternation")
    facts = json.loads(ordermine("explain", "OM102", "--format", "json").out)["result"]
    assert (facts["code"], facts["params"]["min_cases"]) == ("OM102", 10)
    assert ordermine("explain", "OM102", "--format", "md").out.startswith("# OM102 self-loop\n")


ACCEPTED = """
[[accepted]]
code = "OM102"
subject = "Enter"
reason = "typing twice is how it is saved"
owner = "Head of Sales"
expires = 2026-03-02
"""


def test_an_accepted_finding_does_not_fail_until_its_day(ordermine, loops, tmp_path):
    (tmp_path / "accepted.toml").write_text(ACCEPTED, encoding="utf-8")
    gate = ("--select", "OM102", "--fail-on", "warning", "--accepted", "accepted.toml")
    said = ordermine("analyze", loops, *gate, "--format", "json")
    [found] = json.loads(said.out)["result"]["findings"]
    wanted = {"by": "Head of Sales", "until": "2026-03-02", "because": "typing twice is how it is saved"}
    assert (said.code, found["accepted"]) == (0, wanted)
    text = ordermine("analyze", loops, *gate).out
    assert "loops: 1 accepted; 1 of 1 questions could be measured" in text
    assert "by Head of Sales until 2026-03-02: typing twice" in text
    assert "Accepted for now (1)" in ordermine("analyze", loops, *gate, "--format", "md").out
    [row] = csv.DictReader(io.StringIO(ordermine("analyze", loops, *gate, "--format", "csv").out))
    assert (row["accepted_by"], row["accepted_until"]) == ("Head of Sales", "2026-03-02")
    # A day later, by the log's clock and not the wall's, it counts again.
    late = ordermine("analyze", loops, *gate, "--as-of", "2026-03-03T00:00:00Z")
    assert late.code == 4
    assert "counts again" in " ".join(late.out.split())
    notes = json.loads(ordermine("analyze", loops, *gate, "--as-of", "2026-03-03", "--format", "json").out)["notes"]
    assert any("counts again" in note for note in notes)


def test_an_accepted_finding_that_is_gone_can_be_removed(ordermine, loops, tmp_path):
    (tmp_path / "accepted.toml").write_text(ACCEPTED.replace("Enter", "Ship"), encoding="utf-8")
    said = ordermine("analyze", loops, "--select", "OM102", "--accepted", "accepted.toml", "--format", "md")
    assert said.code == 0
    assert "OM102 Ship, accepted by Head of Sales until 2026-03-02, is not found any more" in said.out


def test_a_mistake_in_the_accepted_findings_is_wrong_usage(ordermine, loops, tmp_path):
    (tmp_path / "accepted.toml").write_text(ACCEPTED.replace("owner", "ownr"), encoding="utf-8")
    said = ordermine("analyze", loops, "--accepted", "accepted.toml")
    assert (said.code, said.out) == (2, "")
    assert "unknown key 'ownr'; did you mean 'owner'?" in said.err
    assert ordermine("analyze", loops, "--accepted", "absent.toml").code == 2


def test_formats_for_ci_servers(ordermine, loops):
    gate = ("--select", "OM102,OM401", "--fail-on", "warning", "--format")
    junit = ordermine("analyze", loops, *gate, "junit")
    assert junit.code == 4
    assert '<testsuite name="ordermine" tests="2" failures="1" skipped="1" errors="0">' in junit.out
    sarif = ordermine("analyze", loops, *gate, "sarif")
    [run] = json.loads(sarif.out)["runs"]
    assert (sarif.code, [result["ruleId"] for result in run["results"]]) == (4, ["OM102"])
    github = ordermine("analyze", loops, *gate, "github")
    assert (github.code, github.out.startswith("::error title=OM102 self-loop%3A Enter::Enter is repeated")) == (
        4,
        True,
    )
    assert len(github.out.splitlines()) == 1
