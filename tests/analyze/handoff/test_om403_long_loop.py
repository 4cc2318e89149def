from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.handoff.om403_long_loop import long_loop

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


def test_share_of_the_orders_that_the_department_works_on(make_log: MakeLog) -> None:
    [found] = long_loop.run(make_log(orders(*["XYZX"] * 10, *["XYX"] * 10, *["YZY"] * 5)))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("X", 0.5, 10, 20)
    assert "2 hours" not in found.message
    assert "more than 3 hours" in found.message


def test_loop_among_three_expected_departments_is_not_reported(make_log: MakeLog) -> None:
    log = make_log(orders(*["XYZX"] * 10), '[expected]\nloops = [["X", "Y", "Z"]]')
    assert long_loop.measure(log).totals["expected_long_loops"] == 10
    assert long_loop.run(log) == []


def test_ties_can_make_a_return_of_it(make_log: MakeLog) -> None:
    # X Y, then Z and X at once: X Y Z X is a long loop, X Y X Z a return.
    tied = [{**event, "at": min(event["at"], "10:00")} for event in orders(*["XYZX"] * 10)]
    log = make_log([*tied, *({**event, "case": "S" + event["case"]} for event in orders(*["XYZX"] * 10))])
    totals = long_loop.measure(log).totals
    assert (totals["long_loops"], totals["long_loops_low"], totals["long_loops_high"]) == (20, 10, 20)
    assert (totals["cases_with_long_loop_low"], totals["cases_with_long_loop_high"]) == (10, 20)
    [found] = long_loop.run(log)
    assert (found.subject, found.cases, found.confidence) == ("X", 20, "low")
    assert "between 10 and 20" in found.message


def test_ties_of_another_department_leave_it_certain(make_log: MakeLog) -> None:
    # Y and Z share their time: X Y Z X or X Z Y X, a long loop of X in both.
    places = {0: "08:00", 1: "09:00", 2: "09:00", 3: "11:00"}
    events = [{**event, "at": places[at % 4]} for at, event in enumerate(orders(*["XYZX"] * 12))]
    [found] = long_loop.run(make_log(events))
    assert (found.cases, found.confidence) == (12, "high")
    assert "between" not in found.message


def test_where_loops_are_expected_no_tied_order_is_sure(make_log: MakeLog) -> None:
    # X Y Z, then W and X at once: X Y Z W X is a long loop beyond the three, X Y Z X W one among them. Either way there
    # is one, so that their number doesn't vary; the export has the first in five of them and the second in five.
    tied = [{**event, "at": min(event["at"], "11:00")} for event in orders(*["XYZWX"] * 5, *["XYZXW"] * 5)]
    sure = [{**event, "case": "S" + event["case"]} for event in orders(*["XYZWX"] * 10)]
    [found] = long_loop.run(make_log([*tied, *sure], '[expected]\nloops = [["X", "Y", "Z"]]'))
    assert (found.subject, found.cases) == ("X", 15)
    assert "between 10 and 20" in found.message


@pytest.mark.real
def test_long_loops_of_the_real_log(o2c: Log) -> None:
    totals = long_loop.measure(o2c).totals
    assert (totals["long_loops"], totals["cases_with_long_loop"]) == (531, 456)
    assert totals["long_loops_low"] < 531 < totals["long_loops_high"]
    assert totals["cases_with_long_loop_low"] < 456 < totals["cases_with_long_loop_high"]
