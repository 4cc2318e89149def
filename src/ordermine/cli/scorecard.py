"""`ordermine scorecard`: nine areas on one card."""

from __future__ import annotations

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def scorecard(reading: Reading) -> None:
    """Say how the whole process does in nine areas, with trends and targets, on one card for all departments.

    Targets are those of the project file: [targets] first_time_right = { at_least = 0.90 }.

    Example: ordermine scorecard orders
    """
    from ordermine.analyze.scorecard.scorecard import scorecard as measure
    from ordermine.report import scorecard as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    progress = Progress(reading.quiet)
    log = reading.open(progress)
    progress("measuring")
    found = measure(log)
    progress.done()
    if reading.output_format == "json":
        typer.echo(envelope("scorecard", log.manifest, report.result(found), log.manifest.notes, log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(report.measure_table(found)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(report.heading(found, reading.name), report.tables(found), log.manifest.notes), nl=False)
    else:
        print_tables(terminal(), report.heading(found, reading.name), report.tables(found), ())
        progress.notes(log.manifest.notes)
