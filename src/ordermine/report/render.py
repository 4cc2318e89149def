"""Tables to a terminal, to Markdown and to CSV."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from ordermine.report.table import Table, Unit, value_text, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table as RichTable

PIPED_WIDTH = 80
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
BEFORE_FORMULA = "' \u00a0\u200b\u2007\u202f\u3000\ufeff"
"""What a spreadsheet, or whoever cleans a cell by hand, takes away from the beginning of a text."""
PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)*")
GAP = 2
NARROW = 12
"""Characters to which a column of text may be folded before rows are written one below the other."""
RIGHT = ("count", "share", "seconds", "number")


def terminal(width: int | None = None) -> Console:
    """Return a console on stdout: as wide as the terminal, 80 columns in a pipe; NO_COLOR is honoured."""
    import sys

    from rich.console import Console

    wide = width or (None if sys.stdout.isatty() else PIPED_WIDTH)
    return Console(width=wide, highlight=False, emoji=False, markup=False, soft_wrap=False)


def print_tables(console: Console, heading: Sequence[str], tables: Sequence[Table], notes: Sequence[str]) -> None:
    """Print a heading, tables and notes."""
    from rich.text import Text

    for line in heading:
        console.print(Text(visible(line)))
    for table in tables:
        console.print()
        console.print(Text(visible(table.title), style="bold"))
        if table.rows and _fits(table, console.width):
            console.print(_grid(table))
        elif table.rows:
            for number, row in enumerate(table.rows, 1):
                console.print(Text(f"row {number}", style="dim"))
                console.print(_record(table, row))
        if table.more:
            console.print(Text(f"… and {table.more:,} more", style="dim"))
        for note in table.notes:
            console.print(Text(visible(note), style="dim"), soft_wrap=table.verbatim)
    if notes:
        console.print()
        for note in notes:
            console.print(Text(f"note: {visible(note)}", style="yellow"))


def _fits(table: Table, width: int) -> bool:
    """Return whether the columns fit side by side, text folded to no less than `NARROW`."""
    from rich.cells import cell_len

    needed = GAP * (len(table.columns) - 1)
    for at, column in enumerate(table.columns):
        cells = (cell_len(value_text(row[at], column.unit)) for row in table.rows)
        natural = max(cell_len(visible(column.heading)), *cells)
        needed += natural if column.unit in RIGHT else min(natural, NARROW)
    return needed <= width


def _grid(table: Table) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, show_edge=False, header_style="dim")
    for column in table.columns:
        right = column.unit in RIGHT
        heading = Text(visible(column.heading))
        drawn.add_column(heading, justify="right" if right else "left", no_wrap=right, overflow="fold")
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        drawn.add_row(*(Text(value_text(value, column.unit)) for value, column in cells))
    return drawn


def _record(table: Table, row: Sequence[Any]) -> RichTable:
    """Return one row of a table that is too wide, with a line for each column that holds a value."""
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(box=None, padding=(0, GAP, 0, 0), pad_edge=False, show_edge=False, show_header=False)
    drawn.add_column(style="dim", overflow="fold")
    drawn.add_column(overflow="fold")
    for value, column in zip(row, table.columns, strict=True):
        if value is not None:
            drawn.add_row(Text(visible(column.heading)), Text(value_text(value, column.unit)))
    return drawn


def markdown(heading: Sequence[str], tables: Sequence[Table], notes: Sequence[str]) -> str:
    """Return heading, tables and notes as Markdown."""
    lines: list[str] = []
    for line in heading:
        lines += [escaped(line), ""]
    for table in tables:
        lines += [f"## {escaped(table.title)}", ""]
        if table.rows:
            lines.append("| " + " | ".join(escaped(column.heading) for column in table.columns) + " |")
            lines.append("|" + "|".join(" ---: " if c.unit in RIGHT else " --- " for c in table.columns) + "|")
            for row in table.rows:
                cells = zip(row, table.columns, strict=True)
                lines.append("| " + " | ".join(escaped(value_text(value, c.unit)) for value, c in cells) + " |")
            lines.append("")
        if table.more:
            lines += [f"… and {table.more:,} more", ""]
        lines += [line for note in table.notes for line in (escaped(note), "")]
    lines += [f"- {escaped(note)}" for note in notes]
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, HTML included."""
    shown = visible(text)
    for character in "\\`*_[]|#~$":
        shown = shown.replace(character, "\\" + character)
    # Many renderers make links of addresses by themselves.
    shown = re.sub(r":(?=//)|(?<=[wW]{3})\.", r"\\\g<0>", shown)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def csv_text(table: Table) -> str:
    """Return one table as CSV with raw values; text that a spreadsheet would run as a formula gets a leading quote."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_cell(column.name, "text") for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value, column.unit) for value, column in zip(row, table.columns, strict=True)])
    return out.getvalue()


def _cell(value: Any, unit: Unit) -> Any:
    if isinstance(value, bool | list | dict):
        return value_text(value, unit)
    if unit == "text" and isinstance(value, str) and _is_formula(value):
        return "'" + value
    return value


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet would run a text: signs of full width count, numbers don't."""
    bare = unicodedata.normalize("NFKC", text.lstrip(BEFORE_FORMULA)[:1])
    return bare.startswith(FORMULA_STARTS) and not PLAIN_NUMBER.fullmatch(text)
