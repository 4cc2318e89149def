from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Ship" = { kind = "deliver" }
[targets]
ftr = { at_least = 0.5 }
"""


@pytest.fixture
def log(ordermine: Callable[..., Any], tmp_path: Path) -> str:
    """Return a log of twelve orders that were delivered long before the last event."""
    rows = ["order,activity,timestamp,department"]
    for number in range(12):
        rows += [f"{number},Enter,2026-01-05T08:00:00Z,Sales", f"{number},Ship,2026-01-06T08:00:00Z,Logistics"]
    rows.append("Z,Enter,2026-06-01T08:00:00Z,Sales")
    (tmp_path / "orders.csv").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "p.toml").write_text(PROJECT, encoding="utf-8")
    assert ordermine("ingest", "orders.csv", "-o", "log", "--project", "p.toml", "-q").code == 0
    return "log"


def test_json_has_numbers_targets_and_what_is_missing(ordermine: Callable[..., Any], log: str) -> None:
    said = json.loads(ordermine("scorecard", log, "--format", "json", "-q").out)
    assert said["schema"] == "ordermine/scorecard/1"
    measures = {one["name"]: one for one in said["result"]["measures"]}
    right = measures["first_time_right"]
    assert (right["n"], right["value"], right["bound"]) == (12, 1, "upper")
    # An upper bound of 100 % can't show that a target of 50 % is reached.
    assert (right["target"], right["verdict"]) == ({"at_least": 0.5, "at_most": None}, "unclear")
    assert measures["cycle_time"]["value"] == 86_400
    assert "correction" in {one["name"] for one in said["result"]["not_measurable"]}


def test_csv_is_one_table_of_raw_values(ordermine: Callable[..., Any], log: str) -> None:
    rows = list(csv.DictReader(io.StringIO(ordermine("scorecard", log, "--format", "csv", "-q").out)))
    assert {"area": "speed", "name": "cycle_time", "value": "86400.0"}.items() <= next(
        row for row in rows if row["name"] == "cycle_time"
    ).items()


def test_text_fits_80_columns(ordermine: Callable[..., Any], log: str) -> None:
    said = ordermine("scorecard", log, "-q").out
    assert "≤ 100.0 %" in said
    assert max(map(len, said.splitlines())) <= 80


def test_a_target_for_nothing_ends_with_2(ordermine: Callable[..., Any], log: str, tmp_path: Path) -> None:
    (tmp_path / "q.toml").write_text(PROJECT.replace("ftr", "ftrr"), encoding="utf-8")
    said = ordermine("scorecard", log, "--project", "q.toml")
    assert (said.code, said.out) == (2, "")
    assert "ftr" in said.err
