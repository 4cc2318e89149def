"""The events of a log as batches again, for a rewrite that adds a later export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ordermine.canonical import EventBatch
from ordermine.schema import DERIVED_COLUMNS, PRECISIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

PLAIN = ("timestamp", "start_timestamp", "amount", "quantity")


def stored_batches(folder: Path, source_number: Mapping[str, int]) -> Iterator[EventBatch]:
    """Yield the events of a generation as they were handed to the log, one source at a time within each row group.

    Parameters
    ----------
    folder
        Folder of the generation.
    source_number
        Name of each source → its index in the new list of sources.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for path in sorted((folder / "events").glob("part-*.parquet")):
        file = pq.ParquetFile(path, page_checksum_verification=True)
        dropped = {*DERIVED_COLUMNS} - {"source_file", "source_row"}
        columns = [name for name in file.schema_arrow.names if name not in dropped]
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=columns)
            for name in table.column_names:
                at = table.schema.get_field_index(name)
                column = table.column(at)
                if name == "timestamp_precision":
                    codes = pc.index_in(column, value_set=pa.array(PRECISIONS)).cast(pa.int8())
                    table = table.set_column(at, name, codes)
                elif name in ("timestamp", "start_timestamp"):
                    table = table.set_column(at, name, column.cast(pa.int64()))
                elif pa.types.is_string(column.type):
                    table = table.set_column(at, name, column.combine_chunks().dictionary_encode())
            files = table.column("source_file").combine_chunks()
            codes = np.asarray(files.indices)
            table = table.drop_columns(["source_file"])
            empty = [
                n for n in table.column_names if n not in PLAIN[:1] and table.column(n).null_count == table.num_rows
            ]
            table = table.drop_columns(empty)
            for code, name in enumerate(files.dictionary.to_pylist()):
                yield EventBatch(source_number[name], table.filter(pa.array(codes == code)))


def stored_raw_text(folder: Path, source_name: str, rows: Sequence[int]) -> dict[int, str]:
    """Return events of a log as JSON, for when the file they came from is no longer at hand."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    kept = (pc.field("source_file") == source_name) & pc.field("source_row").isin(list(rows))
    table: pa.Table = pq.read_table(folder / "events", filters=kept, page_checksum_verification=True)
    texts = {}
    for event in table.to_pylist():
        row = event["source_row"]
        recorded = {k: str(v) for k, v in event.items() if v is not None and k not in DERIVED_COLUMNS}
        texts[row] = json.dumps(recorded, ensure_ascii=False)
    return texts
