from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError, UsageError
from ordermine.ingest.readers.ocel import is_ocel, object_types, open_ocel

if TYPE_CHECKING:
    from ordermine.ingest.source import Rows

DATA = Path(__file__).parents[4] / "shared" / "data"

# Worked by hand for the type "order": e1 has o1 and o2 (two rows), e2 has no order (left out), e3 has o1
# twice (one row), e4 has an object that doesn't exist. So 5 rows in, 3 of them events.
LOG: dict[str, Any] = {
    "objectTypes": [{"name": kind, "attributes": []} for kind in ("order", "item", "price", "truck")],
    "eventTypes": [],
    "events": [
        {
            "id": "e1",
            "type": "create",
            "time": "2024-01-02T10:00:00+01:00",
            "attributes": [{"name": "price", "value": 1}, {"name": "concept:name", "value": "odd"}],
            "relationships": [
                {"objectId": "o2", "qualifier": "x"},
                {"objectId": "o1", "qualifier": "x"},
                {"objectId": "i2", "qualifier": "x"},
                {"objectId": "i1", "qualifier": "x"},
                {"objectId": "p1", "qualifier": "x"},
            ],
        },
        {"id": "e2", "type": "load", "time": "2024-01-03T00:00:00Z", "relationships": [{"objectId": "i1"}]},
        {
            "id": "e3",
            "type": "change",
            "time": "2024-01-04T00:00:00Z",
            "attributes": [],
            "relationships": [{"objectId": "o1", "qualifier": "a"}, {"objectId": "o1", "qualifier": "b"}],
        },
        {"id": "e4", "type": "load", "time": "bad", "relationships": [{"objectId": "ghost"}]},
    ],
    "objects": [
        {
            "id": "o1",
            "type": "order",
            "attributes": [
                {"name": "status", "time": "2024-01-04T00:00:00Z", "value": "changed"},
                {"name": "status", "time": "1970-01-01T00:00:00Z", "value": "new"},
                {"name": "owner", "time": "2024-01-02T09:00:01Z", "value": "Ann"},
                {"name": "lost", "time": "yesterday", "value": "x"},
            ],
        },
        {"id": "o2", "type": "order"},
        {"id": "i1", "type": "item"},
        {"id": "i2", "type": "item"},
        {"id": "p1", "type": "price"},
    ],
}


def write(folder: Path, log: Any = LOG, name: str = "log.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(log))
    return path


def read(path: Path, case_type: str = "order") -> Rows:
    (piece,) = [batch.read() for batch in open_ocel(path, "log", case_type).batches()]
    return piece


def test_flattening(tmp_path: Path) -> None:
    piece = read(write(tmp_path))
    assert piece.table.column_names == [
        "case:concept:name",
        "concept:name",
        "time:timestamp",
        "ocel:eid",
        "case:status",
        "case:owner",
        "price",
        "event:concept:name",
        "item",
        "order",
        "object:price",
    ]
    created = {
        "concept:name": "create",
        "time:timestamp": "2024-01-02T10:00:00+01:00",
        "ocel:eid": "e1",
        "case:owner": None,
        "price": "1",
        "event:concept:name": "odd",
        "item": "i1|i2",
        "object:price": "p1",
    }
    changed = dict.fromkeys(created) | {
        "case:concept:name": "o1",
        "concept:name": "change",
        "time:timestamp": "2024-01-04T00:00:00Z",
        "ocel:eid": "e3",
        "case:status": "changed",
        "case:owner": "Ann",
        "order": None,
    }
    assert piece.table.to_pylist() == [
        created | {"case:concept:name": "o1", "case:status": "new", "order": "o2"},
        created | {"case:concept:name": "o2", "case:status": None, "order": "o1"},
        changed,
    ]
    assert piece.numbers.tolist() == [1, 2, 4]
    assert [(row.row, row.reason) for row in piece.left_out] == [
        (3, "no object of type order"),
        (5, "no object of type order"),
    ]
    assert json.loads(piece.left_out[0].raw or "")["id"] == "e2"


def test_described_counts_what_dangles(tmp_path: Path) -> None:
    described = open_ocel(write(tmp_path), "log", "order").described
    assert described["dangling object ids"] == "1"
    assert described["attribute values without a readable time"] == "1"
    assert described["events"] == "4"


def test_object_types_count_events_not_relations(tmp_path: Path) -> None:
    assert object_types(write(tmp_path)) == {"item": 2, "order": 2, "price": 1, "truck": 0}
    assert list(object_types(write(tmp_path))) == ["item", "order", "price", "truck"]


def test_unknown_type_names_the_near_one_and_a_declared_one_without_objects_is_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no object type 'orders'") as caught:
        open_ocel(write(tmp_path), "log", "orders")
    assert "'order'" in caught.value.hint
    assert read(write(tmp_path), "truck").table.num_rows == 0


def test_events_that_are_no_objects_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text().replace('"events": [', '"events": [7, {"id": "x", "id": "y"}, '))
    assert [row.reason for row in read(path).left_out][:2] == ["not a JSON object", "key given twice"]


