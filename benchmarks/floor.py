"""What no tool on this engine can go below: DuckDB alone, reading, sorting and writing, or scanning columns.

python benchmarks/floor.py sort orders.csv sorted.parquet 2
python benchmarks/floor.py scan LOG/000001/events 2
python benchmarks/floor.py columns LOG/000001 2
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TYPES = {
    "Order": "VARCHAR",
    "Activity": "VARCHAR",
    "Timestamp": "TIMESTAMP",
    "Department": "VARCHAR",
    "User": "VARCHAR",
    "Customer": "VARCHAR",
    "Channel": "VARCHAR",
    "Amount": "DECIMAL(28, 6)",
}
READ_BY_ANALYZERS = {
    "events/*.parquet": (
        *("case_no", "seq", "activity", "timestamp", "timestamp_precision", "actor_type", "department", "resource"),
        *("occurrence", "seconds_to_next", "tied", "start_timestamp", "field", "old_value", "new_value"),
        *("object_type", "object_id", "reason", "reference", "customer", "item", "amount"),
    ),
    "cases.parquet": (
        *("case_id", "case_no", "start", "end", "events", "variant_id", "first_activity", "last_activity"),
    ),
    "variants.parquet": ("variant_id", "activities", "cases"),
}
"""Files of a log → columns that analyzers read of them; those that the log doesn't record are there, and empty."""

GROUP_BY = "SELECT activity, department, count(*), avg(seconds_to_next) FROM {events} GROUP BY ALL ORDER BY ALL"


def sort(con: duckdb.DuckDBPyConnection, source: Path, target: Path) -> None:
    """Write a CSV file sorted by case, time and row as Parquet: the least that a log sorted once can cost."""
    con.execute(
        f"""
        COPY (
          SELECT *, row_number() OVER () AS row
          FROM read_csv('{source}', header = true, columns = {TYPES})
          ORDER BY "Order", "Timestamp", row
        )
        TO '{target}' (FORMAT parquet, COMPRESSION zstd)
        """
    )


def scan_columns(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Read every column that the analyzers read once, so that each of its values is looked at."""
    for files, columns in READ_BY_ANALYZERS.items():
        aggregates = ", ".join(f'count("{column}"), max("{column}")' for column in columns)
        con.execute(f"SELECT {aggregates} FROM read_parquet('{folder}/{files}')").fetchall()


def main() -> None:
    """Do what the command line says."""
    what, *rest = sys.argv[1:]
    *paths, threads = rest
    con = duckdb.connect(config={"threads": int(threads)})
    if what == "sort":
        sort(con, Path(paths[0]), Path(paths[1]))
    elif what == "columns":
        scan_columns(con, Path(paths[0]))
    else:
        con.execute(GROUP_BY.format(events=f"read_parquet('{paths[0]}/*.parquet')")).fetchall()


if __name__ == "__main__":
    main()
