from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om005_cases_cut_off import cases_cut_off

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def export(cut: int) -> list[dict[str, str]]:
    """One order a day for 100 days, each through within a day; the first `cut` of them show their last step only."""
    import datetime as dt

    events = []
    for number in range(100):
        day = dt.date(2026, 3, 2) + dt.timedelta(days=number)
        if number >= cut:
            events.append({"case": f"O{number:03d}", "activity": "Enter", "at": f"{day} 08:00"})
        events.append({"case": f"O{number:03d}", "activity": "Bill", "at": f"{day + dt.timedelta(days=1)} 08:00"})
    return events


def test_orders_that_begin_in_the_middle_at_the_start_of_the_log(make_log: Callable[..., Log]) -> None:
    measured = cases_cut_off.measure(make_log(export(2)))
    # Both begin within a day (what nine of ten orders take) of the first event, with Bill instead of Enter.
    assert measured.rows == [{"edge": "start", "activity": "Bill", "cases": 2, "of_cases": 100, "share": 0.02}]
    [found] = cases_cut_off.run(make_log(export(2)))
    assert (found.subject, found.cases, found.severity) == ("start of the log", 2, "info")


def test_whole_orders_are_not_cut_off(make_log: Callable[..., Log]) -> None:
    assert cases_cut_off.measure(make_log(export(0))).rows == []


def test_the_end_of_the_log_is_its_as_of_moment(make_log: Callable[..., Log]) -> None:
    open_order = {"case": "Z", "activity": "Enter", "at": "2026-06-09 12:00"}
    log = make_log([*export(0), open_order])
    assert [row["edge"] for row in cases_cut_off.measure(log).rows] == ["end"]
    later = make_log([*export(0), open_order])
    later.as_of_text = "2026-07-30"
    assert cases_cut_off.measure(later).rows == []
