from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from ordermine.analyze.time.om203_stuck_order import stuck_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

BEGIN = dt.date(2026, 3, 2)


def orders(done: int, stuck: int, last: str = "Check") -> list[dict[str, str]]:
    """Orders of which the first `done` are billed a day after the check; the others stop at the step `last`."""
    events = []
    for number in range(done + stuck):
        steps = ["Enter", "Check", "Bill"] if number < done else ["Enter", last]
        for position, step in enumerate(steps):
            day = BEGIN + dt.timedelta(days=position)
            events.append({"case": f"O{number:03d}", "activity": step, "at": f"{day} 09:00"})
    return events


def late() -> list[dict[str, str]]:
    return [{"case": "Z", "activity": "Enter", "at": f"{BEGIN + dt.timedelta(days=40)} 09:00"}]


def test_orders_that_stop_where_others_go_on(make_log: Callable[..., Log]) -> None:
    log = make_log([*orders(50, 10), *late()])
    [found] = stuck_order.run(log)
    assert (found.subject, found.cases, found.of_cases) == ("Check", 10, 60)
    assert found.message == (
        "10 orders have been stuck since Check, half of them for more than 39 days; of the orders that went on, 95 % "
        "did within 24 hours"
    )
    assert stuck_order.measure(log).rows[0]["waiting_s"] == 39 * 86_400


def test_what_counts_as_now_is_the_as_of_moment(make_log: Callable[..., Log]) -> None:
    log = make_log([*orders(50, 10), *late()])
    log.as_of_text = "2026-03-16"
    assert stuck_order.measure(log).rows == []


def test_rejected_and_paid_orders_are_done(make_log: Callable[..., Log]) -> None:
    for kind in ("reject", "pay"):
        project = f'[activities]\n"Stop" = {{ kind = "{kind}" }}'
        again = {"case": "X", "activity": "Stop", "at": f"{BEGIN} 09:00"}
        after = {"case": "X", "activity": "Enter", "at": f"{BEGIN} 10:00"}
        log = make_log([*orders(50, 10, "Stop"), again, after, *late()], project)
        assert {row["case_id"] for row in stuck_order.measure(log).rows} <= {"X"}
