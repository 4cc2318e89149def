"""Queries reach the log they are for, files the rows of the file that was named, and nothing else."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Said

EXPORT = "Order,Step,Changed at,Team\no{0},Create,2024-01-01,Sales\no{0},Ship,2024-01-02,Stock\n"
HISTORY = (
    "Order,Field,Old Value,New Value,Edited By,Edit Date\n"
    "o1,Status,Draft,Sent,ann,2024-01-01 10:00:00\no1,Status,Sent,Paid,bob,2024-01-02 10:00:00\n"
)
SAMPLES = Path(__file__).parents[1] / "ingest" / "presets" / "samples"

LOCKED = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
    "TimeZone": "UTC",
}
FORBIDDEN = (
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSTALL spatial FROM community",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('{folder}/../*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "ATTACH '{folder}/other.db'",
    "EXPORT DATABASE '{folder}/all'",
    "SET enable_external_access = true",
    "SET TimeZone = 'Asia/Tokyo'",
    "PRAGMA temp_directory='{folder}'",
)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect every connection that is opened."""
    import duckdb

    opened: list[Any] = []
    connect = duckdb.connect

    def collecting(*arguments: Any, **settings: Any) -> Any:
        opened.append(connect(*arguments, **settings))
        return opened[-1]

    monkeypatch.setattr(duckdb, "connect", collecting)
    return opened


def test_s08_no_query_reaches_beyond_its_tables(
    ordermine: Callable[..., Said], tmp_path: Path, connections: list[Any]
) -> None:
    """Every database that a run opens, over a log, over the tables of an export, or in a DuckDB file, is locked: it
    loads no extension, reads and writes no file, connects to nothing, and no query can unlock it."""

    (tmp_path / "history.csv").write_text(HISTORY)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    tables = sorted((SAMPLES / "sap-sales").glob("*.csv"))
    assert ordermine("ingest", "history.csv", "-o", "shaped").code == 0
    assert ordermine("ingest", *tables, "-o", "joined").code == 0
    assert ordermine("analyze", "shaped").code == 0
    assert len(connections) >= 3
    check_locked(connections, tmp_path)


def test_s08_no_query_reaches_beyond_a_database_file(
    ordermine: Callable[..., Said], tmp_path: Path, connections: list[Any]
) -> None:
    """A DuckDB file that is read is locked in the same way, and can't be changed; a query that is given for it may not
    reach beyond it either."""
    import duckdb

    from ordermine.ingest.databases.duckdb import open_duckdb

    (tmp_path / "secret.csv").write_text("a\n1\n")
    with duckdb.connect(str(tmp_path / "orders.duckdb")) as made:
        made.execute(
            "CREATE TABLE steps AS SELECT 'o1' AS \"case\", 'Create' AS activity, DATE '2024-01-01' AS timestamp"
        )
    connections.clear()
    with open_duckdb(tmp_path / "orders.duckdb", tmp_path / "scratch"):
        check_locked(connections, tmp_path)
        with pytest.raises(duckdb.Error, match="read-only"):
            connections[0].execute("DROP TABLE steps")
    for query in FORBIDDEN:
        said = ordermine("ingest", "orders.duckdb", "-o", "log", "--query", query.format(folder=tmp_path))
        assert (said.code, (tmp_path / "log").exists()) == (2, False), said.err
    assert ordermine("ingest", "orders.duckdb", "-o", "log").code == 0


def check_locked(connections: list[Any], folder: Path) -> None:
    import duckdb

    for connection in connections:
        found = {name: connection.execute(f"SELECT current_setting('{name}')").fetchone()[0] for name in LOCKED}
        assert found == LOCKED
        for query in FORBIDDEN:
            with pytest.raises(duckdb.Error):
                connection.execute(query.format(folder=folder)).fetchall()
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize(
    "name", ["export[1].csv", "a*.csv", "what?.csv", "o'brien.csv", 'a"b;--.csv', "{a,b}.csv", "%41.csv", "$HOME.csv"]
)
def test_s08_a_file_name_is_no_pattern(ordermine: Callable[..., Said], tmp_path: Path, name: str) -> None:
    """A file whose name has wildcards, quotes or other signs in it is read itself, not the files that its name would
    match as a pattern; the project file that `inspect` writes for it fits it; its log can be queried; and commands
    that are printed for it can be given to a shell as they are."""
    for decoy in ("export1.csv", "abc.csv", "whatx.csv", "a.csv", "b.csv", "A.csv"):
        (tmp_path / decoy).write_text(EXPORT.format("decoy"))
    (tmp_path / name).write_text(EXPORT.format("real"))
    said = ordermine("inspect", name, "-o", "p.toml", "--force")
    assert said.code == 0
    printed = [shlex.split(line) for line in said.out.splitlines() if line.startswith("ordermine ingest")]
    assert printed == [["ordermine", "ingest", name, "-o", "LOG"]]
    folder = f"log of {name}"
    said = ordermine("ingest", name, "-o", folder, "--project", "p.toml")
    assert said.code == 0, said.err
    said = ordermine("sql", folder, "SELECT DISTINCT case_id FROM events", "--format", "csv")
    assert (said.code, said.out.split()) == (0, ["case_id", "oreal"])
    assert "oreal" in ordermine("show", name, "oreal").out
