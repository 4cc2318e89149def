"""Delimited text in any dialect: a fast path whose count is checked, a careful path for what it can't account for.

The file is cut into pieces of whole lines. A piece is parsed by Arrow; when rows plus rejected rows don't equal the
lines that the piece has, the piece is parsed again, record by record, by the standard library's reader, which knows on
which line every record stands. So clean files are read at full speed and nothing is ever missing without a trace.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from ordermine.errors import InputError
from ordermine.ingest.readers.dialect import SAMPLE_BYTES, Dialect, find_dialect, guess_encoding, set_field_limit
from ordermine.ingest.readers.files import faults_explained, is_gzip, open_binary
from ordermine.ingest.source import LeftOut, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


PIECE_BYTES = 1 << 23
"""Size of the pieces; fixed, because the order of dictionaries in the log follows from it."""

HEADER_BYTES = 1 << 16
"""Size of the blocks in which the lines up to the header are read."""

LONGEST_RECORD_LINES = 1000
"""A quoted field that runs on for more lines was opened by a stray quote."""

BINARY_ZEROS = 4
"""So many zero bytes at the start of a file are no slip in a row of text."""

LINE_END = re.compile(rb"\r\n|\n|\r")
WRONG_FIELDS = "wrong number of fields"
BAD_QUOTE = "quote out of place"
BAD_ENCODING = "not valid text"
NUL_BYTE = "zero byte"


def open_csv(path: Path, name: str) -> CsvSource:
    """Find out how the file is written and return it as a source.

    Raises
    ------
    InputError
        The file holds no rows, is not text, or is a truncated gzip file.
    EnvironmentFault
        It can't be read.
    """
    with faults_explained(name, lambda: "nothing"), open_binary(path) as stream:
        head = stream.read(SAMPLE_BYTES)
        complete = not stream.read(1)
    encoding, mark = guess_encoding(head)
    if encoding == "utf-8" and head[:4096].count(0) >= BINARY_ZEROS:
        raise InputError(f"{name}: not a text file", hint="name the export itself, not an archive or a picture")
    text = _decode_head(head[mark:], encoding)
    dialect = find_dialect(text, name, complete=complete)
    return CsvSource(path, name, encoding, mark, dialect, is_gzip(path), certain=encoding != "utf-8" or mark > 0)


def _decode_head(head: bytes, encoding: str) -> str:
    if encoding != "utf-8":
        return head[: len(head) // 2 * 2].decode(encoding, errors="replace")
    return head.decode("utf-8" if _utf8_share(head) >= 0.5 else "cp1252", errors="replace")


def _utf8_share(data: bytes) -> float:
    """Return the share of lines with non-ASCII bytes that are valid UTF-8; 1 where there are none."""
    lines = [line for line in data.split(b"\n")[:-1] or [data] if not line.isascii()]
    return sum(map(_is_utf8, lines)) / len(lines) if lines else 1.0


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@dataclass(slots=True)
class CsvSource:
    """A delimited text file."""

    path: Path
    name: str
    encoding: str
    mark: int
    """Length of the byte order mark."""
    dialect: Dialect
    gzipped: bool
    certain: bool
    """Whether the encoding is proven; else what looks like UTF-8 at first may turn out to be cp1252."""
    tabular: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names of the header."""
        return self.dialect.columns

    @property
    def described(self) -> Mapping[str, str]:
        """Dialect and encoding, for people."""
        delimiter = {"\t": "tab", " ": "blank"}.get(self.dialect.delimiter, repr(self.dialect.delimiter))
        described = {
            "delimiter": delimiter,
            "encoding": self.encoding,
            "evidence": self.dialect.explained,
            "format": "csv, gzip" if self.gzipped else "csv",
            "header": f"line {self.dialect.header_line}",
            "quote": self.dialect.quote,
        }
        if self.dialect.escape:
            described["escape"] = self.dialect.escape
        return described

    def batches(self) -> Iterator[CsvBatch]:
        """Cut the file into pieces of whole lines, in order.

        A piece ends where no quote is open; where quotes don't come in pairs it ends at a line all the same and is
        marked, so that a stray quote can't swallow the rest of the file.
        """
        line = 0
        text = _Decoder(self.encoding)
        with faults_explained(self.name, lambda: f"line {line:,}"), open_binary(self.path) as stream:
            line, rest = self._skip_header(stream, text)
            while True:
                block = stream.read(PIECE_BYTES)
                data = rest + text.to_utf8(block, at_end=not block)
                if not data:
                    return
                if not block:
                    yield CsvBatch(self, self._settled(data), line)
                    return
                cut, doubtful = _cut(data, self.dialect.quote.encode())
                if cut == 0:
                    rest = data
                    continue
                piece, rest = data[:cut], data[cut:]
                yield CsvBatch(self, self._settled(piece), line, doubtful)
                line += _count_lines(piece)

    def _skip_header(self, stream: BinaryIO, text: _Decoder) -> tuple[int, bytes]:
        """Read past the header; return the number of the next line and the bytes that were read beyond."""
        stream.read(self.mark)
        data = b""
        while True:
            block = stream.read(HEADER_BYTES)
            data += text.to_utf8(block, at_end=not block)
            position = 0
            for _ in range(self.dialect.data_line - 1):
                position = _next_line(data, position, at_end=not block)
                if position < 0:
                    break
            if position > 0 or not block:
                position = position if position > 0 else len(data)
                return self.dialect.data_line, data[position:]

    def _settled(self, piece: bytes) -> bytes:
        """Return whole lines in UTF-8; the first that aren't ASCII prove which encoding the file has."""
        if not self.certain and not piece.isascii():
            self.encoding = "utf-8" if _utf8_share(piece) >= 0.5 else "cp1252"
            self.certain = True
        return _cp1252_to_utf8(piece) if self.encoding == "cp1252" else piece


