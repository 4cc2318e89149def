"""`ordermine origins`: where errors start, as opposed to where they are noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ordermine.cli.options import Force, Reading, reading_command
from ordermine.cli.progress import Progress

STDOUT = "-"


@reading_command
def origins(
    reading: Reading,
    errors: Annotated[
        Path | None, typer.Option("--errors", help="Write every error there, as CSV; - is stdout.", metavar="FILE.csv")
    ] = None,
    audit: Annotated[
        int | None, typer.Option("--audit", help="Draw a sample of so many errors for people to look up.", min=1)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where the sample goes; - is stdout.", metavar="SAMPLE.csv")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="A sample that people have labelled: corrects the shares.", metavar="FILE.csv"),
    ] = None,
    force: Force = False,
) -> None:
    """Say where errors start, and where they are noticed.

    Example: ordermine origins orders --errors errors.csv
    """
    from ordermine.analyze.origin.audit import INSTRUCTIONS, LABEL, correct, draw_sample, read_labels
    from ordermine.analyze.origin.errors import cluster_of_errors, find_errors, rows, why_not
    from ordermine.analyze.origin.summary import people_by_department, summarise
    from ordermine.analyze.origin.tables import matured_orders
    from ordermine.errors import UsageError
    from ordermine.placing import write_file
    from ordermine.report import origins as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import csv_text, markdown, print_tables, terminal
    from ordermine.targets import check_file

    if (audit is None) != (output is None):
        raise UsageError("--audit N and -o SAMPLE.csv go together", hint="e.g. --audit 100 -o sample.csv")
    for path in (errors, output):
        if path is not None and str(path) != STDOUT:
            check_file(path, force=force, inputs=[*reading.inputs, *([labels] if labels is not None else ())])
    progress = Progress(reading.quiet)
    looked_up = read_labels(labels) if labels is not None else []
    log = reading.open(progress)
    progress("tracing errors")
    found = find_errors(log)
    summary = summarise(log, found, matured_orders(log, found))
    listed = rows(log, found) if errors or audit or labels else []
    corrected = correct(listed, looked_up, cluster_of_errors(log, found)) if labels is not None else []
    notes = list(log.manifest.notes)
    if lack := why_not(log):
        notes.append(f"only omissions are counted: {lack}")
    progress.done()
    files: list[tuple[Path, str]] = []
    if errors is not None:
        files.append((errors, csv_text(report.error_table(listed))))
    if audit is not None and output is not None:
        sample = draw_sample(listed, audit)
        files.append((output, csv_text(report.error_table(sample, (LABEL,)))))
        notes.append(f"{output.name} holds {len(sample):,} errors to look up: {INSTRUCTIONS}")
    on_stdout = [contents for path, contents in files if str(path) == STDOUT]
    if len(on_stdout) > 1:
        raise UsageError("--errors and -o can't both go to stdout", hint="name a file for one of them")
    for path, contents in files:
        if str(path) != STDOUT:
            write_file(path, contents.encode(), force=force)
    if on_stdout:
        typer.echo(on_stdout[0], nl=False)
        progress.notes(notes)
        return
    result = report.result(summary, corrected)
    if reading.output_format == "json":
        typer.echo(envelope("origins", log.manifest, result, notes, log=log), nl=False)
        return
    tables = report.tables(summary, people_by_department(log), corrected)
    heading = report.heading(summary, reading.name, len(looked_up))
    if reading.output_format == "csv":
        typer.echo(csv_text(tables[0]) if tables else "", nl=False)
        progress.notes(notes)
    elif reading.output_format == "md":
        typer.echo(markdown(heading, tables, notes), nl=False)
    else:
        print_tables(terminal(), heading, tables, ())
        progress.notes(notes)
