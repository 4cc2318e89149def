"""Tables as values: what every command prints, before it is text, CSV or Markdown."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Unit = Literal["text", "count", "share", "seconds", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in machine-readable output, its heading for people, the unit of its values."""

    name: str
    heading: str
    unit: Unit = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under columns. Values are raw (seconds, shares from 0 to 1); renderers make them readable."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    more: int = 0
    """Rows that exist but aren't in `rows`."""
    notes: tuple[str, ...] = field(default=())
    """What has to be said with the numbers."""
    verbatim: bool = False
    """Whether the notes are there to be copied: a terminal gets their lines whole."""


def share_text(share: float) -> str:
    """Return a share as a percentage: one decimal, more where it would read 0.0 % or 100.0 % without being that.

    >>> share_text(0.2014), share_text(0.0002), share_text(1.0)
    ('20.1 %', '0.02 %', '100.0 %')
    """
    percent = share * 100
    for decimals in (1, 2, 3):
        rounded = round(percent, decimals)
        if (rounded not in (0, 100)) or percent in (0, 100):
            return f"{rounded:.{decimals}f} %"
    return "< 0.001 %" if percent < 50 else "> 99.999 %"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "order"), counted(1200, "order"), counted(0, "activity")
    ('1 order', '1,200 orders', '0 activities')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def short(text: str, characters: int = 40) -> str:
    """Return text cut to a number of characters.

    >>> short("Order confirmed", 10)
    'Order con…'
    """
    return text if len(text) <= characters else text[: characters - 1] + "…"


def duration_text(seconds: float) -> str:
    """Return seconds as the two largest units that matter.

    >>> duration_text(0.5), duration_text(59), duration_text(3725), duration_text(200_000), duration_text(4e7)
    ('0.5 s', '59 s', '1 h 2 min', '2 d 8 h', '463 d')
    """
    if seconds < 0:
        return "-" + duration_text(-seconds)
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds % 1 and seconds < 10 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    if days < 100:
        return f"{days} d {hours} h" if hours else f"{days} d"
    return f"{round(seconds / 86_400):,} d"


def value_text(value: Any, unit: Unit) -> str:
    """Return one value for people; a missing one is a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool | list | dict):
        return visible(json.dumps(value, ensure_ascii=False))
    if unit == "share":
        return share_text(value)
    if unit == "seconds":
        return duration_text(value)
    if unit == "count":
        return f"{value:,}"
    if unit == "number":
        return str(value)
    return visible(str(value))


def visible(text: str) -> str:
    r"""Return text with control and direction characters spelled out, so that data can't command a terminal.

    >>> visible("a\x1b[31mb\u202ec")
    'a\\x1b[31mb\\u202ec'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
