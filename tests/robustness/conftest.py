"""A folder to begin with for runs that end badly, and what becomes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = "".join(
    f"{order},{step},2026-01-{order + 1:02}T0{hour}:00:00Z,{department}\n"
    for order in range(12)
    for hour, (step, department) in enumerate((("Create", "Sales"), ("Check", "Credit"), ("Ship", "Store")))
)
LEFT_OUT = ",Create,2026-01-01T00:00:00Z,Sales\n0,Create,2026-01-01T00:00:00Z,Sales\n"
EXPORT = f"order,activity,timestamp,department\n{EVENTS}{LEFT_OUT}"
"""36 events of 12 orders, a row without its order, and an exact duplicate."""


@pytest.fixture
def start(tmp_path: Path, ordermine: Callable[..., Any]) -> Path:
    """Return a folder with two exports and the log of the first."""
    folder = tmp_path / "start"
    folder.mkdir()
    (folder / "orders.csv").write_text(EXPORT, encoding="utf-8")
    (folder / "more.csv").write_text(EXPORT.replace("2026", "2027"), encoding="utf-8")
    assert ordermine("ingest", folder / "orders.csv", "-o", folder / "log", "-q").code == 0
    return folder


@pytest.fixture
def run_script() -> Callable[..., list[dict[str, Any]]]:
    """Return a function that gives a script of this folder its task and returns its lines."""

    def run(script: str, **task: Any) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name(script)],
            input=json.dumps(task, default=str).encode(),
            stdout=subprocess.PIPE,
            timeout=300,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture
def workbook(start: Path) -> Path:
    """Return a workbook in that folder."""
    import xlsxwriter

    path = start / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([line.split(",") for line in EXPORT.splitlines()]):
            sheet.write_row(number, 0, row)
    return path
