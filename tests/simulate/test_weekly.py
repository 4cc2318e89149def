from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from statistics import pstdev
from typing import TYPE_CHECKING

import pytest

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.weekly import PILOT_TEAM, PILOT_WEEKS, PLAN, SHIFT, SHIFT_WEEK, draw_weeks
from ordermine.simulate.working_hours import iso_week

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Written


def begins(log: Written) -> dict[str, str]:
    """Return the week in which each order is first worked on: that of its arrival, or the one after."""
    return {number: iso_week(date.fromisoformat(case[0]["Changed at"][:10])) for number, case in log.cases.items()}


def test_as_many_orders_as_asked_for_begin_in_60_weeks(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("weekly")
    weeks = begins(log)
    assert len(weeks) == 1000
    assert min(weeks.values()) == "2026-W06"
    assert max(weeks.values()) in ("2027-W12", "2027-W13")
    assert len(set(weeks.values())) in (60, 61)


def test_december_is_busy_and_the_holidays_are_quiet(scenario_log: Callable[[str], Written]) -> None:
    orders = Counter(begins(scenario_log("weekly")).values())
    usual = sum(orders[f"2026-W{week}"] for week in range(10, 30)) / 20
    december = sum(orders[f"2026-W{week}"] for week in range(49, 52)) / 3
    holidays = (orders["2026-W52"] + orders["2026-W53"]) / 2
    assert december > 1.2 * usual
    assert holidays < 0.7 * usual


def test_weeks_vary_by_0_7_points_and_shift_by_3() -> None:
    steady, shifted = (draw_weeks(Behaviour(), 5, shift).late_complaint_by_week for shift in (0.0, 0.03))
    assert min(steady) == "2026-W02"
    assert {week: round(shifted[week] - points, 9) for week, points in steady.items()} == {
        week: 0.03 if week >= "2026-W38" else 0.0 for week in steady
    }
    many = [
        points for seed in range(30) for points in draw_weeks(Behaviour(), seed, 0.0).late_complaint_by_week.values()
    ]
    assert pstdev(many) == pytest.approx(0.007, rel=0.05)
    assert sum(many) / len(many) == pytest.approx(0, abs=0.0005)


def test_the_truth_tells_weeks_shift_and_pilot(scenario_log: Callable[[str], Written]) -> None:
    truth = scenario_log("weekly").truth
    assert truth["shift"] == {"week": "2026-W38", "error_rate": 0.03}
    assert truth["pilot"]["effect"] == 0
    expected: dict[bool, list[tuple[float, int]]] = defaultdict(list)
    for week in truth["ftr"]["weeks"]:
        expected[week["week"] >= SHIFT_WEEK].append((week["expected"], week["concluded"]))
    before, after = (
        sum(rate * orders for rate, orders in expected[side]) / sum(orders for _, orders in expected[side])
        for side in (False, True)
    )
    assert before - after == pytest.approx(0.03, abs=0.005)
    assert before == pytest.approx(0.9, abs=0.006)
    assert truth["errors"] == truth["rejections"] == []


def test_without_the_shift_everything_else_is_the_same(scenario_log: Callable[[str], Written]) -> None:
    shifted, steady = (scenario_log(name).truth for name in ("weekly", "weekly-steady"))
    assert steady["shift"] is None
    weeks = {week["week"]: week["expected"] for week in steady["ftr"]["weeks"]}
    before = [week for week in shifted["ftr"]["weeks"] if week["week"] < SHIFT_WEEK]
    assert len(before) > 25
    assert all(weeks[week["week"]] == week["expected"] for week in before)
    assert sum(weeks.values()) / len(weeks) == pytest.approx(0.9, abs=0.006)


def test_the_pilot_takes_in_one_of_the_best_teams_for_some_weeks(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("weekly")
    began = begins(log)
    piloted = {number for number, case in log.cases.items() if case[0]["Pilot"] == "yes"}
    of_team = {number for number, case in log.cases.items() if case[0]["Team"] == PILOT_TEAM}
    assert piloted < of_team
    assert {began[number] for number in piloted} <= {*PILOT_WEEKS, "2026-W30"}
    assert not {began[number] for number in of_team - piloted} & set(PILOT_WEEKS[1:])
    assert len({row["Team"] for row in log.rows}) == 10
    assert {len({(row["Team"], row["Pilot"]) for row in case}) for case in log.cases.values()} == {1}
    best = sorted(PLAN.behaviour.teams, key=lambda team: team.late_complaint)[:2]
    assert PILOT_TEAM in [team.name for team in best]


def test_the_risk_of_an_order_is_that_of_its_week_and_team_in_the_pilot_or_not() -> None:
    recorder = PLAN.simulate(2500, 1)
    orders = {event.order.number: event.order for event in recorder.events}
    of_team = {team.name: team.late_complaint for team in PLAN.behaviour.teams}
    of_week = draw_weeks(PLAN.behaviour, 1, SHIFT).late_complaint_by_week
    in_pilot = 0
    for conclusion in recorder.conclusions:
        order = orders[conclusion.order]
        in_pilot += order.in_pilot
        risk = 0.1 + of_team[order.team] + of_week[HOURS.week(conclusion.concluded_at)]
        assert conclusion.risk == pytest.approx(risk)
    assert in_pilot > 20
