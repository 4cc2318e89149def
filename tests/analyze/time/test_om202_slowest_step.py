from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.time.om202_slowest_step import slowest_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def orders(count: int) -> list[dict[str, str]]:
    return [
        {"case": f"O{number:02d}", "activity": step, "at": at, "start": start}
        for number in range(count)
        for step, start, at in (
            ("Enter", "2026-03-02 08:00", "2026-03-02 08:00"),
            ("Check", "2026-03-02 08:30", "2026-03-02 09:00"),
            ("Ship", "2026-03-02 11:00", "2026-03-02 12:00"),
        )
    ]


def test_share_of_the_time_and_the_work_itself(make_log: Callable[..., Log]) -> None:
    ship, check = slowest_step.run(make_log(orders(30)))
    assert (ship.subject, ship.value, ship.severity) == ("Ship", 3 * 3600, "warning")
    assert ship.message == (
        "75 % of the time that orders take passes before Ship: half of the time it comes more than 3 hours after the "
        "step before; the work itself takes 60 minutes"
    )
    assert (check.subject, check.value, check.severity) == ("Check", 3600, "info")


def test_few_events_are_no_finding(make_log: Callable[..., Log]) -> None:
    log = make_log(orders(29))
    assert slowest_step.run(log) == []
    assert slowest_step.measure(log).totals["total_s"] == 29 * 4 * 3600
