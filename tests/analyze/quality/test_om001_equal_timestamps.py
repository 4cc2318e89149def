from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om001_equal_timestamps import equal_timestamps

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def orders(tied: int, apart: int) -> list[dict[str, str]]:
    events = []
    for number in range(tied + apart):
        later = "09:00" if number < tied else "09:01"
        events += [{"case": f"O{number}", "activity": "Enter", "at": "09:00"}]
        events += [{"case": f"O{number}", "activity": "Check", "at": later}]
    return events


def test_ties_between_different_steps_make_an_order_undecided(make_log: Callable[..., Log]) -> None:
    [found] = equal_timestamps.run(make_log(orders(1, 3)))
    assert (found.value, found.cases, found.of_cases, found.severity) == (0.25, 1, 4, "warning")
    assert found.evidence == ("O0",)


def test_ties_of_one_step_with_itself_decide_nothing(make_log: Callable[..., Log]) -> None:
    log = make_log([{"case": "A", "activity": "Pick", "at": "09:00", "item": item} for item in "12"])
    assert equal_timestamps.measure(log).totals["undecided"] == 0
    assert equal_timestamps.measure(log).rows[0]["tied"] == 2
    assert equal_timestamps.run(log) == []


def test_interval_widens_when_tied_orders_belong_together(make_log: Callable[..., Log]) -> None:
    events = [{**event, "case": f"{int(event['case'][1:]) // 10}_{event['case'][1:]}"} for event in orders(10, 30)]
    [alone] = equal_timestamps.run(make_log(events))
    [clustered] = equal_timestamps.run(make_log(events, "[log]\ncluster = '^(\\d+)_'"))
    assert alone.value == clustered.value == 0.25
    assert alone.low is not None
    assert clustered.low is not None
    assert clustered.low < alone.low
