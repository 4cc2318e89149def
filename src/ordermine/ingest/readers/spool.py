"""Rows of a file whose columns are known only at its end: parsed once, kept in a temporary file until read.

JSON, XML and spreadsheets have no header that can be trusted: an attribute may first appear in the last
event. So the file is parsed while it is opened; pieces of rows go to a nameless temporary file in Arrow's
format, and memory holds one piece at a time.
"""

from __future__ import annotations

import json
import tempfile
import threading
import weakref
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError
from ordermine.ingest.source import LeftOut, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

PIECE_ROWS = 20_000
PIECE_CHARACTERS = 1 << 26
SAMPLE_EVERY = 64
"""A piece's size is estimated from every 64th row: measuring each would cost as much as parsing it."""

MOST_COLUMNS = 10_000
LEFT_OUT = b"left_out"


class Spool:
    """Takes rows in the order of the file and gives them back in pieces."""

    def __init__(self, name: str) -> None:
        """Start without rows; `name` is the file's, for messages."""
        self.name = name
        self.rows = 0
        """Rows taken so far, without those left out."""
        self.reasons: Counter[str] = Counter()
        """Why rows were left out, and how many."""
        self._file = tempfile.TemporaryFile(prefix="ordermine-")  # noqa: SIM115 - closed by the finalizer
        weakref.finalize(self, self._file.close)
        self._lock = threading.Lock()
        self._keys: dict[str, None] = {}
        self._pieces: list[tuple[int, int]] = []
        self._cells: list[Mapping[str, str | None]] = []
        self._numbers: list[int] = []
        self._defects: list[LeftOut] = []
        self._characters = 0

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the cells, in the order of their first appearance; complete after `finish`."""
        return tuple(self._keys)

    @property
    def left_out(self) -> int:
        """Rows left out so far."""
        return self.reasons.total()

    @property
    def pieces(self) -> int:
        """How many pieces `read` can give."""
        return len(self._pieces)

    def add(self, number: int, cells: Mapping[str, str | None]) -> None:
        """Take a row: its number in the file and its cells."""
        self._cells.append(cells)
        self._numbers.append(number)
        self.rows += 1
        if self.rows % SAMPLE_EVERY == 0:
            self._characters += SAMPLE_EVERY * sum(len(cell) for cell in cells.values() if cell)
        if len(self._cells) >= PIECE_ROWS or self._characters >= PIECE_CHARACTERS:
            self.finish()

    def leave_out(self, defect: LeftOut) -> None:
        """Take a row that could not be parsed."""
        self._defects.append(defect)
        self.reasons[defect.reason] += 1
        self._characters += len(defect.raw or "")
        if len(self._defects) >= PIECE_ROWS or self._characters >= PIECE_CHARACTERS:
            self.finish()

    def finish(self) -> None:
        """Write what is in memory; to be called after the last row.

        Raises
        ------
        InputError
            There are more columns than any export has.
        EnvironmentFault
            The temporary file can't be written.
        """
        if not self._cells and not self._defects:
            return
        data = self._piece()
        try:
            with self._lock:
                start = self._file.seek(0, 2)
                self._file.write(data)
                self._file.flush()
        except OSError as error:
            raise EnvironmentFault(
                f"{self.name}: can't keep its rows in the temporary folder: {error.strerror or error}",
                hint="free some space, or set TMPDIR to a folder that has it",
            ) from error
        self._pieces.append((start, len(data)))
        self._cells, self._numbers, self._defects, self._characters = [], [], [], 0

    def _piece(self) -> pa.Buffer:
        import pyarrow as pa

        present: dict[str, None] = {}
        for cells in self._cells:
            if not cells.keys() <= present.keys():
                present.update(dict.fromkeys(cells))
        self._keys.update(present)
        if len(self._keys) > MOST_COLUMNS:
            raise InputError(
                f"{self.name}: more than {MOST_COLUMNS:,} different columns: the keys look like values",
                hint="export one record per event, with the same keys in each",
            )
        arrays = [pa.array(self._numbers, pa.int64())]
        arrays += [pa.array([cells.get(key) or None for cells in self._cells], pa.string()) for key in present]
        defects = [(defect.row, defect.reason, defect.raw, defect.detail) for defect in self._defects]
        schema = pa.schema(
            [pa.field(name, array.type) for name, array in zip(["number", *present], arrays, strict=True)],
            metadata={LEFT_OUT: json.dumps(defects).encode()},
        )
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
            writer.write_batch(pa.record_batch(arrays, schema=schema))
        return sink.getvalue()

    def read(self, piece: int, names: Mapping[str, str]) -> Rows:
        """Return a piece; `names` maps the keys, in the order of the columns, to the names of the columns."""
        import pyarrow as pa

        start, size = self._pieces[piece]
        with self._lock:
            self._file.seek(start)
            data = self._file.read(size)
        table = pa.ipc.open_stream(data).read_all()
        defects = [LeftOut(*defect) for defect in json.loads(table.schema.metadata[LEFT_OUT])]
        numbers = table.column(0).to_numpy()
        present = {name: at for at, name in enumerate(table.column_names) if at}
        columns = [
            table.column(present[key]) if key in present else pa.nulls(len(numbers), pa.string()) for key in names
        ]
        return Rows(pa.table(columns, names=list(names.values())), numbers, defects)


@dataclass(frozen=True, slots=True)
class SpooledBatch:
    """One piece of a spool."""

    spool: Spool
    piece: int
    names: Mapping[str, str]

    def read(self) -> Rows:
        """Return the rows of the piece."""
        return self.spool.read(self.piece, self.names)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return these rows as JSON, without their empty cells."""
        return rows_as_json(self.read(), numbers)


@dataclass(frozen=True, slots=True)
class SpooledSource:
    """A file that was parsed when it was opened."""

    name: str
    spool: Spool
    tabular: bool
    described: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    """Key in the spool → name of the column, in the order of the columns."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.names.values())

    def batches(self) -> Iterator[SpooledBatch]:
        """Iterate over the pieces in the order of the file."""
        for piece in range(self.spool.pieces):
            yield SpooledBatch(self.spool, piece, self.names)


def rows_as_json(rows: Rows, numbers: Sequence[int]) -> Mapping[int, str]:
    """Return the rows with these numbers as JSON objects, without their empty cells."""
    wanted = set(numbers)
    at = {int(number): index for index, number in enumerate(rows.numbers) if int(number) in wanted}
    cells = rows.table.take([at[number] for number in numbers]).to_pylist() if numbers else []
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return {
        number: encode({name: cell for name, cell in row.items() if cell is not None})
        for number, row in zip(numbers, cells, strict=True)
    }
