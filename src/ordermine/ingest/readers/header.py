"""Where the table in a delimited text begins, and what its columns are called, judged by what stands below.

Columns that hold numbers or dates tell names from values: a name stands above them, a value looks like them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.ingest.readers.kinds import DATE, NUMBER, TYPED, column_kinds, contradictions, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.ingest.readers.grammar import Grammar

MOST_HEADER_ROWS = 20
"""Rows above the data that are looked at for names."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the sample."""

    line: int
    """First line, from 1."""
    lines: int
    text: str
    cells: list[str] | None
    """None where quotes are out of place."""

    @property
    def width(self) -> int:
        """Number of cells; 0 where quotes are out of place."""
        return len(self.cells) if self.cells else 0


@dataclass(frozen=True, slots=True)
class Header:
    """What was found out about the rows above the data."""

    at: int
    """Position of the header among the records; that of the first row where there is no header."""
    cells: tuple[str, ...] | None
    """Names as they are written; None without a header."""
    rows: int
    """Records from `at` on that are no data: 0 without a header, more than 1 for a header of several lines."""
    kinds: tuple[str, ...]
    """What each column holds."""
    note: str = ""


def find_header(records: Sequence[Record], width: int, grammar: Grammar) -> Header:
    """Return where the names of the columns stand.

    Parameters
    ----------
    records
        Records of the sample, without blank lines.
    width
        Number of cells of the table's rows; at least one record has so many.
    grammar
        How records are written.
    """
    wide = [at for at, record in enumerate(records) if record.width == width]
    rows = [records[at].cells or [] for at in wide]
    kinds = column_kinds(rows[max(1, len(rows) // 2) :], width)
    first = wide[0]
    above = _above(records, first, width, grammar, kinds)
    if above is not None:
        return above
    block = _rows_above_data(records, first, width, kinds)
    if not block:
        if _is_data(rows[0], rows[1:], kinds):
            return Header(first, None, 0, kinds)
        return Header(first, tuple(rows[0]), 1, kinds)
    filled = [(sum(bool(cell.strip()) for cell in cells), len(set(cells))) for cells in block]
    chosen = filled.index(max(filled))
    further = block[chosen + 1 :]
    if not all(_all_names(cells, kinds) and cells != block[chosen] for cells in further):
        further = []
    names = block[chosen]
    if further and len(set(names)) < width:
        names = [" ".join(dict.fromkeys(filter(None, map(str.strip, cells)))) for cells in zip(*block, strict=True)]
    return Header(first + chosen, tuple(names), 1 + len(further), kinds)


def _rows_above_data(records: Sequence[Record], first: int, width: int, kinds: Sequence[str]) -> list[list[str]]:
    """Return the rows from the first as wide as the table to the last that can't be data."""
    typed = any(kind in TYPED for kind in kinds)
    block: list[list[str]] = []
    last = 0
    for record in records[first : first + MOST_HEADER_ROWS]:
        if record.cells is None or record.width != width:
            break
        agree, other = contradictions(record.cells, kinds)
        if agree:
            break
        block.append(record.cells)
        sparse = 2 * sum(bool(cell.strip()) for cell in record.cells) <= width
        if other:
            last = len(block)
        elif not typed and not sparse:
            # Where no column tells names from values, the first row that is filled has the names.
            return block
    return block[:last]


def _all_names(cells: Sequence[str], kinds: Sequence[str]) -> bool:
    """Whether a row below the names can be no data: text without a digit above all of several numbers or dates."""
    typed = sum(kind in TYPED for kind in kinds)
    return (
        typed > 1
        and contradictions(cells, kinds) == (0, typed)
        and not any(character.isdigit() for cell in cells for character in cell)
    )


def _is_data(row: Sequence[str], below: Sequence[Sequence[str]], kinds: Sequence[str]) -> bool:
    """Whether what should be names are surely values: a date above dates, or numbers above numbers everywhere."""
    agree, other = contradictions(row, kinds)
    if not below or other or not agree:
        return False
    if any(kind == DATE and kind_of(cell) == DATE for cell, kind in zip(row, kinds, strict=True)):
        return True
    numbers = [cell.strip() for cell, kind in zip(row, kinds, strict=True) if kind == NUMBER]
    # Years and running numbers are names as well.
    years = all(len(cell) == 4 and cell[:2] in ("19", "20") for cell in numbers)
    return (
        len(numbers) > 1
        and not years
        and numbers != [str(int(numbers[0]) + i) if numbers[0].isdigit() else "" for i in range(len(numbers))]
    )


def _above(
    records: Sequence[Record], first: int, width: int, grammar: Grammar, kinds: tuple[str, ...]
) -> Header | None:
    """Return a header that has a defect itself: a name or a quote too many or too few, right above the first row."""
    if not first or records[first - 1].line + records[first - 1].lines != records[first].line:
        return None
    record, row = records[first - 1], records[first].cells or []
    cells = record.cells or grammar.tolerant(record.text, width)
    found = len(cells) if cells else record.text.count(grammar.delimiter) + 1
    if abs(found - width) > 1 or found < 2 or not _looks_like_data(row, records[first + 1 :], kinds):
        return None
    if cells and any(kind_of(cell) in TYPED for cell in cells):
        return None
    at = first - 1
    below = [record.cells or [] for record in records[first:] if record.width == width]
    if cells and len(cells) == width - 1 and all(not row[-1] for row in below):
        return Header(at, (*cells, ""), 1, kinds)
    if cells and len(cells) == width:
        names = tuple(cell.replace(grammar.quote, "") for cell in cells)
        return Header(at, names, 1, kinds, f"line {record.line}, the header, has a quote out of place")
    if cells and len(cells) == width + 1 and sum(not cell.strip() for cell in cells) == 1:
        names = tuple(cell for cell in cells if cell.strip())
        return Header(at, names, 1, kinds, f"line {record.line}, the header, has an empty name too many")
    told = f"{found} names for {width} columns" if record.cells else "quotes out of place"
    return Header(
        at, ("",) * width, 1, kinds, f"line {record.line}, the header, has {told}: columns are called by their position"
    )


def _looks_like_data(row: Sequence[str], below: Sequence[Record], kinds: Sequence[str]) -> bool:
    """Whether the first row as wide as the table holds values, not names."""
    agree, other = contradictions(row, kinds)
    if any(kind in TYPED for kind in kinds):
        return agree > other
    filled = [cell.strip() for cell in row]
    names = all(filled) and len(set(filled)) == len(filled) and not any(map(str.isdigit, "".join(filled)))
    repeated = any(
        cell == value
        for record in below
        if record.width == len(row)
        for cell, value in zip(row, record.cells or [], strict=True)
    )
    return not names or repeated
