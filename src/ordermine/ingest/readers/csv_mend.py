"""Rows that aren't as they should be, read where what the other rows hold leaves one reading only."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ordermine.ingest.readers.dialect import DELIMITERS, ESCAPE, QUOTES
from ordermine.ingest.readers.grammar import Grammar
from ordermine.ingest.readers.kinds import NOTHING, TYPED, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.ingest.readers.dialect import Dialect

STRAY_QUOTE = "a quote out of place was read as a character"
SURPLUS_DELIMITER = "an empty field too many was left off"
OTHER_DIALECT = "the row is written with another delimiter, quote or escape"


class Mender:
    """Reads rows with a defect.

    A reading must fit: numbers and dates where the other rows have them, and no gap in a column that is always filled.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._grammar = dialect.grammar
        self._width = len(dialect.columns)

    @cached_property
    def _others(self) -> list[tuple[str, Grammar]]:
        """Other ways in which a single row may be written, each with what the row must have in it."""
        own = self._grammar
        delimiters = [delimiter for delimiter in (*DELIMITERS, own.delimiter.strip()) if delimiter != own.delimiter]
        others = [(delimiter, Grammar(delimiter, own.quote, own.escape)) for delimiter in delimiters if delimiter]
        others += [(quote, Grammar(own.delimiter, quote, own.escape)) for quote in QUOTES if quote != own.quote]
        if own.escape is None:
            others.append((ESCAPE + own.quote, Grammar(own.delimiter, own.quote, ESCAPE)))
        return others

    def mend(self, text: str, cells: list[str] | None) -> tuple[list[str], str] | None:
        """Return the cells of a line and what was done to get them; None where no reading, or more than one, fits.

        Parameters
        ----------
        text
            The line.
        cells
            What it has by the rules; None where quotes are out of place.
        """
        if cells is not None and len(cells) > self._width and "" in cells:
            less = self._without_surplus(cells)
            return None if less is None else (less, SURPLUS_DELIMITER)
        readings = self._in_another_dialect(text)
        how = OTHER_DIALECT
        if not readings and not self._grammar.in_place(text):
            read = self._grammar.tolerant(text, self._width)
            readings = set() if read is None else {tuple(read)}
            how = STRAY_QUOTE
        fitting = [read for read in readings if self._fits(read)]
        return (list(fitting[0]), how) if len(fitting) == 1 else None

    def _in_another_dialect(self, text: str) -> set[tuple[str, ...]]:
        # In two columns of text, too many other dialects find two fields.
        if self._width < 3 and not any(kind in TYPED for kind in self._dialect.kinds):
            return set()
        found = set()
        for sign, other in self._others:
            read = other.strict(text) if sign in text and other.in_place(text) else None
            if read is not None and len(read) == self._width:
                found.add(tuple(read))
        return found

    def _fits(self, cells: Sequence[str]) -> bool:
        return all(self._fits_at(column, kind_of(cell), cell) for column, cell in enumerate(cells))

    def _fits_at(self, column: int, kind: str, cell: str) -> bool:
        known = self._dialect.kinds[column]
        if not cell.strip():
            return not self._dialect.filled[column]
        return known not in TYPED or kind in (known, NOTHING)

    def _without_surplus(self, cells: list[str]) -> list[str] | None:
        """Return a row without the empty field that is one too many.

        Only where no other row comes of it: neither by leaving off another empty field, nor by taking two neighbours
        for one field whose delimiter should have been quoted.
        """
        while len(cells) > self._width + 1 and not cells[-1]:
            cells = cells[:-1]
        width = self._width
        if len(cells) != width + 1:
            return None
        kinds = [kind_of(cell) for cell in cells]
        # How many cells from the left fit where they are, and from which on they fit one column further left.
        left = next((at for at in range(width) if not self._fits_at(at, kinds[at], cells[at])), width)
        right = next((at for at in range(width, 0, -1) if not self._fits_at(at - 1, kinds[at], cells[at])), 0) + 1
        dropped = {
            (*cells[:at], *cells[at + 1 :])
            for at, cell in enumerate(cells)
            if not cell and at <= left and at + 1 >= right
        }
        for at in range(width):
            if cells[at] and cells[at + 1] and at <= left and at + 2 >= right:
                joined = cells[at] + self._grammar.delimiter + cells[at + 1]
                if self._fits_at(at, kind_of(joined), joined):
                    return None
        return list(dropped.pop()) if len(dropped) == 1 else None