class _Decoder:
    """Turns blocks of UTF-16 into UTF-8; other encodings, in which line ends are bytes, pass."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._carry = b""

    def to_utf8(self, block: bytes, *, at_end: bool) -> bytes:
        """Return the block in UTF-8; bytes of a character that the block cuts wait for the next one."""
        if not self._encoding.startswith("utf-16"):
            return block
        data = self._carry + block
        self._carry = b""
        keep = len(data) % 2
        if len(data) >= 2 + keep:
            high = data[-1 - keep] if self._encoding == "utf-16-le" else data[-2 - keep]
            keep += 2 if 0xD8 <= high < 0xDC else 0
        if keep and not at_end:
            data, self._carry = data[:-keep], data[-keep:]
        odd = len(data) % 2
        text = data[: len(data) - odd].decode(self._encoding, errors="surrogatepass") + "\udcff" * odd
        return _marked_utf8(text)


def _cp1252_to_utf8(data: bytes) -> bytes:
    return _marked_utf8(data.decode("cp1252", errors="surrogateescape"))


def _marked_utf8(text: str) -> bytes:
    """Return text in UTF-8; what couldn't be decoded isn't UTF-8, by which `CsvBatch` leaves its row out."""
    return text.encode("utf-8", errors="surrogatepass")


def _next_line(data: bytes, position: int, *, at_end: bool) -> int:
    """Return where the line after the one at `position` starts, -1 when it isn't there yet."""
    found = LINE_END.search(data, position)
    if not found or (found[0] == b"\r" and found.end() == len(data) and not at_end):
        return -1
    return found.end()


def _count_lines(piece: bytes) -> int:
    if _has_lone_returns(piece):
        return len(piece.splitlines())
    return _count(piece, b"\n")


def _count(data: bytes, character: bytes, end: int | None = None) -> int:
    """Count a character; in long data several times faster than `bytes.count`."""
    import numpy as np

    if character not in data:
        return 0
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8, count=-1 if end is None else end) == character[0]))


