"""Periods as a person writes them: ``2026-W10..2026-W20``, ``2026-03-01..2026-04-01``, ``..2026-W38``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from ordermine.errors import UsageError

_EXAMPLE = "write it as FROM..TO, TO not included, e.g. 2026-W10..2026-W20, 2026-03-01..2026-04-01 or 2026-W38.."
_EPOCH = dt.date(1970, 1, 1)
_DAY_US = 86_400_000_000
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """From one day on, up to another that is not included; None where it is open."""

    text: str
    """As it was written."""
    start: dt.date | None
    end: dt.date | None

    @property
    def start_us(self) -> int | None:
        """Begin of the first day in UTC µs."""
        return None if self.start is None else (self.start - _EPOCH).days * _DAY_US

    @property
    def end_us(self) -> int | None:
        """Begin of the first day that is not included, in UTC µs."""
        return None if self.end is None else (self.end - _EPOCH).days * _DAY_US


def parse_period(text: str, option: str) -> Period:
    """Return the period that a text means; a week stands for its Monday.

    Raises
    ------
    UsageError
        It isn't a period, or an empty one.
    """
    first, dots, last = text.partition("..")
    if not dots or not (first or last):
        raise UsageError(f"{option} {text!r}: not a period", hint=_EXAMPLE)
    start, end = (_day(part, text, option) if part else None for part in (first, last))
    if start is not None and end is not None and start >= end:
        raise UsageError(f"{option} {text!r}: ends before it begins", hint=_EXAMPLE)
    return Period(text, start, end)


def _day(part: str, text: str, option: str) -> dt.date:
    try:
        if week := _WEEK.fullmatch(part):
            return dt.date.fromisocalendar(int(week[1]), int(week[2]), 1)
        if len(part) != len("2026-03-01"):
            raise ValueError
        return dt.date.fromisoformat(part)
    except ValueError:
        raise UsageError(f"{option} {text!r}: {part!r} is neither a day nor a week", hint=_EXAMPLE) from None
