"""What is checked of a workbook before a parser sees it: that it is one, and that it is as large as it looks.

A workbook of two kilobytes can claim cells from A1 to XFD1048576, and a parser that lays out a grid for
them takes all memory there is. The check reads the parts of the archive piece by piece and needs next to no
memory.
"""

from __future__ import annotations

import errno
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.readers.sheet_scan import SheetFacts, scan

if TYPE_CHECKING:
    from pathlib import Path

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
WORKBOOK_PARTS = {WORKBOOK, "xl/workbook.bin"}

LARGEST_INFLATED = 1 << 31
"""Bytes of all parts, unpacked."""
LARGEST_RATIO = 200
"""Sheets shrink to a tenth or a fortieth; what shrinks more, and is large, was made to."""

SUSPICIOUS_FROM = 1 << 27
LARGEST_GRID = 50_000_000
"""Cells of the rectangle around all cells: 1,000,000 rows of 50 columns."""

LARGEST_INDEX = 1 << 24
"""Bytes of the parts that list the sheets."""

PIECE = 1 << 20
SAVE_AGAIN = "open the file in a spreadsheet program and save it as .xlsx or .csv"


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a workbook before a parser sees it."""

    bytes: int
    """Its size, unpacked."""
    sheets: dict[str, SheetFacts]
    """Title of each sheet → what it holds; empty for binary formats."""
    parts: dict[str, SheetFacts] = field(default_factory=dict)
    """The same by part of the archive."""

    @property
    def cells(self) -> int:
        """Cells of all sheets together."""
        return sum(facts.cells for facts in self.parts.values())


def is_workbook(path: Path) -> bool:
    """Return whether a ZIP archive holds a workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not WORKBOOK_PARTS.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return False


def check_workbook(path: Path, name: str) -> Checked:
    """Check a workbook; of the binary formats no more is found out than their size.

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
        return Checked(path.stat().st_size, {})
    if not head.startswith(ZIP_MAGIC):
        raise InputError(f"{name}: not an Excel workbook", hint=SAVE_AGAIN)
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_archive(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InputError(f"{name}: the workbook is damaged: {error}", hint="export or transfer it again") from error
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise InputError(
            f"{name}: the workbook is damaged: a part lies outside the file", hint="export or transfer it again"
        ) from error


def _contains(path: Path, wanted: bytes) -> bool:
    tail = b""
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
    return False


def _check_archive(archive: zipfile.ZipFile, name: str) -> Checked:
    parts = archive.infolist()
    if WORKBOOK_PARTS.isdisjoint(part.filename for part in parts):
        raise InputError(
            f"{name}: a ZIP archive, not an Excel workbook", hint="unpack it and name the exported file in it"
        )
    inflated = sum(part.file_size for part in parts)
    stored = sum(part.compress_size for part in parts)
    if inflated > LARGEST_INFLATED or (inflated > SUSPICIOUS_FROM and inflated > LARGEST_RATIO * stored):
        raise InputError(
            f"{name}: the workbook unpacks to {inflated >> 20:,} MB from {stored >> 10:,} kB, more than "
            f"{LARGEST_INFLATED >> 20:,} MB or {LARGEST_RATIO} times its size: refused",
            hint="export the table as CSV",
        )
    # Any part can be a sheet, whatever it is called. Reading a part to its end proves its size and checksum.
    facts = {part.filename: _scan_part(archive, part, name) for part in parts if not part.is_dir()}
    sheets = _sheets(archive)
    return Checked(inflated, {title: facts[part] for title, part in sheets.items() if part in facts}, facts)


def _scan_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> SheetFacts:
    facts = SheetFacts()
    with archive.open(part) as stream:
        for facts in scan(stream):
            if facts.cells > LARGEST_GRID:
                raise InputError(
                    f"{name}: {part.filename} has cells as far as row {facts.height:,} and column {facts.width:,}: "
                    f"a table of {facts.cells:,} cells, more than {LARGEST_GRID:,}",
                    hint="delete the cells outside the table and save it again, or export the table as CSV",
                )
    return facts


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet, by its title; nothing where the index can't be read, which the parser will say."""
    from lxml import etree

    names = set(archive.namelist())
    if not {WORKBOOK, RELATIONS} <= names:
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        index, relations = (
            etree.fromstring(archive.open(part).read(LARGEST_INDEX), parser) for part in (WORKBOOK, RELATIONS)
        )
    except etree.XMLSyntaxError:
        return {}
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    found = {}
    for sheet in index.iter("{*}sheet"):
        keys = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
        target = targets.get(keys[0], "") if keys else ""
        found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found
