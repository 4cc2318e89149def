"""Logs made and opened within one test of many examples."""

from __future__ import annotations

import itertools
import shutil
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ordermine.eventlog.log import open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project
from tests.laws.exports import COLUMNS, as_csv, table
from tests.laws.strategies import PROJECT, Event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ordermine.eventlog.log import Log

KEPT = 6
"""Folders of logs that are kept at a time."""


class Make(Protocol):
    """Ingest rows, or files (name → content), and open the log."""

    def __call__(
        self,
        given: Sequence[Event] | Sequence[Mapping[str, str]] | Mapping[str, bytes],
        *,
        project: str = PROJECT,
        columns: Mapping[str, str] | None = COLUMNS,
        run: Mapping[str, Any] | None = None,
        threads: int | None = 1,
        memory_limit: str | None = None,
        **options: Any,
    ) -> Log: ...


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Return a function that makes a log; only the last few stay on disk."""
    home = tmp_path_factory.mktemp("laws")
    numbers = itertools.count()
    kept: deque[Path] = deque()

    def ingest_and_open(
        given, *, project=PROJECT, columns=COLUMNS, run=None, threads=1, memory_limit=None, **options
    ) -> Log:
        folder = home / str(next(numbers))
        folder.mkdir()
        kept.append(folder)
        if len(kept) > KEPT:
            shutil.rmtree(kept.popleft())
        if not isinstance(given, dict):
            rows = table(given) if given and isinstance(given[0], Event) else given
            given = {"export.csv": as_csv(rows)}
        paths = []
        for name, content in given.items():
            paths.append(folder / name)
            paths[-1].write_bytes(content)
        log = folder / "log"
        chosen = Options(columns=columns or {}, **options)
        ingest(open_sources(paths), log, parse_project(project), chosen, threads=threads or 2, **(run or {}))
        return open_log(log, threads=threads, memory_limit=memory_limit)

    return ingest_and_open
