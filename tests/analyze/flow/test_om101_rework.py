from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.flow.om101_rework import rework

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = """
[activities]
"Check" = { kind = "approve" }
"Edit" = { kind = "change" }
"Refuse" = { kind = "reject" }
"Hold" = { kind = "block" }
"Lift" = { kind = "unblock" }
"Ship" = { kind = "deliver" }
"Call" = { kind = "contact" }
"""


def order(*steps: str, **more: str) -> list[dict[str, str]]:
    """Steps an hour apart; ``Check:10`` is a step at ten o'clock, ``Edit/ann`` has an object."""
    events = []
    for position, text in enumerate(steps):
        step, _, hour = text.partition(":")
        step, _, about = step.partition("/")
        at = f"{int(hour) if hour else 8 + position:02d}:00"
        events.append({"case": "A", "activity": step, "at": at, "object_id": about, **more})
    return events


def reworks(log: Log) -> list[tuple[str, int, int, int, int]]:
    names = ("activity", "reworks", "cases_low", "cases_high", "after_reversal")
    return [tuple(row[name] for name in names) for row in rework.measure(log).rows]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        # Nothing changed in between.
        (("Check", "Call", "Check"), []),
        (("Ship", "Ship"), []),
        # A change, and a reversal.
        (("Check", "Edit", "Check"), [("Check", 1, 1, 1, 0)]),
        (("Check", "Refuse", "Check"), [("Check", 1, 1, 1, 1)]),
        (("Hold", "Lift", "Hold", "Lift", "Hold"), [("Hold", 2, 1, 1, 2)]),
        # The change came before the first or after the second time.
        (("Edit", "Check", "Check", "Edit"), []),
        # Change and second check share their time: which came first is open.
        (("Check:8", "Edit:9", "Check:9"), [("Check", 1, 0, 1, 0)]),
        (("Check:8", "Check:9", "Edit:9"), [("Check", 0, 0, 1, 0)]),
        # Another object was changed, then the same, then the order as a whole.
        (("Check/a", "Edit/b", "Check/a"), []),
        (("Check/a", "Edit/a", "Check/a"), [("Check", 1, 1, 1, 0)]),
        (("Check/a", "Edit", "Check/a"), [("Check", 1, 1, 1, 0)]),
        (("Check/a", "Edit/a", "Check/b"), []),
        # A contact after a change is no work done again.
        (("Call", "Edit", "Call"), []),
    ],
)
def test_what_counts(
    make_log: Callable[..., Log], steps: tuple[str, ...], expected: list[tuple[str, int, int, int, int]]
) -> None:
    assert reworks(make_log(order(*steps), PROJECT)) == expected


def test_field_written_twice_is_rework_if_the_value_differs(make_log: Callable[..., Log]) -> None:
    def edits(first: str, second: str, field: str) -> Log:
        events = order("Edit", "Call", "Edit")
        events[0] |= {"field": "price", "old": "90", "new": first}
        events[2] |= {"field": field, "old": "95", "new": second}
        return make_log(events, PROJECT)

    assert reworks(edits("100", "120", "price")) == [("Edit", 1, 1, 1, 0)]
    assert reworks(edits("100", "100.00", "price")) == []
    assert reworks(edits("100", "120", "terms")) == []


def test_steps_and_changes_by_systems_do_not_count(make_log: Callable[..., Log]) -> None:
    assert reworks(make_log(order("Check", "Edit", "Check", actor_type="system"), PROJECT)) == []
    events = order("Check", "Edit", "Check", actor_type="human")
    events[1]["actor_type"] = "batch"
    assert reworks(make_log(events, PROJECT)) == []


def test_expected_repetition_is_left_out_and_its_effect_told(make_log: Callable[..., Log]) -> None:
    events = [
        {**event, "case": f"O{number:02d}"}
        for number in range(20)
        for event in order(*(("Check", "Edit", "Check") if number < 12 else ("Ship", "Edit", "Ship")))
    ]
    log = make_log(events, PROJECT + '[expected]\nrepeat = ["Ship"]')
    overall, check = rework.run(log)
    assert (overall.subject, overall.value, overall.cases) == ("the log", 0.6, 12)
    assert "(20 with what is listed as expected)" in overall.message
    assert (check.subject, check.value, check.of_cases) == ("Check", 1.0, 12)
