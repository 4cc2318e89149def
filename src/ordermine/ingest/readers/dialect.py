"""How a delimited file is written (delimiter, quote, escape, header), by what explains most of its lines.

Every candidate takes the head of the file apart. It explains the lines of records as wide as most others; what it
makes of them must look like cells, not like pieces of cells. The result is always shown, never assumed silently.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.readers.grammar import Grammar
from ordermine.ingest.readers.header import Header, Record, find_header
from ordermine.ingest.readers.kinds import TEXT, TYPED, is_total, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'", "`")
ESCAPE = "\\"
SAMPLE_LINES = 1000
"""Lines on which candidate dialects are compared."""
JUDGED_RECORDS, JUDGED_CELLS = 200, 100
"""Records of which the cells are looked at, and how many of each."""
MOST_COLUMNS = 100_000

CONVINCING = 0.85
"""Score above which no rare delimiter is looked for."""
RARE = 0.5
"""What the score of a delimiter that also occurs in text is worth."""
COMMON_ENOUGH = 0.8
"""Share of lines that a rare delimiter must occur in, and explain."""
ODD_ENDS = "~^#|*&:;,_\\§@"
"""Characters that a cell rarely starts or ends with."""
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one file is written."""

    delimiter: str
    quote: str
    escape: str | None
    """Character that precedes a literal quote, beside doubled quotes; None where none does."""
    header_line: int
    """Line (from 1) on which the header stands, 0 where there is none; what comes before is preamble."""
    data_line: int
    """Line on which the rows begin."""
    columns: tuple[str, ...]
    explained: str
    """Evidence for people, e.g. ``83 of 83 lines have 8 fields``."""
    header: tuple[str, ...] = ()
    """Names as they are written."""
    kinds: tuple[str, ...] = ()
    """What each column holds, see `kinds`."""
    filled: tuple[bool, ...] = ()
    """Whether each column is filled in every row of the sample."""
    preamble: tuple[str, ...] = ()
    """Lines above the header that aren't blank."""
    note: str = ""
    """What is wrong with the header."""

    @property
    def grammar(self) -> Grammar:
        """Return the rules for taking a record apart."""
        return Grammar(self.delimiter, self.quote, self.escape)


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
        The file has no rows below a header, or more columns than can be read.
    """
    lines = LINE_END.split(text)
    if not complete and len(lines) > 1:
        lines = lines[:-1]
    first_line = 1
    told = None
    if lines and lines[0].lower().startswith("sep=") and 4 < len(lines[0]) < 8:
        told, first_line = lines[0][4:], 2
    sample = lines[first_line - 1 : first_line - 1 + SAMPLE_LINES]
    if not any(line.strip() for line in sample):
        raise InputError(f"{name}: the file holds no rows", hint="export it again; it has only blank lines")
    best = _best(sample, told)
    if best is None:
        at = next(i for i, line in enumerate(sample) if line.strip())
        names = (sample[at],)
        line = first_line + at
        preamble = tuple(lines[: line - 1]) if told else ()
        return Dialect(
            told or ",",
            '"',
            None,
            line,
            line + 1,
            unique_names(names),
            "one column",
            names,
            (TEXT,),
            (False,),
            preamble,
        )
    if best.width > MOST_COLUMNS:
        raise InputError(
            f"{name}: {best.width:,} columns, more than the {MOST_COLUMNS:,} that can be read",
            hint="export fewer columns, or one row per event",
        )
    return _dialect(best, first_line, lines[: first_line - 1])


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way to take the sample apart."""

    grammar: Grammar
    records: Sequence[Record]
    width: int
    count: int
    """Records of that width."""
    score: float


def _dialect(best: _Candidate, first_line: int, before: Sequence[str]) -> Dialect:
    records, width = best.records, best.width
    header: Header = find_header(records, width, best.grammar)
    data = header.at + header.rows
    if header.rows:
        last = records[data - 1]
        data_line = last.line + last.lines
    else:
        data_line = records[header.at].line
    names = header.cells or ("",) * width
    rows = [record.cells for record in records[data:] if record.cells and record.width == width]
    rows = [row for row in rows if not is_total(row)]
    # A header that lacks a name, above rows that all have the cell, counts as one of them.
    count = best.count + (header.rows > 0 and records[header.at].width != width)
    return Dialect(
        best.grammar.delimiter,
        best.grammar.quote,
        best.grammar.escape,
        records[header.at].line + first_line - 1 if header.rows else 0,
        data_line + first_line - 1,
        unique_names(names),
        f"{count} of the first {len(records) - header.at} lines have {width} fields",
        tuple(names) if header.rows else (),
        header.kinds,
        tuple(bool(rows) and all(row[at].strip() for row in rows) for at in range(width)),
        (*before, *(record.text for record in records[: header.at])),
        header.note,
    )


def _best(lines: Sequence[str], told: str | None) -> _Candidate | None:
    """Return the candidate with the highest score; None where none makes a table."""
    found = list(_tried(lines, [told] if told else DELIMITERS))
    rare = list(_tried(lines, _of_several_characters(lines), required=COMMON_ENOUGH))
    if max((one.score for one in found), default=0) < CONVINCING:
        rare += _tried(lines, _rare(lines), required=COMMON_ENOUGH, worth=RARE)
    # A rare delimiter must separate the names as well; text below them has such characters by chance.
    found += [one for one in rare if one.records[0].width == one.width]
    return max(found, key=lambda one: (round(one.score, 2), one.width), default=None)


