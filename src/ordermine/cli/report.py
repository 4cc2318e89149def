"""`ordermine report`: the weekly report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.gates import AcceptedFile, FailOn, accepted_notes, breach, conditions_of, read_accepted
from ordermine.cli.options import Force, Reading, check_folder, reading_command
from ordermine.cli.progress import Progress

Format = Literal["text", "json", "csv", "md", "junit", "sarif", "github"]


@reading_command
def report(
    reading: Reading,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the report.", metavar="DIR")],
    week: Annotated[
        str | None,
        typer.Option(help="ISO week that it is about, e.g. 2026-W46.", show_default="the latest that is over"),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The report before: its report.json, or its folder.", metavar="REPORT.json")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="Exit with 4 where the latest matured weeks breach it: ftr>=0.90, OM401.share<=5%, cycle_time<=10d; "
            "or ftr>=baseline, the weeks before.",
            metavar="MEASURE>=LIMIT",
        ),
    ] = None,
    fail_on: FailOn = None,
    accepted: AcceptedFile = None,
    output_format: Annotated[Format, typer.Option("--format", help="How to print.")] = "text",
    force: Force = False,
) -> None:
    """Write the weekly report: first-time-right, what changed, where orders bounce and errors start.

    Example: ordermine report orders -o report --against last-week/report.json --gate "ftr>=0.90"
    """
    from ordermine.analyze.gates.expression import parse_gate
    from ordermine.analyze.gates.verdict import require_measurable
    from ordermine.analyze.registry import ANALYZERS
    from ordermine.analyze.weekly.report import weekly_report
    from ordermine.analyze.weekly.weeks import monday_of
    from ordermine.findings.gate import breaches
    from ordermine.placing import write_folder
    from ordermine.report.github import github
    from ordermine.report.junit import junit
    from ordermine.report.render import terminal
    from ordermine.report.sarif import sarif
    from ordermine.report.weekly.earlier import read_earlier
    from ordermine.report.weekly.files import FILES, report_files
    from ordermine.report.weekly.process_map import process_map
    from ordermine.report.weekly.summary import print_summary
    from ordermine.report.weekly.words import notes as said_of_week
    from ordermine.targets import check_files

    check_folder(output)
    check_files(output, FILES, force=force, inputs=reading.inputs)
    if week is not None:
        monday_of(week, "--week")
    gates = [parse_gate(text) for text in gate or ()]
    conditions = conditions_of(fail_on, [one.code for one in ANALYZERS])
    acceptances = read_accepted(accepted)
    earlier = read_earlier(against) if against is not None else None
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    found = weekly_report(log, week, earlier, progress, gates=gates, acceptances=acceptances)
    failing = breaches(found.analysis.counting, conditions)
    error = breach(conditions, failing, found.gates)
    if error is None:
        require_measurable(found.gates)
    progress("drawing")
    drawn, lacks = process_map(log, reading.name)
    notes = [*log.manifest.notes, *said_of_week(found), *accepted_notes(found.analysis), *lacks]
    files = report_files(found, log, drawn, reading.name, notes)
    write_folder(output, files, force=force)
    progress.done()
    if output_format == "text":
        print_summary(terminal(), found, reading.name, {str(output / name): what for name, what in FILES.items()})
        progress.notes(notes)
    elif output_format == "junit":
        typer.echo(junit(found.analysis, failing, found.gates), nl=False)
    elif output_format == "sarif":
        typer.echo(sarif(found.analysis), nl=False)
    elif output_format == "github":
        typer.echo(github(found.analysis, failing, found.gates), nl=False)
    else:
        name = {"json": "report.json", "md": "report.md", "csv": "findings.csv"}[output_format]
        typer.echo(files[name].decode(), nl=False)
    if error:
        raise error
