"""The part of the Excel reader that runs in a process of its own: ``python -m … BYTES FILE [SHEET]``.

A crash of the parser, or memory that runs out, ends this process and not the one that reads the log. The
first line on stdout says which sheets there are and which was read; each further line is a row that isn't
blank: its number, its cells and how many numbers in it were too long to be exact, as JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import TYPE_CHECKING, Any, TextIO

from ordermine.ingest.readers.text import LARGEST_EXACT, text_of
from ordermine.ingest.readers.worker import limit

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

CALENDAR_STARTS = dt.date(1900, 3, 1)
"""Before it Excel counts a 29 February 1900 that never was, and other programs disagree about every day."""


def main() -> None:
    """Read the workbook that the command line names."""
    memory, path, *sheet = sys.argv[1:]
    limit(int(memory))
    with open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False) as out:
        convert(path, sheet[0] if sheet else None, out)


def convert(path: str, wanted: str | None, out: TextIO) -> None:
    """Write the sheets of a workbook, and the rows of the chosen one.

    A sheet is chosen by name, else when it is the only visible one with data, else the only hidden one.
    """
    import python_calamine as calamine

    try:
        with calamine.load_workbook(path) as workbook:
            kept: dict[str, CalamineSheet] = {}
            hidden: dict[str, CalamineSheet] = {}
            names: list[str] = []
            for entry in workbook.sheets_metadata:
                if entry.typ is not calamine.SheetTypeEnum.WorkSheet:
                    continue
                names.append(entry.name)
                if wanted not in (None, entry.name):
                    continue
                sheet = workbook.get_sheet_by_name(entry.name)
                if sheet.start is None:
                    continue
                shown = wanted is not None or entry.visible is calamine.SheetVisibleEnum.Visible
                (kept if shown else hidden)[entry.name] = sheet
            found = kept or hidden
            chosen = next(iter(found)) if len(found) == 1 else None
            _write(out, {"sheets": names, "with_data": list(found), "chosen": chosen})
            if chosen is not None:
                _write_rows(found[chosen], out)
    except calamine.PasswordError:
        _write(out, {"error": "the workbook is protected by a password"})
    except calamine.CalamineError as error:
        _write(out, {"error": f"the workbook is damaged: {error}"})


def _write_rows(sheet: CalamineSheet, out: TextIO) -> None:
    """Write the rows; in a column that holds times, a time of midnight is no mere date."""
    timed: set[int] = set()
    for row in sheet.iter_rows():
        timed.update(column for column, cell in enumerate(row) if isinstance(cell, dt.datetime))
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [_cell(cell, column in timed) for column, cell in enumerate(row)]
        if any(cell is not None for cell in cells):
            inexact = sum(map(_inexact, row))
            _write(out, [number, cells, inexact])


def _cell(cell: Any, timed: bool) -> str | None:
    if isinstance(cell, float):
        return None if _inexact(cell) else text_of(cell)
    if isinstance(cell, dt.date):
        day = cell.date() if isinstance(cell, dt.datetime) else cell
        if day < CALENDAR_STARTS:
            return f"{text_of(cell)}, before Excel's calendar is sound"
        if timed and day is cell:
            return f"{cell.isoformat()}T00:00:00"
    return text_of(cell)


def _inexact(cell: Any) -> bool:
    """Whether a number has more digits than a cell keeps: an identifier of which the last ones are lost."""
    return isinstance(cell, float) and abs(cell) >= LARGEST_EXACT


def _write(out: TextIO, value: Any) -> None:
    out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
