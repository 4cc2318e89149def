"""`ordermine export`: the events of a log as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.options import Force, Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def export(
    reading: Reading,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File: .csv .parquet .xes .xes.gz .jsonl", metavar="FILE")
    ],
    names: Annotated[
        Literal["plain", "xes"], typer.Option(help="Column names: ordermine's own, or those of XES and pm4py.")
    ] = "plain",
    force: Force = False,
) -> None:
    """Write the events as a file that ordermine, pm4py and others read. Ingesting it again gives the same log.

    Example: ordermine export orders -o orders.xes.gz
    """
    from ordermine.report.export import export_events
    from ordermine.targets import check_file

    check_file(output, force=force, inputs=reading.inputs)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    progress("writing")
    export_events(log, output, names, force=force)
    progress.done()
