"""Malformed versions of clean delimited files, each with the rows that can still be read, and how a reader did on one.

A pollution changes how a clean table is written. What is expected follows from the change alone: rows that it doesn't
touch are expected; a row that it makes unreadable is not, and may at most come as it stood (`Variant.allowed`). A row
that comes in any other form is wrong.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ordermine.ingest.readers.csv import open_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Row = tuple[str, ...]
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Table:
    """A clean table."""

    name: str
    header: Row
    rows: tuple[Row, ...]
    every: int = 1
    """Of the defects of a single cell, every so many are made."""

    @property
    def typed(self) -> bool:
        """Whether several columns hold numbers or dates, which tells names from values."""
        return sum(bool(re.fullmatch(r"[\d.:-]+", cell)) for cell in self.rows[0]) > 1


@dataclass(frozen=True)
class Variant:
    """A malformed version of a table."""

    table: str
    kind: str
    detail: str
    data: bytes
    expected: tuple[Row, ...]
    allowed: tuple[Row, ...] = ()
    """Rows that may come as well, or be left out."""
    encoding: str = "utf-8"


@dataclass
class Score:
    """How a reader did on one variant."""

    variant: Variant
    recall: float = 0.0
    """Share of the expected rows that came exactly."""
    recall_of_all: float = 0.0
    """The same with the allowed rows among the expected ones."""
    precision: float = 1.0
    """Share of the rows that came that are expected or allowed."""
    wrong: list[Row] = field(default_factory=list)
    """Rows that came and are neither."""
    unaccounted: list[int] = field(default_factory=list)
    """Lines that aren't blank and are neither in a row, left out, nor above the rows."""
    crash: str = ""


# Clean tables


def tables() -> list[Table]:
    """Return clean tables of different kinds, the same on every call."""
    rng = random.Random(7)
    products = ["Chair", "Oak table, large", 'Shelf 24"', "Lamp", "Door; left", "Büro-Stuhl", "Sofa | grey"]
    notes = ["", "", "urgent", "call first, then deliver", 'he said "later"', "see mail", "Straße 5"]
    orders = tuple(
        (
            f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00",
            str(rng.randint(1, 90)),
            f"{rng.randint(1000, 9999)}",
            f"{rng.randint(1, 900)}.{rng.randint(10, 99)}",
            rng.choice(["Home", "Office", "Garden"]),
            rng.choice(products),
            f"http://shop.example/{rng.randint(100, 999)}",
            rng.choice(notes),
        )
        for _ in range(83)
    )
    events = tuple(
        (f"SO{1000 + number // 2}", step, f"2024-01-0{number + 1}T08:00:00", who)
        for number, (step, who) in enumerate(
            [
                ("Created", "Sales"),
                ("Approved", "Finance"),
                ("Created", "Sales"),
                ("Shipped", "Logistics"),
                ("Paid", ""),
            ]
        )
    )
    numbers = tuple(
        (str(number), *(f"{rng.uniform(-50, 900):.2f}" for _ in range(4)), f"{rng.randint(1, 28):02d}.03.2024")
        for number in range(1, 61)
    )
    letters = tuple(
        (f"C-{number}", f'Dear customer,\nyour order {number}, "{rng.choice(products)}", is late.', str(number * 7))
        if number % 3 == 0
        else (f"C-{number}", rng.choice(["Thanks, all well", "ok", "naïve, né, ñ", 'a "b" c, d']), str(number * 7))
        for number in range(1, 31)
    )
    pairs = tuple((f"key{number}", f"value {number}" if number % 4 else "a, b") for number in range(20))
    wide = tuple(
        (*("" if rng.random() < 0.3 else f"{row}{rng.choice('abcdef')}{column}" for column in range(39)), str(row))
        for row in range(12)
    )
    fields = (*(f"Field {chr(65 + at // 26)}{chr(65 + at % 26)}" for at in range(39)), "No")
    places = ["Köln", "Zürich", "Århus", "Łódź", "Málaga", "Reims", "Gent"]
    words = tuple(
        tuple(rng.choice([*places, "north", "south side", "old town", "harbour", "mill"]) for _ in range(5))
        for _ in range(30)
    )
    return [
        Table(
            "orders",
            ("Date", "Time", "Qty", "ProductId", "Price", "Type", "Description", "Link", "Comments"),
            orders,
            3,
        ),
        Table("events", ("Order", "Activity", "Timestamp", "Department"), events),
        Table("numbers", ("No", "Net", "Tax", "Gross", "Paid", "Day"), numbers, 5),
        Table("letters", ("Case", "Letter", "Amount"), letters, 2),
        Table("pairs", ("Name", "Value"), pairs, 2),
        Table("wide", fields, wide, 11),
        Table("words", ("From", "Via", "To", "Region", "Hub"), words, 3),
    ]


