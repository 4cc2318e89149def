"""Object-centric logs (OCEL 2.0) whose parts don't fit together, and databases that try something."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError, OrdermineError
from ordermine.ingest.open import open_sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ordermine.ingest.source import Source
    from tests.conftest import Said


def event(number: int, kind: str, *objects: str, day: int | None = None) -> dict[str, Any]:
    return {"id": f"e{number}", "type": kind, "time": f"2024-01-{day or number:02d}T09:00:00Z", "objects": objects}


SOUND = {
    "object types": ["order", "item"],
    "event types": ["Create", "Ship"],
    "objects": [("o1", "order"), ("o2", "order"), ("i1", "item")],
    "events": [event(1, "Create", "o1", "i1"), event(2, "Ship", "o1"), event(3, "Create", "o2")],
}


def as_json(log: dict[str, Any]) -> bytes:
    def kinds(names: list[str]) -> list[dict[str, Any]]:
        return [{"name": name, "attributes": []} for name in names]

    events = [
        {**found, "relationships": [{"objectId": other, "qualifier": ""} for other in found["objects"]]}
        for found in log["events"]
    ]
    parts = {
        "objectTypes": kinds(log["object types"]),
        "eventTypes": kinds(log["event types"]),
        "objects": [{"id": identifier, "type": kind} for identifier, kind in log["objects"]],
        "events": [{key: value for key, value in found.items() if key != "objects"} for found in events],
    }
    return json.dumps(parts).encode()


def as_xml(log: dict[str, Any]) -> bytes:
    parts = {
        "object-types": "".join(f'<object-type name="{name}"/>' for name in log["object types"]),
        "event-types": "".join(f'<event-type name="{name}"/>' for name in log["event types"]),
        "objects": "".join(f'<object id="{identifier}" type="{kind}"/>' for identifier, kind in log["objects"]),
        "events": "".join(
            f'<event id="{e["id"]}" type="{e["type"]}" time="{e["time"]}"><objects>'
            + "".join(f'<relationship object-id="{other}" qualifier=""/>' for other in e["objects"])
            + "</objects></event>"
            for e in log["events"]
        ),
    }
    return f"<log>{''.join(f'<{tag}>{inner}</{tag}>' for tag, inner in parts.items())}</log>".encode()


def as_sqlite(path: Path, log: dict[str, Any], *further: str) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        for table, columns in {
            "event": "ocel_id, ocel_type",
            "object": "ocel_id, ocel_type",
            "event_object": "ocel_event_id, ocel_object_id, ocel_qualifier",
            "event_map_type": "ocel_type, ocel_type_map",
            "object_map_type": "ocel_type, ocel_type_map",
            **{f"event_{kind}": "ocel_id, ocel_time" for kind in log["event types"]},
            **{f"object_{kind}": "ocel_id, ocel_time, ocel_changed_field" for kind in log["object types"]},
        }.items():
            database.execute(f"CREATE TABLE {table} ({columns})")
        for owner in ("event", "object"):
            names = log[f"{owner} types"]
            database.executemany(f"INSERT INTO {owner}_map_type VALUES (?, ?)", [(name, name) for name in names])
        database.executemany("INSERT INTO object VALUES (?, ?)", log["objects"])
        for e in log["events"]:
            database.execute("INSERT INTO event VALUES (?, ?)", (e["id"], e["type"]))
            if e["type"] in log["event types"]:
                database.execute(f"INSERT INTO event_{e['type']} VALUES (?, ?)", (e["id"], e["time"]))
            database.executemany(
                "INSERT INTO event_object VALUES (?, ?, '')", [(e["id"], other) for other in e["objects"]]
            )
        for statement in further:
            database.execute(statement)
    return path


def source(tmp_path: Path, form: str, log: dict[str, Any]) -> Source:
    path = tmp_path / f"log.{form}"
    if form == "sqlite":
        as_sqlite(path, log)
    else:
        path.write_bytes(as_json(log) if form == "json" else as_xml(log))
    [(_, opened, _)] = open_sources([path], "order")
    return opened


def rows(opened: Source) -> tuple[list[tuple[str, str]], list[tuple[int, str]]]:
    """Return (order, step) of each row, and (number, reason) of each that was left out."""
    pieces = [batch.read() for batch in opened.batches()]
    kept = [(row["case:concept:name"], row["concept:name"]) for piece in pieces for row in piece.table.to_pylist()]
    return kept, [(defect.row, defect.reason) for piece in pieces for defect in piece.left_out]


FORMS = ("json", "xml", "sqlite")


@pytest.mark.parametrize("form", FORMS)
def test_b47_ids_of_no_object_and_events_without_an_order(tmp_path: Path, form: str) -> None:
    """A relation to an object that isn't there is dropped and counted; an event that is related to no order is left out
    with that reason. The other events stay. In JSON, XML and SQLite alike."""
    events = [
        *SOUND["events"],
        event(4, "Ship", "o2", "gone"),
        event(5, "Ship", "i1"),
        event(6, "Ship", "lost"),
        event(7, "Ship"),
    ]
    opened = source(tmp_path, form, SOUND | {"events": events})
    kept, left_out = rows(opened)
    assert kept == [("o1", "Create"), ("o1", "Ship"), ("o2", "Create"), ("o2", "Ship")]
    assert left_out == [(number, "no object of type order") for number in (5, 6, 7)]
    assert opened.described["dangling object ids"] == "2"


@pytest.mark.parametrize("form", FORMS)
def test_b47_objects_given_twice_and_undeclared_types(tmp_path: Path, form: str) -> None:
    """Of an object that is given twice the first counts; an event of a type that the file doesn't declare is rejected;
    objects of such types are counted."""
    log = SOUND | {
        "objects": [*SOUND["objects"], ("o1", "item"), ("x1", "alien")],
        "events": [*SOUND["events"], event(4, "Vanish", "o1")],
    }
    opened = source(tmp_path, form, log)
    kept, left_out = rows(opened)
    assert kept == [("o1", "Create"), ("o1", "Ship"), ("o2", "Create")]
    assert left_out == [(4, "event type not declared")]
    assert opened.described["object ids given twice"] == "1"
    assert opened.described["objects of types that aren't declared"] == "1"


@pytest.mark.parametrize("form", FORMS)
def test_b47_events_given_twice(tmp_path: Path, form: str) -> None:
    """Events with one id are told. In JSON and XML each has its own content and both stay; in SQLite time and objects
    are found by the id, so that only the first can be an event."""
    opened = source(tmp_path, form, SOUND | {"events": [*SOUND["events"], event(2, "Ship", "o2", day=4)]})
    kept, left_out = rows(opened)
    assert len(kept) + len(left_out) == 4 + (form == "sqlite")
    assert opened.described["event ids given twice"] == "1"
    assert [reason for _, reason in left_out] == (["event id given twice"] if form == "sqlite" else [])


def test_b47_many_rows_of_one_id_take_no_longer_than_others(tmp_path: Path) -> None:
    """A database with 30,000 events and 30,000 relations that all have the same id, 900 million pairs, is read in
    seconds."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
    many = [
        f"INSERT INTO event {numbers} SELECT 'e1', 'Create' FROM n",
        f"INSERT INTO event_object {numbers} SELECT 'e1', 'o1', '' FROM n",
        f"INSERT INTO event_Create {numbers} SELECT 'e1', '2024-01-01' FROM n",
    ]
    started = time.process_time()
    [(_, opened, _)] = open_sources([as_sqlite(tmp_path / "log.sqlite", SOUND, *many)], "order")
    kept, left_out = rows(opened)
    assert (len(kept), len(left_out)) == (3, 30_000)
    assert time.process_time() - started < 5