@pytest.mark.parametrize(
    ("log", "answer"),
    [
        (LOG, True),
        ({"events": LOG["events"]}, True),
        ({"objects": LOG["objects"]}, True),
        ({"events": [{"case": 1, "type": "x"}]}, False),
        ({"rows": [1]}, False),
        ([], False),
        ({"ocel:events": {}}, True),
    ],
)
def test_ocel_is_told_by_its_keys(tmp_path: Path, log: Any, answer: bool) -> None:
    assert is_ocel(write(tmp_path, log)) is answer


def test_text_and_broken_json_are_no_ocel(tmp_path: Path) -> None:
    for name, text in (("a.csv", "a,b\n"), ("a.json", '{"a": ')):
        (tmp_path / name).write_text(text)
        assert is_ocel(tmp_path / name) is False


def test_version_1_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"OCEL 1\.0"):
        open_ocel(write(tmp_path, {"ocel:global-log": {}, "ocel:events": {}}), "log", "order")


def test_json_that_ends_early(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text()[:-30])
    with pytest.raises(InputError, match="ends early"):
        open_ocel(path, "log", "order")


def test_truncated_gzip(tmp_path: Path) -> None:
    path = tmp_path / "log.json.gz"
    path.write_bytes(gzip.compress(json.dumps(LOG).encode())[:-8])
    with pytest.raises(InputError, match="unexpected end of gzip"):
        open_ocel(path, "log", "order")


XML = """<log>
<object-types><object-type name="order"/><object-type name="truck"/></object-types>
<events>
  <event id="e1" type="create" time="2024-01-02T10:00:00Z">
    <attributes><attribute name="note">
      two words
    </attribute></attributes>
    <objects>
      <relationship object-id="o1" qualifier="q"/><relationship object-id="t1" qualifier="q"/>
    </objects>
  </event>
</events>
<objects>
  <object id="o1" type="order"><attributes>
    <attribute name="status" time="1970-01-01T00:00:00Z">new</attribute>
    <attribute name="status" time="2024-01-02T10:00:00Z">open</attribute>
  </attributes><objects><relationship object-id="t1" qualifier="q"/></objects></object>
  <object id="t1" type="truck"/>
</objects>
</log>"""


def test_xml_with_events_before_objects(tmp_path: Path) -> None:
    path = tmp_path / "log.xml"
    path.write_text(XML)
    assert is_ocel(path)
    assert read(path).table.to_pylist() == [
        {
            "case:concept:name": "o1",
            "concept:name": "create",
            "time:timestamp": "2024-01-02T10:00:00Z",
            "ocel:eid": "e1",
            "case:status": "open",
            "note": "two words",
            "truck": "t1",
        }
    ]


