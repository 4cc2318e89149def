"""SQLite and DuckDB files: what becomes a log, and what a file that wants harm can't do."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.databases.extract import extract
from ordermine.ingest.open import open_exports

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.ingest.open import Opened
    from ordermine.ingest.source import Source

STEPS = """
CREATE TABLE steps (order_no VARCHAR, step VARCHAR, changed_at VARCHAR, team VARCHAR);
INSERT INTO steps VALUES
  ('SO1', 'Create', '2026-01-05 08:00:00', 'Sales'), ('SO2', 'Create', '2026-01-05 10:00:00', NULL),
  ('SO1', 'Deliver', '2026-01-06 08:00:00', 'Ops'), ('SO1', 'Confirm', '2026-01-06 08:00:00', '');
"""
FILES = ("orders.sqlite", "orders.duckdb")


def make(path: Path, *statements: str) -> Path:
    """Run statements on a file in the format that its name says."""
    if path.suffix == ".duckdb":
        import duckdb

        with duckdb.connect(str(path)) as made:
            for statement in statements:
                made.execute(statement)
    else:
        with closing(sqlite3.connect(path)) as database:
            for statement in statements:
                database.executescript(statement)
    return path


def opened(path: Path, query: str | None = None) -> list[Opened]:
    folder = path.parent / f"copies {len(list(path.parent.iterdir()))}"
    folder.mkdir()
    return open_exports([str(path)], folder, wanted=Wanted(query))


def cells(source: Source) -> list[dict[str, str | None]]:
    return [row for batch in source.batches() for row in batch.read().table.to_pylist()]


@pytest.mark.parametrize("name", FILES)
def test_the_only_table_becomes_a_log(name: str, ordermine: Callable, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    make(tmp_path / name, STEPS)
    said = ordermine("ingest", name, "-o", "log")
    assert said.code == 0, said.err
    rows = pq.read_table(tmp_path / "log" / "000001" / "events").to_pylist()
    # Rows of equal time stay in the order of the table.
    assert [(row["case_id"], row["activity"], row["department"], row["source_row"]) for row in rows] == [
        ("SO1", "Create", "Sales", 1),
        ("SO1", "Deliver", "Ops", 3),
        ("SO1", "Confirm", None, 4),
        ("SO2", "Create", None, 2),
    ]
    (source,) = json.loads((tmp_path / "log" / "manifest.json").read_text())["sources"]
    assert source["name"] == f"{name}:steps"
    assert source["described"]["selected"] == "table steps"


@pytest.mark.parametrize("name", FILES)
def test_a_reading_command_takes_the_file_too(name: str, ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / name, STEPS)
    said = ordermine("discover", name, "--format", "json", "--no-quality")
    assert said.code == 0, said.err
    assert json.loads(said.out)["log"]["cases"] == 2


@pytest.mark.parametrize("name", FILES)
def test_several_tables_are_listed_and_a_query_says_which(name: str, ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / name, STEPS, "CREATE TABLE calls (a INTEGER)", "CREATE VIEW late AS SELECT * FROM steps")
    for command in (["ingest", name, "-o", "log"], ["inspect", name], ["discover", name]):
        said = ordermine(*command)
        assert said.code == 2
        assert f"{name}: which table? its tables: steps (about 4 rows), calls, late" in said.err
    query = "SELECT order_no, step, changed_at FROM late WHERE team IS NOT NULL"
    said = ordermine("ingest", name, "-o", "log", "--query", query, "--format", "json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["result"]["dialect"][f"{name}:query"]["selected"] == query


@pytest.mark.parametrize("name", FILES)
def test_the_tables_of_a_system_are_recognised(name: str, ordermine: Callable, tmp_path: Path) -> None:
    make(
        tmp_path / name,
        "CREATE TABLE systemuser (systemuserid VARCHAR, fullname VARCHAR)",
        "CREATE TABLE unrelated (a VARCHAR)",
        "CREATE TABLE mail_message (id VARCHAR, model VARCHAR, res_id VARCHAR, date VARCHAR, author_id VARCHAR)",
        "CREATE TABLE mail_tracking_value (id VARCHAR, mail_message_id VARCHAR, field VARCHAR, old_value_char VARCHAR,"
        " new_value_char VARCHAR)",
        "INSERT INTO mail_message VALUES ('1', 'sale.order', '42', '2026-01-05 08:00:00', '3')",
        "INSERT INTO mail_tracking_value VALUES ('1', '1', 'state', 'Quotation', 'Sales Order')",
    )
    said = ordermine("ingest", name, "-o", "log", "--format", "json")
    assert said.code == 0, said.err
    result = json.loads(said.out)["result"]
    assert result["events"] == 1
    assert sorted(result["dialect"]) == [f"{name}:mail_message", f"{name}:mail_tracking_value"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM steps",
        "WITH a AS (SELECT 1) DELETE FROM steps",
        "SELECT 1; DROP TABLE steps",
        "SELECT * FROM steps) q; DROP TABLE steps; SELECT * FROM (SELECT 1",
        "PRAGMA user_version = 7",
        "ATTACH 'other' AS other",
        "SELECT * FROM nothing",
        "SELECT nothing FROM steps",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT load_extension('/tmp/evil')",
    ],
)
def test_a_query_only_reads_and_only_this_file(name: str, query: str, ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / name, STEPS)
    before = path.read_bytes()
    said = ordermine("ingest", name, "-o", "log", "--query", query)
    assert said.code == 2, said.err
    assert "Traceback" not in said.err
    assert "root:" not in said.err
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("name", FILES)
def test_rows_come_in_the_same_order_every_time(name: str, tmp_path: Path) -> None:
    path = make(
        tmp_path / name, "CREATE TABLE a (n INTEGER, t VARCHAR); INSERT INTO a VALUES (10, 'b'), (9, 'c'), (9, 'B')"
    )

    def read(query: str | None) -> list[tuple[str | None, ...]]:
        source = opened(path, query)[0].source
        return [tuple(row.values()) for row in cells(source)]

    assert read(None) == [("10", "b"), ("9", "c"), ("9", "B")]
    assert read("SELECT * FROM a") == [("9", "B"), ("9", "c"), ("10", "b")]
    assert read("SELECT * FROM a ORDER BY t DESC") == [("9", "c"), ("10", "b"), ("9", "B")]


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file(name: str, ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / name, STEPS, "CREATE TABLE more AS SELECT order_no || step AS a FROM steps")
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], content[:100] + b"\xff" * (len(content) - 100)):
        path.write_bytes(damaged)
        said = ordermine("ingest", name, "-o", "log", "--query", "SELECT * FROM steps")
        assert said.code == 3, said.err
        assert name in said.err
        assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("name", "shown"), [("orders.csv", "an SQLite database"), ("orders.parquet", "a DuckDB database")]
)
def test_a_database_by_another_name(name: str, shown: str, ordermine: Callable, tmp_path: Path) -> None:
    kind = "duckdb" if "DuckDB" in shown else "sqlite"
    make(tmp_path / f"made.{kind}", STEPS).rename(tmp_path / name)
    said = ordermine("ingest", name, "-o", "log")
    assert said.code == 3
    assert f"not what its name says: {name[6:]} but it looks like {shown}" in said.err


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_the_name_db_says_nothing(kind: str, ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / f"made.{kind}", STEPS).rename(tmp_path / "orders.db")
    assert ordermine("ingest", "orders.db", "-o", "log").code == 0


@pytest.mark.parametrize("name", FILES)
def test_a_database_from_stdin(name: str, tmp_path: Path) -> None:
    path = make(tmp_path / name, STEPS)
    command = [sys.executable, "-c", "from ordermine.cli import main; main()", "ingest", "-", "-o", "log"]
    with path.open("rb") as file:
        done = subprocess.run(command, stdin=file, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "stdin:steps" in (tmp_path / "log" / "manifest.json").read_text()


@pytest.mark.parametrize("name", FILES)
def test_an_endless_view_is_interrupted(name: str, tmp_path: Path) -> None:
    make(
        tmp_path / name,
        "CREATE VIEW steps AS WITH RECURSIVE n (order_no) AS (SELECT 1 UNION ALL SELECT order_no + 1 FROM n)"
        " SELECT order_no, 'a' AS step FROM n WHERE order_no < 0",
    )
    (tmp_path / "temporary").mkdir()
    command = [sys.executable, "-c", "from ordermine.cli import main; main()", "ingest", name, "-o", "log"]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as process:
        time.sleep(3)
        assert process.poll() is None
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert time.monotonic() - begun < 2
    assert process.returncode == 130
    assert list((tmp_path / "temporary").iterdir()) == []


def test_sqlite_values(tmp_path: Path) -> None:
    path = tmp_path / "values.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE a (v)")
        values = [1, 2.5, 1e15, "x", "", None, b"h\xc3\xa9", b"\xff\x00", 2**62, "2026-01-05T08:00:00"]
        database.executemany("INSERT INTO a VALUES (?)", [(value,) for value in values])
        database.execute("INSERT INTO a VALUES (CAST(x'e9' AS TEXT))")
        database.commit()
    source = opened(path)[0].source
    assert [row["v"] for row in cells(source)] == [
        "1",
        "2.5",
        "1000000000000000",
        "x",
        None,
        None,
        "hé",
        "ff00",
        "4611686018427387904",
        "2026-01-05T08:00:00",
        "e9",
    ]


def test_sqlite_tables_without_a_row_id(tmp_path: Path) -> None:
    path = make(
        tmp_path / "keyed.sqlite",
        "CREATE TABLE a (t TEXT, n INTEGER, twice AS (n * 2), PRIMARY KEY (n, t)) WITHOUT ROWID",
        "INSERT INTO a VALUES ('b', 10), ('a', 10), ('c', 9)",
    )
    source = opened(path)[0].source
    assert cells(source) == [
        {"t": "c", "n": "9", "twice": "18"},
        {"t": "a", "n": "10", "twice": "20"},
        {"t": "b", "n": "10", "twice": "20"},
    ]


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_sqlite_with_changes_that_stand_beside_it(ending: str, ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / "orders.sqlite", STEPS)
    path.with_name(path.name + ending).write_bytes(b"changes")
    said = ordermine("ingest", path.name, "-o", "log")
    assert said.code == 3
    assert f"changes to the database still stand beside it, in orders.sqlite{ending}" in said.err


def test_sqlite_that_another_program_has_open_is_read_without_a_trace(ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / "orders.sqlite", "PRAGMA journal_mode = WAL", STEPS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("INSERT INTO steps VALUES ('SO9', 'Create', '2026-02-01 08:00:00', 'Sales')")
        database.commit()
        said = ordermine("ingest", path.name, "-o", "log")
        assert said.code == 3
        assert "orders.sqlite-wal" in said.err
    # Closing has put the changes into the file.
    assert ordermine("ingest", path.name, "-o", "log", "--format", "json").code == 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["log", "orders.sqlite"]


def test_sqlite_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = make(tmp_path / "orders.sqlite", STEPS)
    (tmp_path / "made").mkdir()

    def change(_: str) -> None:
        make(path, "DELETE FROM steps")

    with pytest.raises(InputError, match="changed while it was read"):
        extract(path, "sqlite", Wanted(), tmp_path / "made", change)


def test_sqlite_whose_view_makes_giants(ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / "orders.sqlite", "CREATE VIEW steps AS SELECT 'SO1' AS order_no, zeroblob(900000000) AS step")
    said = ordermine("ingest", "orders.sqlite", "-o", "log")
    assert said.code == 3
    assert "too big" in said.err


def test_sqlite_functions_that_do_more_than_read(ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / "orders.sqlite", STEPS)
    query = "SELECT name AS order_no, type AS step, '2026-01-05' AS changed_at FROM pragma_table_info('steps')"
    said = ordermine("ingest", "orders.sqlite", "-o", "log", "--query", query)
    assert said.code == 2
    assert "does more than read" in said.err


def test_sqlite_whose_view_does_what_only_a_person_may(ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / "orders.sqlite", "CREATE VIEW steps AS SELECT load_extension('evil') AS order_no")
    said = ordermine("ingest", "orders.sqlite", "-o", "log")
    assert said.code == 3
    assert "Traceback" not in said.err


DUCKDB_TYPES = {
    "TIMESTAMPTZ '2026-03-29 02:30+01'": "2026-03-29T01:30:00Z",
    "TIMESTAMP '2026-03-29 02:30:00.12'": "2026-03-29T02:30:00.12",
    "TIMESTAMP_NS '2026-03-29 02:30:00.123456789'": "2026-03-29T02:30:00.123456789",
    "TIMESTAMP 'infinity'": "infinity",
    "DATE '2026-03-29'": "2026-03-29",
    "TIME '08:15:00'": "08:15:00",
    "INTERVAL 36 HOUR": "36:00:00",
    "12.50::DECIMAL(10, 2)": "12.50",
    "170141183460469231731687303715884105727::HUGEINT": "170141183460469231731687303715884105727",
    "2.0::DOUBLE": "2",
    "0.1::DOUBLE": "0.1",
    "'NaN'::DOUBLE": None,
    "true": "true",
    "''": None,
    "'\\xC3\\xA9'::BLOB": "é",
    "'\\xFF\\x00'::BLOB": "ff00",
    "[1, NULL, 2]": "[1,null,2]",
    "{'a': 'x', 'b': [1.5]}": '{"a":"x","b":[1.5]}',
    "MAP {'a': 1}": '{"a":1}',
    "'{\"a\": 1}'::JSON": '{"a": 1}',
    "'sent'::ENUM ('draft', 'sent')": "sent",
    "'b2c0a0f0-1111-2222-3333-444455556666'::UUID": "b2c0a0f0-1111-2222-3333-444455556666",
}


def test_duckdb_types(tmp_path: Path) -> None:
    path = make(tmp_path / "types.duckdb")
    query = "SELECT " + ", ".join(f"{expression} AS v{at}" for at, expression in enumerate(DUCKDB_TYPES))
    source = opened(path, query)[0].source
    (row,) = cells(source)
    assert dict(zip(DUCKDB_TYPES, row.values(), strict=True)) == DUCKDB_TYPES


def test_duckdb_names_and_schemas(ordermine: Callable, tmp_path: Path) -> None:
    path = make(
        tmp_path / "orders.duckdb", "CREATE SCHEMA crm", 'CREATE TABLE crm."the ""steps""" AS SELECT 1 AS "a b"'
    )
    source = opened(path)[0].source
    assert source.name == 'orders.duckdb:crm.the "steps"'
    assert cells(source) == [{"a b": "1"}]


