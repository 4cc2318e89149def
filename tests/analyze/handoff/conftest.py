from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.eventlog.log import Log, open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def ping_pong(real_data: Path, tmp_path: Path) -> Callable[[str], Log]:
    """Return a function that makes a log of one of the small logs made by hand."""

    def make(name: str) -> Log:
        columns = {
            "case": "case:concept:name",
            "activity": "concept:name",
            "timestamp": "time:timestamp",
            "resource": "org:resource",
        }
        sources = open_sources([real_data / "handoff_groundtruth" / f"{name}.csv"])
        ingest(sources, tmp_path / name, parse_project(""), Options(columns=columns), threads=1)
        return open_log(tmp_path / name)

    return make
