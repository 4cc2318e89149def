"""How a delimited file is written (encoding, preamble, delimiter, quote, header), by what explains most lines.

Every candidate dialect is tried on the head of the file. A dialect explains a line when the line has as many fields as
most other lines have; the candidate that explains the most lines, and then yields the most fields, wins. The result is
always shown, never assumed silently.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from ordermine.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'")
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
SAMPLE_BYTES = 1 << 18
SAMPLE_LINES = 1000
"""Lines on which candidate dialects are compared."""

FIELD_LIMIT = 1 << 24
"""Characters of the longest field."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written."""

    delimiter: str
    quote: str
    escape: str | None
    """Character that precedes a literal quote; None where quotes are doubled."""
    header_line: int
    """Line (from 1) on which the header stands; what comes before is preamble."""
    data_line: int
    """Line on which the rows begin."""
    columns: tuple[str, ...]
    explained: str
    """Evidence for people, e.g. ``83 of 83 lines have 8 fields``."""


def guess_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding that the first bytes prove, and the length of the byte order mark.

    Without a mark, UTF-16 shows itself by zero bytes on one side of every character; else the answer is utf-8, which
    the reader replaces by cp1252 where the first non-ASCII bytes are not UTF-8.
    """
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) >= 4 and odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
        return "utf-16-le", 0
    if len(head) >= 4 and even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
        return "utf-16-be", 0
    return "utf-8", 0


def find_dialect(text: str, name: str, *, complete: bool) -> Dialect:
    """Return the dialect that explains most lines of `text`, the head of the file `name`.

    Parameters
    ----------
    text
        The decoded head of the file.
    name
        The file's name, for messages.
    complete
        Whether `text` is the whole file; otherwise its last line may be cut and is not looked at.

    Raises
    ------
    InputError
        The file has no rows below a header.
    """
    lines = re.split(r"\r\n|\n|\r", text)
    if not complete and len(lines) > 1:
        lines = lines[:-1]
    first_line = 1
    told = None
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        told, first_line = lines[0][4], 2
    sample = lines[first_line - 1 : first_line - 1 + SAMPLE_LINES]
    if not any(line.strip() for line in sample):
        raise InputError(f"{name}: the file holds no rows", hint="export it again; it has only blank lines")
    best: tuple[tuple[float, int, int], Dialect] | None = None
    for order, delimiter in enumerate((told,) if told else DELIMITERS):
        for quote, escape in _quotings(text, delimiter):
            found = _try(sample, delimiter, quote, escape, first_line)
            if found is None:
                continue
            share, dialect = found
            rank = (round(share, 3), len(dialect.columns), -order)
            if best is None or rank > best[0]:
                best = (rank, dialect)
    if best is None:
        header = sample[next(i for i, line in enumerate(sample) if line.strip())]
        at = first_line + sample.index(header)
        return Dialect(told or ",", '"', None, at, at + 1, unique_names([header]), "one column")
    return best[1]


def _lacks_one(header: list[str], rows: list[list[str]]) -> bool:
    """Whether a line is a header without the last field, which is empty in every row below."""
    return bool(rows) and all(len(row) == len(header) + 1 and not row[-1] for row in rows) and all(header)


def _quotings(text: str, delimiter: str) -> list[tuple[str, str | None]]:
    """Return the (quote, escape) pairs worth trying, the likelier first: the first that explains most lines wins."""
    opened = {quote: text.count(delimiter + quote) + text.count("\n" + quote) for quote in QUOTES}
    quotes = sorted(QUOTES, key=lambda quote: -opened[quote]) if opened["'"] > opened['"'] else QUOTES[:1]
    pairs: list[tuple[str, str | None]] = []
    for quote in quotes:
        if "\\" + quote in text:
            pairs.append((quote, "\\"))
        pairs.append((quote, None))
    return pairs


def _try(
    lines: list[str], delimiter: str, quote: str, escape: str | None, first_line: int
) -> tuple[float, Dialect] | None:
    """Parse the sample with one candidate; return the share of lines it explains, None when it makes no table."""
    reader = csv.reader(
        io.StringIO("\n".join(lines), newline=""),
        delimiter=delimiter,
        quotechar=quote,
        escapechar=escape,
        doublequote=escape is None,
    )
    set_field_limit()
    records: list[tuple[int, int, list[str]]] = []
    line = 1
    try:
        for fields in reader:
            if any(cell.strip() for cell in fields):
                records.append((line, reader.line_num + 1, fields))
            line = reader.line_num + 1
    except csv.Error:
        return None
    widths = Counter(len(fields) for _, _, fields in records)
    # With a header and one row, or a preamble longer than the table, the widest repeated width is the table's.
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    if width < 2:
        return None
    header_at = next(i for i, (_, _, fields) in enumerate(records) if len(fields) == width)
    header_line, data_line, header = records[header_at]
    if header_at and _lacks_one(records[header_at - 1][2], [fields for _, _, fields in records[header_at:]]):
        # Rows that end in a delimiter below a header that doesn't.
        header_at -= 1
        header_line, data_line, header = records[header_at]
        header = [*header, ""]
        count += 1
    below = len(records) - header_at
    # Lines swallowed by a quote that never closes explain nothing.
    swallowed = sum(cell.count("\n") for _, _, fields in records for cell in fields)
    # Lines above the header count, too: a wrong delimiter must not gain by taking the header for preamble.
    share = count / (len(records) + swallowed)
    return share, Dialect(
        delimiter,
        quote,
        escape,
        header_line + first_line - 1,
        data_line + first_line - 1,
        unique_names(header),
        f"{count} of the first {below} lines have {width} fields",
    )


def set_field_limit() -> None:
    """Let the standard library's reader, whose limit is one for the whole process, take long fields."""
    csv.field_size_limit(FIELD_LIMIT)


def unique_names(header: list[str]) -> tuple[str, ...]:
    """Return column names without outer blanks, empty ones named by position, repeated ones numbered.

    >>> unique_names([" Order ", "", "Date", "Date"])
    ('Order', 'column 2', 'Date', 'Date (2)')
    """
    names: dict[str, None] = {}
    for position, cell in enumerate(header, 1):
        name = cell.strip().lstrip("\ufeff") or f"column {position}"
        number = 2
        unique = name
        while unique in names:
            unique = f"{name} ({number})"
            number += 1
        names[unique] = None
    return tuple(names)
