"""What a cell looks like, number or date, and what a column mostly holds: evidence on dialects, headers and repairs."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from ordermine.schema import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER: Final = "number"
DATE: Final = "date"
TEXT: Final = "text"
NOTHING: Final = ""
"""Kind of an empty cell, and of one that says that nothing was recorded."""

TYPED: Final = (NUMBER, DATE)
MOSTLY = 0.75
"""Share of a column's filled cells that give it its kind."""

_NUMBER = re.compile(r"[-+(]?\s?[$€£¥]?\s?[-+]?\d[\d.,'’\u00a0\u202f]*(?:[eE][-+]?\d+)?\)?\s?(?:%|[$€£¥]|[A-Z]{3})?-?")
_DATE = re.compile(
    r"(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[-. /][^\W\d_]{3,9}\.?[-, /]+\d{2,4}|[^\W\d_]{3,9}\.? \d{1,2},? \d{4})"
    r"(?:[T ,]+\d{1,2}[:.]\d{2}.*)?|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
)

_TOTAL = re.compile(
    r"\W*(?:grand |sub-?)?(?:total|totals|sum|summe|gesamt|gesamtsumme|zwischensumme|endsumme|somme|suma|insgesamt)\b"
    r"(?![^\W\d]).{0,40}",
    re.IGNORECASE,
)


def is_total(cells: Sequence[str]) -> bool:
    """Return whether the first filled cell says that the row is a total.

    >>> is_total(["", "Grand total:", "950"]), is_total(["Total loss", "x"]), is_total(["Totally"])
    (True, True, False)
    """
    return _TOTAL.fullmatch(next((cell.strip() for cell in cells if cell.strip()), "")) is not None


def kind_of(cell: str) -> str:
    """Return what a cell looks like.

    >>> [kind_of(cell) for cell in ("12.5", "1.234,50 €", "2024-03-01 10:00", "08:15", "Order", "", "n/a")]
    ['number', 'number', 'date', 'date', 'text', '', '']
    """
    cell = cell.strip()
    if cell.lower() in NOT_RECORDED:
        return NOTHING
    # Dates come first: 01.02.2024 could be a number with points.
    if _DATE.fullmatch(cell):
        return DATE
    return NUMBER if _NUMBER.fullmatch(cell) else TEXT


def column_kinds(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """Return the kind of each of `width` columns, from its filled cells; text where nearly all of them don't agree."""
    kinds = []
    for column in range(width):
        found = Counter(kind_of(row[column]) for row in rows)
        found.pop(NOTHING, None)
        kind, count = max(found.items(), key=lambda item: item[1], default=(TEXT, 0))
        kinds.append(kind if count >= MOSTLY * found.total() else TEXT)
    return tuple(kinds)


def contradictions(cells: Sequence[str], kinds: Sequence[str]) -> tuple[int, int]:
    """Return in how many columns of numbers or dates a row has one, and in how many it has something else."""
    agree = other = 0
    for cell, kind in zip(cells, kinds, strict=True):
        if kind in TYPED and (found := kind_of(cell)) != NOTHING:
            agree += found == kind
            other += found != kind
    return agree, other
