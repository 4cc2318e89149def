"""What is checked of a workbook before a parser sees it: that it is one, and that it is as large as it looks.

A workbook of two kilobytes can claim cells from A1 to XFD1048576, and a parser that lays out a grid for
them takes all memory there is. The check reads the parts of the archive piece by piece and needs next to no
memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from ordermine.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_PARTS = {"xl/workbook.xml", "xl/workbook.bin"}

LARGEST_INFLATED = 1 << 31
LARGEST_RATIO = 200
"""Sheets shrink to a tenth or a fortieth; what shrinks more, and is large, was made to."""

SUSPICIOUS_FROM = 1 << 27
LARGEST_GRID = 50_000_000
"""Cells of the rectangle around all cells: 1,000,000 rows of 50 columns."""

PIECE = 1 << 20
CELL = re.compile(rb'<(?:\w+:)?c [^>]*?r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)>')
SAVE_AGAIN = "open the file in a spreadsheet program and save it as .xlsx or .csv"


def is_workbook(path: Path) -> bool:
    """Return whether a ZIP archive holds a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not WORKBOOK_PARTS.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def check_workbook(path: Path, name: str) -> int:
    """Check a workbook and return how many of its cells hold an error such as ``#N/A``; 0 for binary formats.

    Raises
    ------
    InputError
        It is no workbook, is encrypted or damaged, or is far larger than it looks.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
        if head.startswith(OLE_MAGIC):
            if _contains(path, ENCRYPTED):
                raise InputError(f"{name}: the workbook is protected by a password", hint="save it without a password")
            return 0
    if not head.startswith(ZIP_MAGIC):
        raise InputError(f"{name}: not an Excel workbook", hint=SAVE_AGAIN)
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{name}: the workbook is damaged: {error}", hint="export or transfer it again") from error


def _contains(path: Path, wanted: bytes) -> bool:
    tail = b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
    return False


def _check_archive(archive: zipfile.ZipFile, name: str) -> int:
    parts = archive.infolist()
    if WORKBOOK_PARTS.isdisjoint(part.filename for part in parts):
        raise InputError(
            f"{name}: a ZIP archive, not an Excel workbook", hint="unpack it and name the exported file in it"
        )
    inflated = sum(part.file_size for part in parts)
    stored = sum(part.compress_size for part in parts)
    if inflated > LARGEST_INFLATED or (inflated > SUSPICIOUS_FROM and inflated > LARGEST_RATIO * stored):
        raise InputError(
            f"{name}: the workbook unpacks to {inflated >> 20:,} MB from {stored >> 10:,} kB: refused",
            hint="export the table as CSV",
        )
    sheets = [part for part in parts if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename)]
    return sum(_check_sheet(archive, part, name) for part in sheets)


def _check_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> int:
    """Compare the sheet's rectangle with the limit; return its cells with an error."""
    rows: list[int] = []
    columns: list[int] = []
    errors = 0
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(PIECE):
            piece = rest + piece
            end = 0
            letters: set[bytes] = set()
            last = b"0"
            for match in CELL.finditer(piece):
                letters.add(match[1])
                last = max(last, match[2], key=int)
                errors += b't="e"' in match[0]
                end = match.end()
            rows.append(int(last))
            columns.extend(map(_column, letters))
            # A tag that the piece cuts is matched with the next one; no tag is longer than this.
            rest = piece[max(end, len(piece) - 4096) :]
            height, width = max(rows), max(columns, default=0)
            if height * width > LARGEST_GRID:
                raise InputError(
                    f"{name}: {part.filename} has cells as far as row {height:,} and column {width:,}: "
                    f"a table of {height * width:,} cells, more than {LARGEST_GRID:,}",
                    hint="delete the cells outside the table and save it again, or export the table as CSV",
                )
    return errors


def _column(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
