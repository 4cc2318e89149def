"""One small log, written in every format: each reader gives the same cells."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.ingest.readers.excel import open_excel
from ordermine.ingest.readers.format import sniff_format
from ordermine.ingest.readers.json import open_json
from ordermine.ingest.readers.ocel import is_ocel, object_types, open_ocel
from ordermine.ingest.readers.parquet import open_parquet
from ordermine.ingest.readers.xes import open_xes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ordermine.ingest.source import Source

COLUMNS = ("order", "step", "when", "amount", "units", "urgent", "note")
CELLS = [
    ("0042", "Create order", "2024-01-02T09:17:18", "12.5", "3", "true", None),
    ("0042", "Prüfen", "2024-01-02T10:00:00", "0.1", "4", "false", 'a, "b"|<c> &'),
    ("7", "Create order", "2024-01-03T00:00:00", "-1000000.25", "1", "true", None),
]
TYPED: list[tuple[Any, ...]] = [
    (
        order,
        step,
        dt.datetime.fromisoformat(when),
        float(amount),
        int(units),
        urgent == "true",
        note,
    )
    for order, step, when, amount, units, urgent, note in CELLS  # type: ignore[arg-type]
]
XES_NAMES = {"case:concept:name": "order", "concept:name": "step", "time:timestamp": "when"}


def objects() -> list[dict[str, Any]]:
    rows = []
    for order, step, when, amount, units, urgent, note in TYPED:
        row = dict(zip(COLUMNS, (order, step, when.isoformat(), amount, units, urgent, note), strict=True))
        rows.append({key: value for key, value in row.items() if value is not None})
    return rows


def write_jsonl(folder: Path) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in objects()), encoding="utf-8")
    return path


def write_json(folder: Path) -> Path:
    path = folder / "log.json"
    path.write_text(json.dumps(objects(), indent=2, ensure_ascii=False), encoding="utf-16")
    return path


def write_json_object(folder: Path) -> Path:
    path = folder / "log.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"count": 3, "records": objects()}).encode("utf-8-sig")))
    return path


def write_excel(folder: Path) -> Path:
    import xlsxwriter

    path = folder / "log.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("export")
        book.add_worksheet("empty")
        when = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
        sheet.write_row(0, 0, COLUMNS)
        for row, values in enumerate(TYPED, 1):
            for column, value in enumerate(values):
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(row, column, value, when)
                elif isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write(row, column, value)
    return path


def write_parquet(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / "log.parquet"
    pq.write_table(pa.table(dict(zip(COLUMNS, map(list, zip(*TYPED, strict=True)), strict=True))), path)
    return path


def write_xes(folder: Path) -> Path:
    from lxml import etree

    root = etree.Element("log", {"xes.version": "1.0"}, nsmap={None: "http://www.xes-standard.org/"})
    namespace = "{http://www.xes-standard.org/}"
    for order in ("0042", "7"):
        trace = etree.SubElement(root, f"{namespace}trace")
        etree.SubElement(trace, f"{namespace}string", key="concept:name", value=order)
        for cells in CELLS:
            if cells[0] != order:
                continue
            event = etree.SubElement(trace, f"{namespace}event")
            keys = ("concept:name", "time:timestamp", *COLUMNS[3:])
            kinds = ("string", "date", "float", "int", "boolean", "string")
            for key, kind, cell in zip(keys, kinds, cells[1:], strict=True):
                if cell is not None:
                    etree.SubElement(event, f"{namespace}{kind}", key=key, value=cell)
    path = folder / "log.xes.gz"
    path.write_bytes(gzip.compress(etree.tostring(root, encoding="utf-8", xml_declaration=True)))
    return path


def write_ocel_json(folder: Path) -> Path:
    rows = objects()
    log = {
        "eventTypes": [],
        "objectTypes": [{"name": "order", "attributes": []}],
        "events": [
            {
                "id": f"e{number}",
                "type": row["step"],
                "time": row["when"],
                "attributes": [{"name": key, "value": row[key]} for key in COLUMNS[3:] if key in row],
                "relationships": [{"objectId": row["order"], "qualifier": "of"}],
            }
            for number, row in enumerate(rows, 1)
        ],
        "objects": [{"id": order, "type": "order"} for order in ("0042", "7")],
    }
    path = folder / "log.jsonocel"
    path.write_text(json.dumps(log))
    return path


def write_ocel_xml(folder: Path) -> Path:
    from lxml import etree

    root = etree.Element("log")
    kinds = etree.SubElement(root, "object-types")
    etree.SubElement(kinds, "object-type", name="order")
    holders = etree.SubElement(root, "objects")
    for order in ("0042", "7"):
        etree.SubElement(holders, "object", id=order, type="order")
    events = etree.SubElement(root, "events")
    for number, cells in enumerate(CELLS, 1):
        event = etree.SubElement(events, "event", id=f"e{number}", type=cells[1] or "", time=cells[2] or "")
        attributes = etree.SubElement(event, "attributes")
        for key, cell in zip(COLUMNS[3:], cells[3:], strict=True):
            if cell is not None:
                etree.SubElement(attributes, "attribute", name=key).text = cell
        related = etree.SubElement(event, "objects")
        etree.SubElement(related, "relationship", {"object-id": cells[0] or "", "qualifier": "of"})
    path = folder / "log.xmlocel"
    path.write_bytes(etree.tostring(root, pretty_print=True))
    return path


def write_ocel_sqlite(folder: Path) -> Path:
    path = folder / "log.sqlite"
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE "event_Create order"
            (ocel_id TEXT, ocel_time TEXT, amount REAL, units INT, urgent TEXT, note TEXT);
        CREATE TABLE event_check
            (ocel_id TEXT, ocel_time TEXT, amount REAL, units INT, urgent TEXT, note TEXT);
        CREATE TABLE object_order (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT);
        INSERT INTO event_map_type VALUES ('Create order', 'Create order'), ('Prüfen', 'check');
        INSERT INTO object_map_type VALUES ('order', 'order');
        INSERT INTO object VALUES ('0042', 'order'), ('7', 'order');
        """
    )
    tables = {"Create order": '"event_Create order"', "Prüfen": "event_check"}
    for number, (order, step, when, *values) in enumerate(CELLS, 1):
        database.execute("INSERT INTO event VALUES (?, ?)", (f"e{number}", step))
        database.execute("INSERT INTO event_object VALUES (?, ?, 'of')", (f"e{number}", order))
        database.execute(f"INSERT INTO {tables[step or '']} VALUES (?, ?, ?, ?, ?, ?)", (f"e{number}", when, *values))
    database.commit()
    database.close()
    return path


