"""`ordermine show`: one order's journey."""

from __future__ import annotations

from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def show(
    reading: Reading,
    case: Annotated[str, typer.Argument(help="Id of the order.", metavar="CASE")],
) -> None:
    """Show one order's journey: every event with department, waiting, source file and row.

    Example: ordermine show orders 7020029105_10
    """
    from ordermine.report import journey
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    progress = Progress(reading.quiet)
    log = reading.open(progress)
    events = journey.events(log, case)
    progress.done()
    table, heading = journey.table(case, events), journey.heading(case, events)
    if reading.output_format == "json":
        typer.echo(envelope("show", log.manifest, journey.result(case, events), log.manifest.notes, log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(journey.raw_table(events)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(heading, [table], ()), nl=False)
    else:
        print_tables(terminal(), heading, [table], ())
