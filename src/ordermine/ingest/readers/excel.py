"""Excel workbooks (.xlsx, .xlsm, .xlsb, .xls), one sheet; the parser runs in a process of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError, UsageError, near
from ordermine.ingest.readers.dialect import unique_names
from ordermine.ingest.readers.files import check_readable
from ordermine.ingest.readers.sheet_scan import SheetFacts
from ordermine.ingest.readers.spool import Spool, SpooledSource
from ordermine.ingest.readers.workbook_check import SAVE_AGAIN, Checked, check_workbook
from ordermine.ingest.readers.worker import died, running

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

WORKER = "ordermine.ingest.readers.excel_worker"
LEAST_MEMORY = 1 << 30
BYTES_PER_CELL = 64
MOST_MEMORY = 4 << 30


def open_excel(path: Path, name: str, sheet: str | None = None) -> SpooledSource:
    """Read one sheet: the one named, else the only one with data.

    The first row that isn't blank is the header; rows are numbered as in the sheet. Cells hold the values
    of the last calculation. Cells with an error, formulas without a saved value and numbers so long that Excel
    lost their last digits are empty, and counted in `described`.

    Raises
    ------
    UsageError
        There is no such sheet, or several could be meant.
    InputError
        The workbook is damaged, encrypted or empty, or claims more cells than any table has.
    EnvironmentFault
        The parser's process died.
    """
    check_readable(path)
    checked = check_workbook(path, name)
    inexact = 0
    wanted = [] if sheet is None else [sheet]
    with running(WORKER, str(_memory_limit(checked)), str(path.absolute()), *wanted) as process:
        lines = _messages(process, name)
        found = next(lines)
        chosen = _chosen(found, sheet, name)
        spool = Spool(name)
        header_row, header, _ = next(lines, (0, None, 0))
        if header is None:
            raise InputError(f"{name}: sheet {chosen!r} has no data", hint="export the table again")
        for number, cells, lost in lines:
            spool.add(number, {str(at): cell for at, cell in enumerate(cells) if cell is not None})
            inexact += lost
    spool.finish()
    described = {"format": "Excel", "header": f"row {header_row}", "sheet": chosen}
    described |= _notes(checked.sheets.get(chosen, SheetFacts()), inexact)
    names = unique_names([cell or "" for cell in header])
    used = set(spool.keys)
    columns = {str(at): names[at] for at, cell in enumerate(header) if cell is not None or str(at) in used}
    return SpooledSource(name, spool, True, dict(sorted(described.items())), columns)


def _notes(facts: SheetFacts, inexact: int) -> dict[str, str]:
    """Return what is unusual about a sheet, for people."""
    notes = {
        "error cells": (facts.errors, "read as empty"),
        "formulas without a saved value": (facts.unvalued, "read as empty"),
        "hidden rows": (facts.hidden, "read like the others"),
        "merged ranges": (facts.merged, "the value is in the first cell only"),
        "numbers of more than 15 digits": (inexact, "no longer exact, read as empty"),
    }
    return {what: f"{count:,}, {meaning}" for what, (count, meaning) in notes.items() if count}


def _memory_limit(checked: Checked) -> int:
    """Return what the worker may take: in proportion to what the workbook holds, so that a small one can't take all."""
    return min(LEAST_MEMORY + BYTES_PER_CELL * checked.cells + 4 * checked.bytes, MOST_MEMORY)


def _chosen(found: dict[str, Any], sheet: str | None, name: str) -> str:
    if "error" in found:
        raise InputError(f"{name}: {found['error']}", hint=SAVE_AGAIN)
    if found["chosen"] is not None:
        return str(found["chosen"])
    if sheet is not None and sheet not in found["sheets"]:
        raise UsageError(f"{name}: no sheet {sheet!r}", hint=near(sheet, found["sheets"]))
    if found["with_data"]:
        listed = ", ".join(map(repr, found["with_data"]))
        raise UsageError(
            f"{name}: {len(found['with_data'])} sheets with data: {listed}",
            hint="name one of them: ordermine ingest --sheet NAME",
        )
    which = "no sheet has data" if sheet is None else f"sheet {sheet!r} has no data"
    raise InputError(f"{name}: {which}", hint="export the table again")


def _messages(process: subprocess.Popen[bytes], name: str) -> Iterator[Any]:
    assert process.stdout is not None
    for line in process.stdout:
        # A line that the worker's death cut short is its last.
        if line.endswith(b"\n"):
            yield json.loads(line)
    code = process.wait()
    if code:
        raise died(code, name, SAVE_AGAIN)
