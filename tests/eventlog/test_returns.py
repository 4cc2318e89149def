from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TypeAlias

import pytest

from ordermine.eventlog.log import Log, open_log
from ordermine.eventlog.on_demand import create_view
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MakeLog: TypeAlias = "Callable[..., Log]"

COLUMNS = {"case": "order", "activity": "step", "timestamp": "at", "department": "department", "actor_type": "actor"}


@pytest.fixture
def make_log(tmp_path: Path) -> MakeLog:
    """Return a function that makes a log of one order with a visit per letter.

    `-` is an event without a department, `s` one of a system.
    """

    def make(letters: str, project: str = "") -> Log:
        path = tmp_path / "orders.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS.values())
            for place, letter in enumerate(letters):
                at = f"2026-03-02 {8 + place // 6:02d}:{place % 6}0"
                actor = "system" if letter == "s" else "human"
                writer.writerow(["X", "Work", at, "" if letter == "-" else letter, actor])
        ingest(open_sources([path]), tmp_path / "log", parse_project(project), Options(columns=COLUMNS), threads=1)
        return open_log(tmp_path / "log")

    return make


@pytest.mark.parametrize(
    ("letters", "handoffs", "returns", "rallies", "long_loops"),
    [
        ("ABABA", 4, 3, [3], 0),
        ("AABA", 2, 1, [], 0),
        ("ABCA", 3, 0, [], 1),
        ("ABACA", 4, 2, [], 0),
        ("A-A", 0, 0, [], 0),
        ("AB-A", 1, 0, [], 0),
        ("AsBA", 2, 1, [], 0),
        ("ABABCDCD", 7, 4, [2, 2], 0),  # two rallies, one after the other
        ("ABCAB", 4, 0, [], 2),
        ("ABAB-BAB", 5, 3, [2], 0),  # the cut ends the rally; B A B is a return of its own
    ],
)
def test_worked_examples(
    make_log: MakeLog, letters: str, handoffs: int, returns: int, rallies: list[int], long_loops: int
) -> None:
    log = make_log(letters)
    create_view(log, "returns")
    assert log.rows("SELECT count(*) FROM handoffs") == [(handoffs,)]
    assert log.rows("SELECT count(*) FROM returns") == [(returns,)]
    assert [row[0] for row in log.rows("SELECT returns FROM rallies ORDER BY start_us")] == rallies
    assert log.rows("SELECT count(*) FROM long_loops") == [(long_loops,)]


def test_only_loops_that_stay_within_an_expected_one_are_expected(make_log: MakeLog) -> None:
    log = make_log("ABABCBA", '[expected]\nloops = [["A", "B"], ["B", "C"]]')
    create_view(log, "returns")
    found = log.rows("SELECT a, b, expected FROM returns ORDER BY start_us")
    assert found == [("A", "B", True), ("B", "A", True), ("B", "C", True)]
    # From A over B, C and B back to A: no one loop holds all three.
    assert log.rows("SELECT unit, expected FROM long_loops") == [("A", False)]
    assert log.rows("SELECT expected FROM rallies") == [(True,)]
