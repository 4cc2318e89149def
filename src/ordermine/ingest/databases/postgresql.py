"""PostgreSQL, read through ADBC: one read-only transaction that sees one state of the database, streamed in batches."""

from __future__ import annotations

import contextlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ordermine.errors import EnvironmentFault, InputError, OrdermineError, UsageError
from ordermine.ingest.databases.address import PASSWORD_HINT, connection_url
from ordermine.ingest.databases.database import Relation
from ordermine.ingest.databases.statement import is_ordered
from ordermine.ingest.databases.typed import TypedColumn, text_batch, wrapped
from ordermine.interrupts import watch
from ordermine.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    import pyarrow as pa

T = TypeVar("T")

SNAPSHOT: Final = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # How values are written must not depend on the settings of the server or the user.
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
)
RELATIONS: Final = """
    SELECT c.relname::text, n.nspname::text, pg_table_is_visible(c.oid), c.reltuples::bigint,
      (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
       AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT'))::text,
      (SELECT json_agg(a.attname ORDER BY k.place)
       FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place), pg_attribute a
       WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum)::text
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND has_schema_privilege(n.oid, 'USAGE')
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND has_any_column_privilege(c.oid, 'SELECT')
    ORDER BY 2, 1
"""
AS_THEY_ARE: Final = {"bool", "bytea", "float4", "float8", "int2", "int4", "int8", "name", "text", "varchar"}
"""Types that the driver gives exactly; all others are asked for as text."""
IN_ORDER: Final = {*AS_THEY_ARE, "date", "numeric", "time", "timestamp", "timestamptz"} - {"name", "text", "varchar"}

PRIMARY: Final = ("ERROR:", "FATAL:")
NOT_READING: Final = "25"
"""Errors by SQLSTATE or its class (Appendix A of PostgreSQL's manual)."""
QUERY_CANCELED: Final = "57014"
NO_PERMISSION: Final = "42501"
ABOUT_THE_QUERY: Final = ("0A", "22", "42")


@contextmanager
def open_postgresql(address: str) -> Iterator[PostgreSQL]:
    """Connect to a database and begin the one transaction in which everything is read.

    Parameters
    ----------
    address
        ``postgresql://…``, without a password.

    Raises
    ------
    UsageError
        The address holds a password or isn't one.
    EnvironmentFault
        The driver isn't installed, the server can't be reached, or it refuses.
    """
    url = connection_url(address)
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        raise EnvironmentFault(
            "reading PostgreSQL needs a driver that isn't installed",
            hint="install it with: pip install 'ordermine[postgresql]'",
        ) from None
    database = PostgreSQL()
    watch(database)
    try:
        with _explained(connecting=True):
            database.connection = database.call(lambda: dbapi.connect(url))
            for statement in SNAPSHOT:
                database.execute(statement).close()
        yield database
    finally:
        database.close()


class PostgreSQL:
    """An open transaction.

    The driver is called from a thread of its own: a signal reaches the main thread, whatever the driver waits for.
    """

    kind = "PostgreSQL"
    name = "postgresql"

    def __init__(self) -> None:
        self.connection: Any = None
        self._cursor: Any = None
        self._driver = ThreadPoolExecutor(1)

    def relations(self) -> list[Relation]:
        """Return the tables and views that the user may read."""
        with _explained(), contextlib.closing(self.execute(RELATIONS)) as cursor:
            found = self.call(cursor.fetchall)
        relations = []
        for name, schema, visible, rows, readable, primary_key in found:
            columns, key = tuple(json.loads(readable or "[]")), json.loads(primary_key or "[]")
            order = ", ".join(map(identifier, key)) if key and {*key} <= {*columns} else None
            relations.append(Relation(name, None if visible else schema, columns, order, max(int(rows), 0) or None))
        return relations

    def rows(self, query: str, *, utc: bool = False) -> Generator[pa.RecordBatch]:
        """Iterate over the rows of one SELECT; see `Database.rows`."""
        import pyarrow as pa

        # Unlike the reader that the cursor gives, this one says of errors on the way which they are.
        from adbc_driver_manager._reader import AdbcRecordBatchReader

        with _explained():
            cursor = self.connection.cursor()
            self._cursor = cursor
            try:
                columns = [_typed(field) for field in self.call(lambda: cursor.adbc_execute_schema(query))]
                if not columns:
                    raise UsageError("--query: it gives no columns", hint="select at least an order, a step and a time")
                asked = wrapped(query, columns, is_ordered(query))
                self.call(lambda: cursor.execute(asked))
                stream = cursor.fetch_arrow()
                reader = self.call(lambda: AdbcRecordBatchReader._import_from_c(stream.address))
                batches = iter(reader)
                batch = pa.RecordBatch.from_pylist([], reader.schema)
                while batch is not None:
                    try:
                        batch.validate(full=True)
                    except pa.ArrowInvalid as error:
                        raise InputError(
                            f"{self.name}: text that isn't UTF-8, though the database says so: {error}",
                            hint="convert it in the query: convert_from(convert_to(COLUMN, 'SQL_ASCII'), 'LATIN1')",
                        ) from None
                    yield text_batch(batch, columns, utc)
                    batch = self.call(lambda: next(batches, None))
            finally:
                self._cursor = None
                self._release(cursor)

    def execute(self, statement: str) -> Any:
        """Run a statement; return its cursor."""
        cursor = self.connection.cursor()
        try:
            self.call(lambda: cursor.execute(statement))
        except BaseException:
            self._release(cursor)
            raise
        return cursor

    def call(self, function: Callable[[], T]) -> T:
        """Run a function in the driver's thread."""
        return self._driver.submit(function).result()

    def interrupt(self) -> None:
        """Ask the server to stop what it is doing."""
        if self.connection is not None:
            (self._cursor or self.connection).adbc_cancel()

    def close(self) -> None:
        """End the transaction and the connection."""
        if self.connection is not None:
            self._release(self.connection)
        self._driver.shutdown(wait=False)

    def _release(self, held: Any) -> None:
        """Close a cursor or the connection; a call that is still running ends with the program."""
        with contextlib.suppress(Exception):
            self._driver.submit(held.close).result(timeout=1)


