"""Which format a file is in: its content says so first, its name second; disagreement is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.readers.encoding import guess_encoding
from ordermine.ingest.readers.files import check_readable, is_gzip, read_head
from ordermine.ingest.readers.ocel import is_ocel
from ordermine.ingest.readers.sqlite_file import SQLITE_MAGIC
from ordermine.ingest.readers.workbook_check import OLE_MAGIC, ZIP_MAGIC, is_workbook

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".jsonocel": "json",
    ".xml": "xml",
    ".xes": "xml",
    ".xmlocel": "xml",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
}

LOOKS_LIKE = {
    "csv": "text",
    "duckdb": "a DuckDB database",
    "excel": "an Excel workbook",
    "json": "JSON",
    "parquet": "Parquet",
    "sqlite": "an SQLite database",
    "xml": "XML",
    "zip": "a ZIP archive",
    "gzip": "a gzip file",
    "ole": "an old Office document",
    "pdf": "a PDF document",
    "html": "a web page",
    "binary": "neither text nor a known format",
}

MAGIC = (
    (SQLITE_MAGIC, "sqlite"),
    (OLE_MAGIC, "ole"),
    (ZIP_MAGIC, "zip"),
    (b"PAR1", "parquet"),
    (b"PARE", "parquet"),
    (b"%PDF", "pdf"),
)

DUCKDB_MAGIC = b"DUCK"
DUCKDB_MAGIC_AT = 8

MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
HEAD = 4096


def sniff_format(path: Path) -> str:
    """Return what a file is: ``csv``, ``duckdb``, ``excel``, ``json``, ``ocel``, ``parquet``, ``sqlite`` or ``xes``.

    ``json`` covers JSON Lines; a gzip file counts as what is in it; a SQLite database that is OCEL counts as ``ocel``.

    Raises
    ------
    UsageError, EnvironmentFault
        As `check_readable`.
    InputError
        The file is empty, in no format that can be read, or not what its name says.
    """
    check_readable(path)
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    gzipped = is_gzip(path)
    named_gzip = suffixes[-1:] == [".gz"]
    if gzipped != named_gzip:
        real = "a gzip file" if gzipped else "no gzip file"
        better = path.name + ".gz" if gzipped else path.stem
        raise InputError(f"{path.name}: not what its name says: it is {real}", hint=f"rename it to {better}")
    suffix = suffixes[-2 if named_gzip else -1] if len(suffixes) > named_gzip else ""
    named = SUFFIXES.get(suffix, "")
    found = _by_content(path, named)
    if suffix == ".db" and found == "duckdb":
        named = found
    if gzipped and found in ("duckdb", "ole", "parquet", "sqlite", "zip"):
        raise InputError(f"{path.name}: {LOOKS_LIKE[found]} in a gzip file", hint="unpack it with gunzip")
    if (named and found != named) or found not in SUFFIXES.values():
        raise InputError(*_mismatch(path, named, suffix, found), hint=_what_to_do(found))
    if found in ("json", "sqlite", "xml"):
        if is_ocel(path):
            return "ocel"
        return "xes" if found == "xml" else found
    return found


def _mismatch(path: Path, named: str, suffix: str, found: str) -> tuple[str]:
    if not named:
        return (f"{path.name}: it looks like {LOOKS_LIKE[found]}, which can't be read",)
    return (f"{path.name}: not what its name says: {suffix} but it looks like {LOOKS_LIKE[found]}",)


def _what_to_do(found: str) -> str:
    if found in ("zip", "gzip"):
        return "unpack it and name the exported file in it"
    if found in SUFFIXES.values():
        wanted = " or ".join(suffix for suffix, kind in SUFFIXES.items() if kind == found)
        return f"export it again, or give it a name that ends in {wanted}"
    return "export the events as CSV, Excel, JSON, XES, OCEL or Parquet"


def _by_content(path: Path, named: str) -> str:
    """Return the kind of the content; among texts, what the name says where the content allows it."""
    head = read_head(path, HEAD)
    if head[DUCKDB_MAGIC_AT:].startswith(DUCKDB_MAGIC):
        return "duckdb"
    for magic, kind in MAGIC:
        if head.startswith(magic):
            if kind == "zip" and is_workbook(path):
                return "excel"
            if kind == "ole" and named == "excel":
                return "excel"
            return kind
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    marked = head.startswith(MARKS)
    zeros = head.count(b"\0")
    # UTF-16 has zeros on one side of its characters; a few zeros elsewhere mean something else.
    if zeros and not marked and guess_encoding(head)[0] == "utf-8":
        return "csv" if named == "csv" and zeros < 4 else "binary"
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    lowered = text[:200].lower()
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "html"
    if text[:1] == b"<":
        return "xml"
    if text[:1] in (b"{", b"[") and named != "csv":
        return "json"
    return named if named in ("csv", "json") else "csv"
