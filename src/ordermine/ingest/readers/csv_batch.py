"""One piece of a delimited file: parsed by Arrow as far as its rows can be accounted for, line by line where not.

Arrow's rows and rejected rows must equal the lines that it was given. Lines that it might misread (quotes out of
place, fields that run over lines, bytes that aren't text) are taken out first and read one by one; when the rest still
doesn't add up, all lines are. So clean files are read at full speed and nothing is ever missing without a trace.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ordermine.ingest.readers.csv_lines import Lines, is_plain, record_positions
from ordermine.ingest.readers.csv_records import OTHER_TABLE, REPEATED_HEADER, TOTAL, Parsed, RecordReader
from ordermine.ingest.readers.kinds import is_total
from ordermine.ingest.source import LeftOut, Mended, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.ingest.readers.dialect import Dialect

STAND_IN = b"\x1f"
"""Stands for a delimiter of several bytes while Arrow, which takes single ones, parses a piece."""

LAST_ROWS = 3
"""Rows at the end of a file among which a total is looked for."""


@dataclass(frozen=True)
class CsvBatch:
    """Whole lines of a delimited file."""

    dialect: Dialect
    encoding: str
    """Encoding of the file; the lines are in UTF-8 all the same."""
    data: bytes
    first_line: int
    doubtful: bool = False
    """Whether quotes that don't come in pairs leave in doubt where the piece should end."""
    last: bool = False
    """Whether the file ends here."""
    odd: bool = False
    """Whether the last byte of the file is half a character."""
    other_table: int = 0
    """Line on which another table began, to which these lines belong; 0 if none did."""

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.data, self.dialect)

    @cached_property
    def _reader(self) -> RecordReader:
        return RecordReader(self.dialect, self._lines, self.first_line, self.encoding, odd=self.odd)

    def read(self) -> Rows:
        """Parse the lines; see the module's docstring for how."""
        if self.other_table:
            return self._of_another_table()
        rows = None
        if not self.doubtful and is_plain(self.data, self.dialect):
            rows = self._fast(self.data, record_positions(self.data))
        if rows is None:
            rows = self._read(self._lines.doubtful())
        if rows is None:
            rows = self._read((~self._lines.blank).nonzero()[0])
            assert rows is not None
        return self._without_headers_and_totals(rows)

    def _read(self, doubtful: np.ndarray) -> Rows | None:
        """Read the doubtful lines one by one, the others by Arrow; None when the latter don't add up."""
        import numpy as np

        lines = self._lines
        one_by_one = self._one_by_one(doubtful)
        taken = np.zeros(len(lines), dtype=bool)
        for record in one_by_one:
            taken[record.at : record.at + record.lines] = True
        fast = self._fast(lines.without(taken), np.flatnonzero(~lines.blank & ~taken))
        return None if fast is None else self._merged(fast, self._rows(one_by_one))

    def _one_by_one(self, starts: np.ndarray) -> list[Parsed]:
        records: list[Parsed] = []
        free = 0
        for at in starts.tolist():
            if at >= free:
                records.append(self._reader.read(at))
                free = at + records[-1].lines
        return records

    def _fast(self, data: bytes, positions: np.ndarray) -> Rows | None:
        """Parse with Arrow; None when what it found can't be matched with the lines at these positions."""
        import numpy as np

        rejected: list[tuple[int, int]] = []

        def reject(row: Any) -> str:
            rejected.append((row.number - 1, row.actual_columns))
            return "skip"

        table = _parsed(data, self.dialect, reject)
        if table is None or table.num_rows + len(rejected) != len(positions):
            return None
        numbers = positions + self.first_line
        if not rejected:
            return Rows(table, numbers)
        where = positions[[number for number, _ in rejected]]
        mended = []
        for at in where.tolist():
            text = self._lines.line(at).decode("utf-8")
            mended.append(self._reader.mend(at, text, self._reader.grammar.strict(text)))
        numbers = np.delete(numbers, [number for number, _ in rejected])
        return self._merged(Rows(table, numbers), self._rows(mended))

    def _rows(self, records: Iterable[Parsed]) -> Rows:
        import numpy as np
        import pyarrow as pa

        names = self.dialect.columns
        kept: list[list[str | None]] = []
        numbers: list[int] = []
        left_out: list[LeftOut] = []
        mended: list[Mended] = []
        for record in records:
            if record.cells is None:
                assert record.left_out is not None
                left_out.append(record.left_out)
                continue
            kept.append([cell or None for cell in record.cells])
            numbers.append(self.first_line + record.at)
            if record.mended:
                mended.append(Mended(numbers[-1], record.mended))
        columns = list(zip(*kept, strict=True)) if kept else [()] * len(names)
        table = pa.table({name: pa.array(c, pa.string()) for name, c in zip(names, columns, strict=True)})
        return Rows(table, np.array(numbers, dtype=np.int64), left_out, mended)

    def _merged(self, fast: Rows, careful: Rows) -> Rows:
        """Return the rows of both in the order of their lines."""
        import numpy as np
        import pyarrow as pa

        left_out = sorted([*fast.left_out, *careful.left_out], key=lambda row: row.row)
        mended = sorted([*fast.mended, *careful.mended], key=lambda row: row.row)
        if not len(careful.numbers):
            return Rows(fast.table, fast.numbers, left_out, mended)
        numbers = np.concatenate((fast.numbers, careful.numbers))
        order = np.argsort(numbers, kind="stable")
        table = pa.concat_tables([fast.table, careful.table]).combine_chunks().take(pa.array(order))
        return Rows(table, numbers[order], left_out, mended)

    def _without_headers_and_totals(self, rows: Rows) -> Rows:
        """Leave out rows that are the header once more, and a total at the end of the file."""
        import numpy as np

        found: dict[int, str] = {}
        header = self.dialect.header
        if header and header[0].encode() in self.data:
            found = dict.fromkeys(_equal_rows(rows.table, header), REPEATED_HEADER)
        if self.last:
            size = rows.table.num_rows
            for at, row in enumerate(rows.table.slice(max(size - LAST_ROWS, 0)).to_pylist(), max(size - LAST_ROWS, 0)):
                cells = [(cell or "").strip() for cell in row.values()]
                lacks = any(known and not cell for known, cell in zip(self.dialect.filled, cells, strict=True))
                if (lacks or 2 * cells.count("") >= len(cells)) and is_total(cells):
                    found[at] = TOTAL
        if not found:
            return rows
        raw = self.raw_text([int(rows.numbers[at]) for at in found])
        left_out = [LeftOut(number, found[at], raw[number]) for at in found for number in [int(rows.numbers[at])]]
        keep = np.ones(rows.table.num_rows, dtype=bool)
        keep[list(found)] = False
        return Rows(
            rows.table.filter(keep),
            rows.numbers[keep],
            sorted([*rows.left_out, *left_out], key=lambda row: row.row),
            rows.mended,
        )

    def _of_another_table(self) -> Rows:
        """Leave all lines out."""
        detail = f"it starts at line {self.other_table:,}"
        lines = self._lines
        left_out = [self._reader.leave_out(at, OTHER_TABLE, detail) for at in range(len(lines)) if not lines.blank[at]]
        return replace(self._rows([]), left_out=left_out)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return the records that start on these lines."""
        found: dict[int, str] = {}
        for number in numbers:
            at = number - self.first_line
            record = self._reader.read(at)
            found[number] = self._lines.span(at, at + record.lines - 1).decode("utf-8")
        return found


@dataclass(frozen=True, slots=True)
class LeftOutBatch:
    """A record that is too long to be parsed."""

    dialect: Dialect
    left_out: LeftOut

    def read(self) -> Rows:
        """Return no rows."""
        import numpy as np
        import pyarrow as pa

        table = pa.table({name: pa.array([], pa.string()) for name in self.dialect.columns})
        return Rows(table, np.zeros(0, dtype=np.int64), [self.left_out])

    def raw_text(self, _: Sequence[int]) -> Mapping[int, str]:
        """Return nothing: there are no rows."""
        return {}


def _parsed(data: bytes, dialect: Dialect, reject: Callable[[Any], str]) -> pa.Table | None:
    """Parse lines, none of which goes on in the next, with Arrow; None where it can't."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv as arrow_csv

    names = list(dialect.columns)
    delimiter = dialect.delimiter.encode()
    stands_in = len(delimiter) > 1
    if stands_in:
        if STAND_IN in data:
            return None
        data = data.replace(delimiter, STAND_IN)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            parse_options=arrow_csv.ParseOptions(
                delimiter=STAND_IN.decode() if stands_in else dialect.delimiter,
                quote_char=dialect.quote,
                double_quote=True,
                escape_char=dialect.escape or False,
                newlines_in_values=True,
                invalid_row_handler=reject,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            return None
        table = pa.table({name: pa.array([], pa.string()) for name in names})
    table = table.combine_chunks()
    if not stands_in:
        return table
    columns = [pc.replace_substring(column, STAND_IN.decode(), dialect.delimiter) for column in table.columns]
    return pa.table(columns, names=names)


def _equal_rows(table: pa.Table, cells: Sequence[str]) -> list[int]:
    """Return the positions of the rows that have these cells."""
    import numpy as np
    import pyarrow.compute as pc

    found = np.flatnonzero(np.asarray(pc.fill_null(pc.equal(table.column(0), cells[0]), False)))
    wanted = [cell or None for cell in cells]
    return [at for at in found.tolist() if list(table.slice(at, 1).to_pylist()[0].values()) == wanted]
