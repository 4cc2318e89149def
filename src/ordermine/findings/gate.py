"""Whether findings breach what a command was told to fail on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.findings.finding import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.findings.finding import Finding


def check_condition(condition: str, codes: Sequence[str]) -> None:
    """Raise UsageError unless `condition` is a severity or the beginning of one of `codes`."""
    if condition.lower() in SEVERITIES or any(code.startswith(condition.upper()) for code in codes):
        return
    raise UsageError(
        f"--fail-on {condition!r}: neither a severity nor the code of an analyzer that is run",
        hint=near(condition, [*SEVERITIES, *codes]),
    )


def breaches(findings: Sequence[Finding], conditions: Sequence[str]) -> list[Finding]:
    """Return the findings that breach at least one condition.

    Parameters
    ----------
    findings
        What was found.
    conditions
        Severities (that or above) and prefixes of codes.
    """
    return [finding for finding in findings if any(_breaches(finding, condition) for condition in conditions)]


def _breaches(finding: Finding, condition: str) -> bool:
    if condition.lower() in SEVERITIES:
        names: tuple[str, ...] = SEVERITIES
        return names.index(finding.severity) >= names.index(condition.lower())
    return finding.code.startswith(condition.upper())