def _has_lone_returns(data: bytes) -> bool:
    """Whether lines end, in part at least, in a carriage return without a line feed."""
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


def _cut(data: bytes, quote: bytes) -> tuple[int, bool]:
    """Return the length of the longest head of whole records (0: read on), and whether quotes leave it in doubt."""
    last = data.rfind(b"\n") + 1
    if last == 0 and b"\r" in data[:-1]:
        last = data.rfind(b"\r", 0, len(data) - 1) + 1
    if last == 0 or _count(data, quote, last) % 2 == 0:
        return last, False
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8, count=last)
    newlines = np.flatnonzero(array == data[last - 1])
    quotes = np.flatnonzero(array == quote[0])
    closed = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    # Many lines since then mean that a stray quote, not a long field, keeps the parity odd.
    since = np.count_nonzero(newlines > closed[-1]) if len(closed) else len(newlines)
    if since > LONGEST_RECORD_LINES:
        return last, True
    return (int(closed[-1]) + 1 if len(closed) else 0), False


@dataclass(frozen=True, slots=True)
class CsvBatch:
    """Whole lines of a delimited file."""

    source: CsvSource
    data: bytes
    first_line: int
    doubtful: bool = False

    def read(self) -> Rows:
        """Parse the lines; see the module's docstring for how."""
        if self.doubtful or not self._plain():
            return self._read_carefully()
        rows = self._read_fast()
        return self._read_carefully() if rows is None else rows

    def _plain(self) -> bool:
        """Whether Arrow can parse the piece: UTF-8, lines that end in a line feed, no zero bytes, quotes in place."""
        data = self.data
        if b"\0" in data or (not data.isascii() and not _is_utf8(data)):
            return False
        return not _has_lone_returns(data) and not self._has_stray_quotes()

    def _has_stray_quotes(self) -> bool:
        """Whether a quote stands between two characters of a field, which Arrow would take away without a word."""
        import numpy as np

        dialect = self.source.dialect
        quote = dialect.quote.encode()
        if quote not in self.data:
            return False
        array = np.frombuffer(self.data, dtype=np.uint8)
        stray = array[1:-1] == quote[0]
        before = f"{dialect.delimiter}\n{dialect.quote}{dialect.escape or ''}".encode()
        after = f"{dialect.delimiter}\r\n{dialect.quote}".encode()
        # Comparing whole arrays is several times faster than looking up the neighbours of every quote.
        for neighbours, fitting in ((array[:-2], before), (array[2:], after)):
            for character in fitting:
                stray &= neighbours != character
        return bool(stray.any())

    def _read_fast(self) -> Rows | None:
        """Parse with Arrow; None when what it found can't be matched with the lines of the piece."""
        import numpy as np
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        names = list(self.source.columns)
        rejected: list[tuple[int, int, str]] = []

        def reject(row: Any) -> str:
            rejected.append((row.number, row.actual_columns, row.text))
            return "skip"

        dialect = self.source.dialect
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(self.data),
                read_options=arrow_csv.ReadOptions(
                    column_names=names, use_threads=False, block_size=len(self.data) + 1
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=dialect.delimiter,
                    quote_char=dialect.quote,
                    double_quote=dialect.escape is None,
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
        lines = self._record_lines()
        if len(lines) != table.num_rows + len(rejected):
            return None
        left_out = [
            LeftOut(int(lines[number - 1]), WRONG_FIELDS, text, f"expected {len(names)} fields, found {found}")
            for number, found, text in rejected
        ]
        if rejected:
            lines = np.delete(lines, [number - 1 for number, _, _ in rejected])
        return Rows(table.combine_chunks(), lines, left_out)

    def _record_lines(self) -> Any:
        """Return the numbers of the lines that aren't blank."""
        import numpy as np

        array = np.frombuffer(self.data, dtype=np.uint8)
        ends = np.flatnonzero(array == 10)
        if len(array) and array[-1] != 10:
            ends = np.append(ends, len(array))
        starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
        lengths = ends - starts
        blank = lengths == 0
        if b"\r" in self.data:
            blank |= (lengths == 1) & (array[starts.clip(max=len(array) - 1)] == 13)
        numbers = np.arange(self.first_line, self.first_line + len(ends), dtype=np.int64)
        return numbers[~blank] if blank.any() else numbers

    def _read_carefully(self) -> Rows:
        """Parse record by record; a defect costs at most its own record."""
        import numpy as np
        import pyarrow as pa

        names = self.source.columns
        kept: list[list[str | None]] = []
        numbers: list[int] = []
        left_out: list[LeftOut] = []
        for line, raw, fields, reason in self._records():
            if reason:
                left_out.append(LeftOut(line, reason, raw))
            elif len(fields) != len(names):
                detail = f"expected {len(names)} fields, found {len(fields)}"
                left_out.append(LeftOut(line, WRONG_FIELDS, raw, detail))
            else:
                kept.append([cell or None for cell in fields])
                numbers.append(line)
        columns = list(zip(*kept, strict=True)) if kept else [()] * len(names)
        table = pa.table({name: pa.array(c, pa.string()) for name, c in zip(names, columns, strict=True)})
        return Rows(table, np.array(numbers, dtype=np.int64), left_out)

    def _records(self) -> Iterator[tuple[int, str, list[str], str]]:
        """Iterate over (line, raw text, fields, reason to leave it out); blank lines are not records."""
        lines = self._lines()
        at = 0
        while at < len(lines):
            text, defect = lines[at]
            if not text.strip("\r\n"):
                at += 1
                continue
            if defect:
                yield self.first_line + at, text.rstrip("\r\n"), [], defect
                at += 1
                continue
            fields, used = self._parse(lines, at)
            if fields is not None and self._swallows(lines[at : at + used], len(fields)):
                fields, used = None, 1
            raw = "".join(line for line, _ in lines[at : at + used]).rstrip("\r\n")
            yield self.first_line + at, raw, fields or [], "" if fields is not None else BAD_QUOTE
            at += used

    def _swallows(self, lines: list[tuple[str, str]], found: int) -> bool:
        """Whether a stray quote made one record of several lines that are records each."""
        delimiter, width = self.source.dialect.delimiter, len(self.source.columns)
        if len(lines) == 1 or width < 3:
            return False
        whole = [text.count(delimiter) == width - 1 for text, _ in lines]
        return all(whole) or (found != width and whole[1])

    def _lines(self) -> list[tuple[str, str]]:
        """Return the lines with their ends, each with the reason why it can't be text, if so."""
        lines: list[tuple[str, str]] = []
        for line in self.data.splitlines(keepends=True):
            try:
                text, defect = line.decode("utf-8"), ""
            except UnicodeDecodeError:
                text, defect = line.decode("utf-8", errors="backslashreplace"), BAD_ENCODING
            if "\0" in text:
                defect = NUL_BYTE
            lines.append((text, defect))
        return lines

    def _parse(self, lines: list[tuple[str, str]], at: int) -> tuple[list[str] | None, int]:
        """Parse the record that starts at a line; return its fields (None: quotes out of place) and its lines."""
        dialect = self.source.dialect
        window = (line for line, _ in lines[at : at + LONGEST_RECORD_LINES])
        reader = csv.reader(
            window,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            escapechar=dialect.escape,
            doublequote=dialect.escape is None,
            strict=True,
        )
        set_field_limit()
        try:
            fields = next(reader)
        except csv.Error:
            return None, 1
        return fields, reader.line_num

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return the records that start on these lines."""
        lines = self._lines()
        found: dict[int, str] = {}
        for number in numbers:
            _, used = self._parse(lines, number - self.first_line)
            start = number - self.first_line
            found[number] = "".join(line for line, _ in lines[start : start + used]).rstrip("\r\n")
        return found
