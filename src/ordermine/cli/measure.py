"""`ordermine measure`: every number behind one analyzer."""

from __future__ import annotations

from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def measure(
    reading: Reading,
    code: Annotated[str, typer.Argument(help="Code of an analyzer, e.g. OM401.", metavar="CODE")],
    level: Annotated[
        str, typer.Option(help="Column whose values take the part of departments, e.g. resource.")
    ] = "department",
) -> None:
    """Print the full table behind an analyzer, judged or not: nothing is suppressed here.

    Example: ordermine measure OM401 orders --level resource --format csv
    """
    from ordermine.analyze.registry import find
    from ordermine.errors import NotMeasurable, UsageError, near
    from ordermine.report import measured as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    one = find(code)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    level = log.stored_as(level)
    if level not in log.columns:
        raise UsageError(f"no column {level!r} for --level", hint=near(level, log.columns))
    if reason := one.missing(log, level):
        raise NotMeasurable(f"{one.code} {one.name}: {reason}", hint=f"what it needs: ordermine explain {one.code}")
    progress(f"{one.code} {one.name}")
    found = one.measure(log, level)
    progress.done()
    if reading.output_format == "json":
        typer.echo(envelope("measure", log.manifest, report.result(found), log.manifest.notes, log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(report.table(one, found)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(report.heading(one, found), [report.table(one, found)], ()), nl=False)
    else:
        print_tables(terminal(), report.heading(one, found), [report.table(one, found, report.SHOWN_ROWS)], ())
