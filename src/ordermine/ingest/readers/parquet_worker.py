"""The part of the Parquet reader that runs in a process of its own: ``python -m … BYTES FILE``.

A damaged file can end the process that decodes it. The batches go to stdout as an Arrow stream. Where the file can't be
read, the last line on stderr says why and the exit code is `UNREADABLE`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.ingest.readers.worker import limit

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 1 << 16
BATCH_BYTES = 1 << 28
"""Bytes that one column of a batch may take: a long value that many rows refer to stands in the file only once."""

UNREADABLE = 3


def main() -> None:
    """Write the batches of the file that the command line names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    memory, path = sys.argv[1:]
    limit(int(memory))
    try:
        with (
            pq.ParquetFile(path, page_checksum_verification=True) as file,
            pa.ipc.new_stream(sys.stdout.buffer, file.schema_arrow) as out,
        ):
            for group in range(file.num_row_groups):
                rows = _rows_at_once(Path(path), file, group)
                for batch in file.iter_batches(batch_size=rows, row_groups=[group]):
                    out.write_batch(batch)
    except (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        sys.stderr.write(f"\n{str(error).splitlines()[0] if str(error) else type(error).__name__}\n")
        sys.exit(UNREADABLE)


def _rows_at_once(path: Path, file: Any, group: int) -> int:
    """Return how many rows of a row group to read at once, so that no column of a batch is too large for memory."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    group_data = file.metadata.row_group(group)
    chunks = [group_data.column(at) for at in range(group_data.num_columns)]
    longest = BATCH_BYTES // BATCH_ROWS
    if any(pa.types.is_nested(field.type) for field in file.schema_arrow) or any(_shares(chunk) for chunk in chunks):
        # Here, too, a long value can be repeated at no cost, and how long the longest is can't be told beforehand.
        longest = BATCH_BYTES >> 10
    coded = {chunk.path_in_schema for chunk in chunks if chunk.has_dictionary_page and not _shares(chunk)}
    texts = [field.name for field in file.schema_arrow if field.name in coded and _is_text(field.type)]
    if texts:
        probe = pq.ParquetFile(path, read_dictionary=texts, metadata=file.metadata)
        first = next(probe.iter_batches(batch_size=1, row_groups=[group], columns=texts), None)
        for column in first.columns if first is not None else ():
            values = column.dictionary if pa.types.is_dictionary(column.type) else column
            longest = max(longest, pc.max(pc.binary_length(values)).as_py() or 0)
    return max(BATCH_BYTES // longest, 1)


def _shares(chunk: Any) -> bool:
    """Return whether values of a column may share their beginnings with those before them."""
    return "DELTA_BYTE_ARRAY" in chunk.encodings


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


if __name__ == "__main__":
    main()
