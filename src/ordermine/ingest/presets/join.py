"""Several tables of one system to event rows, each still tied to the row of the file that it comes from."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from ordermine.canonical import DUPLICATE
from ordermine.errors import InputError
from ordermine.ingest.mapping import ColumnMapping
from ordermine.ingest.shapes.shaped import EVENTS, FILE, PLACE, ShapedSource
from ordermine.ingest.shapes.table import ROW, connect
from ordermine.quoting import identifier
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.presets.preset import Preset, Table
    from ordermine.ingest.source import Source

DIGEST: Final = "_digest"
"""Column with the content of a whole row, columns that no query knows included."""
REPEATED: Final = "repeated_rows"
AMBIGUOUS: Final = "ambiguous_rows"
SEVERAL: Final = "looked up, but its key stands there with several values"
"""Why a row of a table is looked up by none."""

MACROS: Final = (
    # SAP writes nothing as a blank, and no date as eight zeros.
    "CREATE MACRO filled(x) AS nullif(trim(x), '')",
    # Odoo keeps a text that can be translated as JSON, by language.
    """CREATE MACRO first_language(x) AS CASE WHEN x LIKE '{%' AND json_valid(x)
       THEN coalesce(x ->> '$.en_US', (x ->> '$.*')[1]) ELSE x END""",
    "CREATE MACRO dated(x) AS CASE WHEN trim(x) NOT IN ('', '00000000', '0000-00-00') THEN trim(x) END",
)


def join(
    sources: Sequence[Source], tables: Mapping[int, str], preset: Preset, *, keep_duplicates: bool = False
) -> list[ShapedSource]:
    """Return the sources as event rows, in the order given.

    Parameters
    ----------
    sources
        Exported tables.
    tables
        Position of a source → name of its table, as of `Preset.assign`.
    preset
        Of the system.
    keep_duplicates
        Keep rows that equal an earlier one.

    Raises
    ------
    InputError
        A query of the preset fails on what the tables hold.
    """
    import duckdb

    connection = connect()
    for statement in MACROS:
        connection.execute(statement)
    connection.execute(f"CREATE TABLE {REPEATED} ({FILE} INTEGER, {ROW} BIGINT)")
    connection.execute(f"CREATE TABLE {AMBIGUOUS} ({FILE} INTEGER, {ROW} BIGINT)")
    for name, table in preset.tables.items():
        _load(connection, name, table, {at: sources[at] for at, its in tables.items() if its == name})
        if not keep_duplicates:
            _set_repeated_aside(connection, name)
        if table.key:
            _set_ambiguous_aside(connection, name, table)
    for name, sql in preset.views.items():
        connection.execute(f"CREATE VIEW {identifier(name)} AS {sql}")
    for number, events in enumerate(preset.events):
        try:
            connection.execute(f"CREATE VIEW events_{number} AS {events.sql}")
        except duckdb.Error as error:
            raise InputError(
                f"preset {preset.name}: the events of {events.table} can't be made: {str(error).splitlines()[0]}",
                hint="check that the tables were exported whole, with the names of their columns",
            ) from error
    union = " UNION ALL BY NAME ".join(
        f"SELECT *, {number} AS _query FROM events_{number}" for number in range(len(preset.events))
    )
    connection.execute(f"CREATE VIEW all_events AS {union}")
    names = [row[0] for row in connection.execute("DESCRIBE all_events").fetchall()]
    # Events of one row come in the order of the queries; what else they hold decides, so that runs agree.
    order = ", ".join(["_query", *(identifier(name) for name in names if name not in ("_query", FILE, ROW))])
    connection.execute(
        f"""
        CREATE TABLE {EVENTS} AS
        SELECT * EXCLUDE (_query), row_number() OVER (PARTITION BY {FILE}, {ROW} ORDER BY {order}) AS {PLACE}
        FROM all_events ORDER BY {FILE}, {ROW}, {PLACE}
        """
    )
    reasons: dict[int, dict[int, str]] = {}
    for aside, reason in ((AMBIGUOUS, SEVERAL), (REPEATED, DUPLICATE)):
        for at, row in connection.execute(f"FROM {aside}").fetchall():
            reasons.setdefault(at, {})[row] = reason
    lock = threading.Lock()
    return [
        ShapedSource(
            source,
            connection,
            preset.tables[tables[at]].idle,
            f"preset {preset.name}",
            file=at,
            reasons=reasons.get(at, {}),
            _lock=lock,
        )
        for at, source in enumerate(sources)
    ]


def steps_of(joined: ShapedSource) -> dict[str, int]:
    """Return the steps of all the tables that were joined, and how many events each has, most frequent first."""
    query = f"SELECT activity, count(*) FROM {EVENTS} WHERE activity IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(joined.connection.execute(query).fetchall())


def people_of(joined: ShapedSource, most: int = 1000) -> tuple[str, ...]:
    """Return who did the steps of all the tables that were joined, at most so many."""
    if "resource" not in joined.columns:
        return ()
    query = f"SELECT DISTINCT resource FROM {EVENTS} WHERE filled(resource) IS NOT NULL ORDER BY 1 LIMIT {most:d}"
    return tuple(name for (name,) in joined.connection.execute(query).fetchall())


def mapping_of(source: ShapedSource, preset: Preset) -> ColumnMapping:
    """Return which column of the event rows plays which part: they are called as source keys."""
    present = source.columns
    columns: dict[str, ColumnChoice] = {key: key for key in KEY_COLUMNS if key in present}
    if "date" in present and "time" in present:
        columns["timestamp"] = ("date", "time")
    taken = {"date", "time", *KEY_COLUMNS}
    return ColumnMapping(
        columns={key: columns[key] for key in KEY_COLUMNS if key in columns},
        reasons=dict.fromkeys(columns, f"preset {preset.name}"),
        unused=[name for name in present if name not in taken],
        shape="events",
    )


def _load(connection: duckdb.DuckDBPyConnection, name: str, table: Table, sources: Mapping[int, Source]) -> None:
    """Create a table of the system from its files; columns that an export lacks are null."""
    import pyarrow as pa

    wanted = {column.upper(): column for column in (*table.columns, *table.further)}
    created = ", ".join(f"{identifier(column)} VARCHAR" for column in wanted.values())
    connection.execute(f"CREATE TABLE {identifier(name)} ({FILE} INTEGER, {ROW} BIGINT, {DIGEST} VARCHAR, {created})")
    for at, source in sources.items():
        present = {column.strip().upper(): column for column in source.columns if column.strip().upper() in wanted}
        for batch in source.batches():
            rows = batch.read()
            data = {wanted[upper]: rows.table.column(column) for upper, column in present.items()}
            piece = pa.table({FILE: pa.array([at] * len(rows.numbers), pa.int32()), ROW: rows.numbers, **data})
            connection.register("piece", piece)
            connection.register("whole", rows.table)
            connection.execute(
                f"INSERT INTO {identifier(name)} BY NAME SELECT * FROM piece "
                f"POSITIONAL JOIN (SELECT md5(whole::VARCHAR) AS {DIGEST} FROM whole)"
            )
            connection.unregister("piece")
            connection.unregister("whole")


def _set_repeated_aside(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Take rows that equal an earlier one out of a table: they would come twice out of every join."""
    repeated = f"row_number() OVER (PARTITION BY {DIGEST} ORDER BY {FILE}, {ROW}) > 1"
    connection.execute(f"INSERT INTO {REPEATED} SELECT {FILE}, {ROW} FROM {identifier(name)} QUALIFY {repeated}")
    connection.execute(f"DELETE FROM {identifier(name)} WHERE ({FILE}, {ROW}) IN (FROM {REPEATED})")


def _set_ambiguous_aside(connection: duckdb.DuckDBPyConnection, name: str, table: Table) -> None:
    """Leave one row for each key of a table, none where rows of a key differ: each would make events of its own."""
    key = ", ".join(f"filled({identifier(column)})" for column in table.key)
    told = ", ".join(identifier(column) for column in (*table.columns, *table.further))
    connection.execute(
        f"""
        CREATE TEMP TABLE judged AS
        SELECT {FILE}, {ROW}, min(row({told})) OVER same IS DISTINCT FROM max(row({told})) OVER same AS differs,
               row_number() OVER (PARTITION BY {key} ORDER BY {FILE}, {ROW}) AS place
        FROM {identifier(name)} WINDOW same AS (PARTITION BY {key})
        """
    )
    connection.execute(f"INSERT INTO {AMBIGUOUS} SELECT {FILE}, {ROW} FROM judged WHERE differs")
    connection.execute(
        f"DELETE FROM {identifier(name)} "
        f"WHERE ({FILE}, {ROW}) IN (SELECT ({FILE}, {ROW}) FROM judged WHERE differs OR place > 1)"
    )
    connection.execute("DROP TABLE judged")
