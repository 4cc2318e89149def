"""Rows of a database to sources: each SELECT is copied once, into a file of its own."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.errors import InputError, UsageError
from ordermine.ingest.databases.choose import Wanted, choose
from ordermine.ingest.databases.copied import CopiedSource, copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ordermine.ingest.databases.database import Database


def extract(
    export: str | Path, kind: str, wanted: Wanted, folder: Path, progress: Callable[[str], None] = lambda _: None
) -> list[tuple[Path, CopiedSource]]:
    """Copy what is wanted of a database.

    Parameters
    ----------
    export
        The file, or the address of a PostgreSQL database.
    kind
        ``postgresql``, ``sqlite`` or ``duckdb``.
    wanted
        What to read.
    folder
        Empty; for the copies, which must stay there as long as the sources are read.
    progress
        Is told how far the reading is.

    Returns
    -------
    list
        File and source of each query, named without server, user or password.

    Raises
    ------
    UsageError, InputError, EnvironmentFault
        See `choose` and `Database.rows`.
    """
    opened = []
    with _database(export, kind, folder) as database:
        for number, selection in enumerate(choose(database, wanted)):
            path = folder / f"{number}.arrow"
            try:
                with closing(database.rows(selection.query, utc=selection.utc)) as batches:
                    columns, numbers = copy(batches, path, selection.name, progress)
            except UsageError as error:
                if wanted.query is not None:
                    raise
                # Nobody has written this query: it is the table, or rather the view, that can't be read.
                raise InputError(str(error), hint="say what to read, with --query 'SELECT …'") from error
            described = {"format": database.kind, "rows": str(numbers[-1] - 1), "selected": selection.described}
            opened.append((path, CopiedSource(path, selection.name, columns, described, numbers[:-1])))
    return opened


@contextmanager
def _database(export: str | Path, kind: str, folder: Path) -> Iterator[Database]:
    if kind == "postgresql":
        from ordermine.ingest.databases.postgresql import open_postgresql

        with open_postgresql(str(export)) as server:
            yield server
    elif kind == "sqlite":
        from ordermine.ingest.databases.sqlite import open_sqlite

        with open_sqlite(Path(export)) as file:
            yield file
    else:
        from ordermine.ingest.databases.duckdb import open_duckdb

        with open_duckdb(Path(export), folder) as file:
            yield file
