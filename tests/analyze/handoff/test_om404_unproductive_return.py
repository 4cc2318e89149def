from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.handoff.om404_unproductive_return import unproductive_return

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = """
[activities]
"Decide" = { kind = "approve" }
"Amend" = { kind = "change" }
"Look" = { kind = "note" }
"""


def visit_of_credit(step: str, old: str = "", new: str = "", actor: str = "human") -> list[dict[str, str]]:
    between = {"department": "Credit", "activity": step, "old": old, "new": new, "actor_type": actor, "field": "price"}
    outer = {"department": "Sales", "activity": "Look", "actor_type": "human"}
    return [
        {"case": "A", "at": f"{at:02d}:00", **event} for at, event in enumerate((outer, between, {**outer}), start=8)
    ]


@pytest.mark.parametrize(
    ("step", "old", "new", "unproductive"),
    [
        ("Look", "", "", 1),
        ("Decide", "", "", 0),
        ("Look", "10", "20", 0),
        ("Look", "10", "10.00", 1),
        ("Look", "", "20", 0),
        ("Look", "20", "", 0),
    ],
)
def test_changes_and_decisions(make_log: MakeLog, step: str, old: str, new: str, unproductive: int) -> None:
    further = [{"case": "B", "at": "08:00", "activity": "Look", "department": "Sales", "field": "x", "new": "1"}]
    log = make_log([*visit_of_credit(step, old, new), *further], MEANINGS)
    assert unproductive_return.measure(log).totals["unproductive"] == unproductive


def test_without_values_a_step_of_kind_change_stands_for_one(make_log: MakeLog) -> None:
    steps = (("Look", "Sales"), ("Amend", "Credit"), ("Look", "Sales"))
    events = [
        {"case": "A", "at": f"{8 + place:02d}:00", "activity": step, "department": department}
        for place, (step, department) in enumerate(steps)
    ]
    assert unproductive_return.measure(make_log(events, MEANINGS)).totals["unproductive"] == 0


def test_with_values_it_takes_one(make_log: MakeLog) -> None:
    further = [{"case": "B", "at": "08:00", "activity": "Look", "department": "Sales", "field": "x", "new": "1"}]
    log = make_log([*visit_of_credit("Amend"), *further], MEANINGS)
    assert unproductive_return.measure(log).totals["unproductive"] == 1


def test_what_a_system_does_meanwhile_is_not_done_by_the_department(make_log: MakeLog) -> None:
    events = visit_of_credit("Look", "10", "10")
    machine = {"case": "A", "at": "09:30", "activity": "Look", "department": "Credit", "actor_type": "system"}
    log = make_log([*events, {**machine, "field": "price", "old": "10", "new": "30"}], MEANINGS)
    totals = unproductive_return.measure(log).totals
    assert (totals["unproductive"], totals["returns"], totals["expected_unproductive"]) == (1, 1, 0)


def test_share_of_the_returns_of_a_pair(make_log: MakeLog) -> None:
    events = []
    for number in range(20):
        looked = number < 12
        for event in visit_of_credit("Look" if looked else "Decide"):
            events.append({**event, "case": f"O{number:02d}", "new": "x" if number == 19 else ""})
    [found] = unproductive_return.run(make_log(events, MEANINGS))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Sales → Credit", 0.6, 12, 20)
    assert found.confidence == "medium"


def test_ties_make_both_numbers_ranges(make_log: MakeLog) -> None:
    # Sales, then at once a look and a decision of Credit and a step of Sales, then Sales. Look and decision in a row:
    # one return, not for nothing. Sales between the two: three returns, one from the decision, for nothing one from the
    # look and one of Credit from Sales.
    events = []
    for number in range(12):
        steps = (("Look", "Sales", 8), ("Look", "Credit", 9), ("Decide", "Credit", 9), ("Look", "Sales", 9))
        events += [
            {"case": f"O{number:02d}", "at": f"{hour:02d}:00", "activity": step, "department": department}
            for step, department, hour in (*steps, ("Look", "Sales", 10))
        ]
    log = make_log(events, MEANINGS)
    totals = unproductive_return.measure(log).totals
    assert (totals["unproductive"], totals["unproductive_low"], totals["unproductive_high"]) == (0, 0, 24)
    assert (totals["returns"], totals["returns_low"], totals["returns_high"]) == (12, 12, 36)


def test_ties_of_a_pair_widen_its_interval(make_log: MakeLog) -> None:
    events = []
    for number in range(20):
        # In the first ten, Credit looks when Sales has the order again: there may be no return.
        last = "09:00" if number < 10 else "10:00"
        for event, at in zip(visit_of_credit("Look"), ("08:00", "09:00", last), strict=True):
            events.append({**event, "case": f"O{number:02d}", "at": at, "new": "x" if number == 19 else ""})
    [found] = unproductive_return.run(make_log(events, MEANINGS))
    # In the last one, Credit changed a value.
    assert "19 of 20 returns" in found.message
    assert "between 9 and 19" in found.message
    # 9 of 20 at least, and 19 of 10 at most.
    assert found.low is not None
    assert found.low < 0.45
    assert found.high == pytest.approx(1.0)
