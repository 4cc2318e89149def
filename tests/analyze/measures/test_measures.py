from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.measures.estimate import by_week, estimate
from ordermine.analyze.measures.population import population
from ordermine.analyze.measures.registry import MEASURES, find_measure
from ordermine.analyze.registry import find
from ordermine.errors import NotMeasurable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    Event = dict[str, str]
    MakeLog = Callable[..., Log]

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Confirm" = { kind = "confirm" }
"Ask" = { kind = "other" }
"Ship" = { kind = "deliver" }
"Complain" = { kind = "complaint" }
"""


def order(case: str, start: str, *steps: tuple[float, str, str]) -> list[Event]:
    """Return the events of an order: (days after the start, activity, department)."""
    begin = dt.datetime.fromisoformat(start)
    return [
        {"case": case, "activity": what, "at": str(begin + dt.timedelta(days=days)), "department": who}
        for days, what, who in steps
    ]


# A: 2 days to delivery, handed over twice (4 h and 44 h of waiting), comes back to Sales, then a complaint on day 5.
# B: 3 days, one handoff after 3 days. C: as B, a week later. D: never delivered. Z only moves the as-of moment.
EVENTS = [
    *order(
        "A",
        "2026-01-05 08:00",
        (0, "Enter", "Sales"),
        (4 / 24, "Ask", "Credit"),
        (2, "Ship", "Sales"),
        (5, "Complain", "Service"),
    ),
    *order("B", "2026-01-05 08:00", (0, "Enter", "Sales"), (3, "Ship", "Logistics")),
    *order("C", "2026-01-12 08:00", (0, "Enter", "Sales"), (3, "Ship", "Logistics")),
    *order("D", "2026-01-12 08:00", (0, "Enter", "Sales")),
    *order("Z", "2026-03-20 08:00", (0, "Enter", "Sales"), (1, "Ship", "Sales")),
]


def test_all_measures_speak_of_the_matured_orders(make_log: MakeLog) -> None:
    # Z was concluded at the as-of moment itself and hasn't matured: A, B and C are left.
    orders = population(make_log(EVENTS, PROJECT))
    right = estimate(orders, find_measure("ftr"))
    assert (right.n, right.value) == (3, pytest.approx(2 / 3))
    complaints = estimate(orders, find_measure("contact"))
    assert (complaints.n, complaints.value) == (3, pytest.approx(1 / 3))
    back = estimate(orders, find_measure("om401.share"))
    assert (back.n, back.value) == (3, pytest.approx(1 / 3))


def test_durations_and_counts_are_of_one_order_each(make_log: MakeLog) -> None:
    orders = population(make_log(EVENTS, PROJECT))
    # Days to delivery: 2, 3, 3.
    cycle = estimate(orders, find_measure("cycle_time"))
    assert (cycle.n, cycle.value) == (3, 3 * 86_400)
    # A waits 4 h + 44 h before its delivery and 72 h before the complaint is taken up by Service; B and C 72 h.
    waiting = find_measure("handoff_waiting").of_orders(orders)
    assert (waiting.value / 3_600).round(6).tolist() == [120, 72, 72, 0]
    # A: Sales, Credit, Sales, Service: 3 handoffs; B and C 1 each: 5 / 3 per order.
    handoffs = estimate(orders, find_measure("handoffs"))
    assert handoffs.value == pytest.approx(5 / 3)


def test_weeks_are_those_of_the_conclusion_without_gaps(make_log: MakeLog) -> None:
    orders = population(make_log(EVENTS, PROJECT))
    weeks = by_week(orders, find_measure("ftr").of_orders(orders))
    assert [week.week for week in weeks] == [f"2026-W{number:02d}" for number in range(2, 13)]
    assert [(week.n, week.hits, week.mature) for week in weeks[:3]] == [(2, 1, True), (1, 1, True), (0, 0, True)]
    assert (weeks[-1].n, weeks[-1].mature) == (1, False)


def test_a_week_counts_what_showed_until_the_orders_had_matured(make_log: MakeLog) -> None:
    late = [
        *order("A", "2026-01-05 08:00", (0, "Enter", "Sales"), (1, "Ship", "Sales"), (20, "Complain", "Service")),
        *order("Z", "2026-03-20 08:00", (0, "Enter", "Sales"), (1, "Ship", "Sales")),
    ]
    orders = population(make_log(late, PROJECT), maturity=10)
    values = find_measure("ftr").of_orders(orders)
    assert values.value.tolist() == [0, 1]
    assert values.timely.tolist() == [1, 1]


def test_what_a_log_cannot_show_is_not_zero(make_log: MakeLog) -> None:
    orders = population(make_log(EVENTS, PROJECT))
    for name in ("OM501.share", "correction", "touchless", "credit"):
        with pytest.raises(NotMeasurable):
            find_measure(name).of_orders(orders)


def test_without_a_concluding_step_all_orders_count_from_their_last_event(make_log: MakeLog) -> None:
    orders = population(make_log(EVENTS, PROJECT.replace('"deliver"', '"other"')))
    assert not orders.concluded
    assert len(orders) == 5
    # A, B, C and D ended more than 30 days before Z's last event.
    assert int(orders.matured.sum()) == 4
    with pytest.raises(NotMeasurable):
        find_measure("ftr").of_orders(orders)


@pytest.mark.parametrize("code", ["OM401"])
def test_a_phenomenon_occurs_in_as_many_orders_as_its_analyzer_counts(make_log: MakeLog, code: str) -> None:
    # Without a step that concludes them, all orders are looked at, as the analyzer does.
    log = make_log(EVENTS, PROJECT.replace('"deliver"', '"other"'))
    values = find_measure(f"{code}.share").of_orders(population(log))
    assert int(values.value.sum()) == find(code).measure(log).totals["cases_with_return"] == 1


def test_names_are_unique_and_an_unknown_one_gets_near_matches() -> None:
    names = [measure.name.lower() for measure in MEASURES]
    assert len(names) == len(set(names))
    with pytest.raises(UsageError) as error:
        find_measure("first_time_rigth")
    assert "first_time_right" in error.value.hint


def test_sums_are_over_the_rows_of_each_order(make_log: MakeLog) -> None:
    import numpy as np

    orders = population(make_log(EVENTS, PROJECT))
    numbers = np.array([orders.case_no[0], orders.case_no[0], orders.case_no[2], 10_000])
    assert orders.sums(numbers, np.array([1.0, 2.0, 5.0, 9.0])).tolist() == [3, 0, 5, 0]
