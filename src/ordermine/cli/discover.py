"""`ordermine discover`: what really happens to an order."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.options import Force, Reading, check_folder, reading_command
from ordermine.cli.progress import Progress

DATA = "discover.json"
"""The file with everything, for programs, beside those for people and other tools."""


@reading_command
def discover(
    reading: Reading,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for maps and models.", metavar="DIR")
    ] = None,
    algorithm: Annotated[
        Literal["inductive", "heuristics", "dfg-inductive"], typer.Option(help="How the model is discovered.")
    ] = "inductive",
    noise: Annotated[float, typer.Option(help="Rare behaviour that the inductive miner leaves out, 0 to 1.")] = 0.2,
    quality: Annotated[bool, typer.Option(help="Measure how well the model fits.")] = True,
    force: Force = False,
) -> None:
    """Show the actual process: variants, waiting, departments, handoffs, model and map.

    Example: ordermine discover orders.csv -o process
    """
    from ordermine.discover.map_content import map_content
    from ordermine.discover.process import discover as run
    from ordermine.placing import write_folder
    from ordermine.report import discovered
    from ordermine.report.envelope import envelope
    from ordermine.report.process_files import process_files
    from ordermine.report.render import csv_text, markdown, print_tables, terminal
    from ordermine.targets import check_files

    check_folder(output)
    if output is not None:
        check_files(output, [DATA], force=force, inputs=reading.inputs)
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    process = run(log, algorithm=algorithm, noise=noise, quality=quality, progress=progress)
    files: dict[str, str] = {}
    notes = list(log.manifest.notes)
    if output is not None:
        progress("drawing")
        maps = map_content(log, process.graph, process.variants)
        subtitle = discovered.subtitle(process.graph, maps[0].cases, log.manifest, log.filters.describe())
        contents, lacks = process_files(process, maps, reading.name, subtitle)
        notes += lacks
        result = discovered.result(process, {name: name for name in [*contents, DATA]})
        contents[DATA] = envelope("discover", log.manifest, result, notes, log=log).encode()
        write_folder(output, contents, force=force)
        files = {name: str(output / name) for name in contents}
    progress.done()
    if reading.output_format == "json":
        result = discovered.result(process, files)
        typer.echo(envelope("discover", log.manifest, result, notes, log=log), nl=False)
        return
    if reading.output_format == "csv":
        typer.echo(csv_text(discovered.edge_table(process)), nl=False)
        progress.notes(notes)
        return
    heading = discovered.heading(process, log.manifest, reading.name, log.filters.describe())
    tables = discovered.tables(process)
    tables.append(discovered.model_table(process))
    tables.append(discovered.not_shown_table(log.manifest))
    if files:
        tables.append(discovered.files_table(files))
    if reading.output_format == "md":
        typer.echo(markdown(heading, tables, notes), nl=False)
        return
    print_tables(terminal(), heading, tables, ())
    progress.notes(notes)
