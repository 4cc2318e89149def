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
    totals = rally.measure(log).totals
    assert (totals["rallies"], totals["cases_with_rally"], totals["expected_rallies"]) == (10, 10, 10)
    assert rally.run(log) == []


def test_ties_can_make_a_rally_or_undo_it(make_log: MakeLog) -> None:
    # X, then X and Y at once, then Y: X Y X Y or X X Y Y. In the export it is a rally in 11 orders, and none in 4.
    places = {0: "08:00", 1: "09:00", 2: "09:00", 3: "10:00"}
    events = [
        {"case": f"O{number:03d}", "activity": "Work", "at": places[place], "department": letter}
        for number, path in enumerate([*["XYXY"] * 11, *["XXYY"] * 4])
        for place, letter in enumerate(path)
    ]
    log = make_log([*events, *({**event, "case": "S" + event["case"]} for event in orders(*["XYXY"] * 5))])
    totals = rally.measure(log).totals
    assert (totals["rallies"], totals["rallies_low"], totals["rallies_high"]) == (16, 5, 20)
    assert (totals["cases_with_rally_low"], totals["cases_with_rally_high"]) == (5, 20)
    [found] = rally.run(log)
    assert (found.cases, found.of_cases, found.confidence) == (16, 20, "low")
    assert "between 5 and 20" in found.message
    # Wilson for 5 of 20, by hand: (0.25 + 3.8415/40 − 1.96·√(0.1875/20 + 3.8415/1600)) / (1 + 3.8415/20)
    assert found.low == pytest.approx(0.112, abs=0.001)
    assert found.high == pytest.approx(1.0)


def test_two_rallies_in_one_order(make_log: MakeLog) -> None:
    rows = rally.measure(make_log(orders("XYXYZVZV"))).rows
    assert [(row["a"], row["b"], row["returns"]) for row in rows] == [("X", "Y", 2), ("Z", "V", 2)]
    assert rows[0]["end"] - rows[0]["start"] == dt.timedelta(hours=3)


@pytest.mark.real
def test_rallies_of_the_real_log(o2c: Log) -> None:
    totals = rally.measure(o2c).totals
    assert (totals["rallies"], totals["cases_with_rally"]) == (172, 171)
    assert totals["rallies_low"] < 172 < totals["rallies_high"]
    assert totals["cases_with_rally_low"] < 171 < totals["cases_with_rally_high"]


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
