from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.gates.expression import parse_gate
from ordermine.analyze.gates.verdict import GateVerdict, judge_gates, require_measurable
from ordermine.analyze.measures.population import population
from ordermine.errors import NotMeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.analyze.measures.population import Population
    from ordermine.eventlog.log import Log

    Event = dict[str, str]
    MakeLog = Callable[..., Log]

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Ship" = { kind = "deliver" }
"Complain" = { kind = "complaint" }
"""
FIRST = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
"""Monday of 2026-W02."""


def weeks_of(*wrong: int | None, orders: int = 20, days: float = 1) -> list[Event]:
    """Return weeks of orders, so many of which are complained about; None stands for a week without orders.

    A last order, 40 days after the last Monday, moves the as-of moment; it is never delivered.
    """
    events = []

    def add(case: str, activity: str, at: dt.datetime) -> None:
        events.append({"case": case, "activity": activity, "at": str(at), "department": "Sales"})

    for week, complaints in enumerate(wrong):
        monday = FIRST + dt.timedelta(weeks=week)
        for number in range(0 if complaints is None else orders):
            case = f"{week:02d}-{number:02d}"
            add(case, "Enter", monday + dt.timedelta(minutes=number))
            add(case, "Ship", monday + dt.timedelta(days=days, minutes=number))
            if number < (complaints or 0):
                add(case, "Complain", monday + dt.timedelta(days=days + 1, minutes=number))
    add("Z", "Enter", FIRST + dt.timedelta(weeks=len(wrong) - 1, days=40))
    return events


def verdict(orders: Population, gate: str, until: dt.date | None = None) -> GateVerdict:
    [found] = judge_gates(orders, [parse_gate(gate)], until)
    return found


@pytest.fixture(scope="module")
def steady(make_log: MakeLog) -> Population:
    """Return 14 weeks in which 2 or 3 of 20 orders are complained about."""
    return population(make_log(weeks_of(*(2, 3) * 7), PROJECT))


def test_the_last_four_matured_weeks_are_judged_against_those_before(steady: Population) -> None:
    # The as-of moment is 40 days after the Monday of 2026-W15; an order matures in 30 days: up to W15 all weeks have.
    found = verdict(steady, "contact<=0.02")
    assert found.weeks == ("2026-W12", "2026-W13", "2026-W14", "2026-W15")
    assert found.weeks_before == 10
    assert found.judgement is not None
    assert (found.judgement.pooled.n, found.judgement.pooled.value) == (80, 0.125)
    assert (found.judgement.before.n, found.judgement.before.value) == (200, 0.125)
    assert found.judgement.latest.value == 0.15


@pytest.mark.parametrize(
    ("gate", "outcome"),
    [
        ("ftr>=0.875", "not enough evidence"),
        ("ftr>=0.99", "breached"),
        ("ftr>=baseline", "held"),
        ("contact<=2%", "breached"),
        ("contact<=50%", "held"),
        ("cycle_time<=2d", "held"),
        ("cycle_time<=12h", "breached"),
        ("OM501.share<=5%", "not measurable"),
        ("touchless>=0.5", "not measurable"),
    ],
)
def test_outcomes(steady: Population, gate: str, outcome: str) -> None:
    assert verdict(steady, gate).outcome == outcome


def test_a_fall_behind_the_weeks_before_breaches_both_kinds_of_gates(make_log: MakeLog) -> None:
    orders = population(make_log(weeks_of(*(2, 3) * 6, 14, 13), PROJECT))
    for gate in ("ftr>=baseline", "ftr>=0.1", "contact<=baseline"):
        found = verdict(orders, gate)
        assert found.outcome == "breached"
        assert found.judgement is not None
        assert "one week" in found.judgement.rules
    # Looked at a week earlier, there are the same numbers without the last week's.
    earlier = verdict(orders, "ftr>=baseline", until=dt.date(2026, 3, 23))
    assert earlier.weeks[-1] == "2026-W13"
    assert earlier.outcome == "held"


def test_longer_cycles_breach_the_baseline(make_log: MakeLog) -> None:
    events = weeks_of(*(2, 3) * 5)
    slow = [
        event | {"at": str(dt.datetime.fromisoformat(event["at"]) + dt.timedelta(days=2))}
        if event["case"][:2] in ("07", "08", "09") and event["activity"] == "Ship"
        else event
        for event in events
    ]
    assert verdict(population(make_log(events, PROJECT)), "cycle_time<=baseline").outcome == "held"
    assert verdict(population(make_log(slow, PROJECT)), "cycle_time<=baseline").outcome == "breached"


def test_an_upper_bound_can_breach_but_not_hold(steady: Population) -> None:
    # This log can't show corrections, credits and the like: the true share may be lower.
    found = verdict(steady, "ftr>=0.6")
    assert found.unseen
    assert found.outcome == "not enough evidence"


def test_too_few_weeks_say_so(make_log: MakeLog) -> None:
    found = verdict(population(make_log(weeks_of(10, 10, 10, 10, 10), PROJECT)), "ftr>=0.99")
    assert (found.outcome, found.judgement) == ("not enough evidence", None)
    assert "from 6 matured weeks with orders on; there are 5" in found.reason


def test_a_week_without_orders_is_no_breach(make_log: MakeLog) -> None:
    orders = population(make_log(weeks_of(*(10,) * 10, None), PROJECT))
    # W12 is empty; in W11 all orders are there.
    assert verdict(orders, "ftr>=0.99", until=dt.date(2026, 3, 9)).outcome == "breached"
    found = verdict(orders, "ftr>=0.99", until=dt.date(2026, 3, 16))
    assert (found.outcome, found.weeks) == ("no orders", ("2026-W12",))
    assert "2026-W12" in found.reason
    # An empty week before counts for nothing.
    gap = population(make_log(weeks_of(*(10,) * 8, None, 10, 10), PROJECT))
    assert verdict(gap, "ftr>=0.99", dt.date(2026, 3, 16)).weeks == ("2026-W08", "2026-W09", "2026-W11", "2026-W12")


def test_nothing_has_matured(make_log: MakeLog) -> None:
    found = verdict(population(make_log(weeks_of(1, 1), PROJECT), maturity=90), "ftr>=0.9")
    assert found.outcome == "no orders"
    assert "90 days" in found.reason


def test_what_cannot_be_measured_is_told_with_what_it_needs(steady: Population) -> None:
    held, lacking = judge_gates(steady, [parse_gate("contact<=50%"), parse_gate("OM501.share<=5%")])
    require_measurable([held])
    with pytest.raises(NotMeasurable, match=r"gate OM501\.share<=5%: ") as unmeasurable:
        require_measurable([held, lacking])
    assert "reject" in unmeasurable.value.hint
