"""The lines of a piece of delimited text: where they are, which are blank, and which can't be read at full speed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ordermine.ingest.readers.encoding import is_utf8

if TYPE_CHECKING:
    import numpy as np

    from ordermine.ingest.readers.dialect import Dialect

FIELD_LIMIT = 1 << 24
"""Bytes of the longest field."""

LF, CR = 10, 13


def count_lines(piece: bytes) -> int:
    """Return the number of lines, however they end."""
    return len(piece.splitlines()) if has_lone_returns(piece) else count_byte(piece, b"\n")


def count_byte(data: bytes, character: bytes, end: int | None = None) -> int:
    """Count a character; in long data several times faster than `bytes.count`."""
    import numpy as np

    if character not in data:
        return 0
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8, count=-1 if end is None else end) == character[0]))


def has_lone_returns(data: bytes) -> bool:
    """Whether lines end, in part at least, in a carriage return without a line feed."""
    return b"\r" in data and data.count(b"\r") != data.count(b"\r\n")


def is_plain(data: bytes, dialect: Dialect) -> bool:
    """Whether Arrow can be trusted with a piece: text, ordinary line ends, and quotes that begin and end fields."""
    if len(data) > FIELD_LIMIT or b"\0" in data or has_lone_returns(data) or not (data.isascii() or is_utf8(data)):
        return False
    quote = dialect.quote.encode()
    if quote not in data:
        return True
    if dialect.escape:
        return False
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(array == quote[0])
    if len(quotes) % 2:
        return False
    first, last = quotes[0] == 0, quotes[-1] == len(data) - 1
    before = array[quotes[2 if first else 0 :: 2] - 1]
    behind = array[quotes[1 : -1 if last else None : 2] + 1]
    opens, closes = _neighbours(dialect)
    return bool(opens[before].all() and closes[behind].all())


def record_positions(data: bytes) -> np.ndarray:
    """Return the positions of the lines that aren't blank, where all lines end in a line feed."""
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(array == LF)
    if len(array) and array[-1] != LF:
        ends = np.append(ends, len(array))
    starts = np.concatenate(([0], ends[:-1] + 1)) if len(ends) else ends
    lengths = ends - starts
    blank = lengths == 0
    if b"\r" in data:
        blank |= (lengths == 1) & (array[starts.clip(max=len(array) - 1)] == CR)
    return np.flatnonzero(~blank) if blank.any() else np.arange(len(ends), dtype=np.int64)


def _neighbours(dialect: Dialect) -> tuple[np.ndarray, np.ndarray]:
    """Return for each byte whether it may stand in front of a quote that begins a field, and behind one that ends it.

    A doubled quote ends a field and begins it again.
    """
    delimiter, quote = dialect.delimiter.encode(), dialect.quote.encode()
    return _among(b"\n\r" + delimiter[-1:] + quote), _among(b"\n\r" + delimiter[:1] + quote)


