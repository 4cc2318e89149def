"""A place for tables on their way through ingest: in memory, and on disk once they are more than the limit allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa


class Shelf:
    """Keeps tables under keys; several tables under one key come back as one, in the order they were put.

    Parameters
    ----------
    folder
        Where tables go that don't fit; must exist.
    limit_bytes
        What may stay in memory; None for no limit.
    """

    def __init__(self, folder: Path, limit_bytes: int | None) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._held: dict[int, list[pa.Table]] = {}
        self._held_bytes = 0
        self._files: dict[int, tuple[pa.OSFile, pa.ipc.RecordBatchStreamWriter]] = {}

    def put(self, key: int, table: pa.Table) -> None:
        """Add a table under a key; all tables of one key have the same schema."""
        import pyarrow as pa

        if key not in self._files and (self._limit is None or self._held_bytes < self._limit):
            self._held.setdefault(key, []).append(table)
            self._held_bytes += table.nbytes
            return
        if key not in self._files:
            file = pa.OSFile(str(self._path(key)), "wb")
            options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=False)
            self._files[key] = (file, pa.ipc.new_stream(file, table.schema, options=options))
        self._files[key][1].write_table(table)

    def take(self, key: int) -> list[pa.Table]:
        """Return the tables under a key and forget them."""
        import pyarrow as pa

        tables = self._held.pop(key, [])
        self._held_bytes -= sum(table.nbytes for table in tables)
        if key in self._files:
            file, writer = self._files.pop(key)
            writer.close()
            file.close()
            with pa.OSFile(str(self._path(key))) as stored, pa.ipc.open_stream(stored) as reader:
                tables.extend(pa.Table.from_batches([batch]) for batch in reader)
            self._path(key).unlink()
        return tables

    def _path(self, key: int) -> Path:
        return self._folder / f"{key}.arrow"
