"""PostgreSQL: what of it becomes a log, in one snapshot, in the same order every time."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.open import open_exports
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ordermine.ingest.open import Opened
    from ordermine.ingest.source import Source
    from tests.ingest.databases.conftest import Database

STEPS = """
CREATE TABLE steps (
  id serial PRIMARY KEY, order_no text, step text, changed_at timestamptz, team text, amount numeric(12,2)
);
INSERT INTO steps (order_no, step, changed_at, team, amount) VALUES
  ('SO1', 'Create', '2026-01-05 09:00+01', 'Sales', 100.10),
  ('SO1', 'Confirm', '2026-01-05 08:00:00.5+00', 'Sales', 100.10),
  ('SO2', 'Create', '2026-01-05 10:00+00', NULL, NULL), ('SO1', 'Deliver', '2026-01-06 23:30-02', 'Ops', 100.10);
"""


def opened(address: str, folder: Path, query: str | None = None) -> list[Opened]:
    folder.mkdir()
    return open_exports([address], folder, wanted=Wanted(query))


def cells(source: Source) -> list[dict[str, str | None]]:
    return [row for batch in source.batches() for row in batch.read().table.to_pylist()]


def log_of(folder: Path) -> list[tuple[object, ...]]:
    import pyarrow.parquet as pq

    (generation,) = (entry for entry in folder.iterdir() if entry.is_dir())
    rows = pq.read_table(generation / "events").to_pylist()
    return [
        (row["case_id"], row["activity"], f"{row['timestamp']:%m-%d %H:%M:%S.%f}", row["department"], row["source_row"])
        for row in rows
    ]


def test_the_only_table_becomes_a_log(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(STEPS)
    said = ordermine("ingest", database.address, "-o", "log")
    assert said.code == 0, said.err
    assert log_of(tmp_path / "log") == [
        ("SO1", "Create", "01-05 08:00:00.000000", "Sales", 1),
        ("SO1", "Confirm", "01-05 08:00:00.500000", "Sales", 2),
        ("SO1", "Deliver", "01-07 01:30:00.000000", "Ops", 4),
        ("SO2", "Create", "01-05 10:00:00.000000", None, 3),
    ]
    (source,) = json.loads((tmp_path / "log" / "manifest.json").read_text())["sources"]
    assert source["name"] == "postgresql:steps"
    assert source["described"] == {"format": "PostgreSQL", "rows": "4", "selected": "table steps"}


def test_a_query_becomes_a_log_and_stands_in_it(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(STEPS + "CREATE TABLE other (a int);")
    query = "SELECT order_no, step, changed_at FROM steps WHERE team = 'Sales' -- only theirs"
    said = ordermine("ingest", database.address, "-o", "log", "--query", query + "\n;", "--format", "json")
    assert said.code == 0, said.err
    result = json.loads(said.out)["result"]
    assert result["rows_in"] == result["events"] == 2
    assert result["dialect"] == {"postgresql:query": {"format": "PostgreSQL", "rows": "2", "selected": query}}
    assert "01-05 08:00:00.500000" in log_of(tmp_path / "log")[1]


def test_several_tables_are_listed(database: Database, ordermine: Callable) -> None:
    database.run(
        STEPS + "CREATE SCHEMA crm; CREATE TABLE crm.calls (a int); CREATE VIEW late AS SELECT * FROM steps; ANALYZE;"
    )
    for command in (["ingest", database.address, "-o", "log"], ["inspect", database.address]):
        said = ordermine(*command)
        assert said.code == 2
        assert "which table? its tables: steps (about 4 rows), crm.calls, late" in said.err
        assert "--query 'SELECT * FROM steps'" in said.err


def test_inspect_shows_the_columns_of_a_query(database: Database, ordermine: Callable) -> None:
    database.run(STEPS)
    said = ordermine("inspect", database.address, "--query", "SELECT * FROM steps", "--format", "json")
    assert said.code == 0, said.err
    (file,) = json.loads(said.out)["result"]["files"]
    assert {column["name"]: column["key"] for column in file["columns"]}["changed_at"] == "timestamp"
    assert file["problems"] == []


@pytest.mark.parametrize("readable", ["id, order_no, step", "order_no, step"])
def test_only_what_the_user_may_read_is_seen(database: Database, tmp_path: Path, readable: str) -> None:
    reader = f"reader_{database.number}"
    database.run(
        STEPS + f"CREATE TABLE secret (a int); CREATE ROLE {reader}; GRANT SELECT ({readable}) ON steps TO {reader};"
        f"GRANT {reader} TO owner;"
    )
    address = f"{database.address}&options=-c%20role%3D{reader}"
    source = opened(address, tmp_path / "made")[0].source
    assert ", ".join(source.columns) == readable


TYPES = {
    "'2026-03-29 02:30+01'::timestamptz": "2026-03-29T01:30:00Z",
    "'2026-03-29 02:30:00.120'::timestamp": "2026-03-29T02:30:00.12",
    "'infinity'::timestamptz": "infinity",
    "'-infinity'::date": "-infinity",
    "'0044-03-15 BC'::date": "0044-03-15 BC",
    "'0044-03-15 10:00 BC'::timestamp": "0044-03-15T10:00:00 BC",
    "'12345-06-07 08:00'::timestamp": "12345-06-07T08:00:00",
    "'08:15'::time": "08:15:00",
    "interval '1 month 2 days 3 hours'": "P1M2DT3H",
    "'123456789012345678901234567890.12300'::numeric": "123456789012345678901234567890.12300",
    "'NaN'::numeric": "NaN",
    "9007199254740993::bigint": "9007199254740993",
    "1e15::float8": "1000000000000000",
    "0.1::float8": "0.1",
    "'NaN'::float8": None,
    "12.5::money": "12.50",
    "true": "true",
    "NULL::text": None,
    "''": None,
    "' x '::char(5)": " x",
    "'Zoë – 日本'": "Zoë – 日本",
    "'\\x68c3a9'::bytea": "hé",
    "'\\xff00'::bytea": "ff00",
    "ARRAY['a', NULL, 'b\"c']": '["a",null,"b\\"c"]',
    "'{{1,2},{3,4}}'::int[]": "[[1,2],[3,4]]",
    '\'{"b": 1.50, "a": [null]}\'::json': '{"b": 1.50, "a": [null]}',
    '\'{"b": 1.50, "a": [null]}\'::jsonb': '{"a": [null], "b": 1.50}',
    "ROW(1, 'x')": '{"f1":1,"f2":"x"}',
    "'sent'::stage": "sent",
    "7::small": "7",
    "'b2c0a0f0-1111-2222-3333-444455556666'::uuid": "b2c0a0f0-1111-2222-3333-444455556666",
    "'10.0.0.1'::inet": "10.0.0.1/32",
    "int4range(1, 5)": "[1,5)",
    "point(1, 2)": "(1,2)",
    "xmlparse(content '<a/>')": "<a/>",
    "'pg_class'::regclass": "pg_class",
}


def test_every_type_arrives_exactly(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TYPE stage AS ENUM ('draft', 'sent'); CREATE DOMAIN small AS int CHECK (VALUE < 10);"
        # Settings of the server that would change how values are written.
        f"ALTER DATABASE {database.name} SET TimeZone = 'Asia/Tokyo';"
        f"ALTER DATABASE {database.name} SET DateStyle = 'German';"
        f"ALTER DATABASE {database.name} SET IntervalStyle = 'sql_standard';"
        f"ALTER DATABASE {database.name} SET extra_float_digits = -3;"
    )
    query = "SELECT " + ", ".join(f"{expression} AS v{at}" for at, expression in enumerate(TYPES))
    source = opened(database.address, tmp_path / "made", query)[0].source
    (row,) = cells(source)
    assert dict(zip(TYPES, row.values(), strict=True)) == TYPES


def test_text_of_a_database_in_another_encoding(database: Database, tmp_path: Path) -> None:
    name = f"latin_{database.number}"
    database.run(f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    database.server.run(name, "SET client_encoding = 'UTF8'; CREATE TABLE a AS SELECT 'Verkäufe' AS team")
    source = opened(database.server.address(name), tmp_path / "made")[0].source
    assert cells(source) == [{"team": "Verkäufe"}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT step FROM steps WHERE step LIKE 'C%' AND team = 'Sales' ORDER BY id", ["Create", "Confirm"]),
        ("SELECT step FROM steps WHERE step <> '%s {} $1 ?' ORDER BY id DESC LIMIT 1", ["Deliver"]),
        ("TABLE (SELECT 'a; b' AS x) AS t", None),
        ("VALUES ('b'), ('a')", ["a", "b"]),
        ("(SELECT 'x' AS a UNION ALL SELECT 'y') ORDER BY 1 DESC", ["y", "x"]),
        ("SELECT DISTINCT team FROM steps WHERE team IS NOT NULL -- ;", ["Ops", "Sales"]),
        (
            "WITH RECURSIVE n (a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM n WHERE a < 3) SELECT a FROM n",
            ["1", "2", "3"],
        ),
        ("SELECT step FROM steps FOR UPDATE", None),
    ],
)
def test_queries_of_all_kinds(database: Database, tmp_path: Path, query: str, expected: list[str] | None) -> None:
    database.run(STEPS)
    if expected is None:
        with pytest.raises(UsageError):
            opened(database.address, tmp_path / "made", query)
    else:
        source = opened(database.address, tmp_path / "made", query)[0].source
        assert [next(iter(row.values())) for row in cells(source)] == expected


def test_names_of_columns(database: Database, tmp_path: Path) -> None:
    source = opened(database.address, tmp_path / "made", 'SELECT 1 AS a, 2 AS a, 3, 4 AS "x""y\'{}"')[0].source
    assert list(cells(source)[0].values()) == ["1", "2", "3", "4"]
    assert source.columns[0] == "a"
    assert len(set(source.columns)) == 4
    assert source.columns[3] == "x\"y'{}"


def test_rows_come_in_the_same_order_every_time(database: Database, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE keyed (b int, a int, PRIMARY KEY (a, b));"
        "INSERT INTO keyed VALUES (1, 2), (2, 1), (1, 10), (3, 1);"
        "CREATE TABLE plain (n int, t text, j json);"
        "INSERT INTO plain VALUES (10, 'b', '{}'), (9, 'b', '1'), (9, 'B', '2');"
    )

    def read(query: str) -> list[tuple[str | None, ...]]:
        source = opened(database.address, tmp_path / f"made{hash(query)}", query)[0].source
        return [tuple(row.values()) for row in cells(source)]

    assert read("SELECT * FROM plain") == [("9", "B", "2"), ("9", "b", "1"), ("10", "b", "{}")]
    assert read("SELECT n, t FROM plain ORDER BY n DESC, t") == [("10", "b"), ("9", "B"), ("9", "b")]
    database.run("DROP TABLE plain")
    source = opened(database.address, tmp_path / "only")[0].source
    assert [tuple(row.values()) for row in cells(source)] == [("2", "1"), ("3", "1"), ("1", "2"), ("1", "10")]


def test_later_rows_are_added_and_earlier_ones_recognised(
    database: Database, ordermine: Callable, tmp_path: Path
) -> None:
    database.run(STEPS)
    assert ordermine("ingest", database.address, "-o", "log").code == 0
    once = ordermine("ingest", database.address, "-o", "log", "--append", "--format", "json")
    assert json.loads(once.out)["result"]["rows_in"] == 4
    database.run("INSERT INTO steps (order_no, step, changed_at) VALUES ('SO2', 'Cancel', '2026-01-08 08:00+00')")
    said = ordermine("ingest", database.address, "-o", "log", "--append", "--format", "json")
    assert said.code == 0, said.err
    result = json.loads(said.out)["result"]
    assert (result["rows_in"], result["events"], result["duplicates"]) == (9, 5, 4)
    assert sorted(result["dialect"]) == ["postgresql:steps", "postgresql:steps (2)"]


def test_one_state_of_the_database_is_read(database: Database, tmp_path: Path) -> None:
    from ordermine.ingest.databases.postgresql import open_postgresql

    database.run("CREATE TABLE one AS SELECT 'old' AS a; CREATE TABLE two AS SELECT 'old' AS b;")
    with open_postgresql(database.address) as opened_database:
        first = [row for batch in opened_database.rows("SELECT a FROM one") for row in batch.to_pylist()]
        database.run("UPDATE one SET a = 'new'; UPDATE two SET b = 'new'; CREATE TABLE three (c int);")
        second = [row for batch in opened_database.rows("SELECT a, b FROM one, two") for row in batch.to_pylist()]
    assert first == [{"a": "old"}]
    assert second == [{"a": "old", "b": "old"}]
    assert database.run("SELECT b FROM two") == "new"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("DELETE FROM steps", "not one SELECT"),
        ("SELECT 1; DELETE FROM steps", "not one SELECT"),
        ("WITH gone AS (DELETE FROM steps RETURNING *) SELECT * FROM gone", "data-modifying statement"),
        ("SELECT nextval('steps_id_seq')", "does more than read"),
        ("SELECT remove_all()", "does more than read"),
        ("SELECT set_config('transaction_read_only', 'off', true)", "does more than read"),
        ("SELECT * FROM steps) AS q; DELETE FROM steps; SELECT * FROM (SELECT 1", "not one SELECT"),
        ("SELECT * FROM nothing", 'relation "nothing" does not exist'),
        ("SELECT ordr FROM steps", 'column "ordr" does not exist'),
        ("SELECT FROM steps", "no columns"),
        ("SELECT * FROM", "syntax error"),
        ("SELECT 1/0 AS a", "division by zero"),
        ("SELECT order_no::int FROM steps", "invalid input syntax"),
    ],
)
def test_a_query_only_reads(database: Database, ordermine: Callable, tmp_path: Path, query: str, message: str) -> None:
    database.run(
        STEPS + "CREATE FUNCTION remove_all() RETURNS int LANGUAGE sql AS 'DELETE FROM steps RETURNING id';"
        "SELECT pg_stat_reset();"
    )
    before = database.run("SELECT last_value, count(*) FROM steps_id_seq, steps GROUP BY 1")
    said = ordermine("ingest", database.address, "-o", "log", "--query", query)
    assert said.code == 2, said.err
    assert message in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "log").exists()
    assert database.run("SELECT last_value, count(*) FROM steps_id_seq, steps GROUP BY 1") == before


def test_a_query_needs_one_database(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order,step,time\n1,a,2026-01-01\n")
    said = ordermine("ingest", "orders.csv", "-o", "log", "--query", "SELECT 1")
    assert (said.code, "none of the exports is a database" in said.err) == (2, True)
    said = ordermine("ingest", database.address, database.address, "-o", "log", "--query", "SELECT 1")
    assert (said.code, "which of the databases" in said.err) == (2, True)


def test_a_table_and_a_file_become_one_log(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(STEPS)
    (tmp_path / "orders.csv").write_text("order_no,step,changed_at,team\nSO1,Invoice,2026-01-09T08:00:00Z,Finance\n")
    said = ordermine("ingest", database.address, "orders.csv", "-o", "log")
    assert said.code == 0, said.err
    assert [row[1] for row in log_of(tmp_path / "log") if row[0] == "SO1"] == [
        "Create",
        "Confirm",
        "Deliver",
        "Invoice",
    ]


def test_an_empty_table_is_said_to_be_empty(database: Database, ordermine: Callable) -> None:
    database.run("CREATE TABLE steps (order_no text, step text, changed_at timestamp)")
    said = ordermine("ingest", database.address, "-o", "log")
    assert said.code == 3
    assert "postgresql:steps: it has a header but no rows" in said.err


def test_a_log_is_the_same_whatever_the_order_on_disk(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE a AS SELECT 'SO' || g % 50 AS order_no, 'step ' || g % 7 AS step,"
        " now() - g % 5 * interval '1 h' AS at FROM generate_series(1, 1000) g;"
        "CREATE TABLE b AS SELECT * FROM a ORDER BY md5(a::text);"
    )
    for name in "ab":
        query = f"SELECT * FROM {name}"
        assert ordermine("ingest", database.address, "-o", name, "--query", query, "--keep-duplicates").code == 0
    assert log_of(tmp_path / "a") == log_of(tmp_path / "b")


STREAM = """
import resource, sys
from pathlib import Path
from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.databases.extract import extract

