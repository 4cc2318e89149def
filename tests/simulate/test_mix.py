from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ordermine.simulate.mix import PLAN, WORSE
from ordermine.simulate.naive import flag_above_average
from ordermine.simulate.score import score_mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Written


def test_thirty_teams_of_8_to_2000() -> None:
    teams = PLAN.behaviour.teams
    assert len(teams) == 30
    assert (min(team.weight for team in teams), max(team.weight for team in teams)) == (8, 2000)
    assert sum(team.weight for team in teams) == 5000
    assert {team.name for team in teams} > set(WORSE)


def test_the_east_looks_bad_only_because_of_its_customers(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("mix")
    planted = {error["case_id"] for error in log.truth["errors"] if error["field"] == "item"}
    orders: Counter[tuple[bool, str]] = Counter()
    wrong: Counter[tuple[bool, str]] = Counter()
    worse = {number for number, case in log.cases.items() if {row["Department"] for row in case} & set(WORSE)}
    for number, case in log.cases.items():
        if number in worse:
            continue
        place = (case[0]["Region"] == "East", case[0]["Segment"])
        orders[place] += 1
        wrong[place] += number in planted

    def rate(east: bool) -> float:
        places = [place for place in orders if place[0] is east]
        return sum(wrong[place] for place in places) / sum(orders[place] for place in places)

    def small_business_rate(east: bool) -> float:
        return wrong[east, "Small business"] / orders[east, "Small business"]

    assert rate(True) > 1.25 * rate(False)
    assert small_business_rate(True) < 1.25 * small_business_rate(False)


def test_express_orders_are_looked_at_more_closely(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("mix")
    planted: Counter[bool] = Counter()
    found: Counter[bool] = Counter()
    for error in log.truth["errors"]:
        express = log.cases[error["case_id"]][0]["Order type"] == "Express"
        planted[express] += 1
        found[express] += error["detected_by"] is not None
    assert found[True] / planted[True] > found[False] / planted[False] + 0.2


def test_a_customer_keeps_its_segment_and_team(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("mix")
    places = {(row["Customer"], row["Segment"], row["Region"]) for row in log.rows}
    assert len(places) == len({row["Customer"] for row in log.rows})


def test_flagging_what_is_above_average_flags_the_wrong_ones(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("mix")
    false, _ = score_mix(log.truth, flag_above_average(log.rows))
    assert false.value is not None
    assert false.value > 0.5