def _tried(
    lines: Sequence[str], delimiters: Iterable[str], *, required: float = 0, worth: float = 1
) -> Iterator[_Candidate]:
    for delimiter in delimiters:
        if not any(delimiter in line for line in lines):
            continue
        for quote, escape in _quotings(lines, delimiter):
            grammar = Grammar(delimiter, quote, escape)
            records = sample_records(lines, grammar)
            width = _width(records)
            if width < 2:
                continue
            wide = [record for record in records if record.width == width]
            share = sum(record.lines for record in wide) / sum(record.lines for record in records)
            if share >= required:
                score = share * worth * _quality(wide, grammar)
                yield _Candidate(grammar, records, width, len(wide), score)


def _quotings(lines: Sequence[str], delimiter: str) -> Iterator[tuple[str, str | None]]:
    """Yield the (quote, escape) pairs worth trying, the likelier first: of equals, the first wins."""
    text = "\n".join(lines)
    for quote in QUOTES:
        if quote != QUOTES[0] and not any(edge in text for edge in (delimiter + quote, "\n" + quote)):
            continue
        yield quote, None
        if ESCAPE + quote in text or ESCAPE + delimiter in text:
            yield quote, ESCAPE


def _rare(lines: Sequence[str]) -> list[str]:
    """Return the characters that separate words in most lines, other than those of numbers, dates and names."""
    counts = Counter(character for line in lines for character in set(line))
    needed = COMMON_ENOUGH * sum(bool(line.strip()) for line in lines)
    return sorted(
        character
        for character, count in counts.items()
        if count >= needed
        and not character.isalnum()
        and character not in {*DELIMITERS, *QUOTES, *".-_/()[]{}%$€+=<>?\r\n"}
    )


def _of_several_characters(lines: Sequence[str]) -> list[str]:
    """Return the runs of two to four punctuation marks and blanks that most lines have."""
    needed = COMMON_ENOUGH * sum(bool(line.strip()) for line in lines)
    middle = next((line for line in lines[len(lines) // 2 :] if line.strip()), "")
    runs = sorted(
        {run for run in re.findall(r"(?<![^\w\s\"'`.])[^\w\"'`.()\-]{2,4}(?![^\w\"'`.()\-])", middle) if run.strip()}
    )
    return [run for run in runs if sum(run in line for line in lines) >= needed]


def sample_records(lines: Sequence[str], grammar: Grammar) -> list[Record]:
    """Take lines apart into records; a quote that is never closed costs its own line."""
    open_ = [at for at, line in enumerate(lines) if grammar.quote in line and grammar.is_open(line)]
    closing = dict(pairwise(open_))
    records = []
    at = 0
    while at < len(lines):
        text = lines[at]
        if text.strip():
            cells, used = grammar.strict(text), 1
            if cells is None and at in closing:
                joint = lines[at : closing[at] + 1]
                cells = grammar.strict("\n".join(joint))
                widths = {line.count(grammar.delimiter) + 1 for line in joint}
                # Lines that are records each were joined by stray quotes.
                if cells is None or (len(cells) > 2 and widths == {len(cells)}):
                    cells = None
                else:
                    used = len(joint)
            records.append(Record(at + 1, used, "\n".join(lines[at : at + used]), cells))
            at += used
        else:
            at += 1
    return records


def _width(records: Sequence[Record]) -> int:
    """Return the number of cells of the table's rows: of the first table that holds a good part of the cells."""
    counts = Counter(record.width for record in records)
    repeated = {width: count * (width - 1) for width, count in counts.items() if width > 1 and count > 1}
    if not repeated:
        return max(counts)
    most = max(repeated.values())
    for one, other in pairwise(records):
        if one.width == other.width and repeated.get(one.width, 0) > 0.3 * most:
            return one.width
    return max(repeated, key=lambda width: (repeated[width], width))


def _quality(records: Sequence[Record], grammar: Grammar) -> float:
    """Return how much the cells look like cells, from 0 to 1."""
    others = [delimiter for delimiter in DELIMITERS if delimiter != grammar.delimiter]
    total = 0.0
    cells = 0
    for record in records[:JUDGED_RECORDS]:
        for cell in (record.cells or ())[:JUDGED_CELLS]:
            total += _worth(cell, record.text, others, grammar)
            cells += 1
    return total / cells


def _worth(cell: str, text: str, others: Sequence[str], grammar: Grammar) -> float:
    """Return how much one cell looks like one: numbers, dates and quoted text do, pieces of a line don't."""
    if not cell:
        return 0.5
    if grammar.quote + cell + grammar.quote in text:
        return 1.0
    if cell != cell.strip() or cell[0] in ODD_ENDS or cell[-1] in ODD_ENDS:
        return 0.6
    if any(other in cell for other in others) and kind_of(cell) not in TYPED:
        return 0.3
    if cell[0] in QUOTES or cell[-1] in QUOTES:
        return 0.2
    return 1.0 if kind_of(cell) in TYPED else 0.9


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return column names without outer blanks, empty ones named by position, repeated ones numbered.

    >>> unique_names([" Order ", "", "Date", "Date"])
    ('Order', 'column 2', 'Date', 'Date (2)')
    """
    names: dict[str, int] = {}
    """Name → the last number that was tried for it."""
    for position, cell in enumerate(header, 1):
        name = unique = cell.strip().lstrip("\ufeff") or f"column {position}"
        while unique in names:
            names[name] += 1
            unique = f"{name} ({names[name]})"
        names[unique] = 1
    return tuple(names)
