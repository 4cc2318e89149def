from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ordermine.analyze.flow.om104_skipped_milestone import skipped_milestone

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = '[activities]\n"Ship" = { kind = "deliver" }'


def orders(whole: int, skipping: int, open_orders: int = 0) -> list[dict[str, str]]:
    events = []
    for number in range(whole + skipping + open_orders):
        steps = [("Enter", "08:00"), ("Approve", "09:00"), ("Ship", "10:00")]
        if number >= whole + skipping:
            steps = steps[:1]
        elif number >= whole:
            del steps[1]
        events += [{"case": f"O{number:03d}", "activity": step, "at": at} for step, at in steps]
    return events


def test_orders_that_go_on_without_it(make_log: Callable[..., Log]) -> None:
    [found] = skipped_milestone.run(make_log(orders(90, 10), PROJECT))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Approve", 0.1, 10, 100)
    assert found.message == "10 of 100 orders go on to Ship without Approve"
    assert found.evidence[0] == "O090"


def test_orders_that_have_not_come_so_far_skip_nothing(make_log: Callable[..., Log]) -> None:
    log = make_log(orders(90, 10, open_orders=50), PROJECT)
    assert [found.of_cases for found in skipped_milestone.run(log)] == [100]


def test_step_of_a_fifth_of_the_orders_is_no_milestone(make_log: Callable[..., Log]) -> None:
    assert skipped_milestone.measure(make_log(orders(20, 80), PROJECT)).rows == []


def test_orders_that_began_before_the_export_skip_nothing(make_log: Callable[..., Log]) -> None:
    begin = dt.date(2026, 3, 2)
    events = []
    for number in range(100):
        day = begin + dt.timedelta(days=number)
        steps = ("Enter", "Approve", "Ship") if number else ("Ship",)
        events += [{"case": f"O{number:03d}", "activity": s, "at": f"{day} 0{8 + p}:00"} for p, s in enumerate(steps)]
    measured = skipped_milestone.measure(make_log(events, PROJECT))
    assert (measured.rows, measured.totals["cases"]) == ([], 99)
