"""The result of a query that a person wrote."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from ordermine.errors import EnvironmentFault, UsageError
from ordermine.eventlog.damage import first_line, unreadable
from ordermine.eventlog.log import near_column
from ordermine.eventlog.views import create_steps
from ordermine.quoting import check_text
from ordermine.report.table import Column, Table, counted

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.eventlog.log import Log

VIEWS = "events, steps, cases, variants, left_out, meanings"


def run(log: Log, query: str) -> Table:
    """Run one SELECT over the views.

    Raises
    ------
    UsageError
        It isn't one SELECT, names something that doesn't exist, or reaches outside the log.
    """
    import duckdb

    check_text(query, "query")
    connection = log.connection
    create_steps(log)
    try:
        statements = connection.extract_statements(query)
    except duckdb.Error as error:
        raise UsageError(f"not a query: {first_line(error)}", hint="write one SELECT") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError("not one SELECT: nothing else is run here", hint=f"the views are {VIEWS}")
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        found: pa.Table = connection.sql(statements[0]).to_arrow_table()
    except duckdb.TransactionException as error:
        raise UsageError("not one SELECT: it would change something", hint=f"the views are {VIEWS}") from error
    except duckdb.PermissionException as error:
        raise UsageError(f"only this log is reachable: {first_line(error)}", hint=f"the views are {VIEWS}") from error
    except duckdb.IOException as error:
        raise unreadable(log.path, error) from error
    except duckdb.OutOfMemoryException as error:
        raise EnvironmentFault(f"not enough memory: {first_line(error)}", hint="raise --memory-limit") from error
    except duckdb.Error as error:
        hint = near_column(str(error), _columns_asked(log, query)) or f"the views are {VIEWS}"
        raise UsageError(first_line(error), hint=hint) from error
    finally:
        connection.execute("ROLLBACK")
    names = _unique([field.name for field in found.schema])
    rows = list(zip(*(column.to_pylist() for column in found.columns), strict=True))
    columns = tuple(
        Column(name, name, "number" if _is_number(field.type) else "text")
        for name, field in zip(names, found.schema, strict=True)
    )
    return Table(counted(len(rows), "row"), columns, [tuple(_plain(value) for value in row) for row in rows])


def _columns_asked(log: Log, query: str) -> list[str]:
    """Return the columns of the views whose names stand in a query."""
    views = [view for view in VIEWS.split(", ") if re.search(rf"\b{view}\b", query, re.IGNORECASE)]
    return [row[0] for view in views for row in log.connection.execute(f"DESCRIBE {view}").fetchall()]


def _unique(names: list[str]) -> list[str]:
    """Return the names with a number after those that occur again, as a join of two views gives them."""
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _plain(value: Any) -> Any:
    """Return a value that JSON can carry."""
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, decimal.Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date | dt.time | dt.timedelta | bytes):
        return str(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def result(table: Table) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    names = [column.name for column in table.columns]
    return {
        "columns": names,
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
    }