HOSTILE = {
    "a view in place of a table": (
        ("DROP TABLE event", "CREATE VIEW event AS SELECT 'e1' AS ocel_id, 'Create' AS ocel_type"),
        "without the tables of OCEL",
    ),
    "a view without end": (
        (
            "DROP TABLE event_object",
            "CREATE VIEW event_object AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
            "SELECT 'e1' AS ocel_event_id, 'o1' AS ocel_object_id FROM n",
        ),
        "without the tables of OCEL",
    ),
    "a table made by a module": (
        ("DROP TABLE object", "CREATE VIRTUAL TABLE object USING fts5(ocel_id, ocel_type)"),
        "without the tables of OCEL",
    ),
    "a column of forty megabytes": (
        ("ALTER TABLE event_Create ADD COLUMN x AS (hex(zeroblob(20000000)))",),
        "too big",
    ),
    "a schema that can't be parsed": (
        ("PRAGMA writable_schema = ON", "UPDATE sqlite_master SET sql = 'CREATE TABLE event (((' WHERE name = 'event'"),
        "malformed database schema",
    ),
    "other columns": (("ALTER TABLE event RENAME COLUMN ocel_type TO kind",), "no such column"),
}


@pytest.mark.parametrize("trick", HOSTILE)
def test_b47_a_hostile_database_is_refused(ordermine: Callable[..., Said], tmp_path: Path, trick: str) -> None:
    """Views and made-up tables in place of tables, values of forty megabytes and broken schemas are refused;
    nothing in the database runs."""
    statements, message = HOSTILE[trick]
    as_sqlite(tmp_path / "log.sqlite", SOUND, *statements)
    started = time.process_time()
    said = ordermine("ingest", "log.sqlite", "-o", "log", "--case", "order")
    assert (said.code, message in said.err) == (3, True), said.err
    assert time.process_time() - started < 2


def test_b47_a_database_is_never_written(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """A database is opened so that nothing in it can change, triggers or not, and no file appears beside it."""
    trigger = "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM object; END"
    path = as_sqlite(tmp_path / "log.sqlite", SOUND, trigger)
    before, there = path.read_bytes(), sorted(entry.name for entry in tmp_path.iterdir())
    path.chmod(0o444)
    assert ordermine("inspect", path, "--case", "order").code == 0
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == there


def test_b47_a_damaged_database_is_refused_or_read(tmp_path: Path) -> None:
    """With bits of a database flipped anywhere, it is refused, or every event it still holds is read or left out with
    its reason."""
    path, dice = as_sqlite(tmp_path / "log.sqlite", SOUND), random.Random(47)
    data, refused = path.read_bytes(), 0
    for number in range(250):
        damaged = bytearray(data)
        for _ in range(1 if number % 2 else 12):
            damaged[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        path.write_bytes(damaged)
        try:
            [(_, opened, _)] = open_sources([path], "order")
            kept, left_out = rows(opened)
        except OrdermineError:
            refused += 1
        else:
            assert len(kept) + len(left_out) <= 4
    assert 20 < refused < 250


@pytest.mark.parametrize("size", range(40, 400, 17))
def test_b47_a_log_that_is_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    """OCEL that is cut off, in JSON or XML, is refused wherever the cut is."""
    for name, whole in (("log.json", as_json(SOUND)), ("log.xml", as_xml(SOUND))):
        path = tmp_path / name
        path.write_bytes(whole[: min(size, len(whole) - 1)])
        with pytest.raises(InputError):
            open_sources([path], "order")
