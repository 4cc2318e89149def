"""The same log in every format is the same log."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.eventlog.log import open_log
from ordermine.report.export import export_events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ingest, Ingested

COLUMNS = ("case", "activity", "timestamp", "department", "resource", "note")
START = datetime(2024, 1, 31, 8, tzinfo=UTC)
ROWS = [
    (
        f"{at % 7:05d}",
        ("Create order", "Prüfen & freigeben", 'Ship "now", please')[at % 3],
        START + timedelta(hours=at * 5 % 97, minutes=at, seconds=at, microseconds=at * 1000),
        ("Sales", "Credit", None)[at % 3],
        f"user {at % 4}",
        (None, "a;b,c", "<x>\n'y'", "007", "1E5")[at % 5],
    )
    for at in range(60)
]


def texts() -> list[list[str]]:
    return [
        ["" if cell is None else cell.isoformat() if isinstance(cell, datetime) else cell for cell in row]
        for row in ROWS
    ]


def as_csv(delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([COLUMNS, *texts()])
    return written.getvalue().encode(encoding)


def as_jsonl() -> str:
    rows = ({name: cell for name, cell in zip(COLUMNS, row, strict=True) if cell} for row in texts())
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True))), sink)
    return sink.getvalue()


def as_excel() -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        sheet = book.add_worksheet()
        when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name)
        for at, row in enumerate(ROWS, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(at, column, cell.replace(tzinfo=None), when)
                elif cell is not None:
                    sheet.write_string(at, column, cell)
    return sink.getvalue()


def as_xes() -> bytes:
    from lxml import etree

    log = etree.Element("log")
    keys = ("", "concept:name", "time:timestamp", "org:group", "org:resource", "note")
    for case in sorted({row[0] for row in ROWS}):
        trace = etree.SubElement(log, "trace")
        etree.SubElement(trace, "string", key="concept:name", value=case)
        for row in texts():
            if row[0] == case:
                event = etree.SubElement(trace, "event")
                for key, cell in zip(keys[1:], row[1:], strict=True):
                    if cell:
                        etree.SubElement(event, "date" if key == "time:timestamp" else "string", key=key, value=cell)
    written: bytes = etree.tostring(log, encoding="utf-8")
    return written


def events(log: Ingested) -> list[dict[str, Any]]:
    """Return the events without what says where they were found or how precisely their format can say when."""
    left = ("source_file", "source_row", "timestamp_precision")
    return [{key: value for key, value in row.items() if key not in left} for row in log.rows()]


@pytest.fixture
def expected(ingest_files: Ingest) -> Ingested:
    log = ingest_files({"expected.csv": as_csv()}, into="expected")
    assert (log.manifest.ledger.events, log.manifest.cases, log.manifest.activities) == (60, 7, 3)
    return log


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("semicolon.csv", as_csv(";")),
        ("tab.tsv", as_csv("\t", "utf-16")),
        ("lines.jsonl", as_jsonl()),
        ("array.json", "[" + ",".join(as_jsonl().splitlines()) + "]"),
        ("table.parquet", as_parquet()),
        ("book.xlsx", as_excel()),
        ("log.xes", as_xes()),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_every_format_gives_the_same_log(
    name: str, content: bytes | str, expected: Ingested, ingest_files: Ingest
) -> None:
    found = ingest_files({name: content})
    assert events(found) == events(expected)
    assert found.rows("variants.parquet") == expected.rows("variants.parquet")
    assert found.manifest.not_recorded == expected.manifest.not_recorded


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xes", ".xes.gz"])
@pytest.mark.parametrize("names", ["plain", "xes"])
def test_export_and_ingest_again(
    suffix: str, names: str, expected: Ingested, ingest_files: Ingest, tmp_path: Path
) -> None:
    path = tmp_path / f"again{suffix}"
    export_events(open_log(expected.folder), path, names, force=False)
    again = ingest_files({path.name: path.read_bytes()}, into="again")
    compared = ("case_id", "activity", "timestamp", "department", "resource", "note", "seq", "occurrence", "tied")
    assert [{key: row[key] for key in compared} for row in again.rows()] == [
        {key: row[key] for key in compared} for row in expected.rows()
    ]
    assert again.rows("variants.parquet") == expected.rows("variants.parquet")
