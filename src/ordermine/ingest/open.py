"""Exports to sources: which reader each file or database is for, and the names they have in the log."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ordermine.errors import EnvironmentFault, InputError, UsageError, near
from ordermine.ingest.databases.address import is_address
from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.originals import FileState, state_of
from ordermine.ingest.readers.files import check_readable
from ordermine.ingest.readers.format import sniff_format
from ordermine.quoting import check_text, writable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ordermine.ingest.source import Source

STDIN = "-"
DATABASES = ("sqlite", "duckdb")
"""Formats of files that hold many tables."""


class Opened(NamedTuple):
    """An exported file that is open."""

    path: Path
    source: Source
    state: FileState
    """Before anything was read of it."""


def spool_stdin(folder: Path) -> Path:
    """Copy standard input to a file, since a source is read more than once.

    Raises
    ------
    InputError
        Nothing came.
    EnvironmentFault
        It can't be kept.
    """
    path = folder / "stdin"
    try:
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
    except OSError as error:
        raise EnvironmentFault(
            f"stdin: can't be kept in {folder.parent}: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder that has it",
        ) from error
    if not path.stat().st_size:
        raise InputError(
            "stdin: nothing came", hint="pipe an export into it, e.g.: cat export.csv | ordermine ingest - -o LOG"
        )
    return path


def open_exports(
    exports: Sequence[str],
    folder: Path,
    case: str | None = None,
    sheet: str | None = None,
    wanted: Wanted | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Opened]:
    """Open what a command line names: files, standard input, databases.

    Parameters
    ----------
    exports
        Names of files, ``-``, addresses of databases.
    folder
        For copies of what can be read only once; must stay there as long as the sources are read.
    case, sheet
        See `open_sources`.
    wanted
        What to read of a database.
    progress
        Is told how far the reading of a database is.

    Returns
    -------
    list
        Files and sources, in source order; of a database, the copies of its rows.

    Raises
    ------
    UsageError, InputError, EnvironmentFault
        See `open_sources` and `databases.extract`; or a query has no database, or several.
    """
    databases: list[tuple[str, str]] = []
    files: list[Path] = []
    for export in exports:
        if is_address(export):
            databases.append((export, "postgresql"))
            continue
        path = spool_stdin(folder) if export == STDIN else Path(export)
        form = sniff_format(path)
        if form in DATABASES:
            databases.append((str(path), form))
        else:
            files.append(path)
    wanted = wanted or Wanted()
    if wanted.query is not None and len(databases) != 1:
        what = "which of the databases is it for?" if databases else "none of the exports is a database"
        raise UsageError(f"--query: {what}", hint="name one database: postgresql://…, a SQLite or a DuckDB file")
    opened = open_sources(files, case, sheet)
    taken = {one.source.name for one in opened}
    for number, (export, form) in enumerate(databases):
        from ordermine.ingest.databases.extract import extract

        place = folder / f"database-{number}"
        place.mkdir()
        for path, source in extract(export, form, wanted, place, progress):
            named = replace(source, name=unique_name(source.name, taken))
            taken.add(named.name)
            opened.append(Opened(path, named, state_of(path)))
    return sorted(opened, key=lambda one: one.source.name)


def open_sources(paths: Sequence[Path], case: str | None = None, sheet: str | None = None) -> list[Opened]:
    """Open exported files in name order.

    Parameters
    ----------
    paths
        The files.
    case
        What ``--case`` says: in OCEL the object type that is the order.
    sheet
        What ``--sheet`` says: which sheet of a workbook to read; by default the only one with data.

    Returns
    -------
    list
        In source order: by name, then as given.

    Raises
    ------
    UsageError, InputError, EnvironmentFault
        A file is missing, unreadable, or in no format that can be read.
    """
    named = sorted(
        ((writable(path.name), position, path) for position, path in enumerate(paths)), key=lambda item: item[:2]
    )
    opened = []
    taken: set[str] = set()
    for name, _, path in named:
        unique = unique_name(name, taken)
        taken.add(unique)
        check_readable(path)
        state = state_of(path)
        opened.append(Opened(path, open_source(path, unique, case, sheet), state))
    if sheet is not None and not any(one.source.described["format"] == "Excel" for one in opened):
        raise UsageError(f"--sheet {sheet}: none of the files is a workbook", hint="leave --sheet away")
    return opened


def unique_name(name: str, taken: Collection[str]) -> str:
    """Return the name, numbered if another file of the log has it already."""
    unique = name
    number = 2
    while unique in taken:
        unique = f"{name} ({number})"
        number += 1
    return unique


def open_source(path: Path, name: str, case: str | None = None, sheet: str | None = None) -> Source:
    """Open one exported file; see `open_sources`."""
    form = sniff_format(path)
    if form == "csv":
        from ordermine.ingest.readers.csv import open_csv

        return open_csv(path, name)
    if form == "excel":
        from ordermine.ingest.readers.excel import open_excel

        return open_excel(path, name, sheet)
    if form == "json":
        from ordermine.ingest.readers.json import open_json

        return open_json(path, name)
    if form == "parquet":
        from ordermine.ingest.readers.parquet import open_parquet

        # Arrow opens no file whose path is no text.
        check_text(str(path.absolute()), "file")
        return open_parquet(path, name)
    if form == "xes":
        from ordermine.ingest.readers.xes import open_xes

        return open_xes(path, name)
    from ordermine.ingest.readers.ocel import object_types, open_ocel

    return open_ocel(path, name, _object_type(object_types(path), case, name))


def _object_type(types: dict[str, int], case: str | None, name: str) -> str:
    """Return the object type that is the order: told, or the only one whose name says so."""
    if case is not None:
        if case not in types:
            raise UsageError(f"{name}: no object type {case!r}", hint=near(case, types))
        return case
    likely = [kind for kind in types if kind.lower().rstrip("s").replace("_", " ") in ("order", "sales order", "case")]
    if len(likely) == 1:
        return likely[0]
    listed = ", ".join(f"{kind!r} ({count:,} events)" for kind, count in types.items())
    raise UsageError(f"{name}: which object type is the order? It has {listed}", hint="name it with --case")
