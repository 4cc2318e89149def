"""`ordermine inspect`: what is in a file, before anything is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.options import Debug, Exports, Force, ProjectFile, Query, Quiet, Sheet
from ordermine.cli.progress import Progress
from ordermine.memory import check_address_space


def inspect(
    exports: Exports,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the proposed project file.", metavar="FILE"),
    ] = None,
    case: Annotated[str | None, typer.Option(help="Column of the order; in OCEL its object type.")] = None,
    sheet: Sheet = None,
    query: Query = None,
    project: ProjectFile = None,
    output_format: Annotated[Literal["text", "json", "md"], typer.Option("--format", help="How to print.")] = "text",
    force: Force = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Say what is in exported files or databases: dialect, columns, proposed project file, what can be measured.

    Example: ordermine inspect orders.csv -o ordermine.toml
    """
    from ordermine.cli.ingest import find_project, with_further_files, without_ours
    from ordermine.ingest.databases.choose import Wanted
    from ordermine.ingest.open import open_exports
    from ordermine.placing import write_file
    from ordermine.report import exports as report
    from ordermine.report.envelope import envelope
    from ordermine.report.render import markdown, print_tables, terminal
    from ordermine.targets import check_file
    from ordermine.temporary import temporary_folder

    check_address_space()
    if output is not None and output != Path("-"):
        check_file(output, force=force, inputs=[Path(export) for export in exports])
    progress = Progress(quiet)
    declared = find_project(project, exports)
    with temporary_folder() as temporary:
        wanted = Wanted(query, declared.log.preset, recognise=not declared.source)
        exported = with_further_files(exports, declared, project)
        opened = open_exports(exported, temporary, case, sheet, wanted, progress)
        found = report.look([one.source for one in opened], declared, case)
    proposed = report.proposed_project(found, declared)
    if output == Path("-"):
        progress.done()
        typer.echo(proposed, nl=False)
        return
    if output is not None:
        write_file(output, proposed.encode(), force=force)
    progress.done()
    if output_format == "json":
        typer.echo(envelope("inspect", None, report.result(found, proposed)), nl=False)
        return
    heading, tables = report.heading(found), report.tables(found)
    if output is None:
        tables.append(report.project_table(proposed))
    tables.append(report.next_step(found, without_ours(exports), query, sheet))
    if output_format == "md":
        typer.echo(markdown(heading, tables, ()), nl=False)
        return
    print_tables(terminal(), heading, tables, ())
