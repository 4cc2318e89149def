"""A PostgreSQL server of our own, started once, reached by a socket only. Without it its tests skip, but not in CI."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OWNER = "owner"
# Everybody but the owner needs a password.
ACCESS = f"local all {OWNER} trust\nlocal all all scram-sha-256\n"
# Quicker than another database for every test.
EMPTIED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test' AND pid <> pg_backend_pid();
ALTER DATABASE test RESET ALL;
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' \\gexec
CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO public;
"""
SETTINGS = ("fsync=off", "listen_addresses=", "autovacuum=off", "max_connections=30")


@dataclass
class Server:
    """A running server."""

    programs: Path
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def address(self, database: str, user: str = OWNER) -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, database: str, sql: str) -> str:
        """Run statements; return what the last one gives."""
        command = [
            self.programs / "psql",
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            self.address(database),
        ]
        done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass
class Database:
    """A database of one test."""

    server: Server
    name: str
    number: int
    """For names that all databases of a server share."""

    @property
    def address(self) -> str:
        return self.server.address(self.name)

    def as_user(self, user: str) -> str:
        return self.server.address(self.name, user)

    def run(self, sql: str) -> str:
        return self.server.run(self.name, sql)


def installed() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest where Debian has several."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return versions[-1].parent if versions else None


def unprivileged(command: Sequence[object]) -> list[str]:
    """Return a command as the server's programs want to be run: not by root."""
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*as_postgres, *map(str, command)]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    programs = installed()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed, and in CI these tests must run: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed")
    # The path of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as place:
        folder = Path(place)
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        data, log = folder / "data", folder / "server.log"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        created = [programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(unprivileged(created), **quiet)  # type: ignore[call-overload]
        (data / "pg_hba.conf").write_text(ACCESS)
        options = " ".join(f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}"))
        control = [programs / "pg_ctl", "-D", data, "-w", "-l", log]
        subprocess.run(unprivileged([*control, "-o", options, "start"]), **quiet)  # type: ignore[call-overload]
        try:
            started = Server(programs, folder)
            started.run("postgres", "CREATE DATABASE test")
            yield started
        finally:
            subprocess.run(unprivileged([*control, "-m", "immediate", "stop"]), **quiet)  # type: ignore[call-overload]


@pytest.fixture
def database(server: Server, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return an empty database; nothing of the environment says how to reach another."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGPASSFILE", "/nonexistent")
    server.run("test", EMPTIED)
    return Database(server, "test", next(server.numbers))
