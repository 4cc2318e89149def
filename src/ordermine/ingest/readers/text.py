"""How a typed value becomes the text of a cell: one set of rules for every format that has types."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import re
from typing import Any

LARGEST_EXACT = 2**53
"""Below this a double holds every integer exactly."""

NOT_TEXT = "not valid text"
"""Reason of a row with bytes, or escapes, that stand for no character."""


class Number(str):
    """A number in the digits of the file, so that a long identifier or a trailing zero survives."""

    __slots__ = ()


def text_of(value: Any) -> str | None:
    """Return a value as the text of a cell; None where it is absent or the empty string.

    Integral numbers have no decimal point, other floats are the shortest text that reads back as the same
    double, booleans are ``true`` and ``false``, times are ISO 8601 without
    trailing zeros, durations ``[-]h:mm:ss``, nested values
    compact JSON. A float that is not a number counts as absent: that is how data frames write an empty
    cell.
    """
    if isinstance(value, str):
        return str(value) or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return re.sub(r"(\.\d*?)0+(?=[+-]|$)", r"\1", value.isoformat())
    if isinstance(value, dt.timedelta):
        return _duration_text(value)
    if isinstance(value, bytes):
        return _bytes_text(value) or None
    return json_text(value)


def json_text(value: Any) -> str:
    """Return a value as compact JSON; numbers keep their digits, what JSON has no type for becomes text."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        members = (f"{_quoted(str(key))}:{json_text(member)}" for key, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    text = text_of(value)
    if text is None:
        return "null"
    finite = isinstance(value, float) and text.lstrip("-") != "inf"
    return text if isinstance(value, bool | int) or finite else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _float_text(value: float) -> str | None:
    if value != value:
        return None
    if value.is_integer() and abs(value) < LARGEST_EXACT:
        return str(int(value))
    return repr(value)


def _duration_text(value: dt.timedelta) -> str:
    sign, value = ("-", -value) if value < dt.timedelta() else ("", value)
    seconds = value.days * 86_400 + value.seconds
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{fraction}"


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()