def test_xml_that_ends_early_or_declares_a_document_type(tmp_path: Path) -> None:
    path = tmp_path / "log.xml"
    path.write_text(XML[:-20])
    with pytest.raises(InputError, match="cut off or broken"):
        open_ocel(path, "log", "order")
    path.write_text("<!DOCTYPE log>" + XML)
    with pytest.raises(InputError, match="DOCTYPE"):
        open_ocel(path, "log", "order")


def test_xes_is_no_ocel(tmp_path: Path) -> None:
    path = tmp_path / "log.xml"
    path.write_text("<log><trace/></log>")
    assert is_ocel(path) is False
    with pytest.raises(InputError, match=r"not OCEL 2\.0"):
        open_ocel(path, "log", "order")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_Pay (ocel_id TEXT, ocel_time TEXT, amount REAL);
        CREATE TABLE event_Create (ocel_id TEXT, ocel_time TEXT);
        CREATE TABLE object_Order
            (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, status TEXT, price REAL);
        INSERT INTO event_map_type VALUES ('create', 'Create'), ('pay', 'Pay'), ('no table', 'Missing');
        INSERT INTO object_map_type VALUES ('order', 'Order');
        INSERT INTO event VALUES ('z', 'create'), ('a', 'pay'), ('m', 'no table');
        INSERT INTO event_Create VALUES ('z', '2024-01-02 10:00:00');
        INSERT INTO event_Pay VALUES ('a', '2024-01-03 10:00:00', 50.0);
        INSERT INTO object VALUES ('o1', 'order');
        INSERT INTO event_object VALUES ('m', 'o1', 'q'), ('a', 'o1', 'q'), ('z', 'o1', 'q');
        INSERT INTO object_Order VALUES ('o1', '1970-01-01 00:00:00', NULL, 'new', 10.5);
        INSERT INTO object_Order VALUES ('o1', '2024-01-03 00:00:00', 'status', 'open', 99);
        """
    )
    connection.close()
    return path


def test_sqlite_keeps_the_order_of_events_and_single_field_changes(database: Path) -> None:
    assert is_ocel(database)
    columns = ("ocel:eid", "concept:name", "time:timestamp", "amount", "case:status", "case:price")
    rows = [tuple(row.get(name) for name in columns) for row in read(database).table.to_pylist()]
    assert rows == [
        ("z", "create", "2024-01-02 10:00:00", None, "new", "10.5"),
        ("a", "pay", "2024-01-03 10:00:00", "50", "open", "10.5"),
        ("m", "no table", None, None, None, None),
    ]


def test_sqlite_is_not_touched(database: Path) -> None:
    before = database.read_bytes()
    read(database)
    assert database.read_bytes() == before
    assert [entry.name for entry in database.parent.iterdir()] == [database.name]


def test_sqlite_with_changes_beside_it_or_other_tables_or_damage(database: Path) -> None:
    beside = database.with_name("log.sqlite-wal")
    beside.write_bytes(b"x")
    with pytest.raises(InputError, match="beside it"):
        open_ocel(database, "log", "order")
    beside.unlink()
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    with pytest.raises(InputError, match="can't read the database"):
        open_ocel(database, "log", "order")
    database.unlink()
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE orders (id)")
    connection.close()
    assert is_ocel(database) is False
    with pytest.raises(InputError, match="no table 'event'"):
        open_ocel(database, "log", "order")


@pytest.mark.real
def test_real_log() -> None:
    path = DATA / "ocel" / "order-management.json.gz"
    if not path.exists():
        pytest.skip("the real logs are not beside the checkout")
    source = open_ocel(path, path.name, "orders")
    assert source.described["events"] == "21008"
    assert source.described["objects"] == "10840"
    pieces = [batch.read() for batch in source.batches()]
    with gzip.open(path) as stream:
        log = json.load(stream)
    orders = {entry["id"] for entry in log["objects"] if entry["type"] == "orders"}
    related = [{link["objectId"] for link in event["relationships"]} & orders for event in log["events"]]
    assert sum(piece.table.num_rows for piece in pieces) == sum(map(len, related))
    assert sum(len(piece.left_out) for piece in pieces) == sum(not found for found in related)
