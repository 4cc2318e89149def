"""What many tests need: a small export made into a log, a command run, and the folder of the real logs."""

from __future__ import annotations

import csv
import itertools
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ordermine.eventlog.manifest import Manifest
    from ordermine.project import Project

# The same examples on every run, however busy the machine is.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")

REAL = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Ingested:
    """A log and what was read from it."""

    folder: Path
    manifest: Manifest

    @property
    def generation(self) -> Path:
        return self.manifest.folder(self.folder)

    def rows(self, name: str = "events") -> list[dict[str, Any]]:
        import pyarrow.parquet as pq

        return pq.read_table(self.generation / name).to_pylist()

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows()]

    def left_out(self) -> list[tuple[int, str, str]]:
        return [(row["line"], row["reason"], row["raw"]) for row in self.rows("left_out.parquet")]


class Ingest(Protocol):
    """Write files (name → content) and ingest them; `into` names the log, `run` takes settings of `pipeline.ingest`."""

    def __call__(
        self,
        files: Mapping[str, str | bytes] | str | bytes,
        *,
        into: str = "log",
        project: Project | None = None,
        run: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Ingested: ...


@pytest.fixture
def ingest_files(tmp_path: Path) -> Ingest:
    from ordermine.ingest.open import open_sources
    from ordermine.ingest.plan import Options
    from ordermine.pipeline import ingest
    from ordermine.project import Project

    def write_and_ingest(
        files: Mapping[str, str | bytes] | str | bytes,
        *,
        into: str = "log",
        project: Project | None = None,
        run: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Ingested:
        paths = []
        for name, content in ({"export.csv": files} if isinstance(files, str | bytes) else files).items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            paths.append(path)
        out = tmp_path / into
        manifest = ingest(open_sources(paths), out, project or Project(), Options(**options), **(run or {}))
        return Ingested(out, manifest)

    return write_and_ingest


@pytest.fixture
def ingest_rows(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that ingests rows (column → text) and gives the folder of the log."""
    from ordermine.ingest.open import open_sources
    from ordermine.ingest.plan import Options
    from ordermine.pipeline import ingest
    from ordermine.project import parse_project

    numbers = itertools.count()

    def write_and_ingest(
        rows: Sequence[Mapping[str, str]], *, project: str = "", keep_duplicates: bool = False, **run: Any
    ) -> Path:
        folder = tmp_path / f"made-{next(numbers)}"
        folder.mkdir()
        path = folder / "orders.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(
                file, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)
        log = folder / "log"
        declared = parse_project(project, "ordermine.toml")
        ingest(open_sources([path]), log, declared, Options(keep_duplicates=keep_duplicates), **run)
        return log

    return write_and_ingest


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def ordermine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Said]:
    """Return a function that runs a command line in a folder of its own."""
    from ordermine.cli import main, state

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(state, "debug", False)
    monkeypatch.setattr(state, "signal", 0)

    def run(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["ordermine", *map(str, arguments)])
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            main()
            code: object = 0
        except SystemExit as leaving:
            code = leaving.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        captured = capsys.readouterr()
        assert isinstance(code, int)
        return Said(code, captured.out, captured.err)

    return run


@pytest.fixture
def tiny_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let text files be read in pieces of a line or two."""
    from ordermine.ingest.readers import csv

    monkeypatch.setattr(csv, "PIECE_BYTES", 7)
    monkeypatch.setattr(csv, "HEADER_BYTES", 3)


@pytest.fixture(scope="session")
def real_logs() -> Path:
    if not REAL.is_dir():
        pytest.skip("the real logs are not beside the checkout")
    return REAL
