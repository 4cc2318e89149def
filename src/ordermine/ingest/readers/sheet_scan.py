"""What one part of a workbook holds, found by scanning its XML for tags: how far its cells reach, and what to tell.

The part is read piece by piece and needs next to no memory, whatever it claims. The patterns can't backtrack far:
none looks beyond the next ``<``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from ordermine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 20
LONGEST_CELL = 1 << 24
"""Bytes; a cell holds 32,767 characters."""

_PREFIX = rb"(?:\w+:)?"
USUAL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
"""A cell as every program writes it; many times faster to find than what the format allows."""
UNUSUAL = re.compile(rb"<(?:\w+:c[\s/>]|c[\t\r\n/>])")
PLACED = re.compile(
    rb"<" + _PREFIX + rb"c\s(?>[^<>]*?\br\s*+=\s*+[\"']\s*+([A-Za-z]{1,9})([0-9]{1,12})\s*+[\"'])[^<>]*+>"
)
"""A cell that says where it is."""
ROW_OR_CELL = re.compile(rb"<" + _PREFIX + rb"(?:(c)|row)(?=[\s/>])(?:[^<>]*?\br\s*+=\s*+[\"']([0-9]{1,12})[\"'])?+")
ERROR = re.compile(rb"<" + _PREFIX + rb"c\s[^<>]*?\bt=[\"']e[\"']")
HIDDEN = re.compile(rb"<" + _PREFIX + rb"row\s[^<>]*?\bhidden=[\"'](?:1|true)[\"']")
MERGED = re.compile(rb"<" + _PREFIX + rb"mergeCell\s")
UNVALUED = re.compile(
    rb"(?:</" + _PREFIX + rb"f>|<" + _PREFIX + rb"f(?:\s[^<>]*)?/>)\s*+"
    rb"(?:<" + _PREFIX + rb"v\s*+(?:/>|></" + _PREFIX + rb"v>)\s*+)?+</" + _PREFIX + rb"c>"
)
"""A formula whose last value wasn't saved, to the end of its cell."""


@dataclass(slots=True)
class SheetFacts:
    """What a part of a workbook holds."""

    height: int = 0
    """Number of the last row with a cell."""
    width: int = 0
    """Number of the last column with a cell."""
    errors: int = 0
    """Cells with an error such as ``#N/A``."""
    unvalued: int = 0
    """Formulas whose last value wasn't saved."""
    hidden: int = 0
    """Hidden rows."""
    merged: int = 0
    """Ranges of merged cells."""

    @property
    def cells(self) -> int:
        """Cells of the rectangle from A1 around all cells."""
        return self.height * self.width


def scan(stream: IO[bytes]) -> Iterator[SheetFacts]:
    """Scan a part; yield its facts, as far as it is read, after each piece.

    Raises
    ------
    InputError
        It has a tag that is longer than any.
    """
    facts = SheetFacts()
    implied = _Implied(facts)
    rest = b""
    while piece := stream.read(PIECE):
        rest += piece
        # What follows may belong to the last cell.
        cut = max(rest.rfind(b"<c"), 0) or rest.rfind(b"<")
        cut = len(rest) if cut < 0 else cut
        if not cut and len(rest) > LONGEST_CELL:
            raise InputError(f"a cell of more than {LONGEST_CELL >> 20} MB")
        _add(rest[:cut], facts, implied)
        rest = rest[cut:]
        yield facts
    _add(rest, facts, implied)
    yield facts


def _add(data: bytes, facts: SheetFacts, implied: _Implied) -> None:
    placed = USUAL.findall(data)
    if implied.seen or len(placed) != data.count(b"<c ") or UNUSUAL.search(data):
        placed = PLACED.findall(data)
        implied.add(data)
    if placed:
        facts.width = max(facts.width, *map(_column, {letters for letters, _ in placed}))
        facts.height = max(facts.height, *map(int, {number for _, number in placed}))
    if b't="e"' in data or b"t='e'" in data:
        facts.errors += len(ERROR.findall(data))
    if b"hidden=" in data:
        facts.hidden += len(HIDDEN.findall(data))
    if b"f>" in data or b"/></c>" in data:
        facts.unvalued += len(UNVALUED.findall(data))
    if b"mergeCell " in data:
        facts.merged += len(MERGED.findall(data))


class _Implied:
    """Follows cells that don't say where they are: each stands right of the one before it."""

    def __init__(self, facts: SheetFacts) -> None:
        self.seen = False
        self._facts = facts
        self._row = 0
        self._column = 0

    def add(self, data: bytes) -> None:
        self.seen = True
        for match in ROW_OR_CELL.finditer(data):
            if match[1]:
                self._column += 1
                self._facts.width = max(self._facts.width, self._column)
                self._facts.height = max(self._facts.height, self._row)
            else:
                self._row = int(match[2]) if match[2] else self._row + 1
                self._column = 0


def _column(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
