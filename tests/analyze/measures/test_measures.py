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


def numbers(log: Log, name: str, maturity: float | None = None) -> list[float | None]:
    """Return the number of each order, None for those that the measure doesn't speak of."""
    orders = population(log, maturity)
    values = find_measure(name).of_orders(orders)
    return [value if counted else None for value, counted in zip(values.value, values.counted, strict=True)]


def test_a_customer_comes_back_within_half_a_year(make_log: MakeLog) -> None:
    # Concluded on 6 January: the next order of A begins 100 days later, that of B 200 days later. Q was concluded less
    # than 180 days before the last event, and nobody knows the customer of N.
    events = [
        *({**event, "customer": "a"} for event in order("A", "2026-01-05", (0, "Enter", "S"), (1, "Ship", "S"))),
        *({**event, "customer": "b"} for event in order("B", "2026-01-05", (0, "Enter", "S"), (1, "Ship", "S"))),
        *({**event, "customer": ""} for event in order("N", "2026-01-05", (0, "Enter", "S"), (1, "Ship", "S"))),
        *({**event, "customer": "a"} for event in order("P", "2026-04-16", (0, "Enter", "S"))),
        *({**event, "customer": "b"} for event in order("Q", "2026-07-25", (0, "Enter", "S"), (1, "Ship", "S"))),
    ]
    assert numbers(make_log(events, PROJECT), "comes_back") == [1, 0, None, None]


def test_contacts_are_counted_whenever_they_come(make_log: MakeLog) -> None:
    assert numbers(make_log(EVENTS, PROJECT), "contacts") == [1, 0, 0, 0]


def test_people_touch_orders_and_systems_do_not(make_log: MakeLog) -> None:
    # A: 4 events by people; B and C: Logistics is a system here, 1 each; Z: 2.
    project = PROJECT + '[departments]\nsystem = ["Logistics"]\n'
    assert numbers(make_log(EVENTS, project), "touches") == [4, 1, 1, 2]
    with pytest.raises(NotMeasurable):
        numbers(make_log(EVENTS, PROJECT), "touches")


def test_work_after_hours_is_that_of_people_outside_the_calendar(make_log: MakeLog) -> None:
    # A's complaint and Z's delivery came on Saturdays; everything else happened on weekdays from 8:00 to noon.
    project = PROJECT + '[calendar]\nhours = "08:00-17:00"\n'
    assert numbers(make_log(EVENTS, project), "after_hours") == [1, 0, 0, 1]


def test_a_department_is_recorded_where_every_event_by_people_names_it(make_log: MakeLog) -> None:
    events = [{**event, "department": "" if event["activity"] == "Ask" else event["department"]} for event in EVENTS]
    assert numbers(make_log(events, PROJECT), "department_recorded") == [0, 1, 1, 1]


def test_the_time_to_confirmation_is_that_to_the_first(make_log: MakeLog) -> None:
    events = [
        *order("A", "2026-01-05", (0, "Enter", "S"), (1, "Confirm", "S"), (2, "Confirm", "S"), (3, "Ship", "S")),
        *order("B", "2026-01-05", (0, "Enter", "S"), (3, "Ship", "S")),
    ]
    assert numbers(make_log(events, PROJECT), "time_to_confirmation") == [86_400, None]


def test_corrections_are_counted_per_order(make_log: MakeLog) -> None:
    def change(at: float, old: str, new: str) -> Event:
        [event] = order("A", "2026-01-05", (at, "Ask", "Desk"))
        return {**event, "field": "price", "old": old, "new": new}

    events = [
        *order("A", "2026-01-05", (0, "Enter", "S"), (1, "Confirm", "S"), (4, "Ship", "S")),
        change(2, "10", "12"),
        change(3, "12", "11"),
        *order("B", "2026-01-05", (0, "Enter", "S"), (1, "Confirm", "S"), (4, "Ship", "S")),
    ]
    assert numbers(make_log(events, PROJECT), "corrections") == [2, 0]


def test_orders_that_skip_or_swap_a_milestone_are_counted_as_the_analyzers_do(make_log: MakeLog) -> None:
    # Ten take Enter, Confirm, Ship; one leaves out Confirm; one confirms after delivery.
    usual = ((0, "Enter", "S"), (1, "Confirm", "S"), (2, "Ship", "S"))
    events = [event for number in range(10) for event in order(f"O{number}", "2026-01-05", *usual)]
    events += order("P", "2026-01-05", (0, "Enter", "S"), (2, "Ship", "S"))
    events += order("Q", "2026-01-05", (0, "Enter", "S"), (2, "Ship", "S"), (3, "Confirm", "S"))
    log = make_log(events, PROJECT)
    assert numbers(log, "OM104.share") == [*[0] * 10, 1, 0]
    assert numbers(log, "OM105.share") == [*[0] * 11, 1]
    assert find("OM104").measure(log).totals["cases_with_skip"] == 1
    assert find("OM105").measure(log).totals["cases_out_of_order"] == 1
