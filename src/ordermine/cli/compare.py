"""`ordermine compare`: two logs, or two parts of one, side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress

PERIOD = "Orders of side {side} concluded in it, e.g. 2026-W10..2026-W20; the end is not included."
WHERE = "Orders of side {side} with an event for which this SQL condition holds."


@reading_command
def compare(
    reading: Reading,
    other: Annotated[
        Path | None, typer.Argument(help="Side B, if it is another log or export.", metavar="LOG", show_default=False)
    ] = None,
    period_a: Annotated[
        str | None, typer.Option("--period-a", help=PERIOD.format(side="A"), metavar="FROM..TO")
    ] = None,
    period_b: Annotated[
        str | None, typer.Option("--period-b", help=PERIOD.format(side="B"), metavar="FROM..TO")
    ] = None,
    where_a: Annotated[str | None, typer.Option("--where-a", help=WHERE.format(side="A"))] = None,
    where_b: Annotated[str | None, typer.Option("--where-b", help=WHERE.format(side="B"))] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Column of orders that belong together, e.g. their team; or a pattern on order ids.",
            show_default="[log] cluster",
        ),
    ] = None,
    maturity: Annotated[
        float | None,
        typer.Option(
            help="Days that errors are given to show after an order is concluded.",
            min=0,
            show_default="90th percentile of the lag, at least 30",
        ),
    ] = None,
) -> None:
    """Say whether side B is better or worse than side A, or whether that can't be told.

    Sides are two logs, or one and two periods, or two conditions, or both.

    Example: ordermine compare orders --period-a 2026-W10..2026-W20 --period-b 2026-W20..2026-W30
    """
    from ordermine.analyze.compare.comparison import compare as compare_sides
    from ordermine.analyze.compare.period import parse_period
    from ordermine.errors import UsageError
    from ordermine.report import compared as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal

    if reading.where is not None and (where_a is not None or where_b is not None):
        raise UsageError(
            "--where is for both sides, --where-a and --where-b are for one",
            hint="say in --where-a and --where-b what holds for each side",
        )
    if other is None and period_a == period_b and where_a == where_b:
        raise UsageError(
            "both sides are the same orders",
            hint="name a second log, or tell the sides apart: --period-a and --period-b, or --where-a and --where-b",
        )
    periods = (
        parse_period(period_a, "--period-a") if period_a is not None else None,
        parse_period(period_b, "--period-b") if period_b is not None else None,
    )
    progress = Progress(reading.quiet)
    side_a = replace(reading, where=reading.where if where_a is None else where_a)
    side_b = replace(reading, path=other or reading.path, where=reading.where if where_b is None else where_b)
    log_a = side_a.open(progress)
    log_b = log_a if side_b == side_a else side_b.open(progress)
    found = compare_sides((log_a, log_b), periods, maturity=maturity, cluster=cluster, progress=progress)
    progress.done()
    notes = list(dict.fromkeys([*found.notes, *log_a.manifest.notes, *log_b.manifest.notes]))
    heading = report.heading(found, (side_a.name, side_b.name))
    if reading.output_format == "json":
        typer.echo(envelope("compare", log_a.manifest, report.result(found), notes, log=log_a), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(report.measure_table(found)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(heading, report.tables(found), notes), nl=False)
    else:
        print_tables(terminal(), heading, report.tables(found), found.notes)
        progress.notes([*dict.fromkeys([*log_a.manifest.notes, *log_b.manifest.notes])])
