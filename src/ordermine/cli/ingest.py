"""`ordermine ingest`: exported files or databases to a log."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ordermine.cli.options import (
    Debug,
    Exports,
    Force,
    Memory,
    ProjectFile,
    Query,
    Quiet,
    Sheet,
    Threads,
    check_folder,
    check_memory,
)
from ordermine.cli.progress import Progress
from ordermine.errors import UsageError
from ordermine.memory import memory_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.project import Project

PROJECT_NAME = "ordermine.toml"
Column = Annotated[str | None, typer.Option(metavar="COLUMN")]


def find_project(named: Path | None, exports: Sequence[str]) -> Project:
    """Return the project file that is named, else the one beside the first export, else an empty one."""
    from ordermine.project import Project, load_project

    if named is not None:
        return load_project(named)
    beside = _folder(exports) / PROJECT_NAME
    return load_project(beside) if exports[0] != "-" and beside.is_file() else Project()


def with_further_files(exports: Sequence[str], project: Project, named: Path | None) -> list[str]:
    """Return the exports, and those files that the project file tells to ask besides, which are in its folder.

    Without a named project file that is the folder of the first export.

    Raises
    ------
    UsageError
        There is nothing but a project file.
    """
    present = {Path(export).name for export in exports}
    folder = _folder(exports) if named is None else named.parent
    further = [folder / one.file for name, one in sorted(project.further_files().items()) if name not in present]
    exported = without_ours(exports)
    if all(Path(export).name == PROJECT_NAME for export in exported):
        raise UsageError(f"{exports[0]}: a project file is no export", hint="name the exported files as well")
    return [*exported, *(str(path) for path in further if path.is_file())]


def without_ours(exports: Sequence[str]) -> list[str]:
    """Return the exports without project files and logs, which ``*`` may name; all where there is nothing else."""
    from ordermine.eventlog.manifest import NAME

    others = [one for one in exports if Path(one).name != PROJECT_NAME and not Path(one, NAME).is_file()]
    return others or list(exports)


def _folder(exports: Sequence[str]) -> Path:
    """Return the folder of the first export; of a database that is no file, the current one."""
    from ordermine.ingest.databases.address import is_address

    return Path() if is_address(exports[0]) else Path(exports[0]).parent


def ingest(
    exports: Exports,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the log.", metavar="LOG")],
    case: Column = None,
    activity: Column = None,
    timestamp: Column = None,
    start: Column = None,
    department: Column = None,
    resource: Column = None,
    precision: Column = None,
    lifecycle_column: Annotated[str | None, typer.Option("--lifecycle-column", metavar="COLUMN")] = None,
    actor_type: Column = None,
    field: Column = None,
    old: Column = None,
    new: Column = None,
    reason: Column = None,
    reference: Column = None,
    object_type: Column = None,
    object_id: Column = None,
    customer: Column = None,
    item: Column = None,
    channel: Column = None,
    amount: Column = None,
    currency: Column = None,
    quantity: Column = None,
    timezone: Annotated[str | None, typer.Option(help="Zone of stamps without an offset, e.g. Europe/Berlin.")] = None,
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"] | None, typer.Option(help="Order of day and month, where dates don't prove it.")
    ] = None,
    not_recorded: Annotated[
        list[str] | None, typer.Option(help="A further spelling of: no department or user was recorded.")
    ] = None,
    lifecycle: Annotated[Literal["all", "complete"], typer.Option(help="Which lifecycle transitions to keep.")] = "all",
    append: Annotated[
        bool, typer.Option("--append", help="Add to the log; rows already there are recognised.")
    ] = False,
    keep_duplicates: Annotated[bool, typer.Option("--keep-duplicates", help="Keep exact duplicate rows.")] = False,
    max_rejected: Annotated[
        str | None, typer.Option(help="Write nothing if more rows than this are rejected: N or P%.")
    ] = None,
    sheet: Sheet = None,
    query: Query = None,
    preset: Annotated[
        str | None, typer.Option(help="System whose tables they are.", show_default="recognised by their columns")
    ] = None,
    pseudonymise: Annotated[
        str | None,
        typer.Option(metavar="KEYS", help="Replace names by pseudonyms, e.g. resource,customer; needs a key."),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key of the pseudonyms.", show_default="ORDERMINE_KEY")
    ] = None,
    keep_text: Annotated[
        str | None, typer.Option(metavar="COLUMNS", help="Free text that stays where names are replaced.")
    ] = None,
    left_out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the text of left-out rows goes then.", show_default="nowhere"),
    ] = None,
    project: ProjectFile = None,
    output_format: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print.")] = "text",
    force: Force = False,
    quiet: Quiet = False,
    memory_limit: Memory = None,
    threads: Threads = None,
    debug: Debug = False,
) -> None:
    """Read exported files or databases into a log. Every row is accounted for.

    Columns are proposed from names and content unless named here or in ordermine.toml.

    Example: ordermine ingest orders.csv -o orders --case Order --timezone Europe/Berlin

    Example: ordermine ingest postgresql://reader@erp/sales -o orders --query "SELECT * FROM order_steps"
    """
    from ordermine.cli.arrow import spare_pandas
    from ordermine.cli.privacy import find_privacy, silent_opening
    from ordermine.eventlog.manifest import NAME, read_manifest
    from ordermine.ingest.databases.choose import Wanted
    from ordermine.ingest.open import open_exports
    from ordermine.ingest.plan import Options
    from ordermine.pipeline import ingest as run
    from ordermine.project import parse_project
    from ordermine.report import ingested
    from ordermine.report.envelope import envelope
    from ordermine.report.render import print_tables, terminal
    from ordermine.temporary import temporary_folder
    from ordermine.zones import check_zone

    check_memory(memory_limit)
    check_folder(output)
    if timezone is not None:
        check_zone(timezone)
    if append and force:
        raise UsageError(
            "--append and --force exclude each other", hint="--append adds to the log, --force replaces it"
        )
    named = {
        "case": case,
        "activity": activity,
        "timestamp": timestamp,
        "start": start,
        "precision": precision,
        "lifecycle": lifecycle_column,
        "department": department,
        "resource": resource,
        "actor_type": actor_type,
        "field": field,
        "old": old,
        "new": new,
        "reason": reason,
        "reference": reference,
        "object_type": object_type,
        "object_id": object_id,
        "customer": customer,
        "item": item,
        "channel": channel,
        "amount": amount,
        "currency": currency,
        "quantity": quantity,
    }
    declared = find_project(project, exports)
    added_to = read_manifest(output) if append and (output / NAME).exists() else None
    if added_to is not None and project is None:
        declared = parse_project(added_to.project, "the project file kept in the log")
    privacy = find_privacy(pseudonymise, key_file, keep_text, left_out, declared, added_to)
    spare_pandas()
    progress = Progress(quiet)
    columns = {key: column for key, column in named.items() if column is not None}
    wanted = Wanted(
        query, preset or declared.log.preset, recognise=not (declared.source or columns), tell=privacy is None
    )
    with temporary_folder() as temporary:
        exported = with_further_files(exports, declared, project)
        with silent_opening(privacy, exported):
            opened = open_exports(exported, temporary, case, sheet, wanted, progress)
        manifest = run(
            opened,
            output,
            declared,
            Options(
                columns=columns,
                timezone=timezone,
                date_order=date_order,
                not_recorded=tuple(not_recorded or ()),
                lifecycle=lifecycle,
                keep_duplicates=keep_duplicates,
                preset=preset,
            ),
            privacy=privacy,
            force=force,
            append=append,
            max_rejected=max_rejected,
            threads=threads or os.cpu_count() or 1,
            memory_limit=memory_bytes(memory_limit),
            progress=progress,
        )
    progress.done()
    if output_format == "json":
        typer.echo(envelope("ingest", manifest, ingested.result(manifest), manifest.notes), nl=False)
        progress.notes(manifest.notes)
        return
    print_tables(terminal(), ingested.heading(manifest, output.name), ingested.tables(manifest, str(output)), ())
    progress.notes(manifest.notes)
