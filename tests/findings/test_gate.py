from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.findings.finding import Finding, Severity
from ordermine.findings.gate import breaches, check_condition


def finding(code: str, severity: Severity) -> Finding:
    return Finding(code, "name", "subject", "message", 0.5, "share", None, None, 1, 2, severity)


FOUND = [finding("OM101", "info"), finding("OM401", "warning"), finding("OM402", "error")]


@pytest.mark.parametrize(
    ("conditions", "codes"),
    [
        (["info"], ["OM101", "OM401", "OM402"]),
        (["warning"], ["OM401", "OM402"]),
        (["Error"], ["OM402"]),
        (["om4"], ["OM401", "OM402"]),
        (["OM101", "error"], ["OM101", "OM402"]),
        ([], []),
    ],
)
def test_severity_or_worse_and_prefix_of_a_code(conditions: list[str], codes: list[str]) -> None:
    assert [one.code for one in breaches(FOUND, conditions)] == codes


def test_condition_that_nothing_could_breach_is_wrong_usage() -> None:
    check_condition("om4", ["OM401"])
    check_condition("WARNING", [])
    with pytest.raises(UsageError, match="OM5"):
        check_condition("OM5", ["OM401"])
