"""What a server, a network or a person can do in the middle; and that a password is found nowhere afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import EnvironmentFault
from ordermine.ingest.databases.choose import Wanted
from ordermine.ingest.databases.extract import extract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.ingest.databases.conftest import Database

COMMAND = [sys.executable, "-c", "from ordermine.cli import main; main()"]
PASSWORD = "Zwerg-Nase-77"
STEPS = "CREATE TABLE steps AS SELECT 'SO1' AS order_no, 'Create' AS step, now() AS changed_at, 'Sales' AS team;"
SLOW = "SELECT 'SO1' AS order_no, 'Create' AS step, now() AS changed_at, pg_sleep(60)::text AS slept"


@pytest.fixture
def reader(database: Database) -> str:
    """Return the address of a database for a user who needs a password, which is in a file."""
    name = f"reader_{database.number}"
    database.run(f"{STEPS} CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'; GRANT SELECT ON steps TO {name};")
    return database.as_user(name)


def bytes_below(folder: Path) -> bytes:
    """Return all that files hold, Parquet decompressed."""
    import pyarrow.parquet as pq

    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found += path.read_bytes()
            if path.suffix == ".parquet":
                found += str(pq.read_table(path).to_pylist()).encode() + str(pq.read_metadata(path).metadata).encode()
    return found


def test_a_password_is_found_nowhere(
    reader: str, ordermine: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    said = ordermine("ingest", reader, "-o", "log", "--debug")
    assert said.code == 0, said.err
    user = reader.split("//")[1].split("@")[0]
    socket_folder = reader.split("host=")[1]
    for place in (bytes_below(tmp_path), (said.out + said.err).encode()):
        assert b"steps" in place
        for secret in (PASSWORD, user, socket_folder):
            assert secret.encode() not in place


def test_nothing_is_left_in_the_temporary_folder(
    reader: str, ordermine: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    assert ordermine("ingest", reader, "-o", "log").code == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_a_wrong_password_is_not_repeated(
    reader: str, ordermine: Callable, monkeypatch: pytest.MonkeyPatch, debug: list[str]
) -> None:
    monkeypatch.setenv("PGPASSWORD", f"{PASSWORD}!")
    said = ordermine("ingest", reader, "-o", "log", *debug)
    assert said.code == 6
    assert "password authentication failed" in said.err
    assert "PGPASSWORD" in said.err
    assert "~/.pgpass" in said.err
    assert PASSWORD not in said.err + said.out


def test_an_error_that_quotes_the_password_is_cleaned(
    reader: str, ordermine: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    query = f"SELECT ('{PASSWORD}')::int AS n"
    said = ordermine("ingest", reader, "-o", "log", "--debug", "--query", query)
    assert said.code == 2
    assert 'invalid input syntax for type integer: "…"' in said.err
    assert PASSWORD not in said.err


def test_without_a_password(reader: str, ordermine: Callable) -> None:
    said = ordermine("ingest", reader, "-o", "log")
    assert said.code == 6
    assert "no password supplied" in said.err
    assert "PGPASSFILE" in said.err


def test_a_password_in_the_address_is_refused(ordermine: Callable) -> None:
    for command in (["ingest", "-o", "log"], ["inspect"]):
        said = ordermine(*command, f"postgresql://ann:{PASSWORD}@erp/sales", "--debug")
        assert said.code == 2
        assert "password in the URL" in said.err
        assert PASSWORD not in said.err + said.out


def test_password_file_and_service(
    reader: str, ordermine: Callable, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "pgpass"
    kept.write_text(f"*:*:*:*:{PASSWORD}\n")
    kept.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(kept))
    assert ordermine("ingest", reader, "-o", "by_file").code == 0
    monkeypatch.delenv("PGPASSFILE")
    user, rest = reader.removeprefix("postgresql://").split("@/")
    name, _, host = rest.partition("?host=")
    service = tmp_path / "services"
    service.write_text(f"[erp]\nhost={host}\ndbname={name}\nuser={user}\npassword={PASSWORD}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    monkeypatch.setenv("PGSERVICE", "erp")
    said = ordermine("ingest", "postgresql://", "-o", "by_service")
    assert said.code == 0, said.err


def test_no_server(ordermine: Callable, tmp_path: Path) -> None:
    said = ordermine("ingest", f"postgresql://ann@/sales?host={tmp_path}", "-o", "log")
    assert said.code == 6
    assert "can't connect" in said.err
    assert "check host" in said.err
    assert not (tmp_path / "log").exists()


def test_no_such_database(database: Database, ordermine: Callable) -> None:
    said = ordermine("ingest", database.server.address("elsewhere"), "-o", "log")
    assert said.code == 6
    assert 'database "elsewhere" does not exist' in said.err


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"postgresql://ann@127.0.0.1:{listening.getsockname()[1]}/sales"


def test_patience_with_a_silent_server_ends(silent: str, ordermine: Callable) -> None:
    begun = time.monotonic()
    said = ordermine("ingest", f"{silent}?connect_timeout=2", "-o", "log")
    assert said.code == 6
    assert "timeout expired" in said.err
    assert time.monotonic() - begun < 5


def test_no_permission(reader: str, database: Database, ordermine: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    database.run("CREATE TABLE salaries (a int)")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    said = ordermine("ingest", reader, "-o", "log", "--query", "SELECT * FROM salaries")
    assert said.code == 6
    assert "permission denied for table salaries" in said.err
    assert "GRANT SELECT" in said.err


def test_the_server_ends_the_query(database: Database, ordermine: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=200")
    said = ordermine("ingest", database.address, "-o", "log", "--query", SLOW)
    assert said.code == 6
    assert "statement timeout" in said.err


def test_a_connection_that_is_lost_on_the_way(database: Database, ordermine: Callable, tmp_path: Path) -> None:
    def cut(_: str) -> None:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        database.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")

    query = "SELECT g AS order_no, repeat('x', 500) AS step, now() AS at FROM generate_series(1, 300000) g ORDER BY 1"
    (tmp_path / "made").mkdir()
    with pytest.raises(EnvironmentFault, match="connection was lost") as caught:
        extract(database.address, "postgresql", Wanted(query), tmp_path / "made", cut)
    assert database.server.folder.name not in str(caught.value)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_reading_ends_soon(
    database: Database, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "temporary").mkdir()
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%slept%'"
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    arguments = ["ingest", database.address, "-o", "log", "--query", SLOW]
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while database.run(f"{running} AND pid <> pg_backend_pid()") == "0":
            assert process.poll() is None
            time.sleep(0.1)
        begun = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=20)
        assert time.monotonic() - begun < 2
    assert process.returncode == code
    assert b"interrupted" in err
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not (tmp_path / "log").exists()
    while database.run(f"{running} AND pid <> pg_backend_pid()") != "0":
        assert time.monotonic() - begun < 5
        time.sleep(0.1)


def test_an_interrupted_connecting_ends_soon(silent: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "ingest", silent, "-o", "log"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(2)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert time.monotonic() - begun < 2
    assert process.returncode == 130


def test_a_full_disk(database: Database, ordermine: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    database.run(STEPS)
    monkeypatch.setattr(pa.ipc.RecordBatchFileWriter, "write", full, raising=False)
    said = ordermine("ingest", database.address, "-o", "log")
    assert said.code == 6
    assert "No space left on device" in said.err
    assert "TMPDIR" in said.err
