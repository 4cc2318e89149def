"""`ordermine analyze`: what goes wrong with orders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress

if TYPE_CHECKING:
    from ordermine.analyze.run import Analysis
    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Finding

Format = Literal["text", "json", "jsonl", "csv", "md", "junit", "sarif", "github"]


def codes(given: list[str] | None) -> list[str]:
    """Return the codes of a repeatable option whose values may be lists: ``OM4,OM501``."""
    return [code.strip() for text in given or () for code in text.split(",") if code.strip()]


@reading_command
def analyze(
    reading: Reading,
    select: Annotated[
        list[str] | None, typer.Option(help="Only these analyzers, by the beginning of their code: OM4,OM501.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="All but these analyzers.")] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(help="Exit with 4 on findings of this code, or this severity or worse.", metavar="CODE|SEVERITY"),
    ] = None,
    accepted: Annotated[
        Path | None,
        typer.Option(help="Findings that don't fail until a day: accepted.toml with reason and owner.", dir_okay=False),
    ] = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print.")] = "text",
) -> None:
    """Say what goes wrong with orders: findings with their interval, examples and definition.

    Example: ordermine analyze orders --select OM1,OM401 --fail-on error --accepted accepted.toml
    """
    from ordermine.analyze.registry import ANALYZERS
    from ordermine.analyze.registry import select as pick
    from ordermine.analyze.run import accept_findings
    from ordermine.analyze.run import analyze as run
    from ordermine.errors import GateBreached
    from ordermine.findings.gate import breaches, check_condition
    from ordermine.report.findings import ordered

    chosen, ignored, conditions = codes(select), codes(ignore), codes(fail_on)
    picked = [one.code for one in pick(chosen, ignored)]
    for condition in conditions:
        check_condition(condition, picked)
    acceptances = None
    if accepted:
        from ordermine.findings.accepted import load_accepted

        acceptances = load_accepted(accepted, [one.code for one in ANALYZERS])
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    analysis = run(log, chosen, ignored, progress)
    if acceptances is not None:
        analysis = accept_findings(analysis, acceptances, log.as_of.date() if log.as_of else None)
    breached = breaches(analysis.counting, conditions)
    progress.done()
    _print(output_format, analysis, breached, log, reading.name, progress)
    if breached:
        worst = ordered(breached)
        listed = ", ".join(f"{one.code} {one.subject}" for one in worst[:3])
        more = f" and {len(worst) - 3:,} more" if len(worst) > 3 else ""
        raise GateBreached(
            f"--fail-on {','.join(conditions)}: {listed}{more}", hint=f"ordermine explain {worst[0].code}"
        )


def _print(
    output_format: Format, analysis: Analysis, breached: list[Finding], log: Log, name: str, progress: Progress
) -> None:
    from ordermine.report import findings as report
    from ordermine.report.envelope import envelope
    from ordermine.report.github import github
    from ordermine.report.junit import junit
    from ordermine.report.render import csv_text, markdown, terminal
    from ordermine.report.sarif import sarif

    notes = log.manifest.notes
    if output_format == "json":
        said = [*notes, *(analysis.accepted.notes if analysis.accepted else ())]
        typer.echo(envelope("analyze", log.manifest, report.result(analysis), said, log=log), nl=False)
    elif output_format == "jsonl":
        typer.echo(report.json_lines(analysis), nl=False)
    elif output_format == "csv":
        typer.echo(csv_text(report.table(analysis)), nl=False)
    elif output_format == "md":
        heading = report.heading(analysis, name)
        typer.echo(markdown(heading, report.markdown_tables(analysis), notes), nl=False)
    elif output_format == "junit":
        typer.echo(junit(analysis, breached), nl=False)
    elif output_format == "sarif":
        typer.echo(sarif(analysis), nl=False)
    elif output_format == "github":
        typer.echo(github(analysis, breached), nl=False)
    else:
        report.print_findings(terminal(), analysis, name)
        progress.notes(notes)
