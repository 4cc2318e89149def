from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ordermine.simulate.naive import link_by_reference
from ordermine.simulate.score import score_rejections

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Written


def test_outcomes_are_those_that_the_export_shows(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("rejections")
    steps = {number: [row["Step"] for row in case] for number, case in log.cases.items()}
    day = datetime.fromisoformat(log.rows[-1]["Changed at"])
    last = {entry["case_id"]: entry for entry in log.truth["rejections"]}
    assert last.keys() == {number for number, case in steps.items() if "Reject order" in case}
    for number, entry in last.items():
        again = entry["resubmitted_as"]
        rejected = len(steps[number]) - 1 - steps[number][::-1].index("Reject order")
        if "Restore order" in steps[number][rejected:]:
            expected = "restored"
        elif again and "Ship goods" in steps[again]:
            expected = "resubmitted_delivered"
        elif again:
            stands = "Reject order" in steps[again] and last[again]["outcome"] != "restored"
            expected = "resubmitted_rejected" if stands else "open"
        else:
            age = day - datetime.fromisoformat(entry["rejected_at"])
            expected = "abandoned" if age >= timedelta(days=30) else "open"
        assert entry["outcome"] == expected


def test_orders_entered_anew_are_alike_and_half_of_them_do_not_say_so(
    scenario_log: Callable[[str], Written],
) -> None:
    log = scenario_log("rejections")
    pairs = [(entry["case_id"], entry["resubmitted_as"]) for entry in log.truth["rejections"]]
    pairs = [(first, again) for first, again in pairs if again]
    referring = [log.cases[again][0]["Reference"] == first for first, again in pairs]
    assert 0.3 <= sum(referring) / len(pairs) <= 0.7
    alike = []
    for first, again in pairs:
        old, new = log.cases[first], log.cases[again]
        items, others = ({row["Item"] for row in case} for case in (old, new))
        assert old[0]["Customer"] == new[0]["Customer"]
        alike.append(len(items & others) / len(items | others) >= 0.8)
    assert sum(alike) / len(alike) >= 0.9  # some items were wrong, and are right when entered anew


def test_customers_order_alike_for_other_reasons(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("rejections")
    linked = {entry["resubmitted_as"] for entry in log.truth["rejections"]}
    orders = defaultdict(set)
    for number, case in log.cases.items():
        orders[case[0]["Customer"]].add(number)
    rejected = {entry["case_id"]: entry["rejected_at"] for entry in log.truth["rejections"]}
    kinds: Counter[tuple[bool, bool]] = Counter()
    for number, moment in rejected.items():
        row = log.cases[number][0]
        for other in orders[row["Customer"]] - linked - {number}:
            if log.cases[other][0]["Changed at"] > moment:
                again = log.cases[other][0]
                kinds[row["Item"] == again["Item"], row["Amount"] == again["Amount"]] += 1
    assert kinds[True, False] > 3
    assert kinds[True, True] > 1


def test_many_are_rejected_in_the_same_second(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("rejections")
    bulk = Counter(
        row["Changed at"] for row in log.rows if row["Step"] == "Reject order" and row["Actor type"] == "system"
    )
    assert max(bulk.values()) >= 2
    assert {moment[8:] for moment in bulk} == {"01 02:00:00"}


def test_references_alone_are_not_enough(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("rejections")
    values = {score.name: score.value for score in score_rejections(log.truth, link_by_reference(log.rows))}
    assert values["links: precision"] == 1.0
    assert values["links: recall"] is not None
    assert values["links: recall"] < 0.75
    assert values["outcomes right"] is not None
    assert values["outcomes right"] < 0.85
    assert values["open orders called abandoned"] is not None
    assert values["open orders called abandoned"] > 0.3
