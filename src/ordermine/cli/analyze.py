"""`ordermine analyze`: what goes wrong with orders."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


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
    output_format: Annotated[
        Literal["text", "json", "jsonl", "csv", "md"], typer.Option("--format", help="How to print.")
    ] = "text",
) -> None:
    """Say what goes wrong with orders: findings with their interval, examples and definition.

    Example: ordermine analyze orders --select OM1,OM401 --fail-on error
    """
    from ordermine.analyze.registry import select as pick
    from ordermine.analyze.run import analyze as run
    from ordermine.errors import GateBreached
    from ordermine.findings.gate import breaches, check_condition
    from ordermine.report import findings as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, terminal

    chosen, ignored, conditions = codes(select), codes(ignore), codes(fail_on)
    picked = [one.code for one in pick(chosen, ignored)]
    for condition in conditions:
        check_condition(condition, picked)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    analysis = run(log, chosen, ignored, progress)
    progress.done()
    if output_format == "json":
        typer.echo(envelope("analyze", log.manifest, report.result(analysis), log.manifest.notes, log=log), nl=False)
    elif output_format == "jsonl":
        typer.echo(report.json_lines(analysis.findings), nl=False)
    elif output_format == "csv":
        typer.echo(csv_text(report.table(analysis)), nl=False)
    elif output_format == "md":
        heading = report.heading(analysis, reading.name)
        typer.echo(markdown(heading, report.markdown_tables(analysis), log.manifest.notes), nl=False)
    else:
        report.print_findings(terminal(), analysis, reading.name)
        progress.notes(log.manifest.notes)
    if breached := breaches(analysis.findings, conditions):
        worst = report.ordered(breached)
        listed = ", ".join(f"{one.code} {one.subject}" for one in worst[:3])
        more = f" and {len(worst) - 3:,} more" if len(worst) > 3 else ""
        raise GateBreached(
            f"--fail-on {','.join(conditions)}: {listed}{more}", hint=f"ordermine explain {worst[0].code}"
        )
