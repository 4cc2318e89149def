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
        return self.starts == self.ends

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
        dialect = self._dialect
        quote = dialect.quote
        neighbour = np.append(self._bytes, LF)
        # In front of the first byte stands the last of the array: an end of line.
        previous = neighbour[offsets - 1]
        following = neighbour[offsets + 1]
        in_place = np.where(
            opening,
            _among(f"\n\r{dialect.delimiter[-1]}{quote}")[previous],
            _among(f"\n\r{dialect.delimiter[0]}{quote}")[following],
        )
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


def _among(characters: str) -> np.ndarray:
    """Return for each byte whether it is one of those of some characters."""
    import numpy as np

    found = np.zeros(256, dtype=bool)
    found[list(characters.encode())] = True
    return found
