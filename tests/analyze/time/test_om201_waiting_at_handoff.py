from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.time.om201_waiting_at_handoff import waiting_at_handoff

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def orders(count: int, hours: int) -> list[dict[str, str]]:
    return [
        {"case": f"O{number:02d}", "activity": step, "at": at, "department": department, "actor_type": actor}
        for number in range(count)
        for step, at, department, actor in (
            ("Enter", "08:00", "Sales", "human"),
            ("Sync", "08:30", "Robot", "system"),
            ("Check", f"{8 + hours:02d}:00", "Credit", "human"),
        )
    ]


def test_systems_in_between_are_not_seen(make_log: Callable[..., Log]) -> None:
    [found] = waiting_at_handoff.run(make_log(orders(40, 5)))
    assert (found.subject, found.value, found.unit, found.cases) == ("Sales → Credit", 18000.0, "seconds", 40)
    assert found.message == (
        "Half of the 40 handoffs from Sales to Credit wait more than 5 hours; together 100 % of all waiting between "
        "departments"
    )


def test_working_time_needs_a_calendar(make_log: Callable[..., Log]) -> None:
    log = make_log(orders(1, 12))
    assert waiting_at_handoff.measure(log).rows[0]["working_median_s"] is None
    log = make_log(orders(1, 12), '[calendar]\nhours = "09:00-17:00"')
    # From 08:00 to 20:00 eight hours are worked.
    assert waiting_at_handoff.measure(log).rows[0]["working_median_s"] == 8 * 3600


def test_other_level(make_log: Callable[..., Log]) -> None:
    events = [{**event, "region": event["department"].lower()} for event in orders(2, 1)]
    assert waiting_at_handoff.measure(make_log(events), "region").rows[0]["source"] == "sales"


def test_without_departments_it_is_not_measurable(make_log: Callable[..., Log]) -> None:
    log = make_log([{"case": "A", "activity": "Enter", "at": "09:00"}])
    assert waiting_at_handoff.missing(log) == "needs department, which this export doesn't record"
