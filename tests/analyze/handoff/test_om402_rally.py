from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.handoff.om402_rally import rally

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]


def orders(*paths: str) -> list[dict[str, str]]:
    return [
        {"case": f"O{number:03d}", "activity": "Work", "at": f"{8 + place:02d}:00", "department": letter}
        for number, path in enumerate(paths)
        for place, letter in enumerate(path)
    ]


def test_either_direction_is_the_same_pair(make_log: MakeLog) -> None:
    [found] = rally.run(make_log(orders(*["XYXY"] * 6, *["YXYXY"] * 4, *["XYZ"] * 10)))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("X ↔ Y", 0.5, 10, 20)
    # Six of three hours and four of four; no step changed or decided anything.
    assert "longer than 3 hours" in found.message
    assert "100 % of their returns" in found.message


def test_expected_loops_are_in_the_table_only(make_log: MakeLog) -> None:
    log = make_log(orders(*["XYXY"] * 10), '[expected]\nloops = [["X", "Y"]]')
    assert rally.measure(log).totals == {"rallies": 10, "cases_with_rally": 10, "expected_rallies": 10}
    assert rally.run(log) == []


def test_two_rallies_in_one_order(make_log: MakeLog) -> None:
    rows = rally.measure(make_log(orders("XYXYZVZV"))).rows
    assert [(row["a"], row["b"], row["returns"]) for row in rows] == [("X", "Y", 2), ("Z", "V", 2)]
    assert rows[0]["end"] - rows[0]["start"] == dt.timedelta(hours=3)


@pytest.mark.real
def test_rallies_of_the_real_log(o2c: Log) -> None:
    totals = rally.measure(o2c).totals
    assert (totals["rallies"], totals["cases_with_rally"]) == (172, 171)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "returns"),
    [
        ("ping_pong_case", [2]),
        ("ping_pong_case_fake", []),
        ("two_ping_pongs_case", [2, 2]),
        ("double_ping_pong_case", [4]),
    ],
)
def test_logs_made_by_hand(ping_pong: Callable[[str], Log], name: str, returns: list[int]) -> None:
    assert [row["returns"] for row in rally.measure(ping_pong(name), "resource").rows] == returns
