"""A source whose rows a query has made of an exported file; every one still says from which row of the file it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ordermine.canonical import LeftOut
from ordermine.ingest.shapes.table import ROW
from ordermine.ingest.source import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb
    import pyarrow as pa

    from ordermine.ingest.source import Batch, Source

EVENTS: Final = "event_rows"
FILE: Final = "_file"
"""Column with the position of the file among several."""
PLACE: Final = "_place"
"""Column that numbers the event rows of one row of the file."""


@dataclass(frozen=True, slots=True)
class ShapedBatch:
    """The event rows made of one batch of the file."""

    batch: Batch
    shaped: ShapedSource

    def read(self) -> Rows:
        """Return the event rows; rows of the file of which none was made are left out with the shape's reason."""
        import numpy as np

        rows = self.batch.read()
        if not len(rows.numbers):
            return Rows(self.shaped.between(0, -1), rows.numbers, rows.left_out, rows.mended)
        table = self.shaped.between(int(rows.numbers.min()), int(rows.numbers.max()))
        numbers = np.asarray(table.column(ROW).combine_chunks())
        idle = rows.numbers[~np.isin(rows.numbers, numbers)]
        raw = self.batch.raw_text([int(number) for number in idle])
        left_out = [LeftOut(row, self.shaped.reason(row), text) for row, text in raw.items()]
        return Rows(table.drop_columns([ROW]), numbers, [*rows.left_out, *left_out], rows.mended)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return rows of the file as they stand in it."""
        return self.batch.raw_text(list(dict.fromkeys(numbers)))


@dataclass(frozen=True)
class ShapedSource:
    """An exported file as event rows."""

    source: Source
    connection: duckdb.DuckDBPyConnection
    """Holds the event rows in `EVENTS`, in the order of the file."""
    idle: str
    """Why a row of the file has become no event."""
    shape: str
    file: int | None = None
    """Position of the file where the event rows are those of several."""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """Rows that have become no event for a reason of their own, such as that they equal an earlier one."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.source.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the event rows."""
        described = self.connection.execute(f"DESCRIBE {EVENTS}").fetchall()
        return tuple(name for name, *_ in described if name not in self._hidden)

    @property
    def tabular(self) -> bool:
        """Whether exact duplicates are left out: of several tables they were before their rows were joined."""
        return self.source.tabular and self.file is None

    @property
    def described(self) -> Mapping[str, str]:
        """What was found out about the file."""
        return {**self.source.described, "shape": self.shape}

    def reason(self, row: int) -> str:
        """Return why a row has become no event."""
        return self.reasons.get(row, self.idle)

    def batches(self) -> Iterator[ShapedBatch]:
        """Iterate over the event rows, in the batches of the file."""
        for batch in self.source.batches():
            yield ShapedBatch(batch, self)

    def between(self, first: int, last: int) -> pa.Table:
        """Return the event rows of some rows of the file."""
        own, values = ("", [first, last]) if self.file is None else (f"{FILE} = ? AND ", [self.file, first, last])
        query = (
            f"SELECT * EXCLUDE ({', '.join(self._hidden - {ROW})}) FROM {EVENTS} WHERE {own}{ROW} BETWEEN ? AND ? "
            f"ORDER BY {ROW}, {PLACE}"
        )
        with self._lock:
            return self.connection.sql(query, params=values).to_arrow_table().combine_chunks()

    @property
    def _hidden(self) -> set[str]:
        """Columns that are not the file's."""
        return {ROW, PLACE} if self.file is None else {ROW, PLACE, FILE}
