from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError, UsageError
from ordermine.ingest.readers.format import sniff_format
from ordermine.ingest.readers.workbook_check import OLE_MAGIC

if TYPE_CHECKING:
    from pathlib import Path


def archive(member: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(member, "x")
    return data.getvalue()


WORKBOOK = archive("xl/workbook.xml")
CSV = b"order,step\n1,a\n"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.csv", CSV, "csv"),
        ("a.CSV", CSV, "csv"),
        ("a.b.csv", CSV, "csv"),
        ("a.csv.gz", gzip.compress(CSV), "csv"),
        ("a.txt", "order\tstep\n".encode("utf-16"), "csv"),
        ("a.txt", "order\tstep\n".encode("utf-16-le"), "csv"),
        ("a.dat", CSV, "csv"),
        ("noname", CSV, "csv"),
        ("a.csv", b'{"is": a text},x\n', "csv"),
        ("a.json", b'[{"a": 1}]', "json"),
        ("a.jsonl", b'{"a": 1}\n', "json"),
        ("a.jsonl", b'broken\n{"a": 1}\n', "json"),
        ("a.dat", b'\xef\xbb\xbf {"a": 1}\n', "json"),
        ("a.json", b'{"eventTypes": [], "events": []}', "ocel"),
        ("a.xes", b"<?xml version='1.0'?><log><trace/></log>", "xes"),
        ("a.xes", "<?xml version='1.0' encoding='utf-16'?><log/>".encode("utf-16"), "xes"),
        ("a.xml", b"<log><object-types/></log>", "ocel"),
        ("a.xlsx", WORKBOOK, "excel"),
        ("a.xlsb", archive("xl/workbook.bin"), "excel"),
        ("a.xls", OLE_MAGIC + b"x", "excel"),
        ("a.parquet", b"PAR1x", "parquet"),
        ("noname", b"PAR1x", "parquet"),
        ("a.duckdb", b"checksumDUCKx", "duckdb"),
        ("a.db", b"checksumDUCKx", "duckdb"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_formats(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert sniff_format(tmp_path / name) == kind


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            archive("orders.csv"),
            "a.csv: not what its name says: .csv but it looks like a ZIP archive",
        ),
        ("a.csv", WORKBOOK, "looks like an Excel workbook"),
        ("a.xlsx", archive("orders.csv"), "looks like a ZIP archive"),
        ("a.zip", archive("orders.csv"), "looks like a ZIP archive, which can't be read"),
        ("a.xls", CSV, "looks like text"),
        ("a.xls", b"<html><table>", "looks like a web page"),
        ("a.csv", b"<?xml version='1.0'?><log/>", "looks like XML"),
        ("a.csv", b"%PDF-1.7\n", "looks like a PDF document"),
        ("a.doc", OLE_MAGIC + b"x", "an old Office document, which can't be read"),
        ("a.xes", CSV, "looks like text"),
        ("a.parquet", CSV, "looks like text"),
        ("a.csv", b"PAR1x", "looks like Parquet"),
        ("a.csv", b"SQLite format 3\0xxxx", "looks like an SQLite database"),
        ("a.dat", b"\x7fELF\0\0\0\0\0\0\0\0\0\0\0\0", "neither text nor a known format"),
        ("a.csv", gzip.compress(CSV), "it is a gzip file"),
        ("a.csv.gz", CSV, "it is no gzip file"),
        ("a.csv.gz", gzip.compress(gzip.compress(CSV)), "looks like a gzip file"),
        ("a.xlsx.gz", gzip.compress(WORKBOOK), "in a gzip file"),
        ("a.csv.gz", gzip.compress(CSV)[:8], "gzip"),
        ("a.csv", b"", "0 bytes"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_what_is_not_what_its_name_says(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message.replace(".", r"\.")) as caught:
        sniff_format(tmp_path / name)
    assert caught.value.hint


def test_database_without_ocel(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE orders (id)")
    connection.close()
    assert sniff_format(tmp_path / "a.db") == "sqlite"


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        sniff_format(tmp_path / "a.csv")
    with pytest.raises(UsageError):
        sniff_format(tmp_path)
