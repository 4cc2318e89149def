"""Run analyzers over a log: findings, what was skipped and why, what was suppressed, what was assumed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ordermine.analyze.assumptions import Assumptions, assumptions
from ordermine.analyze.registry import ANALYZERS, select
from ordermine.stats.suppress import FEWEST_CASES, FEWEST_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from ordermine.analyze.base import Analyzer
    from ordermine.eventlog.log import Log
    from ordermine.findings.accepted import Acceptance, Accepted
    from ordermine.findings.finding import Finding

PEOPLE = """
SELECT department, count(DISTINCT resource) FROM events
WHERE department IS NOT NULL AND resource IS NOT NULL GROUP BY department
"""
SEVERAL = re.compile(" (?:↔|→) ")
"""What stands between departments in the subject of a finding."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An analyzer that this log gives no answer to."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the analyzers say."""

    findings: list[Finding]
    skipped: list[Skipped]
    suppressed: int
    """Findings about groups too small to speak of."""
    assumed: Assumptions
    run: tuple[Analyzer, ...]
    """The analyzers that were asked for."""
    accepted: Accepted | None = None
    """Which findings somebody accepts for a while; None where nobody was asked."""

    def accepted_as(self, finding: Finding) -> Acceptance | None:
        """Return why a finding is accepted, None where it isn't."""
        return self.accepted.by_id.get(finding.id) if self.accepted else None

    @property
    def counting(self) -> list[Finding]:
        """The findings that aren't accepted."""
        return [finding for finding in self.findings if self.accepted_as(finding) is None]


def analyze(
    log: Log,
    chosen: Sequence[str] = (),
    ignored: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Analysis:
    """Run the selected analyzers, in code order.

    Parameters
    ----------
    log
        An open log; its filters apply.
    chosen, ignored
        Prefixes of codes.
    progress
        Is told, in a few words, what is going on.

    Raises
    ------
    UsageError
        A prefix fits no analyzer.
    """
    selected = select(chosen, ignored)
    findings: list[Finding] = []
    skipped = []
    suppressed = 0
    people: dict[str, int] | None = None
    for one in selected:
        reason = one.missing(log)
        if reason:
            skipped.append(Skipped(one.code, reason))
            continue
        progress(f"{one.code} {one.name}")
        found = one.run(log)
        if one.about_departments and found:
            if people is None:
                people = dict(log.rows(PEOPLE))
            hidden = one.hides(log) if one.hides else frozenset()
            spoken = [finding for finding in found if not too_small(finding, people) and finding.subject not in hidden]
            suppressed += len(found) - len(spoken)
            found = spoken
        findings += found
    return Analysis(findings, skipped, suppressed, assumptions(log), selected)


def accept_findings(analysis: Analysis, acceptances: Sequence[Acceptance], as_of: date | None) -> Analysis:
    """Return an analysis in which the findings are marked that an ``accepted.toml`` accepts as of a day."""
    from ordermine.findings.accepted import accept

    measured = {one.code for one in analysis.run} - {one.code for one in analysis.skipped}
    complete = len(measured) == len(ANALYZERS)
    accepted = accept(acceptances, analysis.findings, as_of, measured, all_measured=complete)
    return replace(analysis, accepted=accepted)


def too_small(finding: Finding, people: dict[str, int]) -> bool:
    """Whether a finding about departments could point at single people.

    A department in which no resource is recorded is judged by its orders alone.
    """
    few = any(people.get(name, FEWEST_PEOPLE) < FEWEST_PEOPLE for name in SEVERAL.split(finding.subject))
    return few or finding.cases < FEWEST_CASES