def read(rows, folder):
    Path(folder).mkdir()
    query = f"SELECT g AS id, md5(g::text) || repeat('x', 1000) AS payload FROM generate_series(1, {rows}) g ORDER BY 1"
    ((path, source),) = extract(sys.argv[1], "postgresql", Wanted(query), Path(folder))
    assert source.described["rows"] == str(rows)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

few, many = read(100_000, "few"), read(300_000, "many")
print(few, many)
"""


def test_memory_does_not_grow_with_the_rows(database: Database, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STREAM, database.address], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    # 200,000 more rows are 206 MB more.
    assert many - few < 100, (few, many)


def test_the_driver_is_an_extra(database: Database, ordermine: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    said = ordermine("ingest", database.address, "-o", "log")
    assert said.code == 6
    assert "pip install 'ordermine[postgresql]'" in said.err


def test_a_database_is_no_log(ordermine: Callable) -> None:
    said = ordermine("discover", "postgresql://ann:s3cret@erp/sales")
    assert said.code == 2
    assert "ordermine ingest" in said.err
    assert "s3cret" not in said.err


def test_columns_can_be_named(database: Database, tmp_path: Path) -> None:
    database.run(STEPS)
    sources = opened(database.address, tmp_path / "made", "SELECT order_no AS x, step AS y, changed_at AS z FROM steps")
    found = ingest(
        sources, tmp_path / "log", Project(), Options(columns={"case": "x", "activity": "y", "timestamp": "z"})
    )
    assert found.ledger.events == 4
    with pytest.raises(UsageError, match="no column 'w'"):
        ingest(sources, tmp_path / "log2", Project(), Options(columns={"case": "w"}))


def test_the_project_file_of_the_current_folder_counts(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(STEPS + "CREATE TABLE other (a int)")
    (tmp_path / "ordermine.toml").write_text(
        '[[source]]\nfiles = "postgresql:query"\ncase = "x"\nactivity = "y"\ntimestamp = "z"\n'
    )
    query = "SELECT order_no AS x, step AS y, changed_at AS z FROM steps"
    said = ordermine("ingest", database.address, "-o", "log", "--query", query)
    assert said.code == 0, said.err
    assert len(log_of(tmp_path / "log")) == 4


def test_a_history_of_fields_is_read_as_such(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    database.run(
        "CREATE TABLE changes AS SELECT * FROM (VALUES"
        " ('SO1', 'Status', NULL, 'Draft', timestamptz '2026-01-05 08:00+00', 'ann'),"
        " ('SO1', 'Status', 'Draft', 'Confirmed', '2026-01-05 09:00+00', 'ann'),"
        " ('SO1', 'Price', '10.00', '12.00', '2026-01-05 10:00+00', 'bob'))"
        " AS v (order_id, field, old_value, new_value, changed_at, changed_by)"
    )
    said = ordermine("ingest", database.address, "-o", "log", "--format", "json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["result"]["dialect"]["postgresql:changes"]["shape"] == "field_history"
    assert "Change Price" in [row[1] for row in log_of(tmp_path / "log")]


def test_a_query_that_names_people_is_not_kept_where_names_are_replaced(
    database: Database, ordermine: Callable, tmp_path: Path
) -> None:
    database.run(STEPS + "ALTER TABLE steps ADD COLUMN usr text; UPDATE steps SET usr = 'Ann Miller';")
    (tmp_path / "key").write_text("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
    (tmp_path / "key").chmod(0o600)
    query = "SELECT order_no, step, changed_at, usr FROM steps WHERE usr = 'Ann Miller'"
    replaced = ["--resource", "usr", "--pseudonymise", "resource", "--key-file", "key"]
    said = ordermine("ingest", database.address, "-o", "log", "--query", query, *replaced)
    assert said.code == 0, said.err
    manifest = (tmp_path / "log" / "manifest.json").read_text()
    assert "Ann" not in manifest
    assert "by a query" in manifest
