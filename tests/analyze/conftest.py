from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest

from ordermine.eventlog.log import Log, open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project
from ordermine.schema import KEY_COLUMNS

Event: TypeAlias = dict[str, str]
"""Short name (`case`, `activity`, `at`, `department`, …, or any further column) → text."""

MakeLog: TypeAlias = Callable[..., Log]

DAY = "2026-03-02"
"""A Monday: the day of times that are given without one."""

REAL_DATA = Path(__file__).parents[3] / "shared" / "data"


def write_events(path: Path, events: Sequence[Event]) -> dict[str, str]:
    """Write an export; return source key → column."""
    names = list(dict.fromkeys(name for event in events for name in event))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        for event in events:
            at = event["at"]
            writer.writerow({**event, "at": f"{DAY} {at}" if at[2:3] == ":" else at})
    return {"timestamp": "at", **{name: name for name in names if name in KEY_COLUMNS and name != "timestamp"}}


@pytest.fixture(scope="session")
def make_log(tmp_path_factory: pytest.TempPathFactory) -> MakeLog:
    """Return a function that makes a log of events, once for the same events and project file.

    `project` is the text of a project file; `options` are those of ingest, e.g. ``date_order="dmy"``.
    """
    made: dict[tuple[object, ...], Path] = {}
    folder = tmp_path_factory.mktemp("logs")
    number = itertools.count()

    def make(events: Sequence[Event], project: str = "", *, threads: int | None = None, **options: object) -> Log:
        key = (repr(events), project, repr(options))
        if key not in made:
            path = folder / f"log{next(number)}"
            export = folder / f"rows{path.name}" / "export.csv"
            export.parent.mkdir()
            columns = write_events(export, events)
            chosen = Options(columns=columns, **options)  # type: ignore[arg-type]
            ingest(open_sources([export]), path, parse_project(project), chosen, threads=1)
            made[key] = path
        return open_log(made[key], threads=threads)

    return make


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of the real logs; skip where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real logs: {REAL_DATA.name} is not beside the checkout")
    return REAL_DATA


@pytest.fixture(scope="session")
def o2c(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Return the real order-to-cash log; its cases are order lines."""
    export = real_data / "o2c_sap" / "o2c_ibm_sap_dev12pct.csv.gz"
    if not export.exists():
        pytest.skip(f"{export.name} is not among the real logs")
    columns = {
        "case": "Key",
        "activity": "Activity",
        "timestamp": "Date",
        "resource": "User",
        "department": "Role",
        "customer": "Customer",
    }
    path = tmp_path_factory.mktemp("real") / "o2c"
    project = parse_project("[log]\ncluster = '^(\\d+)_'")
    ingest(open_sources([export]), path, project, Options(columns=columns), threads=1)
    return open_log(path)
