"""Arrow, the reader of single lines and the standard library make the same of every well-formed piece."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from ordermine.ingest.readers.csv_batch import CsvBatch
from ordermine.ingest.readers.csv_lines import Lines, is_plain, record_positions
from ordermine.ingest.readers.dialect import Dialect

Row = tuple[str | None, ...]

cells = st.text(st.sampled_from("ab ,;|\"'\\\nä\t1"), max_size=6).map(lambda cell: cell.strip(" \t"))
tables = st.lists(st.tuples(cells.map(lambda cell: cell or "a"), cells, cells), min_size=1, max_size=8)
styles = st.tuples(
    st.sampled_from([",", ";", "|", "\t"]),
    st.sampled_from(['"', "'"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)


def dialect(delimiter: str, quote: str) -> Dialect:
    return Dialect(delimiter, quote, None, 1, 2, ("x", "y", "z"), "", ("x", "y", "z"), ("text",) * 3, (False,) * 3)


def read(batch: CsvBatch) -> list[Row]:
    rows = batch.read()
    assert rows.left_out == []
    return [tuple(row.values()) for row in rows.table.to_pylist()]


@given(tables, styles)
def test_every_path_gives_the_same_rows(rows: list[tuple[str, str, str]], style: tuple[str, str, str, int]) -> None:
    delimiter, quote, end, quoting = style
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[call-overload]
    data = file.getvalue().encode()
    written = dialect(delimiter, quote)
    expected: list[Row] = [tuple(cell or None for cell in row) for row in rows]
    batch = CsvBatch(written, "utf-8", data, 2)
    assert read(batch) == expected
    all_lines = batch._one_by_one((~batch._lines.blank).nonzero()[0])
    assert [tuple(cell or None for cell in record.cells or ()) for record in all_lines] == expected
    if is_plain(data, written) and len(record_positions(data)) == len(rows):
        fast = batch._fast(data, record_positions(data))
        assert fast is not None
        assert [tuple(row.values()) for row in fast.table.to_pylist()] == expected


@given(st.text(st.sampled_from('ab,"\n\r\\'), max_size=40))
def test_what_looks_plain_is_read_alike_by_arrow_and_line_by_line(text: str) -> None:
    data = text.encode()
    written = dialect(",", '"')
    batch = CsvBatch(written, "utf-8", data, 2)
    if not data or not is_plain(data, written):
        return
    fast = batch._fast(data, record_positions(data))
    if fast is None:
        return
    careful = batch._rows(batch._one_by_one((~batch._lines.blank).nonzero()[0]))
    assert fast.table.to_pylist() == careful.table.to_pylist()
    assert fast.numbers.tolist() == careful.numbers.tolist()
    assert fast.left_out == careful.left_out


@given(st.binary(max_size=60).map(lambda data: data.translate(bytes(b'ab,"\n\r\n\r'[at % 8] for at in range(256)))))
def test_lines_are_those_of_the_standard_library(data: bytes) -> None:
    lines = Lines(data, dialect(",", '"'))
    assert [lines.line(at) for at in range(len(lines))] == data.splitlines()
    if b"\r" not in data.replace(b"\r\n", b""):
        assert record_positions(data).tolist() == [at for at, line in enumerate(data.splitlines()) if line]
