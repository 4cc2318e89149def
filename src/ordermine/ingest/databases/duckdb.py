"""A DuckDB file, opened so that it can't be changed and reaches nothing but itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from ordermine.errors import EnvironmentFault, InputError, OrdermineError, UsageError
from ordermine.ingest.databases.database import Relation, what_there_is
from ordermine.ingest.databases.statement import is_ordered
from ordermine.ingest.databases.typed import TypedColumn, text_batch, wrapped
from ordermine.ingest.readers.files import AGAIN
from ordermine.interrupts import watch
from ordermine.locked import LOCKED

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

BATCH_ROWS: Final = 1 << 16
INTEGERS: Final = {f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG")} | {
    "INTEGER",
    "UINTEGER",
}
AS_THEY_ARE: Final = {*INTEGERS, "BLOB", "BOOLEAN", "DOUBLE", "FLOAT", "VARCHAR"}
"""Types that Arrow has exactly; all others are asked for as text."""
RELATIONS: Final = """
    SELECT t.name, CASE WHEN t.schema <> 'main' THEN t.schema END, list(c.column_name ORDER BY c.column_index), t.rows
    FROM (SELECT table_oid AS oid, table_name AS name, schema_name AS schema, database_name AS database,
                 estimated_size AS rows FROM duckdb_tables() WHERE NOT internal
          UNION ALL
          SELECT view_oid, view_name, schema_name, database_name, NULL FROM duckdb_views() WHERE NOT internal) t
    LEFT JOIN duckdb_columns() c ON (c.table_oid, c.schema_name, c.database_name) = (t.oid, t.schema, t.database)
    WHERE t.database = current_database()
    GROUP BY ALL ORDER BY 2, 1
"""


@contextmanager
def open_duckdb(path: Path, folder: Path) -> Iterator[DuckDB]:
    """Open a DuckDB file for reading.

    Parameters
    ----------
    path
        The file.
    folder
        For what doesn't fit into memory.

    Raises
    ------
    InputError
        It is damaged, or written by a newer version.
    EnvironmentFault
        Another program has it open for writing.
    """
    import duckdb

    config = {
        **LOCKED,
        "enable_external_access": False,
        "temp_directory": str(folder / "duckdb"),
    }
    try:
        connection = duckdb.connect(str(path.absolute()), read_only=True, config=config)
    except duckdb.Error as error:
        raise _opening_fault(path.name, str(error).replace(str(path.absolute()), path.name)) from None
    watch(connection)
    try:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET lock_configuration = true")
        yield DuckDB(path, connection)
    finally:
        connection.close()


class DuckDB:
    """An open DuckDB file."""

    kind = "DuckDB"

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.name = path.name
        self._path = path
        self._connection = connection

    def relations(self) -> list[Relation]:
        """Return tables and views."""
        return [
            Relation(name, schema, tuple(columns), None if rows is None else "rowid", rows)
            for name, schema, columns, rows in self._connection.execute(RELATIONS).fetchall()
        ]

    def rows(self, query: str, *, utc: bool = False) -> Generator[pa.RecordBatch]:
        """Iterate over the rows of one SELECT; see `Database.rows`."""
        import duckdb
        import pyarrow as pa

        try:
            statements = duckdb.extract_statements(query)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise UsageError(f"{self.name}: --query: not one SELECT", hint="nothing was changed")
            described = self._connection.execute(f"DESCRIBE {query}").fetchall()
            columns = [_typed(name, kind) for name, kind, *_ in described]
            relation = self._connection.sql(wrapped(query, columns, is_ordered(query)))
            reader: pa.RecordBatchReader = relation.to_arrow_reader(BATCH_ROWS)
            yield text_batch(pa.RecordBatch.from_pylist([], reader.schema), columns, utc)
            for batch in reader:
                yield text_batch(batch, columns, utc)
        # What comes out of Arrow's reader is no DuckDB error any more.
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            raise self._fault(error) from None

    def _fault(self, error: Exception) -> OrdermineError:
        """Return what an error is: one of the memory, of the file, or of the query."""
        import duckdb
        import pyarrow as pa

        said = str(error).splitlines()[0].replace(str(self._path.absolute()), self.name)
        if isinstance(error, duckdb.OutOfMemoryException):
            return EnvironmentFault(f"{self.name}: {said}", hint="read less of it, or where there is more memory")
        of_the_file = (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException, OSError, pa.ArrowException)
        if isinstance(error, of_the_file) or type(error) is duckdb.Error:
            return InputError(f"{self.name}: can't read the database: {said}", hint=AGAIN)
        return UsageError(f"{self.name}: {said}", hint=what_there_is(self.relations()))


def _typed(name: str, kind: str) -> TypedColumn:
    """Return how a column is asked for, by the name of its type."""
    nested = kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(", "UNION("))
    as_text = "{}" if kind in AS_THEY_ARE else "to_json({})::VARCHAR" if nested else "{}::VARCHAR"
    zoned = kind == "TIMESTAMP WITH TIME ZONE"
    return TypedColumn(name, as_text, "{}", stamp=kind.startswith("TIMESTAMP"), zoned=zoned)


def _opening_fault(name: str, said: str) -> InputError | EnvironmentFault:
    first = said.splitlines()[0]
    if "set lock" in first:
        return EnvironmentFault(
            f"{name}: another program has the database open for writing", hint="close it there, or read a copy"
        )
    if "newer version" in said:
        return InputError(
            f"{name}: written by a newer version of DuckDB than this one can read",
            hint="update with: pip install --upgrade duckdb; or export its tables as Parquet where it was written",
        )
    return InputError(f"{name}: can't open the database: {first}", hint=AGAIN)
