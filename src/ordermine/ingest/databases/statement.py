"""What can be said of a query without understanding all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    r"""--[^\n]*                            # comments
      | /\*.*?(?:\*/|\Z)
      | (?P<text>[eE]'(?:[^'\\]|\\.|'')*'   # text, in which a backslash may hide the end
      | '(?:[^']|'')*'
      | "(?:[^"]|"")*"                      # names
      | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$)    # text between dollars
      | (?P<word>\w+)
      | (?P<mark>\S)""",
    re.VERBOSE | re.DOTALL,
)
READS = ("select", "with", "values", "table", "from", "(")


def check_reads(query: str) -> str:
    """Return a query without the semicolon at its end, after a look at how it starts.

    Whether it really only reads is for the database to enforce.

    Raises
    ------
    UsageError
        It isn't one query that reads.
    """
    tokens = list(_tokens(query))
    while tokens and tokens[-1][0] == ";":
        query = query[: tokens.pop()[1]]
    first = tokens[0][0] if tokens else ""
    if first not in READS or any(token == ";" for token, _ in tokens):
        raise UsageError("--query: not one SELECT", hint="e.g.: --query 'SELECT order_id, step, changed_at FROM steps'")
    return query


def is_ordered(query: str) -> bool:
    """Return whether a query says itself in which order its rows come."""
    depth, before = 0, ""
    for token, _ in _tokens(query):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and before == "order" and token == "by":
            return True
        before = token
    return False


def _tokens(query: str) -> Iterator[tuple[str, int]]:
    """Yield words in lower case and marks, each with its position; text and quoted names as their first character."""
    for found in TOKEN.finditer(query):
        token = found["word"] or found["mark"] or (found["text"] and found["text"][0])
        if token:
            yield token.lower(), found.start()
