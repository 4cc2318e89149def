"""`sql`: one SELECT over the views of one log, and nothing else."""

from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from ordermine.report import queried

ROWS = [
    {
        "order": "1",
        "activity": "Größe ☃",
        "timestamp": "2026-01-01T00:00:00Z",
        "department": "O'Brien; --",
        "amount": "1.50",
    },
    {"order": "2", "activity": "B", "timestamp": "2026-01-02T00:00:00Z", "department": "Ops", "amount": "2"},
]


@pytest.fixture
def path(ingest_rows):
    return ingest_rows(ROWS)


def rows(path, query, **filters):
    return [tuple(row) for row in queried.run(open_log(path, filters=Filters(**filters)), query).rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT activity FROM events ORDER BY case_no", [("Größe ☃",), ("B",)]),
        ("SELECT case_id FROM cases WHERE first_activity = 'Größe ☃'", [("1",)]),
        ("WITH x AS (SELECT 1 AS a) SELECT a FROM x", [(1,)]),
        ("FROM cases SELECT count(*)", [(2,)]),
        ("VALUES (1), (2)", [(1,), (2,)]),
        ("SELECT count(kind), count(by_system) FROM steps", [(0, 2)]),
        ("SELECT cases FROM variants", [(1,), (1,)]),
        ("SELECT count(*) FROM left_out;", [(0,)]),
        ("SELECT amount, DATE '2026-01-01', 'inf'::DOUBLE FROM events ORDER BY 1", None),
    ],
)
def test_queries(path, query, found):
    result = rows(path, query)
    assert result == (found or [("1.5", "2026-01-01", None), ("2", "2026-01-01", None)])


def test_filters_narrow_the_views(path):
    assert rows(path, "SELECT case_id FROM steps", case="2") == [("2",)]
    assert rows(path, "SELECT case_id FROM events", where="department = 'O''Brien; --'") == [("1",)]
    assert rows(path, "SELECT count(*) FROM all_events", case="2") == [(2,)]


def test_columns_of_the_same_name_are_told_apart(path):
    table = queried.run(open_log(path), "SELECT 1 AS a, 2 AS a, 3 AS b, 4 AS a")
    assert [column.name for column in table.columns] == ["a", "a_2", "b", "a_3"]
    assert queried.result(table)["rows"] == [{"a": 1, "a_2": 2, "b": 3, "a_3": 4}]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELECT 1; SELECT 2",
        "COPY (SELECT 1) TO '{out}'",
        "COPY events TO '{out}' (FORMAT csv)",
        "ATTACH '{out}' AS other",
        "PRAGMA database_list",
        "SET threads = 1",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW events",
        "INSERT INTO meanings VALUES ('a', 'b', 'c', 'd')",
        "WITH gone AS (DELETE FROM meanings RETURNING *) SELECT * FROM gone",
        "EXPORT DATABASE '{out}'",
        "EXPLAIN ANALYZE SELECT 1",
        "CALL pragma_version()",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_blob('{log}/manifest.json')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''{out}''')",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT nothing FROM events",
        "SELECT * FROM nothing",
        "SELECT error('x')",
        "SELEC 1",
    ],
)
def test_nothing_else_is_run(path, tmp_path, query):
    out = tmp_path / "out"
    with pytest.raises(UsageError) as caught:
        rows(path, query.format(out=out, log=path))
    assert caught.value.hint
    assert not out.exists()


def test_a_wrong_column_gets_near_matches(path):
    with pytest.raises(UsageError) as caught:
        rows(path, "SELECT activty FROM events")
    assert "did you mean 'activity'" in caught.value.hint


@pytest.mark.parametrize("query", ["SELECT source_file FROM left_out", "SELECT l.source_file FROM left_out l"])
def test_columns_of_other_views_are_no_matches(path, query):
    with pytest.raises(UsageError) as caught:
        rows(path, query)
    assert "'file'" in caught.value.hint
    assert "'source_file'" not in caught.value.hint


def test_a_failed_query_leaves_the_log_open_for_the_next(path):
    log = open_log(path)
    for query in ("SELECT nothing", "WITH gone AS (DELETE FROM meanings RETURNING *) SELECT * FROM gone"):
        with pytest.raises(UsageError):
            queried.run(log, query)
    assert queried.run(log, "SELECT count(*) FROM meanings").rows == [(2,)]
