"""Which week a report is about, and when its numbers are final."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.measures.population import population
from ordermine.analyze.weekly.weeks import choose_week, monday_of
from ordermine.errors import NotMeasurable, UsageError
from ordermine.eventlog.log import open_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.analyze.weekly.value import ReportWeek
    from ordermine.eventlog.log import Log


def chosen(log: Log, wanted: str | None = None) -> ReportWeek:
    assert log.as_of is not None
    return choose_week(population(log), log.as_of, wanted)


def test_the_latest_week_that_is_over(weekly_log: Callable[..., Log]) -> None:
    # Orders in W10, W11 and W13; as of Sunday of W13 that week isn't over.
    log = weekly_log([(3, 0), (4, 0), (0, 0), (5, 0)], as_of="2026-03-29T23:59")
    week = chosen(log)
    assert (week.name, week.monday, week.orders, week.over) == ("2026-W11", dt.date(2026, 3, 9), 4, True)
    assert week.unfinished == "2026-W13"


def test_a_week_is_over_when_monday_begins(weekly_log: Callable[..., Log]) -> None:
    week = chosen(weekly_log([(3, 0), (4, 0)], as_of="2026-03-16"))
    assert (week.name, week.unfinished) == ("2026-W11", None)


def test_a_week_matures_when_its_last_order_can_have_shown_errors(weekly_log: Callable[..., Log]) -> None:
    # Maturity is 30 days: W10 ends on 8 March, so that it has matured on 8 April at the latest.
    young = chosen(weekly_log([(3, 0)], as_of="2026-04-02T08:59"))
    assert (young.mature, young.matures_on) == (False, dt.date(2026, 4, 8))
    # The orders themselves were shipped on 3 March at 9.
    assert chosen(weekly_log([(3, 0)], as_of="2026-04-02T09:00")).mature


def test_a_week_of_choice(weekly_log: Callable[..., Log]) -> None:
    log = weekly_log([(3, 0), (4, 0), (0, 0), (5, 0)], as_of="2026-03-29")
    assert chosen(log, "2026-w10").orders == 3
    assert not chosen(log, "2026-W13").over
    with pytest.raises(NotMeasurable) as said:
        chosen(log, "2026-W12")
    assert "2026-W11 and 2026-W13" in said.value.hint
    with pytest.raises(NotMeasurable) as said:
        chosen(log, "2027-W01")
    assert "2026-W13" in said.value.hint


def test_no_week_is_over(weekly_log: Callable[..., Log]) -> None:
    with pytest.raises(NotMeasurable, match="no week"):
        chosen(weekly_log([(3, 0)], as_of="2026-03-05"))


def test_no_order_is_concluded(make_log: Callable[..., Log]) -> None:
    # The rejection is undone, and nothing is shipped.
    events = [
        {"case": "A", "activity": step, "at": f"2026-03-0{day} 09:00"}
        for day, step in enumerate(("Enter", "Reject", "Restore"), 2)
    ]
    project = '[activities]\n"Reject" = { kind = "reject" }\n"Restore" = { kind = "restore" }'
    log = open_log(make_log(events, project).path, as_of="2026-06-01")
    for wanted in (None, "2026-W10"):
        with pytest.raises(NotMeasurable) as said:
            chosen(log, wanted)
        assert "which steps conclude orders" in said.value.hint


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "2026-46", "last", "2026-W00", "0000-W01"])
def test_no_such_week(text: str) -> None:
    with pytest.raises(UsageError, match="no such ISO week"):
        monday_of(text, "--week")


def test_iso_years_differ_from_calendar_years() -> None:
    assert monday_of("2026-W01", "--week") == dt.date(2025, 12, 29)
    assert monday_of("2026-W53", "--week") == dt.date(2026, 12, 28)
