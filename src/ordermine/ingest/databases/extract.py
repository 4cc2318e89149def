"""Rows of a database to sources: each SELECT is copied once, into a Parquet file of its own."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.ingest.databases.choose import Wanted, choose
from ordermine.ingest.readers.parquet import BATCH_ROWS, ParquetSource, open_parquet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from ordermine.ingest.databases.database import Database


PIECE_BYTES = 1 << 26


def extract(
    export: str | Path, kind: str, wanted: Wanted, folder: Path, progress: Callable[[str], None] = lambda _: None
) -> list[tuple[Path, ParquetSource]]:
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
            path = folder / f"{number}.parquet"
            try:
                with closing(database.rows(selection.query, utc=selection.utc)) as batches:
                    rows = _copy(batches, path, selection.name, progress)
            except UsageError as error:
                if wanted.query is not None:
                    raise
                # Nobody has written this query: it is the table, or rather the view, that can't be read.
                raise InputError(str(error), hint="say what to read, with --query 'SELECT …'") from error
            described = {"format": database.kind, "rows": str(rows), "selected": selection.described}
            opened.append((path, replace(open_parquet(path, selection.name), described=described)))
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


def _copy(batches: Iterator[pa.RecordBatch], path: Path, name: str, progress: Callable[[str], None]) -> int:
    """Write batches to a Parquet file; return the number of rows."""
    import pyarrow.parquet as pq

    first = next(batches)
    rows = 0
    try:
        with pq.ParquetWriter(path, first.schema, write_page_checksum=True) as writer:
            for table in _pieces(first, batches):
                writer.write_table(table)
                rows += table.num_rows
                progress(f"reading {name}: {rows:,} rows")
    except OSError as error:
        raise EnvironmentFault(
            f"{name}: can't keep its rows in the temporary folder: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder that has it",
        ) from error
    return rows


def _pieces(first: pa.RecordBatch, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows in pieces of equal size, smaller where rows are very long."""
    import pyarrow as pa

    waiting = pa.Table.from_batches([first])
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= BATCH_ROWS:
            yield waiting.slice(0, BATCH_ROWS)
            waiting = waiting.slice(BATCH_ROWS)
        if waiting.nbytes >= PIECE_BYTES:
            yield waiting
            waiting = waiting.slice(waiting.num_rows)
    if waiting.num_rows:
        yield waiting
