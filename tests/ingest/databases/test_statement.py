"""What is said of a query before a database sees it."""

from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.databases.statement import check_reads, is_ordered


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("SELECT 1", "SELECT 1"),
        ("  select 1 ; ", "  select 1 "),
        ("SELECT 1;;", "SELECT 1"),
        ("SELECT 1 -- ; done", "SELECT 1 -- ; done"),
        ("-- orders\nWITH a AS (SELECT 1) SELECT * FROM a", "-- orders\nWITH a AS (SELECT 1) SELECT * FROM a"),
        ("/* a; b */ VALUES (1)", "/* a; b */ VALUES (1)"),
        ("(SELECT ';')", "(SELECT ';')"),
        ("SELECT E'\\';' AS a", "SELECT E'\\';' AS a"),
        ('SELECT ";" FROM a', 'SELECT ";" FROM a'),
        ("SELECT $x$;$x$", "SELECT $x$;$x$"),
    ],
)
def test_one_select_is_kept_without_its_end(query: str, kept: str) -> None:
    assert check_reads(query) == kept


@pytest.mark.parametrize(
    "query",
    [
        "",
        " -- nothing",
        "DELETE FROM a",
        "SELECT 1; SELECT 2",
        "EXPLAIN SELECT 1",
        "COPY a TO STDOUT",
        "SELECT ';'; SELECT 1",
    ],
)
def test_anything_else_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match="not one SELECT"):
        check_reads(query)


@pytest.mark.parametrize(
    ("query", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM t order\n by 1 LIMIT 3", True),
        ("SELECT a FROM t ORDER /* by what? */ BY a", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a) q", False),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", False),
        ("SELECT 'ORDER BY' FROM t -- ORDER BY a", False),
        ('SELECT "order" by FROM t', False),
        ("SELECT order_by FROM t", False),
    ],
)
def test_whether_a_query_orders_its_rows(query: str, ordered: bool) -> None:
    assert is_ordered(query) is ordered
