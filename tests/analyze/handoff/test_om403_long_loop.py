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


@pytest.mark.real
def test_long_loops_of_the_real_log(o2c: Log) -> None:
    totals = long_loop.measure(o2c).totals
    assert (totals["long_loops"], totals["cases_with_long_loop"]) == (531, 456)
