"""Delimited text in any dialect, cut into pieces of whole records that are parsed independently of each other.

`dialect` finds out how the file is written, `csv_cut` where it can be cut, `csv_batch` reads a piece.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from ordermine.errors import InputError
from ordermine.ingest.readers.csv_batch import CsvBatch, LeftOutBatch
from ordermine.ingest.readers.csv_cut import LONGEST_RECORD, cut
from ordermine.ingest.readers.csv_lines import FIELD_LIMIT, count_lines
from ordermine.ingest.readers.csv_records import TOO_LONG
from ordermine.ingest.readers.csv_tables import TableWatch
from ordermine.ingest.readers.dialect import Dialect, find_dialect
from ordermine.ingest.readers.encoding import (
    SAMPLE_BYTES,
    Decoder,
    cp1252_to_utf8,
    decode_head,
    guess_encoding,
    utf8_share,
)
from ordermine.ingest.readers.files import counted, faults_explained, is_gzip, open_binary
from ordermine.ingest.source import NO_HEADER, LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ordermine.ingest.source import Batch

PIECE_BYTES = 1 << 23
"""Size of the pieces; fixed, because the order of dictionaries in the log follows from it."""

HEADER_BYTES = 1 << 16
"""Size of the blocks in which the lines up to the header are read."""

LONGEST_HEAD = 1 << 24
"""Bytes within which the first lines must end."""

KEPT_OF_LONG = 1 << 20
"""Bytes that are kept of a record that is cut off."""

LINE_END = re.compile(rb"\r\n|\n|\r")

BINARY_ZEROS = 4
"""So many zero bytes at the start of a file are no slip in a row of text."""

SHOWN_LINES = 5
SHOWN_CHARACTERS = 60
"""Of the lines above the header, so many are shown, and so much of each."""


def open_csv(path: Path, name: str) -> CsvSource:
    """Find out how the file is written and return it as a source.

    Raises
    ------
    InputError
        The file holds no rows, has too many columns, is not text, or is a truncated gzip file.
    EnvironmentFault
        It can't be read.
    """
    with faults_explained(name, lambda: "nothing"), open_binary(path) as stream:
        head = stream.read(SAMPLE_BYTES)
        complete = len(head) < SAMPLE_BYTES
        # Headers of many columns, or rows with a giant field, are longer than the sample.
        while not complete and len(head) < LONGEST_HEAD and head.count(b"\n") + head.count(b"\r") < 4:
            more = stream.read(len(head))
            head += more
            complete = not more
        complete = complete or not stream.read(1)
    encoding, mark = guess_encoding(head)
    if encoding == "utf-8" and head[:4096].count(0) >= BINARY_ZEROS:
        raise InputError(f"{name}: not a text file", hint="name the export itself, not an archive or a picture")
    dialect = find_dialect(decode_head(head[mark:], encoding), name, complete=complete)
    return CsvSource(path, name, encoding, mark, dialect, is_gzip(path), certain=encoding != "utf-8" or mark > 0)


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
    other_table: int = field(default=0, init=False)
    """Line on which another table begins, once it has been reached."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names of the header."""
        return self.dialect.columns

    @property
    def described(self) -> Mapping[str, str]:
        """Dialect and encoding, and what isn't part of the table, for people."""
        dialect = self.dialect
        delimiter = {"\t": "tab", " ": "blank"}.get(dialect.delimiter, repr(dialect.delimiter))
        described = {
            "above the header": _shown(dialect.preamble),
            "another table": f"from line {self.other_table:,}" if self.other_table else "",
            "delimiter": delimiter,
            "encoding": self.encoding,
            "escape": dialect.escape or "",
            "evidence": dialect.explained,
            "format": "csv, gzip" if self.gzipped else "csv",
            "header": self._header(),
            "quote": dialect.quote,
        }
        return {key: value for key, value in described.items() if value}

    def _header(self) -> str:
        if not self.dialect.header_line:
            return NO_HEADER
        first, last = self.dialect.header_line, self.dialect.data_line - 1
        where = f"line {first}" if last == first else f"lines {first} to {last}"
        return f"{where}; {self.dialect.note}" if self.dialect.note else where

    def batches(self) -> Iterator[Batch]:
        """Cut the file into pieces of whole records, in order."""
        line = 0
        text = Decoder(self.encoding)
        watch = TableWatch(self.dialect)
        with faults_explained(self.name, lambda: f"line {line:,}"), open_binary(self.path) as stream:
            line, rest = self._skip_header(stream, text)
            while True:
                block = stream.read(PIECE_BYTES)
                data = rest + text.to_utf8(block, at_end=not block)
                if not data:
                    return
                if not block:
                    yield from self._pieces(self._settled(data), line, watch, last=True, odd=text.odd)
                    return
                end, doubtful = cut(data, self.dialect.quote.encode())
                if end == 0:
                    rest = data
                    if len(data) > LONGEST_RECORD:
                        left_out, rest = self._too_long(stream, text, data, line)
                        yield LeftOutBatch(self.dialect, left_out)
                        line += 1
                    continue
                piece, rest = data[:end], data[end:]
                yield from self._pieces(self._settled(piece), line, watch, doubtful=doubtful)
                line += count_lines(piece)

    def _pieces(
        self,
        data: bytes,
        line: int,
        watch: TableWatch,
        *,
        doubtful: bool = False,
        last: bool = False,
        odd: bool = False,
    ) -> Iterator[CsvBatch]:
        """Yield a piece, in two where another table begins in it."""
        start = 0 if self.other_table and line >= self.other_table else watch.look(data)
        if start >= 0 and not self.other_table:
            self.other_table = line + count_lines(data[:start])
        if start != 0:
            yield CsvBatch(self.dialect, self.encoding, data[:start] if start > 0 else data, line, doubtful, last, odd)
        if start >= 0:
            begins = line + count_lines(data[:start])
            yield CsvBatch(
                self.dialect, self.encoding, data[start:], begins, last=last, odd=odd, other_table=self.other_table
            )

    def _too_long(self, stream: BinaryIO, text: Decoder, data: bytes, line: int) -> tuple[LeftOut, bytes]:
        """Read past a line that never seems to end; return what is kept of it, and what was read beyond."""
        kept, length = data[:KEPT_OF_LONG], len(data)
        while True:
            block = stream.read(PIECE_BYTES)
            data = text.to_utf8(block, at_end=not block)
            end = LINE_END.search(data)
            length += end.start() if end else len(data)
            if end or not block:
                shown = kept.decode("utf-8", errors="backslashreplace")
                detail = f"{length:,} bytes, more than {FIELD_LIMIT:,}; the first {len(kept):,} are kept"
                return LeftOut(line, TOO_LONG, shown, detail), data[end.end() :] if end else b""

    def _skip_header(self, stream: BinaryIO, text: Decoder) -> tuple[int, bytes]:
        """Read past the header; return the number of the next line and the bytes that were read beyond."""
        stream.read(self.mark)
        data = b""
        position = 0
        skipped = 0
        while True:
            block = stream.read(HEADER_BYTES)
            data = data[position:] + text.to_utf8(block, at_end=not block)
            position = 0
            while skipped < self.dialect.data_line - 1:
                following = _next_line(data, position, at_end=not block)
                if following < 0:
                    break
                position = following
                skipped += 1
            if skipped == self.dialect.data_line - 1:
                return self.dialect.data_line, data[position:]
            if not block:
                return self.dialect.data_line, b""

    def _settled(self, piece: bytes) -> bytes:
        """Return whole lines in UTF-8; the first that aren't ASCII prove which encoding the file has."""
        if not self.certain and not piece.isascii():
            self.encoding = "utf-8" if utf8_share(piece) >= 0.5 else "cp1252"
            self.certain = True
        return cp1252_to_utf8(piece) if self.encoding == "cp1252" else piece


def _next_line(data: bytes, position: int, *, at_end: bool) -> int:
    """Return where the line after the one at `position` starts, -1 when it isn't there yet."""
    found = LINE_END.search(data, position)
    if not found or (found[0] == b"\r" and found.end() == len(data) and not at_end):
        return -1
    return found.end()


def _shown(lines: Sequence[str]) -> str:
    """Return how many lines there are, and the first of them."""
    if not lines:
        return ""
    first = [repr(line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…") for line in lines]
    more = [f"and {len(lines) - SHOWN_LINES:,} more"] if len(lines) > SHOWN_LINES else []
    return f"{counted(len(lines), 'line')}: {', '.join([*first[:SHOWN_LINES], *more])}"
