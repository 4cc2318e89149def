"""`ordermine ftr`: how many orders are right the first time."""

from __future__ import annotations

from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def ftr(
    reading: Reading,
    maturity: Annotated[
        float | None,
        typer.Option(
            help="Days that errors are given to show after an order is concluded.",
            min=0,
            show_default="90th percentile of the lag, at least 30",
        ),
    ] = None,
) -> None:
    """Say how many orders were right the first time, and what went wrong with the others.

    Example: ordermine ftr orders --maturity 45
    """
    from ordermine.analyze.ftr.first_time_right import measure_first_time_right
    from ordermine.report import ftr as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    progress = Progress(reading.quiet)
    log = reading.open(progress)
    progress("judging orders")
    found = measure_first_time_right(log, maturity)
    progress.done()
    if reading.output_format == "json":
        typer.echo(envelope("ftr", log.manifest, report.result(found), log.manifest.notes, log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(report.measure_table(found)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(report.heading(found, reading.name), report.tables(found), log.manifest.notes), nl=False)
    else:
        print_tables(terminal(), report.heading(found, reading.name), report.tables(found), ())
        progress.notes(log.manifest.notes)
