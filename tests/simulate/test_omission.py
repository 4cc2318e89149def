from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ordermine.simulate.naive import blame_the_filler
from ordermine.simulate.score import score_omission
from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Row, Written

STAGES = ["lead", "qualify", "quote", "contract", "order", "credit", "fulfil", "deliver", "invoice", "pay"]
REQUIRED = {"tax_id": "lead", "ship_to": "qualify", "contract.terms": "contract"}


def read_omissions(case: list[Row]) -> list[dict[str, Any]]:
    """Read the omissions of one order off its rows: empty when the stage was left, filled by another department."""
    people = [row for row in case if row["Actor type"] == "human"]
    found = []
    for field, stage in REQUIRED.items():
        inside = [i for i, row in enumerate(people) if STEPS[row["Step"]].stage == stage]
        if not inside:
            continue
        later = [
            i
            for i, row in enumerate(people)
            if i > inside[0]
            and STEPS[row["Step"]].stage in STAGES[STAGES.index(stage) + 1 :]
            and row["Department"] != people[i - 1]["Department"]
        ]
        fills = [i for i, row in enumerate(people) if row["Field"] == field and row["New value"]]
        if later and fills and fills[0] >= later[0] and not people[fills[0]]["Old value"]:
            origin = people[later[0] - 1]["Department"]
            if people[fills[0]]["Department"] != origin:
                found.append(
                    {"case_id": case[0]["Order"], "field": field, "class": "omission", "originated_by": origin}
                )
    return found


def test_the_truth_is_what_the_definition_says_and_the_filler_is_not_to_blame(
    scenario_log: Callable[[str], Written],
) -> None:
    log = scenario_log("omission")
    found = [row for case in log.cases.values() for row in read_omissions(case)]
    planted = [error for error in log.truth["errors"] if error["class"] == "omission" and error["detected_by"]]
    assert len(planted) > 40
    assert [score.value for score in score_omission(log.truth, found)] == [1.0]
    assert [score.value for score in score_omission(log.truth, blame_the_filler(log.rows))] == [0.0]


def test_gaps_of_all_kinds_are_there(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("omission")
    omissions = [error for error in log.truth["errors"] if error["class"] == "omission"]
    by = Counter((error["originated_by"], error["detected_by"]) for error in omissions)
    assert {origin for origin, _ in by} == {"Sales", "Marketing", "Legal"}
    assert by["Sales", "Order Management"] > 20
    assert any(filler is None for _, filler in by)
    assert all(origin != filler for origin, filler in by)
    own = [row for row in log.rows if row["Step"] == "Complete order data" and row["Department"] == "Sales"]
    assert len(own) > 5
