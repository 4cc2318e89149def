"""What the analyzers found, for machines and for people."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ordermine.findings.finding import SEVERITIES
from ordermine.quoting import spelled_out
from ordermine.report.table import Column, Table, duration_text, share_text, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from ordermine.analyze.assumptions import Assumptions
    from ordermine.analyze.run import Analysis
    from ordermine.findings.accepted import Acceptance
    from ordermine.findings.finding import Finding, Unit

COLUMNS = (
    Column("code", "code"),
    Column("severity", "severity"),
    Column("subject", "about"),
    Column("message", "finding"),
    Column("value", "value", "number"),
    Column("unit", "unit"),
    Column("low", "low", "number"),
    Column("high", "high", "number"),
    Column("cases", "orders", "count"),
    Column("of_cases", "of", "count"),
    Column("confidence", "confidence"),
    Column("evidence", "for example"),
    Column("id", "id"),
    Column("name", "name"),
    Column("definition", "definition"),
    Column("accepted_by", "accepted by"),
    Column("accepted_until", "accepted until"),
    Column("accepted_because", "accepted because"),
)
HEADINGS = {"error": "Errors", "warning": "Warnings", "info": "Good to know"}
TRUST = "How far this export can be trusted"
ACCEPTED = "Accepted for now"
SHOWN_PER_CODE = 5
"""Findings of one analyzer that people are shown under one heading."""
INDENT = 7
"""Width of a code and a blank: text is aligned behind it."""
NAMED_STEPS = 4
"""Steps without a known meaning that are named."""


def finding_facts(finding: Finding, acceptance: Acceptance | None = None) -> dict[str, Any]:
    """Return a finding as section 6 of the design lays it down, and who accepts it, until when and why."""
    facts = asdict(finding)
    accepted = None
    if acceptance:
        accepted = {"by": acceptance.owner, "until": str(acceptance.expires), "because": acceptance.reason}
    return {
        "id": finding.id,
        **facts,
        "evidence": list(finding.evidence),
        "thresholds": dict(finding.thresholds),
        "accepted": accepted,
    }


def result(analysis: Analysis) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    assumed = analysis.assumed
    return {
        "findings": [finding_facts(finding, analysis.accepted_as(finding)) for finding in analysis.findings],
        "skipped": [{"code": skipped.code, "reason": skipped.reason} for skipped in analysis.skipped],
        "suppressed": analysis.suppressed,
        "assumed": {
            "events": assumed.events,
            "events_without_meaning": assumed.unknown_events,
            "steps": [asdict(step) for step in assumed.steps],
        },
    }


def json_lines(analysis: Analysis) -> str:
    """Return one finding per line."""
    facts = [finding_facts(one, analysis.accepted_as(one)) for one in analysis.findings]
    return "".join(spelled_out(json.dumps(one, ensure_ascii=False, allow_nan=False)) + "\n" for one in facts)


def table(analysis: Analysis) -> Table:
    """Return all findings as one table, for CSV."""
    rows = [finding_row(finding, analysis.accepted_as(finding)) for finding in ordered(analysis.findings)]
    return Table("Findings", COLUMNS, rows)


def finding_row(finding: Finding, acceptance: Acceptance | None) -> list[Any]:
    """Return the values of `COLUMNS`."""
    facts = finding_facts(finding, acceptance) | {"evidence": " ".join(finding.evidence)}
    accepted = facts.pop("accepted") or {}
    facts |= {f"accepted_{key}": accepted.get(key) for key in ("by", "until", "because")}
    return [facts[column.name] for column in COLUMNS]


def ordered(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings as a meeting wants them: the worst severity first, then by code."""
    return sorted(findings, key=lambda finding: (-SEVERITIES.index(finding.severity), finding.code))


def sections(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding], int]]:
    """Yield heading, findings to show, and how many more there are, in the order in which people read them.

    Errors come first; what an analyzer of the export's quality says otherwise comes last.
    """
    headings = [*(HEADINGS[severity] for severity in reversed(SEVERITIES)), TRUST]
    grouped: dict[str, list[Finding]] = {heading: [] for heading in headings}
    for finding in ordered(findings):
        about_export = finding.code.startswith("OM0") and finding.severity != "error"
        grouped[TRUST if about_export else HEADINGS[finding.severity]].append(finding)
    grouped[TRUST].sort(key=lambda finding: finding.code)
    for heading, found in grouped.items():
        shown: dict[str, list[Finding]] = {}
        for finding in found:
            shown.setdefault(finding.code, []).append(finding)
        kept = [finding for group in shown.values() for finding in group[:SHOWN_PER_CODE]]
        if kept:
            yield heading, kept, len(found) - len(kept)


def unit_text(value: float, unit: Unit) -> str:
    """Return a value for people."""
    if unit == "share":
        return share_text(value)
    if unit == "seconds":
        return duration_text(value)
    return f"{value:,.0f}" if unit == "count" else f"{value:.2f}"


def numbers(finding: Finding) -> str:
    """Return value, interval and confidence of a finding, and example orders, on one line."""
    said = unit_text(finding.value, finding.unit)
    if finding.low is not None and finding.high is not None and (finding.low, finding.high) != (finding.value,) * 2:
        low, high = unit_text(finding.low, finding.unit), unit_text(finding.high, finding.unit)
        if finding.unit == "share":
            low = low.removesuffix(" %")
        said += f" ({low} to {high})"
    if finding.confidence != "high":
        said += f", confidence {finding.confidence}"
    if finding.evidence:
        said += f"; e.g. {', '.join(finding.evidence)}"
    return said


