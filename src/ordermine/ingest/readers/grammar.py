"""One dialect's rules for taking a record apart: strictly, or with quotes that stand where none should."""

from __future__ import annotations

import re
from functools import cached_property

MOST_PIECES, MOST_INNER = 200, 16
"""Pieces between delimiters, and delimiters within cells, up to which a line with quotes out of place is taken apart:
the work grows with their product.
"""


class Grammar:
    """How records are written: delimiter, quote, escape.

    Strictly, a cell that starts with a quote ends with one, and quotes in it are doubled or escaped; in a cell that
    doesn't start with a quote, a quote is a character like any other. Blanks around a quoted cell don't count.
    """

    def __init__(self, delimiter: str, quote: str, escape: str | None) -> None:
        self.delimiter = delimiter
        self.quote = quote
        self.escape = escape

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        escaped = f"|{re.escape(self.escape)}." if self.escape else ""
        special = re.escape(self.escape) if self.escape else ""
        blank = "".join({" ", "\t"} - set(self.delimiter))
        blanks = f"[{blank}]*+" if blank else ""
        inner = f"(?:[^{quote}{special}]|{quote}{quote}{escaped})*+"
        plain = f"[^{special}\r\n]" if len(self.delimiter) > 1 else f"[^{delimiter}{special}\r\n]"
        ahead = f"(?!{delimiter})" if len(self.delimiter) > 1 else ""
        last = f"|{special}$" if special else ""
        bare = f"(?:{ahead}(?:{plain}{escaped}{last}))*+"
        quoted = f"{blanks}{quote}({inner}){quote}{blanks}"
        return re.compile(f"(?:{quoted}|(?!{blanks}{quote})({bare}))(?:({delimiter})|\\Z)", re.DOTALL)

    @cached_property
    def _escapes(self) -> re.Pattern[str]:
        return re.compile(f"{re.escape(self.escape or '')}(.)|({re.escape(self.quote)}){{2}}", re.DOTALL)

    def is_open(self, text: str) -> bool:
        """Return whether a line leaves a quoted cell open, if it starts outside of one."""
        return self.quotes(text) % 2 == 1

    def quotes(self, text: str) -> int:
        """Return the number of quotes that aren't escaped."""
        if self.escape and self.escape in text:
            text = re.sub(f"{re.escape(self.escape)}.", "", text, flags=re.DOTALL)
        return text.count(self.quote)

    def strict(self, text: str) -> list[str] | None:
        """Return the cells of a whole record, which may run over lines; None where quotes are out of place."""
        if self.quote not in text and not (self.escape and self.escape in text):
            return text.split(self.delimiter)
        cells = []
        at = 0
        while found := self._cell.match(text, at):
            quoted, bare, delimiter = found.groups()
            cells.append(bare if quoted is None else self._unquoted(quoted))
            if self.escape and quoted is None:
                cells[-1] = self._unescaped(bare)
            if delimiter is None:
                return cells
            at = found.end()
        return None

    def in_place(self, text: str) -> bool:
        """Return whether every quote of a record begins or ends a cell, or is doubled or escaped in one."""
        if self.quote not in text:
            return True
        at = 0
        while found := self._cell.match(text, at):
            if found[2] is not None and self.quotes(found[2]):
                return False
            if found[3] is None:
                return True
            at = found.end()
        return False

    def _unquoted(self, inner: str) -> str:
        if self.escape and self.escape in inner:
            return self._escapes.sub(lambda found: found[1] or found[2], inner)
        return inner.replace(self.quote * 2, self.quote)

    def _unescaped(self, bare: str) -> str:
        assert self.escape is not None
        return re.sub(f"{re.escape(self.escape)}(.)", r"\1", bare, flags=re.DOTALL) if self.escape in bare else bare

    def tolerant(self, text: str, width: int) -> list[str] | None:
        """Return the cells of one line in which quotes are out of place; None unless exactly one reading is the best.

        A reading cuts the line at some of its delimiters into `width` cells. A cell with a delimiter in it starts and
        ends with a quote; quotes between those, and quotes in any other cell, are characters. The best reading has the
        fewest cells in which quotes are out of place.
        """
        pieces = text.split(self.delimiter)
        count = len(pieces)
        inner = count - width
        if not 0 <= inner <= MOST_INNER or count > MOST_PIECES:
            return None
        opens = [piece.lstrip(" ").startswith(self.quote) for piece in pieces]
        closes = [piece.rstrip(" ").endswith(self.quote) for piece in pieces]
        # Two quoted cells are not one with quotes in it.
        between = self.quote + self.delimiter + self.quote
        # best[at]: cells so far → (cells with quotes out of place, readings as good, where the last cell begins)
        best: list[dict[int, tuple[int, int, int]]] = [{} for _ in range(count + 1)]
        best[0][0] = (0, 1, 0)
        for end in range(1, count + 1):
            starts = [end - 1]
            if closes[end - 1]:
                starts += [start for start in range(max(end - 1 - inner, 0), end - 1) if opens[start]]
            for start in starts:
                cell = self.delimiter.join(pieces[start:end])
                cost = self._cost(cell)
                if cost and end - start > 1 and between in cell:
                    continue
                for cells, (before, ways, _) in best[start].items():
                    if not end - inner <= cells + 1 <= width:
                        continue
                    known = best[end].get(cells + 1)
                    total = before + cost
                    if known is None or total < known[0]:
                        best[end][cells + 1] = (total, ways, start)
                    elif total == known[0]:
                        best[end][cells + 1] = (total, known[1] + ways, known[2])
        if best[count].get(width, (0, 0, 0))[1] != 1:
            return None
        taken = []
        end = count
        for number in range(width, 0, -1):
            start = best[end][number][2]
            taken.append(self._literal(self.delimiter.join(pieces[start:end])))
            end = start
        return taken[::-1]

    def _cost(self, cell: str) -> int:
        """Return 0 for a cell whose quotes are in place, else 1."""
        if self.quote not in cell:
            return 0
        found = self._cell.fullmatch(cell)
        return 0 if found and found[1] is not None else 1

    def _literal(self, cell: str) -> str:
        found = self._cell.fullmatch(cell)
        if found and found[1] is not None:
            return self._unquoted(found[1])
        inner = cell.strip(" ")
        if len(inner) > 1 and inner.startswith(self.quote) and inner.endswith(self.quote):
            return inner[1:-1].replace(self.quote * 2, self.quote)
        return cell
