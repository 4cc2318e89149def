"""Findings and gates as JUnit XML, which CI servers show as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from ordermine.report.findings import acceptances, numbers, ordered
from ordermine.report.gates import gate_sentence
from ordermine.report.table import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ordermine.analyze.gates.verdict import GateVerdict, Outcome
    from ordermine.analyze.run import Analysis
    from ordermine.findings.finding import Finding

_NOT_RUN: Final[tuple[Outcome, ...]] = ("no orders", "not measurable")


def junit(analysis: Analysis, failing: Collection[Finding], verdicts: Sequence[GateVerdict] = ()) -> str:
    """Return a test suite of gates, findings, and analyzers that found nothing or were skipped.

    Parameters
    ----------
    analysis
        What the analyzers say.
    failing
        Findings that fail their test; the others pass and say what was found.
    verdicts
        What gates say; breached ones fail.
    """
    suite = ET.Element("testsuite", name="ordermine")
    for verdict in verdicts:
        _gate_case(suite, verdict)
    failed = {finding.id for finding in failing}
    why = {finding.id: said for finding, said in acceptances(analysis)}
    for finding in ordered(analysis.findings):
        case = _case(suite, f"{finding.code} {finding.name}", finding.subject)
        said = f"{finding.message}\n{numbers(finding)}"
        if finding.id in failed:
            _say(ET.SubElement(case, "failure", message=visible(finding.message), type=finding.severity), said)
        else:
            accepted = f"\naccepted {why[finding.id]}" if finding.id in why else ""
            _say(ET.SubElement(case, "system-out"), said + accepted)
    reasons = {skipped.code: skipped.reason for skipped in analysis.skipped}
    found = {finding.code for finding in analysis.findings}
    for one in analysis.run:
        if one.code not in found:
            case = _case(suite, f"{one.code} {one.name}", "nothing found" if one.code not in reasons else "skipped")
            if one.code in reasons:
                ET.SubElement(case, "skipped", message=visible(reasons[one.code]))
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(name, str(sum(1 for _ in suite.iter(tag))))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _gate_case(suite: ET.Element, verdict: GateVerdict) -> None:
    case = _case(suite, "gate", verdict.gate.text)
    said = f"{verdict.outcome}: {gate_sentence(verdict)}"
    if verdict.outcome == "breached":
        _say(ET.SubElement(case, "failure", message=visible(said), type=verdict.outcome), said)
    elif verdict.outcome in _NOT_RUN:
        ET.SubElement(case, "skipped", message=visible(said))
    else:
        _say(ET.SubElement(case, "system-out"), said)


def _case(suite: ET.Element, group: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=visible(group), name=visible(name))


def _say(element: ET.Element, text: str) -> None:
    """Put lines of text into an element; XML can't hold control characters, so they are spelled out."""
    element.text = "\n".join(visible(line) for line in text.split("\n"))