def heading(analysis: Analysis, name: str) -> list[str]:
    """Return how much was found, in one line."""
    counts = []
    for severity in reversed(SEVERITIES):
        number = sum(finding.severity == severity for finding in analysis.counting)
        if number:
            counts.append(f"{number} {severity}{'' if number == 1 or severity == 'info' else 's'}")
    if number := len(analysis.findings) - len(analysis.counting):
        counts.append(f"{number} accepted")
    found = ", ".join(counts) if counts else "nothing found"
    measured = len(analysis.run) - len(analysis.skipped)
    return [f"{name}: {found}; {measured} of {len(analysis.run)} questions could be measured"]


def notes(analysis: Analysis) -> list[tuple[str, list[str]]]:
    """Return what has to be said with the findings: heading → lines."""
    said = []
    if analysis.skipped:
        names = {one.code: one.name for one in analysis.run}
        lines = [f"{skipped.code} {names[skipped.code]}: {skipped.reason}" for skipped in analysis.skipped]
        said.append(("Not measurable in this log", lines))
    if analysis.accepted and analysis.accepted.notes:
        said.append(("Accepted no longer", list(analysis.accepted.notes)))
    if analysis.suppressed:
        few = "1 finding" if analysis.suppressed == 1 else f"{analysis.suppressed:,} findings"
        why = "about fewer than 10 orders or 5 people, or such that they would give away what is"
        said.append(("Left out", [f"{few} {why}; `ordermine measure CODE LOG` has all numbers"]))
    if analysis.assumed.events:
        said.append(("What steps are taken to mean", _assumed(analysis.assumed)))
    return said


def _assumed(assumed: Assumptions) -> list[str]:
    declared, known, unknown = assumed.count("project"), assumed.count("lexicon"), assumed.count(None)
    sources = []
    if declared:
        sources.append(f"{declared:,} declared in the project file")
    if known:
        sources.append(f"{known:,} read off their names by the built-in lexicon")
    lines = [f"of {len(assumed.steps):,} steps, {' and '.join(sources) or 'none is known'}"]
    if unknown:
        named = [step.activity for step in assumed.steps if step.source is None]
        more = f" and {len(named) - NAMED_STEPS:,} more" if len(named) > NAMED_STEPS else ""
        share = share_text(assumed.unknown_events / assumed.events)
        lines.append(f"nothing is known about {share} of the events: {', '.join(named[:NAMED_STEPS])}{more}")
    lines.append('`ordermine sql LOG "SELECT * FROM meanings"` lists them; [activities] in the project file overrules')
    return lines


def acceptances(analysis: Analysis) -> list[tuple[Finding, str]]:
    """Return the accepted findings in order, each with who accepts it, until when and why."""
    found = [(finding, analysis.accepted_as(finding)) for finding in ordered(analysis.findings)]
    return [(finding, f"by {one.owner} until {one.expires}: {one.reason}") for finding, one in found if one]


def print_findings(console: Console, analysis: Analysis, name: str) -> None:
    """Print findings as a meeting wants them, and what has to be said with them."""
    from rich.text import Text

    for line in heading(analysis, name):
        console.print(Text(visible(line)))
    for title, shown, more in sections(analysis.counting):
        console.print()
        console.print(Text(f"{title} ({len(shown) + more})", style="bold"))
        for finding in shown:
            for line in wrapped(visible(finding.message), console.width, finding.code):
                console.print(Text(line))
            for line in wrapped(visible(numbers(finding)), console.width):
                console.print(Text(line, style="dim"))
        if more:
            console.print(Text(f"{'':{INDENT}}… and {more:,} more: --format csv lists all", style="dim"))
    if accepted := acceptances(analysis):
        console.print()
        console.print(Text(f"{ACCEPTED} ({len(accepted)})", style="bold"))
        for finding, why in accepted:
            for line in wrapped(visible(finding.message), console.width, finding.code):
                console.print(Text(line))
            for line in wrapped(visible(why), console.width):
                console.print(Text(line, style="dim"))
    for title, lines in notes(analysis):
        console.print()
        console.print(Text(title, style="bold"))
        for note in lines:
            for line in wrapped(visible(note), console.width, indent=2):
                console.print(Text(line))
    if analysis.findings:
        code = ordered(analysis.findings)[0].code
        console.print()
        hint = f"`ordermine explain {code}` says how it is counted, `ordermine measure {code} LOG` has the full table"
        for line in wrapped(hint, console.width, indent=0):
            console.print(Text(line, style="dim"))


def wrapped(text: str, width: int, code: str = "", indent: int = INDENT) -> Iterator[str]:
    """Yield the lines of a text that hangs behind a code; nothing is longer than `width` unless a word is."""
    import textwrap

    first = f"{code} ".ljust(indent) if code else " " * indent
    yield from textwrap.wrap(text, width, initial_indent=first, subsequent_indent=" " * indent, break_on_hyphens=False)


def markdown_tables(analysis: Analysis) -> list[Table]:
    """Return findings by severity, and what has to be said with them, as tables for Markdown."""
    columns = (Column("code", "code"), Column("message", "finding"), Column("numbers", "numbers"))
    tables = []
    for title, shown, more in sections(analysis.counting):
        rows = [(finding.code, finding.message, numbers(finding)) for finding in shown]
        tables.append(Table(f"{title} ({len(shown) + more})", columns, rows, more))
    if accepted := acceptances(analysis):
        why = (*columns[:2], Column("accepted", "accepted"))
        rows = [(finding.code, finding.message, said) for finding, said in accepted]
        tables.append(Table(f"{ACCEPTED} ({len(accepted)})", why, rows))
    return tables + [Table(title, (), (), notes=tuple(lines)) for title, lines in notes(analysis)]
