"""Names and text as parts of a query, for the few places where a value can't be bound as a parameter."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Quote a column or table name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """Quote text for SQL; None is NULL."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"
