"""`ordermine report`: the weekly report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ordermine.cli.options import Force, Reading, check_folder, reading_command
from ordermine.cli.progress import Progress


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
    force: Force = False,
) -> None:
    """Write the weekly report: first-time-right, what changed, where orders bounce and errors start.

    Example: ordermine report orders -o report --against last-week/report.json
    """
    from ordermine.analyze.weekly.report import weekly_report
    from ordermine.analyze.weekly.weeks import monday_of
    from ordermine.report.process_files import check_free, write_folder
    from ordermine.report.render import terminal
    from ordermine.report.weekly.earlier import read_earlier
    from ordermine.report.weekly.files import FILES, report_files
    from ordermine.report.weekly.summary import print_summary
    from ordermine.report.weekly.words import notes as said_of_week

    check_folder(output)
    check_free(output, FILES, force=force)
    if week is not None:
        monday_of(week, "--week")
    earlier = read_earlier(against) if against is not None else None
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    found = weekly_report(log, week, earlier, progress)
    progress("drawing")
    notes = [*log.manifest.notes, *said_of_week(found)]
    files = report_files(found, log, reading.name, notes)
    write_folder(output, files, force=force)
    progress.done()
    if reading.output_format != "text":
        name = {"json": "report.json", "md": "report.md", "csv": "findings.csv"}[reading.output_format]
        typer.echo(files[name].decode(), nl=False)
        return
    print_summary(terminal(), found, reading.name, {str(output / name): what for name, what in FILES.items()})
    progress.notes(notes)