# Writing


@dataclass(frozen=True)
class Style:
    """How a table is written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    """Stands before a quote in a quoted cell; where it is empty, quotes are doubled."""
    end: str = "\n"
    all_quoted: bool = False

    def cell(self, cell: str) -> str:
        """Return one cell as it is written."""
        special = self.delimiter in cell or self.quote in cell or "\n" in cell or "\r" in cell
        # A blank beside a delimiter of several characters, or what looks like another quote, is quoted as well.
        special |= cell != cell.strip() or (len(self.delimiter) > 1 and self.delimiter[0] in cell)
        if not (special or self.all_quoted):
            return cell
        if self.escape:
            cell = cell.replace(self.escape, self.escape * 2)
        return self.quote + cell.replace(self.quote, (self.escape or self.quote) + self.quote) + self.quote

    def line(self, row: Sequence[str]) -> str:
        """Return one row without its end."""
        return self.delimiter.join(map(self.cell, row))

    def lines(self, table: Table) -> list[str]:
        """Return the header and the rows."""
        return [self.line(table.header), *map(self.line, table.rows)]


PLAIN = Style()


def variants() -> Iterator[Variant]:
    """Yield all variants of all tables, in a fixed order."""
    for table in tables():
        yield from _of_file(table)
        yield from _around(table)
        yield from _of_cells(table)
        yield from _of_rows(table)


def _variant(
    table: Table,
    kind: str,
    detail: str,
    lines: Sequence[str],
    *,
    end: str = "\n",
    expected: Sequence[Row] | None = None,
    allowed: Sequence[Row] = (),
    encoding: str = "utf-8",
    last: str | None = None,
) -> Variant:
    text = end.join(lines) + (end if last is None else last)
    data = text if isinstance(text, bytes) else text.encode(encoding)
    rows = table.rows if expected is None else expected
    return Variant(table.name, kind, detail, data, tuple(rows), tuple(allowed), encoding)


def _of_file(table: Table) -> Iterator[Variant]:
    """Yield the table in other dialects and encodings."""
    for delimiter in (",", ";", "\t", "|", " ", ", ", "; ", "||", "::", "^", "~", "#", "\x1f", "~|~", "§"):
        for all_quoted in (False, True):
            style = Style(delimiter, all_quoted=all_quoted)
            yield _variant(table, "delimiter", f"{delimiter!r}, {all_quoted=}", style.lines(table))
    for delimiter in (",", ";", "\t"):
        for quote, escape in (('"', "\\"), ("'", ""), ("'", "\\")):
            for all_quoted in (False, True):
                style = Style(delimiter, quote, escape, all_quoted=all_quoted)
                yield _variant(table, "quote", f"{delimiter!r} {quote} {escape} {all_quoted=}", style.lines(table))
    inner_ends = any("\n" in cell for row in table.rows for cell in row)
    for end in ("\n", "\r\n", "\r"):
        for last in ("", end, end * 2, end * 3):
            for style in (PLAIN, Style(";", all_quoted=True)):
                lines = style.lines(table)
                yield _variant(table, "line ends", f"{end!r}, last {last!r}", lines, end=end, last=last)
    if not inner_ends:
        lines = PLAIN.lines(table)
        for seed in range(5):
            rng = random.Random(seed)
            mixed = "".join(line + rng.choice(["\n", "\r\n", "\r"]) for line in lines)
            yield _variant(table, "line ends", f"mixed {seed}", [mixed], end="")
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"):
        for style in (PLAIN, Style(";", end="\r\n"), Style("\t", all_quoted=True)):
            text = style.end.join(style.lines(table)) + style.end
            if encoding in ("latin-1", "cp1252") and text.encode(encoding, "replace") != text.encode(
                encoding, "ignore"
            ):
                continue
            yield _variant(table, "encoding", encoding, [text], end="", encoding=encoding)
    for delimiter in (",", ";", "\t", "|"):
        yield _variant(table, "sep=", repr(delimiter), [f"sep={delimiter}", *Style(delimiter).lines(table)])
    padded = [" , ".join(PLAIN.cell(cell) for cell in row) for row in (table.header, *table.rows)]
    if all(cell for row in table.rows for cell in row):
        yield _variant(table, "blanks around cells", "everywhere", padded)


PREAMBLE = (
    "Orders of all regions",
    "Created by: nobody, on 2024-03-01",
    "",
    "Filter: none; status = open",
    "(internal)",
)


def _around(table: Table) -> Iterator[Variant]:
    """Yield the table with something around it."""
    width = len(table.header)
    for style in (PLAIN, Style(";"), Style("\t", all_quoted=True)):
        lines, delimiter = style.lines(table), style.delimiter
        for count in range(1, 6):
            yield _variant(table, "preamble", f"{count} lines", [*PREAMBLE[:count], *lines])
            if width > 2:
                filled = [line + delimiter * (width - 1 - line.count(delimiter)) for line in PREAMBLE[:count] if line]
                yield _variant(table, "preamble", f"{count} lines with delimiters", [*filled, *lines])
        for number in (1, 2, len(lines) // 2, len(lines) - 1):
            yield _variant(table, "blank line", f"line {number + 1}", [*lines[:number], "", *lines[number:]])
        doubled = [blank for line in lines for blank in (line, "")]
        yield _variant(table, "blank line", "every second", doubled)
        total = ["Total", *[""] * (width - 2), "99"]
        for footer in (
            [style.line(total)],
            ["", style.line(total)],
            ["83 rows selected."],
            ["", "End of report", "---"],
        ):
            # In two columns nothing tells a total from a row.
            as_row = [tuple(total)] if width == 2 else []
            yield _variant(table, "footer", repr(footer), [*lines, *footer], allowed=as_row)
        for again in (2, len(lines) // 2, len(lines)):
            yield _variant(table, "header again", f"line {again + 1}", [*lines[:again], lines[0], *lines[again:]])
        other = [["Region", "Head", "Sales"], ["North", "Ann", "12"], ["South", "Ben", "15"], ["East", "Cem", "9"]]
        for apart in ([], [""]):
            if width not in (2, 3) and (apart or width > 3):
                below = [style.line(row) for row in other]
                yield _variant(table, "second table below", f"3 columns, {apart}", [*lines, *apart, *below])
        if table.typed:
            same = [[f"Name {chr(65 + at)}" for at in range(width)], *[["x"] * width for _ in range(3)]]
            names = [[re.sub(r"\d", "", cell) for cell in same[0]], *same[1:]]
            yield _variant(table, "second table below", "as wide", [*lines, "", *map(style.line, names)])
            yield _variant(table, "header missing", "", lines[1:])
            units = [re.sub(r"[\d]", "", f"unit of {name}") for name in table.header]
            yield _variant(table, "header of several lines", "2", [lines[0], style.line(units), *lines[1:]])
            three = [lines[0], style.line(units), style.line([unit + "!" for unit in units]), *lines[1:]]
            yield _variant(table, "header of several lines", "3", three)
            groups = ["Group"] + [""] * (width - 1)
            yield _variant(table, "header of several lines", "groups", [style.line(groups), *lines])
        beside = [style.line([*row, "", "x", str(at)]) for at, row in enumerate((table.header, *table.rows))]
        joined = [(*row, "", "x", str(at)) for at, row in enumerate(table.rows, 1)]
        yield _variant(table, "second table beside", "", beside, expected=joined)


def _of_cells(table: Table) -> Iterator[Variant]:
    """Yield the table with a defect in one cell: a delimiter less or more, a quote more, a byte that isn't text."""
    width = len(table.header)
    number = 0
    for at, row in enumerate((table.header, *table.rows)):
        others = [other for place, other in enumerate(table.rows, 1) if place != at]
        own = [] if at == 0 else [row]
        for column in range(width):
            number += 1
            if number % table.every:
                continue
            style = Style((",", ";", "\t")[number // table.every % 3], all_quoted=number // table.every % 5 == 0)
            lines = style.lines(table)
            cells = [style.cell(cell) for cell in row]

            def changed(line: str, at: int = at, lines: list[str] = lines) -> list[str]:
                return [*lines[:at], line, *lines[at + 1 :]]

            where = f"line {at + 1}, column {column + 1}"
            join = style.delimiter.join
            if column < width - 1 and width > 2:
                less = join([*cells[:column], cells[column] + cells[column + 1], *cells[column + 2 :]])
                yield _variant(table, "delimiter less", where, changed(less), expected=others)
            more = join([*cells[: column + 1], "", *cells[column + 1 :]])
            yield _variant(table, "delimiter more", where, changed(more), expected=others, allowed=own)
            written = cells[column]
            quoted = written.startswith('"')
            middle = max(len(row[column]) // 2, 1)
            for place, position in (("start", 0), ("middle", middle), ("end", len(row[column]))):
                # Into a quoted cell the quote goes inside of the others; where it meets doubled ones it is one of them.
                if quoted and ('"' in row[column] or "\n" in row[column]):
                    continue
                inside = position + quoted
                stray = join([*cells[:column], written[:inside] + '"' + written[inside:], *cells[column + 1 :]])
                value = row[column][:position] + '"' + row[column][position:]
                literal = [(*row[:column], value, *row[column + 1 :])] if at else []
                yield _variant(table, f"quote more, {place}", where, changed(stray), expected=others, allowed=literal)
            if at and not quoted and number % (4 * table.every) == 0:
                for byte, kind in ((b"\0", "zero byte"), (b"\xff", "bad byte")):
                    broken = join([*cells[:column], written + "\ue000", *cells[column + 1 :]])
                    # One such byte among ASCII is a letter in Windows' encoding.
                    windows = [(*row[:column], row[column] + "ÿ", *row[column + 1 :])]
                    only = kind == "bad byte" and "".join(lines).isascii()
                    made = _variant(
                        table, kind, where, changed(broken), expected=others, allowed=windows if only else []
                    )
                    yield replace(made, data=made.data.replace("\ue000".encode(), byte))


def _of_rows(table: Table) -> Iterator[Variant]:
    """Yield the table with one row that is written in another way than the others."""
    lines = PLAIN.lines(table)
    for at, row in enumerate(table.rows, 1):
        others = [other for place, other in enumerate(table.rows, 1) if place != at]
        if at % max(1, table.every // 2):
            continue
        for delimiter in (";", "\t", "|", " "):
            line = Style(delimiter).line(row)
            changed = [*lines[:at], line, *lines[at + 1 :]]
            yield _variant(
                table,
                "row with another delimiter",
                f"line {at + 1}, {delimiter!r}",
                changed,
                expected=others,
                allowed=[row],
            )
        if any("," in cell for cell in row) and not any("\n" in cell or "'" in cell for cell in row):
            for style in (Style(quote="'"), Style(escape="\\")):
                changed = [*lines[:at], style.line(row), *lines[at + 1 :]]
                yield _variant(
                    table, "row with another quote", f"line {at + 1}", changed, expected=others, allowed=[row]
                )


# Reading


def read(variant: Variant, path: Path) -> Score:
    """Read a variant and compare what came with what is expected."""
    path.write_bytes(variant.data)
    score = Score(variant)
    try:
        source = open_csv(path, "polluted.csv")
        rows: list[tuple[int, Row]] = []
        left_out: list[tuple[int, str]] = []
        for batch in source.batches():
            found = batch.read()
            cells = zip(*(column.to_pylist() for column in found.table.columns), strict=True)
            rows += zip(found.numbers.tolist(), (tuple(cell or "" for cell in row) for row in cells), strict=True)
            left_out += [(row.row, row.raw or "") for row in found.left_out]
    except Exception as error:  # what a crash is made of is the finding
        score.crash = f"{type(error).__name__}: {error}"
        return score
    came = Counter(_same_ends(row) for _, row in rows)
    expected = Counter(map(_same_ends, variant.expected))
    allowed = expected + Counter(map(_same_ends, variant.allowed))
    score.recall = (came & expected).total() / expected.total()
    score.recall_of_all = (came & allowed).total() / allowed.total()
    score.precision = (came & allowed).total() / came.total() if came else 1.0
    score.wrong = sorted((came - allowed).elements())
    score.unaccounted = _unaccounted(variant, source.dialect.data_line, rows, left_out)
    return score


def _same_ends(row: Row) -> Row:
    return tuple(LINE_END.sub("\n", cell) for cell in row)


def _unaccounted(
    variant: Variant, data_line: int, rows: Sequence[tuple[int, Row]], left_out: Sequence[tuple[int, str]]
) -> list[int]:
    """Return the lines that aren't blank and of which nothing says where they are."""
    text = variant.data.decode(variant.encoding, errors="replace")
    lines = LINE_END.split(text)
    known = set(range(1, data_line))
    for number, row in rows:
        known.update(range(number, number + 1 + sum(len(LINE_END.findall(cell)) for cell in row)))
    for number, raw in left_out:
        known.update(range(number, number + 1 + len(LINE_END.findall(raw))))
    return [number for number, line in enumerate(lines, 1) if line.strip("\ufeff") and number not in known]
