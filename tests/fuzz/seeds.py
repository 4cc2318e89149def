"""Small valid inputs that fuzzing starts from, several for every format."""

from __future__ import annotations

import gzip
import io
import json

HEADER = ("case", "activity", "timestamp", "department", "resource", "amount", "Note")
ROWS = (
    ("001", "Create order", "2026-01-25T08:00:00Z", "Sales", "ann", "1234.50", "first"),
    ("001", "Check credit", "2026-01-25T09:30:00Z", "Credit", "bob", "", 'says "no"'),
    ("002", "Create order", "2026-01-25T09:30:00Z", "Sales", "", "-1", "a, b; c"),
    ("001", "Ship", "2026-01-26T23:59:59.123456Z", "", "cy", "0.000001", ""),
    ("002", "Ship", "2026-01-27T00:00:00+02:00", "Lager", "dé", "9", "line\nbreak"),
    ("1E5", "Cancel", "2026-01-27T12:00:00Z", "Sales", "ann", "", "=1+1"),
)


def _delimited(delimiter: str = ",", quote: str = '"', end: str = "\n", encoding: str = "utf-8") -> bytes:
    def cell(text: str) -> str:
        special = any(mark in text for mark in (delimiter, quote, "\n", "\r"))
        return f"{quote}{text.replace(quote, quote * 2)}{quote}" if special else text

    return "".join(delimiter.join(map(cell, row)) + end for row in (HEADER, *ROWS)).encode(encoding)


def _dates(form: str) -> bytes:
    from datetime import datetime

    rows = [f"{row[0]},{row[1]},{datetime.fromisoformat(row[2]):{form}}" for row in ROWS]
    return "\n".join(["case,activity,timestamp", *rows, ""]).encode()


CSV = (
    _delimited(),
    _delimited(";", end="\r\n"),
    _delimited("\t", "'"),
    _delimited("|", encoding="cp1252"),
    _delimited(encoding="utf-16"),
    b"sep=;\r\n" + _delimited(";", end="\r\n"),
    b"Report of orders\n\n" + _delimited() + b"Total,6,,,,,\n",
    _dates("%d.%m.%Y %H:%M"),
    _dates("%m/%d/%Y"),
    b"order,date,time,activity\n1,2026-01-05,08:00,A\n1,2026-01-06,09:00,B\n",
    gzip.compress(_delimited(), mtime=0),
)

STAMPS = (
    b"2026-01-05T08:00:00Z\n2026-01-06T08:00:00.5+02:00\n2026-01-07 08:00\n",
    b"05.01.2026 08:00\n25.01.2026 08:00:01\n",
    b"1/5/2026 8:00 AM\n1/25/2026 12:59 PM\n",
    b"20260105\n20260106\n",
    b"20260105T080000Z\n",
    b"1767600000\n1767600000.5\n",
    b"1767600000000\n1767600000001\n",
    b"46027.5\n46028\n",
    b"05-Jan-26\n06-Feb-26\n",
    b"5 January 2026 08:00\n",
    b"Mon, 05 Jan 2026 08:00:00 +0100\n",
)


def _records() -> list[dict[str, object]]:
    return [{name: cell for name, cell in zip(HEADER, row, strict=True) if cell} for row in ROWS]


JSON = (
    json.dumps(_records()).encode(),
    json.dumps({"value": _records(), "next": None}).encode(),
    json.dumps([{**record, "nested": {"a": [1, {"b": None}], "n": 1.5}} for record in _records()]).encode(),
    json.dumps(_records(), ensure_ascii=False).encode("utf-16"),
)
JSONL = (
    "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in _records()).encode(),
    "".join(json.dumps(record) + "\r\n" for record in _records()).encode(),
)

XES = (
    b"""<?xml version="1.0" encoding="utf-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<global scope="event"><string key="concept:name" value="?"/></global>
<classifier name="Activity" keys="concept:name"/>
<trace><string key="concept:name" value="001"/><int key="priority" value="3"/>
<event><string key="concept:name" value="Create &amp; check"/><date key="time:timestamp" value="2026-01-05T08:00:00.000Z"/>
<string key="org:group" value="Sales"/><boolean key="late" value="false"/></event>
<event><string key="concept:name" value="Ship"/><date key="time:timestamp" value="2026-01-06T08:00:00+01:00"/>
<list key="parts"><values><string key="part" value="a"/><float key="part" value="1.5"/></values></list></event>
</trace>
<trace><string key="concept:name" value="002"/>
<event><string key="concept:name" value="Ship"/><string key="lifecycle:transition" value="complete"/>
<date key="time:timestamp" value="2026-01-07T08:00:00Z"/></event></trace>
</log>
""",
)

