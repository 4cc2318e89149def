"""`ordermine analyze`: what goes wrong with orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ordermine.cli.gates import AcceptedFile, FailOn, accepted_notes, breach, codes, conditions_of, read_accepted
from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress

if TYPE_CHECKING:
    from ordermine.analyze.run import Analysis
    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Finding

Format = Literal["text", "json", "jsonl", "csv", "md", "junit", "sarif", "github"]


@reading_command
def analyze(
    reading: Reading,
    select: Annotated[
        list[str] | None, typer.Option(help="Only these analyzers, by the beginning of their code: OM4,OM501.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="All but these analyzers.")] = None,
    fail_on: FailOn = None,
    accepted: AcceptedFile = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print.")] = "text",
) -> None:
    """Say what goes wrong with orders: findings with their interval, examples and definition.

    Example: ordermine analyze orders --select OM1,OM401 --fail-on error --accepted accepted.toml
    """
    from ordermine.analyze.registry import select as pick
    from ordermine.analyze.run import accept_findings
    from ordermine.analyze.run import analyze as run
    from ordermine.findings.gate import breaches

    chosen, ignored = codes(select), codes(ignore)
    conditions = conditions_of(fail_on, [one.code for one in pick(chosen, ignored)])
    acceptances = read_accepted(accepted)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    analysis = run(log, chosen, ignored, progress)
    if acceptances is not None:
        analysis = accept_findings(analysis, acceptances, log.as_of.date() if log.as_of else None)
    failing = breaches(analysis.counting, conditions)
    error = breach(conditions, failing)
    progress.done()
    _print(output_format, analysis, failing, log, reading.name, progress)
    if error:
        raise error


def _print(
    output_format: Format, analysis: Analysis, failing: list[Finding], log: Log, name: str, progress: Progress
) -> None:
    from ordermine.report import findings as report
    from ordermine.report.envelope import envelope
    from ordermine.report.github import github
    from ordermine.report.junit import junit
    from ordermine.report.render import csv_text, markdown, terminal
    from ordermine.report.sarif import sarif

    notes = log.manifest.notes
    if output_format == "json":
        said = [*notes, *accepted_notes(analysis)]
        typer.echo(envelope("analyze", log.manifest, report.result(analysis), said, log=log), nl=False)
    elif output_format == "jsonl":
        typer.echo(report.json_lines(analysis), nl=False)
    elif output_format == "csv":
        typer.echo(csv_text(report.table(analysis)), nl=False)
    elif output_format == "md":
        heading = report.heading(analysis, name)
        typer.echo(markdown(heading, report.markdown_tables(analysis), notes), nl=False)
    elif output_format == "junit":
        typer.echo(junit(analysis, failing), nl=False)
    elif output_format == "sarif":
        typer.echo(sarif(analysis), nl=False)
    elif output_format == "github":
        typer.echo(github(analysis, failing), nl=False)
    else:
        report.print_findings(terminal(), analysis, name)
        progress.notes(notes)