def ocel(path: Path, name: str) -> Source:
    assert is_ocel(path)
    assert object_types(path) == {"order": 3}
    return open_ocel(path, name, "order")


@pytest.mark.parametrize(
    ("write", "open_file", "kind", "tabular"),
    [
        (write_jsonl, open_json, "json", True),
        (write_json, open_json, "json", True),
        (write_json_object, open_json, "json", True),
        (write_excel, open_excel, "excel", True),
        (write_parquet, open_parquet, "parquet", True),
        (write_xes, open_xes, "xes", False),
        (write_ocel_json, ocel, "ocel", False),
        (write_ocel_xml, ocel, "ocel", False),
        (write_ocel_sqlite, ocel, "ocel", False),
    ],
)
def test_same_cells(
    write: Callable[[Path], Path],
    open_file: Callable[[Path, str], Source],
    kind: str,
    tabular: bool,
    tmp_path: Path,
) -> None:
    path = write(tmp_path)
    assert sniff_format(path) == kind
    source = open_file(path, "named")
    assert source.name == "named"
    assert source.tabular is tabular
    assert list(source.described) == sorted(source.described)
    for _ in range(2):
        rows = [batch.read() for batch in source.batches()]
        assert len(rows) == 1
        assert rows[0].left_out == []
        cells = [
            {XES_NAMES.get(name, name): cell for name, cell in row.items() if name != "ocel:eid"}
            for row in rows[0].table.to_pylist()
        ]
        assert cells == [dict(zip(COLUMNS, row, strict=True)) for row in CELLS]
        assert tuple(rows[0].table.column_names) == source.columns
        assert {str(field.type) for field in rows[0].table.schema} == {"string"}
        first = 2 if kind == "excel" else 1
        assert rows[0].numbers.tolist() == [first, first + 1, first + 2]
    raw = next(iter(source.batches())).raw_text([first + 1])
    assert json.loads(raw[first + 1])["units"] == "4"