def _typed(field: pa.Field) -> TypedColumn:
    """Return how a column is asked for, by the type that the server names."""
    import pyarrow as pa

    kind = field.metadata[b"POSTGRESQL:type"].decode() if field.metadata else ""
    if pa.types.is_nested(field.type):
        as_text = "to_json({})::text"
    elif kind in AS_THEY_ARE:
        as_text = "{}"
    else:
        as_text = "{}::numeric::text" if kind == "money" else "{}::text"
    order = "{}" if kind in IN_ORDER else '({}::text) COLLATE "C"'
    zoned = kind == "timestamptz"
    return TypedColumn(field.name, as_text, order, stamp=zoned or kind == "timestamp", zoned=zoned)


@contextmanager
def _explained(*, connecting: bool = False) -> Iterator[None]:
    """Turn the driver's errors into ours: they hold the query and what the server said, ours only the latter."""
    from adbc_driver_manager import Error

    try:
        yield
    except Error as error:
        raise _fault(_said(str(error)), error.sqlstate or "", connecting) from None


def _fault(said: str, state: str, connecting: bool) -> OrdermineError:
    if connecting:
        return EnvironmentFault(
            f"postgresql: can't connect: {said}",
            hint=f"check host, port, database and user, and that the server can be reached; {PASSWORD_HINT}",
        )
    if state.startswith(NOT_READING):
        return UsageError(
            f"postgresql: the query does more than read: {said}", hint="give one SELECT; nothing was changed"
        )
    if state == QUERY_CANCELED:
        return EnvironmentFault(
            f"postgresql: the server ended the query: {said}",
            hint="read less, or raise the limit, e.g. PGOPTIONS='-c statement_timeout=30min'",
        )
    if state == NO_PERMISSION:
        return EnvironmentFault(f"postgresql: {said}", hint="ask for the right to read: GRANT SELECT ON … TO …")
    if state.startswith(ABOUT_THE_QUERY):
        return UsageError(f"postgresql: {said}", hint="give one SELECT that works in psql")
    return EnvironmentFault(
        f"postgresql: the connection was lost, or the server gave up: {said}", hint="run it again; nothing was written"
    )


def _said(text: str) -> str:
    """Return what server or client library said, without the query, and without a secret should it be in there."""
    lines = [line.strip() for line in text.split("\n\nQuery was:")[0].splitlines() if line.strip()]
    primary = next((line for line in lines if any(mark in line for mark in PRIMARY)), None)
    if primary is not None:
        said = primary.partition(next(mark for mark in PRIMARY if mark in primary))[2].strip()
    else:
        said = "; ".join(line for line in lines if not line.startswith("Is the server"))
        said = said.rpartition("[libpq] ")[2].removeprefix("Failed to connect: ")
    for name in ("PGPASSWORD", "PGSSLPASSWORD"):
        if secret := os.environ.get(name):
            said = said.replace(secret, "…")
    return said
