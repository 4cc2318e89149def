"""Findings as SARIF 2.1.0, the exchange format of analysis tools (OASIS, 2020)."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from ordermine.quoting import spelled_out
from ordermine.report.findings import finding_facts, ordered
from ordermine.report.table import visible

if TYPE_CHECKING:
    from ordermine.analyze.base import Analyzer
    from ordermine.analyze.run import Analysis
    from ordermine.findings.accepted import Acceptance
    from ordermine.findings.finding import Finding, Severity

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "ordermineFinding/v1"
"""The finding's id: depends on code and subject alone, so that a finding is recognised from week to week."""
_LEVELS: Final[dict[Severity, str]] = {"info": "note", "warning": "warning", "error": "error"}


def sarif(analysis: Analysis) -> str:
    """Return a SARIF log of one run: a rule for every analyzer, a result for every finding.

    Findings are about departments and steps, not about lines of files: locations are logical ones. Accepted findings
    are suppressed results.
    """
    index = {one.code: at for at, one in enumerate(analysis.run)}
    results = [_result(one, index[one.code], analysis.accepted_as(one)) for one in ordered(analysis.findings)]
    skipped = [
        {
            "level": "note",
            "message": {"text": visible(f"{one.code} not measurable: {one.reason}")},
            "associatedRule": {"id": one.code, "index": index[one.code]},
        }
        for one in analysis.skipped
    ]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "ordermine",
                "semanticVersion": version("ordermine"),
                "rules": [_rule(one) for one in analysis.run],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": skipped}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return spelled_out(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def _rule(one: Analyzer) -> dict[str, Any]:
    return {
        "id": one.code,
        "name": one.name,
        "shortDescription": {"text": one.summary},
        "fullDescription": {"text": one.definition},
        "help": {"text": one.doc},
    }


def _result(finding: Finding, rule: int, acceptance: Acceptance | None) -> dict[str, Any]:
    suppressions = []
    if acceptance:
        because = f"{acceptance.reason} (accepted by {acceptance.owner} until {acceptance.expires})"
        suppressions = [{"kind": "external", "status": "accepted", "justification": visible(because)}]
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(finding.message)},
        "locations": [{"logicalLocations": [{"name": visible(finding.subject)}]}],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "suppressions": suppressions,
        "properties": finding_facts(finding, acceptance),
    }
