"""Writes a log as an export, without ordermine."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from tests.laws.strategies import NAMES, Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENCODINGS = {"utf-16-be-bom": ("utf-16-be", "\ufeff"), "utf-8-sig": ("utf-8", "\ufeff")}
COLUMNS = {"timestamp": "at", "case": "case", "activity": "activity", "department": "department"}
COLUMNS |= {"resource": "resource", "amount": "amount"}
"""Source key → column of the exports made here; `note` is a further column."""


def in_utc(event: Event) -> str:
    return f"{event.stamp:%Y-%m-%dT%H:%M:%S.%f}Z"


def with_offset(event: Event) -> str:
    """Return the stamp in a zone of its own."""
    hours = event.at % 27 - 13
    zone = dt.timezone(dt.timedelta(hours=hours, minutes=30 if hours > 0 else 0))
    return event.stamp.astimezone(zone).isoformat(timespec="microseconds")


def naive(event: Event) -> str:
    return f"{event.stamp:%Y-%m-%d %H:%M:%S.%f}"


def german(event: Event) -> str:
    return f"{event.stamp:%d.%m.%Y %H:%M:%S}"


STYLES = (in_utc, with_offset, naive)


def table(log: Sequence[Event], style=in_utc) -> list[dict[str, str]]:
    """Return rows, column → text."""
    return [{**event._asdict(), "at": style(event)} for event in log]


def as_csv(
    rows: Sequence[Mapping[str, str]],
    *,
    delimiter: str = ",",
    quote: str = '"',
    quote_all: bool = False,
    end: str = "\n",
    last_end: bool = True,
    encoding: str = "utf-8",
) -> bytes:
    """Return rows as a delimited file; without rows, its header."""
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=delimiter,
        quotechar=quote,
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
        lineterminator=end,
    )
    names = list(rows[0]) if rows else list(NAMES)
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    text = written.getvalue() if last_end else written.getvalue().removesuffix(end)
    codec, mark = ENCODINGS.get(encoding, (encoding, ""))
    return (mark + text).encode(codec)
