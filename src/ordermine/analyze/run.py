"""Run analyzers over a log: findings, what was skipped and why, what was suppressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.registry import select

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Finding

MIN_CASES = 10
"""Findings about departments rest on at least so many orders; smaller groups could point at single people."""


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
    """
    findings: list[Finding] = []
    skipped = []
    suppressed = 0
    for one in select(chosen, ignored):
        reason = one.missing(log)
        if reason:
            skipped.append(Skipped(one.code, reason))
            continue
        progress(f"{one.code} {one.name}")
        for finding in one.run(log):
            if one.about_departments and finding.cases < MIN_CASES:
                suppressed += 1
            else:
                findings.append(finding)
    return Analysis(findings, skipped, suppressed)
