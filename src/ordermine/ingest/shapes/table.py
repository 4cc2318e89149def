"""An exported file as a table of text in a DuckDB of its own, so that a query can make event rows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ordermine.ingest.encode import ColumnChoice, stamp_text
from ordermine.ingest.timestamps import DAY, MIN, S, parse
from ordermine.interrupts import watch
from ordermine.locked import LOCKED
from ordermine.temporary import folder_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import pyarrow as pa

    from ordermine.ingest.source import Source
    from ordermine.ingest.timestamps import Format, Parsed

TABLE: Final = "exported"
ROW: Final = "_row"
"""Column with the number of the row in the file."""
INSTANT: Final = "_instant_{}"
"""Columns with the instant of a stamp column, in µs, null where it can't be read; numbered from 0."""
WRITTEN: Final = "_written_{}"
"""Columns with the stamps of a stamp column in ISO 8601, as precise as written; what can't be read stays as it is."""


def connect() -> duckdb.DuckDBPyConnection:
    """Return an empty DuckDB in memory that reaches no file; beyond its memory it spills into a temporary folder."""
    import duckdb

    connection = duckdb.connect(config=dict(LOCKED))
    watch(connection)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET temp_directory = ?", [str(folder_for(connection) / "spilled")])
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def load(
    connection: duckdb.DuckDBPyConnection, source: Source, stamps: Mapping[ColumnChoice, Format], name: str = TABLE
) -> None:
    """Create and fill a table: the file's columns as text, `ROW`, and the instants of some stamp columns.

    Parameters
    ----------
    connection
        Of `connect`.
    source
        The exported file.
    stamps
        Stamp column → its format, in the order in which the instants are numbered.
    name
        Of the table.
    """
    import pyarrow as pa

    made = False
    for batch in source.batches():
        rows = batch.read()
        table = rows.table.append_column(ROW, [rows.numbers])
        for at, (choice, form) in enumerate(stamps.items()):
            text = stamp_text(rows.table, choice)
            parsed = parse(text, form)
            instants = pa.array(parsed.wall - parsed.offset, mask=~parsed.valid)
            table = table.append_column(INSTANT.format(at), instants)
            table = table.append_column(WRITTEN.format(at), _written(text, parsed))
        connection.register("piece", table)
        connection.execute(f"INSERT INTO {name} FROM piece" if made else f"CREATE TABLE {name} AS FROM piece")
        connection.unregister("piece")
        made = True


def _written(text: pa.Array, parsed: Parsed) -> pa.Array:
    """Return stamps in ISO 8601, so that columns written in different ways can be one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    wall = parsed.wall.astype("datetime64[us]")
    iso = np.datetime_as_string(wall, "us").astype(object)
    units: tuple[tuple[int, Literal["s", "m", "D"]], ...] = ((S, "s"), (MIN, "m"), (DAY, "D"))
    for precision, unit in units:
        so = parsed.precision == precision
        iso[so] = np.datetime_as_string(wall[so], unit)
    if parsed.zoned.any():
        minutes = parsed.offset // 60_000_000
        sign = np.where(minutes < 0, "-", "+")
        hours, rest = np.divmod(np.abs(minutes), 60)
        offsets = [f"{s}{h:02d}:{m:02d}" for s, h, m in zip(sign, hours, rest, strict=True)]
        iso = np.where(parsed.zoned, iso + np.array(offsets, dtype=object), iso)
    return pc.if_else(pa.array(parsed.valid), pa.array(iso, pa.string()), text)
