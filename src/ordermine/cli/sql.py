"""`ordermine sql`: one SELECT over the named views."""

from __future__ import annotations

from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def sql(
    reading: Reading,
    query: Annotated[str, typer.Argument(help="One SELECT; - reads it from stdin.", metavar="SELECT")],
) -> None:
    """Query the views that everything here is built on: events, steps, cases, variants, left_out.

    One SELECT and nothing else; no file or network is reachable.

    Example: ordermine sql orders "SELECT department, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC"
    """
    import sys

    from ordermine.report import queried
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    progress = Progress(reading.quiet)
    log = reading.open(progress)
    progress("querying")
    table = queried.run(log, sys.stdin.read() if query == "-" else query)
    progress.done()
    if reading.output_format == "json":
        typer.echo(envelope("sql", log.manifest, queried.result(table), (), log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(table), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown((), [table], ()), nl=False)
    else:
        print_tables(terminal(), (), [table], ())
