"""Where a delimited file is cut into pieces of whole records."""

from __future__ import annotations

from ordermine.ingest.readers.csv_lines import count_byte

LONGEST_RECORD_LINES = 1000
"""A quoted field that runs on for more lines was opened by a stray quote."""

LONGEST_RECORD = 1 << 26
"""Bytes after which a record is cut off, and left out."""


def cut(data: bytes, quote: bytes) -> tuple[int, bool]:
    """Return where to cut.

    Returns
    -------
    tuple
        Length of the longest head of whole records (0: read on), and whether quotes leave it in doubt: a piece ends
        where no quote is open; where quotes don't come in pairs it ends at a line all the same, so that a stray quote
        can't swallow the rest of the file.
    """
    last = data.rfind(b"\n") + 1
    if last == 0 and b"\r" in data[:-1]:
        last = data.rfind(b"\r", 0, len(data) - 1) + 1
    if last == 0 or count_byte(data, quote, last) % 2 == 0:
        return last, False
    import numpy as np

    array = np.frombuffer(data, dtype=np.uint8, count=last)
    newlines = np.flatnonzero(array == data[last - 1])
    quotes = np.flatnonzero(array == quote[0])
    closed = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    # Many lines since then mean that a stray quote, not a long field, keeps the parity odd.
    since = np.count_nonzero(newlines > closed[-1]) if len(closed) else len(newlines)
    if since > LONGEST_RECORD_LINES or len(data) > LONGEST_RECORD:
        return last, True
    return (int(closed[-1]) + 1 if len(closed) else 0), False