_OCEL = {
    "objectTypes": [
        {"name": "order", "attributes": [{"name": "status", "type": "string"}]},
        {"name": "item", "attributes": []},
    ],
    "eventTypes": [{"name": "create", "attributes": []}, {"name": "ship", "attributes": []}],
    "events": [
        {
            "id": "e1",
            "type": "create",
            "time": "2026-01-05T08:00:00Z",
            "attributes": [{"name": "price", "value": 1}],
            "relationships": [{"objectId": "o1", "qualifier": "x"}, {"objectId": "i1", "qualifier": "x"}],
        },
        {
            "id": "e2",
            "type": "ship",
            "time": "2026-01-06T08:00:00Z",
            "relationships": [{"objectId": "o1"}, {"objectId": "o2"}],
        },
        {"id": "e3", "type": "ship", "time": "2026-01-07T08:00:00Z", "relationships": [{"objectId": "i1"}]},
    ],
    "objects": [
        {
            "id": "o1",
            "type": "order",
            "attributes": [{"name": "status", "time": "1970-01-01T00:00:00Z", "value": "new"}],
        },
        {"id": "o2", "type": "order"},
        {"id": "i1", "type": "item", "relationships": [{"objectId": "o1", "qualifier": "of"}]},
    ],
}
OCEL_JSON = (json.dumps(_OCEL).encode(), json.dumps(_OCEL, indent=1).encode())
OCEL_XML = (
    b"""<?xml version="1.0" encoding="UTF-8"?>
<log><object-types><object-type name="order"><attributes><attribute name="status" type="string"/></attributes></object-type>
<object-type name="item"><attributes/></object-type></object-types>
<event-types><event-type name="create"><attributes/></event-type></event-types>
<objects><object id="o1" type="order"><attributes><attribute name="status" time="1970-01-01T00:00:00Z">new</attribute></attributes>
<objects><relationship object-id="i1" qualifier="has"/></objects></object><object id="i1" type="item"/></objects>
<events><event id="e1" type="create" time="2026-01-05T08:00:00Z"><attributes><attribute name="price">1</attribute></attributes>
<objects><relationship object-id="o1" qualifier="x"/></objects></event>
<event id="e2" type="create" time="2026-01-06T08:00:00Z"><objects><relationship object-id="i1" qualifier="x"/></objects></event>
</events></log>
""",
)


def parquet() -> tuple[bytes, ...]:
    """Return Parquet files: text with page checksums, and typed columns with dictionaries and nulls."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [row[at] or None for row in ROWS] for at, name in enumerate(HEADER)}
    text = pa.table(columns)
    typed = pa.table(
        {
            "case": pa.array([1, 1, 2, 1, 2, None], pa.int64()),
            "activity": pa.array(columns["activity"]).dictionary_encode(),
            "timestamp": pa.array(range(0, 6_000_000, 1_000_000), pa.timestamp("us", "UTC")),
            "amount": pa.array([1.5, None, float("nan"), 0.0, -0.0, 1e300]),
            "list": pa.array([[1], [], None, [1, 2], [3], None]),
        }
    )
    written = []
    for table, checked in ((text, True), (typed, False)):
        sink = io.BytesIO()
        pq.write_table(table, sink, compression="zstd", write_page_checksum=checked, row_group_size=4)
        written.append(sink.getvalue())
    return tuple(written)


def excel() -> tuple[bytes, ...]:
    """Return workbooks, one stored and one compressed, so that changes reach the XML in the one and the ZIP in both."""
    import zipfile

    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate((HEADER, *ROWS)):
            for at, cell in enumerate(row):
                if at == 5 and number and cell:
                    sheet.write_number(number, at, float(cell))
                else:
                    sheet.write_string(number, at, cell)
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sink.getvalue())) as packed, zipfile.ZipFile(stored, "w") as unpacked:
        for item in packed.infolist():
            unpacked.writestr(item.filename, packed.read(item), zipfile.ZIP_STORED)
    return sink.getvalue(), stored.getvalue()


PROJECTS = (
    b"""[log]
timezone = "Europe/Berlin"
currency = "EUR"
cluster = '^(\\d+)_'

[[source]]
files = "export_*.csv"
shape = "events"
case = "Order"
activity = "Step"
timestamp = { date = "ERDAT", time = "ERZET" }
date_order = "dmy"
case_attributes = ["Order type"]

[activities]
"Schedule Line Rejected" = { kind = "reject", stage = "order" }
"*Block Set" = { kind = "block" }

[departments]
aliases = { "Customer Service Representative" = "Customer Service" }
system = ["System Automatic Job"]
not_recorded = ["Empty"]

[lineage]
"invoice.price" = "order.price"

[required]
order = ["ship_to", "price"]

[expected]
repeat = ["Partial delivery"]
loops = [["Legal", "Sales"]]

[errors]
protected = ["ship_to"]
types = { ship_to = "customer data" }

[calendar]
workdays = ["mon", "tue"]
hours = "08:00-17:00"
holidays = ["2026-12-25"]

[targets]
first_time_right = { at_least = 0.90 }
""",
    b'[[source]]\nfiles = "*"\nshape = "wide"\ncase = "id"\nmilestones = { Created = "created at" }\n',
    b'[[source]]\nfiles = "*"\nshape = "field_history"\ncase = "id"\nfield = "f"\nold = "o"\nnew = "n"\ntimestamp = "t"\n',
)

GATES = (b"ftr>=0.90", b"OM401.share<=5%", b"cycle_time<=10d", b"ftr>=baseline", b"touchless >= .5", b"handoffs<=3")

CONDITIONS = (
    b"department = 'Sales'",
    b"amount > 10 AND activity LIKE '%e%'",
    b"case_id IN ('001', '1E5') OR seq = 1",
    b"lower(resource) = 'ann' -- comment",
    b"timestamp >= '2026-01-06' AND \"Note\" IS NOT NULL",
    b"activity ~ '^C' AND NOT tied",
    b"case_no IN (SELECT case_no FROM cases WHERE events > 1)",
)

NAMES = (
    b"export.csv",
    b"export[1].csv",
    b"e.parquet",
    b"e.jsonl",
    b"e.xes",
    b'o\'brien "x".csv',
    b"$(id).csv",
    "Aufträge 2026.CSV".encode(),
    b"a*b?.csv",
    b"-o.csv",
    b"x.y.tsv",
)
