"""Records of a delimited file one by one, where the fast path can't account for them; a defect costs its own record."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ordermine.ingest.readers.csv_cut import LONGEST_RECORD_LINES
from ordermine.ingest.readers.csv_lines import FIELD_LIMIT
from ordermine.ingest.readers.csv_mend import Mender
from ordermine.ingest.readers.encoding import BAD_ENCODING, is_utf8, undecodable
from ordermine.ingest.readers.kinds import contradictions, is_total
from ordermine.ingest.source import LeftOut

if TYPE_CHECKING:
    from ordermine.ingest.readers.csv_lines import Lines
    from ordermine.ingest.readers.dialect import Dialect

WRONG_FIELDS = "wrong number of fields"
BAD_QUOTE = "quote out of place"
NUL_BYTE = "zero byte"
TOO_LONG = "field too long"
TOTAL = "total line"
REPEATED_HEADER = "header again"
OTHER_TABLE = "another table"


@dataclass(frozen=True, slots=True)
class Parsed:
    """One record: its cells, or why it is left out."""

    at: int
    """Position of its first line."""
    lines: int
    cells: list[str] | None
    left_out: LeftOut | None = None
    mended: str = ""
    """What had to be done to read it."""


class RecordReader:
    """Reads records that start at given lines of a piece."""

    def __init__(self, dialect: Dialect, lines: Lines, first_line: int, encoding: str, *, odd: bool = False) -> None:
        self.dialect = dialect
        self.lines = lines
        self.first_line = first_line
        self.encoding = encoding
        self.odd = odd
        self.width = len(dialect.columns)
        self.grammar = dialect.grammar
        self._mender = Mender(dialect)

    @cached_property
    def _open(self) -> list[int]:
        found: list[int] = self.lines.open.tolist()
        return found

    def read(self, at: int) -> Parsed:
        """Read the record that starts at a line."""
        text = self._text(at)
        cells = self.grammar.strict(text)
        if cells is None and (joint := self._joint(at)) is not None:
            return joint
        if (defect := self._defect(at, at, self.lines.line(at))) is not None:
            return defect
        if cells is not None and len(cells) == self.width:
            return self._accepted(at, 1, cells, text)
        return self.mend(at, text, cells)

    def _joint(self, at: int) -> Parsed | None:
        """Read a record whose quoted field runs on to the next line with an odd number of quotes; None if not so."""
        position = bisect_right(self._open, at)
        if position == len(self._open) or self._open[position - 1] != at:
            return None
        last = self._open[position]
        if last - at > LONGEST_RECORD_LINES:
            return None
        span = self.lines.span(at, last)
        text = span.decode("utf-8", errors="replace")
        cells = self.grammar.strict(text)
        if cells is None or self._are_rows(at, last, cells):
            return None
        if (defect := self._defect(at, last, span)) is not None:
            return defect
        if len(cells) == self.width:
            return self._accepted(at, last - at + 1, cells, text)
        return self._left_out(at, text, WRONG_FIELDS, self._found(cells), lines=last - at + 1)

    def _defect(self, at: int, last: int, record: bytes) -> Parsed | None:
        """Leave a record out that is not text, or has a zero byte in it."""
        if b"\0" in record:
            return Parsed(at, last - at + 1, None, self._explained(at, record, NUL_BYTE))
        if not is_utf8(record):
            return Parsed(at, last - at + 1, None, self._explained(at, record, BAD_ENCODING))
        return None

    def _are_rows(self, at: int, last: int, joint: list[str]) -> bool:
        """Whether a stray quote made one record of several lines that are records each."""
        if len(joint) == self.width:
            # What is well formed is read as it is written, unless numbers and dates on every line prove otherwise.
            return all(self._is_row(line, proven=True) for line in range(at, last + 1))
        return any(self._is_row(line) and self._in_place(line) for line in range(at + 1, last))

    def _is_row(self, at: int, *, proven: bool = False) -> bool:
        """Whether a line by itself could be a row, with one stray quote at most; must be one if `proven`."""
        quote = self.grammar.quote
        pieces = self._text(at).split(self.grammar.delimiter)
        if len(pieces) != self.width or sum(piece.count(quote) % 2 for piece in pieces) > 1:
            return False
        agree, other = contradictions([piece.strip(quote) for piece in pieces], self.dialect.kinds)
        return not other and (agree > 0 or not proven)

    def _in_place(self, at: int) -> bool:
        return self.grammar.in_place(self._text(at))

    def _text(self, at: int) -> str:
        return self.lines.line(at).decode("utf-8", errors="replace")

    def mend(self, at: int, text: str, cells: list[str] | None = None) -> Parsed:
        """Read a line that isn't as it should be, if it can be read in one way only; leave it out otherwise.

        Parameters
        ----------
        at
            Position of the line.
        text
            The line.
        cells
            What it has by the rules; None where quotes are out of place.
        """
        mended = self._mender.mend(text, cells)
        if mended is not None:
            return self._accepted(at, 1, mended[0], text, mended[1])
        if is_total(cells or ()):
            return self._left_out(at, text, TOTAL, self._found(cells or []))
        if cells is None:
            return self._left_out(at, text, BAD_QUOTE)
        return self._left_out(at, text, WRONG_FIELDS, self._found(cells))

    def _found(self, cells: list[str]) -> str:
        return f"expected {self.width} fields, found {len(cells)}"

    def _accepted(self, at: int, lines: int, cells: list[str], text: str, mended: str = "") -> Parsed:
        if len(text) > FIELD_LIMIT // 4:
            longest = max(len(cell.encode()) for cell in cells)
            if longest > FIELD_LIMIT:
                detail = f"{longest:,} bytes, more than {FIELD_LIMIT:,}"
                return self._left_out(at, text, TOO_LONG, detail, lines=lines)
        return Parsed(at, lines, cells, None, mended)

    def _left_out(self, at: int, text: str, reason: str, detail: str = "", *, lines: int = 1) -> Parsed:
        return Parsed(at, lines, None, LeftOut(self.first_line + at, reason, text, detail))

    def leave_out(self, at: int, reason: str, detail: str) -> LeftOut:
        """Return a line as one that is left out for a reason that lies outside of it."""
        return self._explained(at, self.lines.line(at), reason, detail)

    def _explained(self, at: int, record: bytes, reason: str, detail: str = "") -> LeftOut:
        """Return a record as one that is left out, with its exact bytes where it isn't text."""
        number = self.first_line + at
        if is_utf8(record):
            return LeftOut(number, reason, record.decode("utf-8"), detail)
        ends_odd = self.odd and self.lines.ends[-1] == self.lines.starts[at] + len(record)
        shown, raw, where = undecodable(record, self.encoding, odd=ends_odd)
        return LeftOut(number, reason, shown, detail or where, raw)
