from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.discover.counting import count_departments, count_graph, count_handoffs, department_graph
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import Log, open_log
from ordermine.eventlog.visits import find_visits

if TYPE_CHECKING:
    from pathlib import Path


def export() -> str:
    """Return 40 orders; departments appear one after the other, so that parts number them differently."""
    dice = random.Random(4)
    rows = ["case,activity,timestamp,department"]
    for order in range(40):
        for step in range(dice.randrange(1, 7)):
            department = dice.choice(["", "Sales", "Legal", f"Team {order // 10}"])
            rows.append(
                f"{order:02d},{dice.choice('abc')},2026-01-{1 + order // 2:02d} {8 + step:02d}:00:00,{department}"
            )
    return "\n".join(rows) + "\n"


@pytest.fixture
def one_and_many(ingest_files: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    from ordermine.eventlog import store

    one = ingest_files(export(), into="one").folder
    monkeypatch.setattr(store, "PART_EVENTS", 20)
    many = ingest_files(export(), into="many").folder
    assert len(list(one.glob("*/events/*.parquet"))) == 1
    assert len(list(many.glob("*/events/*.parquet"))) > 4
    return one, many


def visits(log: Log, level: str) -> list[tuple[Any, ...]]:
    found = find_visits(log, level)
    arrays = (found.case_no, found.segment, found.start, found.end, found.first_seq, found.last_seq)
    return [
        (found.names[unit], *row)
        for unit, *row in zip(found.unit.tolist(), *(array.tolist() for array in arrays), strict=True)
    ]


@pytest.mark.parametrize("filters", [Filters(), Filters(where="activity = 'a'"), Filters(case="07")])
def test_a_log_in_many_parts_says_what_the_same_log_in_one_part_says(
    one_and_many: tuple[Path, Path], filters: Filters
) -> None:
    one, many = (open_log(folder, filters=filters, threads=3) for folder in one_and_many)
    for level in ("department", "activity"):
        assert visits(one, level) == visits(many, level)
        assert count_handoffs(one, level) == count_handoffs(many, level)
        assert department_graph(one, level) == department_graph(many, level)
    assert count_graph(one) == count_graph(many)
    assert count_departments(one) == count_departments(many)