class Lines:
    """Where the lines of a piece are."""

    def __init__(self, data: bytes, dialect: Dialect) -> None:
        import numpy as np

        self.data = data
        self._dialect = dialect
        self._bytes = np.frombuffer(data, dtype=np.uint8)
        ends, widths = self._ends()
        self.starts = np.concatenate((np.zeros(1, dtype=np.int64), (ends + widths)[:-1])) if len(ends) else ends
        """Offset of the first byte of each line."""
        self.ends = ends
        """Offset behind the last byte of each line, without what ends the line."""

    def __len__(self) -> int:
        return len(self.ends)

    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Return where lines end, and the length of what ends them."""
        import numpy as np

        data = self._bytes
        breaks = data == LF
        has_returns = b"\r" in self.data
        if has_returns:
            returns = data == CR
            followed = returns[:-1] & breaks[1:]
            breaks |= returns
            breaks[:-1] &= ~followed
        ends = np.flatnonzero(breaks)
        widths = np.ones(len(ends), dtype=np.int64)
        if has_returns:
            before = data[(ends - 1).clip(min=0)] == CR
            pair = (data[ends] == LF) & before & (ends > 0)
            ends = ends - pair
            widths += pair
        length = len(data)
        if length and (not len(ends) or ends[-1] + widths[-1] < length):
            ends, widths = np.append(ends, length), np.append(widths, 0)
        return ends, widths

    def line(self, at: int) -> bytes:
        """Return a line without its end."""
        return self.data[self.starts[at] : self.ends[at]]

    def span(self, first: int, last: int) -> bytes:
        """Return several lines, without the end of the last."""
        return self.data[self.starts[first] : self.ends[last]]

    @cached_property
    def blank(self) -> np.ndarray:
        """Whether a line has no character."""
        import numpy as np

        return np.asarray(self.starts == self.ends)

    @cached_property
    def _quotes(self) -> tuple[np.ndarray, np.ndarray]:
        """Offsets of the quotes that aren't escaped, and how many stand before each line."""
        import numpy as np

        dialect = self._dialect
        quote = dialect.quote.encode()
        if quote not in self.data:
            return np.zeros(0, dtype=np.int64), np.zeros(len(self) + 1, dtype=np.int64)
        found = self._bytes == quote[0]
        if dialect.escape:
            found[1:] &= self._bytes[:-1] != dialect.escape.encode()[0]
        offsets = np.flatnonzero(found)
        return offsets, np.append(np.searchsorted(offsets, self.starts), len(offsets))

    @cached_property
    def open(self) -> np.ndarray:
        """Positions of the lines that have an odd number of quotes: a quoted field begins or ends there."""
        import numpy as np

        return np.flatnonzero(np.diff(self._quotes[1]) % 2)

    def doubtful(self) -> np.ndarray:
        """Return the positions of the lines that Arrow might misread or must not see, in order."""
        import numpy as np

        found = [self.open, self._misplaced(), self._not_text()]
        if b"\0" in self.data:
            found.append(self._of(np.flatnonzero(self._bytes == 0)))
        if len(self.data) > FIELD_LIMIT:
            found.append(np.flatnonzero(self.ends - self.starts > FIELD_LIMIT))
        return np.unique(np.concatenate(found))

    def _of(self, offsets: np.ndarray) -> np.ndarray:
        """Return the lines in which these bytes stand."""
        import numpy as np

        return np.searchsorted(self.starts, offsets, side="right") - 1

    def _misplaced(self) -> np.ndarray:
        """Return the lines with a quote that neither begins nor ends a field, which Arrow would take away."""
        import numpy as np

        offsets, before = self._quotes
        if not len(offsets):
            return offsets
        counts = np.diff(before)
        opening = (np.arange(len(offsets)) - np.repeat(before[:-1], counts)) % 2 == 0
        bytes_ = np.append(self._bytes, np.uint8(LF))
        opens, closes = _neighbours(self._dialect)
        # In front of the first byte stands the last of the array: an end of line.
        in_place = np.where(opening, opens[bytes_[offsets - 1]], closes[bytes_[offsets + 1]])
        return self._of(offsets[~in_place])

    def _not_text(self) -> np.ndarray:
        """Return the lines that aren't UTF-8."""
        import numpy as np

        if self.data.isascii() or is_utf8(self.data):
            return np.zeros(0, dtype=np.int64)
        lines = np.unique(self._of(np.flatnonzero(self._bytes > 127)))
        return np.array([at for at in lines.tolist() if not is_utf8(self.line(at))], dtype=np.int64)

    def without(self, taken: np.ndarray) -> bytes:
        """Return the lines that aren't taken, each ended by a line feed; none of them goes on in the next.

        Parameters
        ----------
        taken
            bool, one per line.
        """
        import numpy as np

        edges = np.flatnonzero(np.diff(np.concatenate(([True], taken, [True])).astype(np.int8)))
        kept = [self.span(first, behind - 1) for first, behind in edges.reshape(-1, 2).tolist()]
        data = b"\n".join(kept)
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _among(characters: bytes) -> np.ndarray:
    import numpy as np

    found = np.zeros(256, dtype=bool)
    found[list(characters)] = True
    return found
