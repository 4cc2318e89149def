"""Names and text as parts of something else: of a query where a value can't be bound, of a file, of a line shown."""

from __future__ import annotations

import re

from ordermine.errors import UsageError

_COMMANDS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters and what turns or breaks a line; not the line feeds between the lines of a file."""


def identifier(name: str) -> str:
    """Quote a column or table name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """Quote text for SQL; None is NULL."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def spelled_out(text: str) -> str:
    r"""Return JSON or TOML with control and direction characters as escapes: the same values, none of them a command.

    Give the whole text; such characters stand in its strings alone.

    >>> spelled_out('"\u202e\x9b"')
    '"\\u202e\\u009b"'
    """
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def writable(text: str) -> str:
    """Return text that can be written as UTF-8: bytes that could not be decoded are shown by escapes."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        # Half a surrogate pair that stands for no byte.
        data = text.encode("utf-8", "backslashreplace")
    return data.decode("utf-8", "backslashreplace")


def check_text(text: str, what: str) -> None:
    """Raise UsageError saying what it is if an option or a path holds bytes that are no UTF-8."""
    if writable(text) != text:
        raise UsageError(f"{what} {text!r}: not valid text", hint="give it a name in UTF-8")
