"""The copy of a query's rows: batches of text in Arrow's file format, in a folder that is gone when all is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault
from ordermine.ingest.readers.spool import rows_as_json
from ordermine.ingest.source import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 1 << 16
BATCH_BYTES = 1 << 25


@dataclass(frozen=True, slots=True)
class CopiedSource:
    """A copy; rows are numbered from 1."""

    path: Path
    name: str
    columns: tuple[str, ...]
    described: Mapping[str, str]
    firsts: tuple[int, ...]
    """Number of the first row of each batch."""
    tabular: bool = True

    def batches(self) -> Iterator[CopiedBatch]:
        """Iterate over the copy."""
        for at, first in enumerate(self.firsts):
            yield CopiedBatch(self, at, first)


@dataclass(frozen=True, slots=True)
class CopiedBatch:
    """One batch of a copy."""

    source: CopiedSource
    at: int
    first: int

    def read(self) -> Rows:
        """Return its rows."""
        import numpy as np
        import pyarrow as pa

        with pa.memory_map(str(self.source.path)) as file:
            batch = pa.ipc.open_file(file).get_batch(self.at)
        return Rows(pa.Table.from_batches([batch]), np.arange(self.first, self.first + len(batch), dtype=np.int64))

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return these rows as JSON, without their empty cells."""
        return rows_as_json(self.read(), numbers)


def copy(
    batches: Iterator[pa.RecordBatch], path: Path, name: str, progress: Callable[[str], None]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Write batches of text to a file.

    Parameters
    ----------
    batches
        At least one, all with the same columns.
    path
        Of the file.
    name
        Of the source, for messages.
    progress
        Is told how far it is.

    Returns
    -------
    tuple
        The names of the columns; the numbers of the first row of each batch and, at the end, of the row after the last.

    Raises
    ------
    EnvironmentFault
        The file can't be written.
    """
    import pyarrow as pa

    first = next(batches)
    numbers = [1]
    try:
        with pa.ipc.new_file(str(path), first.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
            for piece in _pieces(first, batches):
                file.write(piece.combine_chunks().to_batches()[0])
                numbers.append(numbers[-1] + piece.num_rows)
                progress(f"reading {name}: {numbers[-1] - 1:,} rows")
    except OSError as error:
        raise EnvironmentFault(
            f"{name}: can't keep its rows in the temporary folder: {error.strerror or error}",
            hint="free some space, or set TMPDIR to a folder that has it",
        ) from error
    return tuple(first.schema.names), tuple(numbers)


def _pieces(first: pa.RecordBatch, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield the rows in pieces of equal size, smaller where rows are very long."""
    import pyarrow as pa

    waiting = pa.Table.from_batches([first])
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
        while waiting.num_rows >= BATCH_ROWS:
            yield waiting.slice(0, BATCH_ROWS)
            waiting = waiting.slice(BATCH_ROWS)
        if waiting.nbytes >= BATCH_BYTES:
            yield waiting
            waiting = waiting.slice(waiting.num_rows)
    if waiting.num_rows:
        yield waiting
