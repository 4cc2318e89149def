"""A SQLite file, opened so that nothing in it can run, reach out or be changed."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ordermine.errors import InputError, UsageError
from ordermine.ingest.databases.database import Relation, what_there_is
from ordermine.ingest.databases.statement import is_ordered
from ordermine.ingest.readers.dialect import unique_names
from ordermine.ingest.readers.files import AGAIN
from ordermine.ingest.readers.sqlite_file import open_sqlite_file
from ordermine.ingest.readers.text import text_of
from ordermine.interrupts import watch
from ordermine.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS: Final = 1 << 10
READING: Final = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
"""What a query, or a view of the file, may do."""


@contextmanager
def open_sqlite(path: Path) -> Iterator[Sqlite]:
    """Open a SQLite file for reading, which was found intact when its format was looked at.

    Raises
    ------
    InputError
        It is damaged, or another program is changing it.
    """
    with open_sqlite_file(path, path.name) as connection:
        database = Sqlite(path.name, connection)
        watch(database)
        yield database


class Sqlite:
    """An open SQLite file."""

    kind = "SQLite"

    def __init__(self, name: str, connection: sqlite3.Connection) -> None:
        self.name = name
        self._connection = connection
        self._relations = [
            self._relation(table, kind, bool(without_rowid))
            for _, table, kind, _, without_rowid, _ in connection.execute("PRAGMA main.table_list").fetchall()
            if kind in ("table", "view") and not table.startswith("sqlite_")
        ]
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
        # Text that isn't UTF-8 must not end the reading; `text_of` decodes.
        connection.text_factory = bytes

    def relations(self) -> list[Relation]:
        """Return tables and views."""
        return sorted(self._relations, key=lambda relation: relation.name)

    def rows(self, query: str, *, utc: bool = False) -> Generator[pa.RecordBatch]:
        """Iterate over the rows of one SELECT; see `Database.rows`. Values have no type that could hold a zone."""
        import pyarrow as pa

        del utc
        try:
            cursor = self._connection.execute(f"SELECT * FROM ({query}\n) LIMIT 0")
            count = len(cursor.description)
            order = "" if is_ordered(query) else " ORDER BY " + ", ".join(str(at + 1) for at in range(count))
            cursor = self._connection.execute(f"SELECT * FROM ({query}\n){order}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._fault(error) from error
        names = unique_names([column[0] for column in cursor.description])
        read = 0
        rows: list[tuple[Any, ...]] = []
        try:
            while True:
                columns = zip(*rows, strict=True) if rows else ((),) * count
                arrays = [pa.array([text_of(value) for value in column], pa.string()) for column in columns]
                yield pa.record_batch(arrays, names=list(names))
                rows = cursor.fetchmany(BATCH_ROWS)
                if not rows:
                    return
                read += len(rows)
        except sqlite3.Error as error:
            raise InputError(
                f"{self.name}: can't read the database: {error}; read before that: {read:,} rows", hint=AGAIN
            ) from error

    def _fault(self, error: Exception) -> UsageError | InputError:
        said = str(error)
        if "malformed" in said:
            return InputError(f"{self.name}: can't read the database: {said}", hint=AGAIN)
        if "not authorized" in said or "prohibited" in said:
            return UsageError(
                f"{self.name}: the query does more than read: {said}", hint="give one SELECT; nothing was changed"
            )
        return UsageError(f"{self.name}: {said}", hint=what_there_is(self.relations()))

    def interrupt(self) -> None:
        """Stop the query that is running."""
        self._connection.interrupt()

    def _relation(self, table: str, kind: str, without_rowid: bool) -> Relation:
        columns: list[str] = []
        key: list[tuple[int, str]] = []
        # A view may be broken; that matters only when it is read.
        with contextlib.suppress(sqlite3.OperationalError):
            for _, column, _, _, _, part_of_key, hidden in self._connection.execute(
                f"PRAGMA main.table_xinfo({identifier(table)})"
            ).fetchall():
                if hidden != 1:
                    columns.append(column)
                    key += [(part_of_key, column)] if part_of_key else []
        order, rows = None, None
        if kind == "table" and not without_rowid and "rowid" not in (column.lower() for column in columns):
            order = "rowid"
            rows = self._connection.execute(f"SELECT max(rowid) FROM {identifier(table)}").fetchone()[0]
        elif kind == "table" and key:
            order = ", ".join(identifier(column) for _, column in sorted(key))
        return Relation(table, None, tuple(columns), order, rows)
