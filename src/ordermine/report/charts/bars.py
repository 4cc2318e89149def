"""Horizontal bars, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.report.charts.svg import element, picture
from ordermine.report.table import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_WIDTH: Final = 820.0
_LABEL: Final = 300.0
_ROW: Final = 28.0
_TEXT: Final = 190.0
"""Room for what stands behind a bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; without a value only what is said of it."""

    label: str
    value: float | None
    said: str
    """What stands behind the bar."""
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[Bar], label: str) -> Markup:
    """Return bars from zero to the largest value or limit, which takes the whole width.

    Parameters
    ----------
    rows
        From top to bottom.
    label
        For those who can't see them.
    """
    most = max((number for row in rows for number in (row.value, row.high) if number is not None), default=0.0)
    room = _WIDTH - _LABEL - _TEXT
    scale = room / most if most > 0 else 0.0
    parts = []
    for at, row in enumerate(rows):
        middle = at * _ROW + _ROW / 2
        name = short(row.label, 46)
        parts.append(
            element("text", name, element("title", row.label), x=_LABEL - 10, y=middle + 4.5, class_="bar-label")
        )
        end = 0.0
        if row.value is not None:
            end = row.value * scale
            parts.append(element("rect", x=_LABEL, y=middle - 8, width=max(end, 1), height=16, class_="bar"))
        if row.low is not None and row.high is not None:
            left, right = _LABEL + row.low * scale, _LABEL + row.high * scale
            parts.append(element("line", x1=left, y1=middle, x2=right, y2=middle, class_="whisker"))
            parts += [
                element("line", x1=x, y1=middle - 5, x2=x, y2=middle + 5, class_="whisker") for x in (left, right)
            ]
            end = row.high * scale
        parts.append(element("text", row.said, x=_LABEL + end + 8, y=middle + 4.5, class_="bar-said"))
    parts.append(element("line", x1=_LABEL, y1=0, x2=_LABEL, y2=len(rows) * _ROW, class_="axis"))
    return picture("bars", _WIDTH, max(len(rows), 1) * _ROW, label, *parts)