def test_duckdb_that_another_program_writes(ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / "orders.duckdb", STEPS)
    writing = f"import duckdb, sys; held = duckdb.connect({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", writing], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        said = ordermine("ingest", path.name, "-o", "log")
        process.communicate("")
    assert said.code == 6
    assert "another program has the database open for writing" in said.err


def test_duckdb_of_a_newer_version(ordermine: Callable, tmp_path: Path) -> None:
    path = make(tmp_path / "orders.duckdb", STEPS)
    content = bytearray(path.read_bytes())
    # A checksum of the first block, then the magic bytes, then the version of the format.
    content[12:20] = struct.pack("<Q", 9999)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    content[:8] = struct.pack("<Q", checksum)
    path.write_bytes(content)
    said = ordermine("ingest", path.name, "-o", "log")
    assert said.code == 3, said.err
    assert "orders.duckdb" in said.err
    assert "newer version of DuckDB" in said.err


def test_duckdb_whose_view_reads_other_files(ordermine: Callable, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("order_no,step,changed_at\nSECRET,a,2026-01-01\n")
    make(tmp_path / "orders.duckdb", f"CREATE VIEW steps AS SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    said = ordermine("ingest", "orders.duckdb", "-o", "log")
    assert said.code == 3
    assert "SECRET" not in said.err
    assert not (tmp_path / "log").exists()


def test_duckdb_file_with_a_name_that_means_something_else(ordermine: Callable, tmp_path: Path) -> None:
    make(tmp_path / "made.duckdb", STEPS).rename(tmp_path / "md:orders.duckdb")
    assert ordermine("ingest", "md:orders.duckdb", "-o", "log").code == 0


@pytest.mark.parametrize("name", FILES)
def test_reading_leaves_no_thread_and_no_open_file(name: str, tmp_path: Path) -> None:
    path = make(tmp_path / name, STEPS)
    threads = threading.active_count()
    opened(path)
    held = {os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()}
    assert str(path) not in held
    assert threading.active_count() == threads
