"""`ordermine score`: findings against planted truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ordermine.cli.options import Reading, reading_command
from ordermine.cli.progress import Progress


@reading_command
def score(
    reading: Reading,
    planted: Annotated[Path, typer.Argument(help="Folder that `simulate` wrote.", metavar="DIR")],
) -> None:
    """Compare what is found in a simulated log with the truth that was planted in it.

    Origins are scored after an audit of 100 errors, labelled from the truth. A
    target that is missed is no failure: the exit code is 0.

    Example: ordermine score origins origins/orders.csv
    """
    from ordermine.report import scored as report
    from ordermine.report.answers import check_is_of, gather
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal
    from ordermine.simulate.bundle import EXPORT
    from ordermine.simulate.score import needed_for
    from ordermine.simulate.score import score as compare
    from ordermine.simulate.truth_file import read_truth

    truth = read_truth(planted)
    needed_for(truth)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    check_is_of(log, planted / EXPORT)
    progress("comparing with the truth")
    scores = compare(truth, gather(log, truth))
    progress.done()
    if reading.output_format == "json":
        typer.echo(envelope("score", log.manifest, report.result(truth, scores), log.manifest.notes, log=log), nl=False)
    elif reading.output_format == "csv":
        typer.echo(csv_text(report.raw_table(scores)), nl=False)
    elif reading.output_format == "md":
        typer.echo(markdown(report.heading(truth, scores), [report.table(scores)], ()), nl=False)
    else:
        print_tables(terminal(), report.heading(truth, scores), [report.table(scores)], ())
