"""Findings and gates as workflow commands, which GitHub Actions shows as annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.report.findings import acceptances, numbers, ordered
from ordermine.report.gates import gate_sentence
from ordermine.report.table import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ordermine.analyze.gates.verdict import GateVerdict
    from ordermine.analyze.run import Analysis
    from ordermine.findings.finding import Finding, Severity

_COMMANDS: Final[dict[Severity, str]] = {"info": "notice", "warning": "warning", "error": "error"}
_IN_MESSAGE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(analysis: Analysis, failing: Collection[Finding], verdicts: Sequence[GateVerdict] = ()) -> str:
    """Return one annotation per line: gates, then what fails, then the other findings, the worst first.

    GitHub shows ten of each kind per step, so the order says what is seen. Whatever fails the job is an error;
    what is accepted is a notice.

    Parameters
    ----------
    analysis
        What the analyzers say.
    failing
        Findings that fail the job.
    verdicts
        What gates say.
    """
    lines = []
    for verdict in verdicts:
        command = "error" if verdict.outcome == "breached" else "notice"
        lines.append(_line(command, f"gate {verdict.gate.text}", f"{verdict.outcome}: {gate_sentence(verdict)}"))
    failed = {finding.id for finding in failing}
    why = {finding.id: said for finding, said in acceptances(analysis)}
    for finding in sorted(ordered(analysis.findings), key=lambda finding: finding.id not in failed):
        command = "error" if finding.id in failed else _COMMANDS[finding.severity]
        said = f"{finding.message} {numbers(finding)}"
        if finding.id in why:
            command, said = "notice", f"{said} (accepted {why[finding.id]})"
        lines.append(_line(command, f"{finding.code} {finding.name}: {finding.subject}", said))
    return "".join(lines)


def _line(command: str, title: str, message: str) -> str:
    return f"::{command} title={visible(title).translate(_IN_PROPERTY)}::{visible(message).translate(_IN_MESSAGE)}\n"
