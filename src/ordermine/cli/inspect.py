"""`ordermine inspect`: what is in a file, before anything is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.options import Debug, Force, ProjectFile, Quiet
from ordermine.cli.progress import Progress


def inspect(
    exports: Annotated[list[Path], typer.Argument(help="Exported files; - is stdin.", metavar="EXPORT...")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the proposed project file.", metavar="FILE"),
    ] = None,
    case: Annotated[str | None, typer.Option(help="Column of the order; in OCEL its object type.")] = None,
    project: ProjectFile = None,
    output_format: Annotated[Literal["text", "json", "md"], typer.Option("--format", help="How to print.")] = "text",
    force: Force = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what is in exported files: dialect, columns, proposed project file, what can be measured.

    Example: ordermine inspect orders.csv -o ordermine.toml
    """
    from ordermine.cli.ingest import find_project
    from ordermine.ingest.open import open_sources, spool_stdin, temporary_folder
    from ordermine.report import inspected
    from ordermine.report.envelope import envelope
    from ordermine.report.process_files import write_file
    from ordermine.report.render import markdown, print_tables, terminal

    progress = Progress(quiet)
    declared = find_project(project, exports)
    with temporary_folder() as temporary:
        paths = [spool_stdin(Path(temporary)) if str(path) == "-" else path for path in exports]
        found = [inspected.look(source, declared, case) for _, source in open_sources(paths, case)]
    proposed = inspected.proposed_project(found, declared)
    if output == Path("-"):
        progress.done()
        typer.echo(proposed, nl=False)
        return
    if output is not None:
        write_file(output, proposed.encode(), force=force)
    progress.done()
    if output_format == "json":
        typer.echo(envelope("inspect", None, inspected.result(found, proposed)), nl=False)
        return
    heading, tables = inspected.heading(found), inspected.tables(found)
    if output is None:
        tables.append(inspected.project_table(proposed))
    if output_format == "md":
        typer.echo(markdown(heading, tables, ()), nl=False)
        return
    print_tables(terminal(), heading, tables, ())
