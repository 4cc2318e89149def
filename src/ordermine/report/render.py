"""Tables to a terminal, to Markdown and to CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from ordermine.report.table import Table, value_text, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

PIPED_WIDTH = 80
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
RIGHT = ("count", "share", "seconds", "number")


def terminal(width: int | None = None) -> Console:
    """Return a console on stdout: as wide as the terminal, 80 columns in a pipe; NO_COLOR is honoured."""
    import sys

    from rich.console import Console

    wide = width or (None if sys.stdout.isatty() else PIPED_WIDTH)
    return Console(width=wide, highlight=False, emoji=False, markup=False, soft_wrap=False)


def print_tables(console: Console, heading: Sequence[str], tables: Sequence[Table], notes: Sequence[str]) -> None:
    """Print a heading, tables and notes."""
    from rich.table import Table as RichTable
    from rich.text import Text

    for line in heading:
        console.print(Text(visible(line)))
    for table in tables:
        console.print()
        console.print(Text(visible(table.title), style="bold"))
        if table.rows:
            drawn = RichTable(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False, header_style="dim")
            for column in table.columns:
                right = column.unit in RIGHT
                drawn.add_column(
                    Text(column.heading),
                    justify="right" if right else "left",
                    no_wrap=right,
                    overflow="fold",
                )
            for row in table.rows:
                cells = zip(row, table.columns, strict=True)
                drawn.add_row(*(Text(value_text(value, column.unit)) for value, column in cells))
            console.print(drawn)
        if table.more:
            console.print(Text(f"… and {table.more:,} more", style="dim"))
        for note in table.notes:
            console.print(Text(visible(note), style="dim"))
    if notes:
        console.print()
        for note in notes:
            console.print(Text(f"note: {visible(note)}", style="yellow"))


def markdown(heading: Sequence[str], tables: Sequence[Table], notes: Sequence[str]) -> str:
    """Return heading, tables and notes as Markdown."""
    lines: list[str] = []
    for line in heading:
        lines += [_escaped(line), ""]
    for table in tables:
        lines += [f"## {_escaped(table.title)}", ""]
        if table.rows:
            lines.append("| " + " | ".join(_escaped(column.heading) for column in table.columns) + " |")
            lines.append("|" + "|".join(" ---: " if c.unit in RIGHT else " --- " for c in table.columns) + "|")
            for row in table.rows:
                cells = zip(row, table.columns, strict=True)
                lines.append("| " + " | ".join(_escaped(value_text(value, c.unit)) for value, c in cells) + " |")
            lines.append("")
        if table.more:
            lines += [f"… and {table.more:,} more", ""]
        lines += [line for note in table.notes for line in (_escaped(note), "")]
    lines += [f"- {_escaped(note)}" for note in notes]
    return "\n".join(lines).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is, HTML included."""
    shown = visible(text)
    for character in "\\`*_[]|#":
        shown = shown.replace(character, "\\" + character)
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def csv_text(table: Table) -> str:
    """Return one table as CSV with raw values; text that a spreadsheet would run as a formula gets a leading quote."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip(" '\u3000").startswith(FORMULA_STARTS):
        return "'" + value
    return value
