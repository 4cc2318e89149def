"""What no tool on this engine can go below: DuckDB alone, reading, sorting and writing, or scanning columns.

python benchmarks/floor.py sort orders.csv sorted.parquet 2
python benchmarks/floor.py scan LOG/000001/events 2
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


def main() -> None:
    """Do what the command line says."""
    what, *rest = sys.argv[1:]
    *paths, threads = rest
    con = duckdb.connect(config={"threads": int(threads)})
    if what == "sort":
        sort(con, Path(paths[0]), Path(paths[1]))
    else:
        con.execute(GROUP_BY.format(events=f"read_parquet('{paths[0]}/*.parquet')")).fetchall()


if __name__ == "__main__":
    main()
