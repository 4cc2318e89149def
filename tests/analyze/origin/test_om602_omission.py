from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.origin.errors import find_errors, rows
from ordermine.analyze.origin.om602_omission import omission

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = """
[activities]
"Take up" = { kind = "create", stage = "lead" }
"Enter" = { kind = "submit", stage = "order" }
"Fill" = { kind = "change", stage = "order" }
[required]
lead = ["ship_to"]
"""


def order(case: str, *steps: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return an order of steps (activity, department, new ship_to)."""
    return [
        {
            "case": case,
            "activity": step,
            "at": f"{8 + hour:02d}:00",
            "department": department,
            "field": "ship_to" if value else "",
            "old": "" if step != "Again" else "x",
            "new": value,
            "object_id": case,
            "actor_type": "system" if department == "Robot" else "human",
        }
        for hour, (step, department, value) in enumerate(steps)
    ]


def omissions(log: Log) -> list[tuple[str, str]]:
    found = [one for one in rows(log, find_errors(log)) if one["class"] == "omission"]
    return [(one["originated_by"], one["detected_by"]) for one in found]


def test_gap_belongs_to_who_handed_over(make_log: Callable[..., Log]) -> None:
    history = order("A", ("Take up", "Sales", ""), ("Enter", "Desk", ""), ("Fill", "Finance", "Mill Rd."))
    assert omissions(make_log(history, PROJECT)) == [("Sales", "Finance")]


def test_gaps_show_where_no_value_was_ever_changed(make_log: Callable[..., Log]) -> None:
    """An export whose old values are all empty, and that names no documents, shows what was filled and when."""
    history = order("A", ("Take up", "Sales", ""), ("Enter", "Desk", ""), ("Fill", "Finance", "Mill Rd."))
    assert omissions(make_log([row | {"object_id": ""} for row in history], PROJECT)) == [("Sales", "Finance")]


def test_what_is_filled_in_time_or_by_the_same_department_is_none(make_log: Callable[..., Log]) -> None:
    history = [
        *order("A", ("Take up", "Sales", "Mill Rd."), ("Enter", "Desk", "")),
        *order("B", ("Take up", "Sales", ""), ("Fill", "Sales", "Mill Rd."), ("Enter", "Desk", "")),
        *order("C", ("Take up", "Sales", ""), ("Enter", "Desk", ""), ("Fill", "Sales", "Mill Rd.")),
        *order("D", ("Take up", "Sales", ""), ("Enter", "Desk", "")),
    ]
    assert omissions(make_log(history, PROJECT)) == []


def test_systems_neither_take_over_nor_fill(make_log: Callable[..., Log]) -> None:
    history = [
        *order("A", ("Take up", "Sales", ""), ("Enter", "Robot", ""), ("Fill", "Sales", "x"), ("Enter", "Desk", "")),
        *order("B", ("Take up", "Sales", ""), ("Enter", "Desk", ""), ("Fill", "Robot", "x")),
    ]
    assert omissions(make_log(history, PROJECT)) == []


def test_finding_counts_the_orders_that_a_department_handed_over(make_log: Callable[..., Log]) -> None:
    gap = (("Take up", "Sales", ""), ("Enter", "Desk", ""), ("Fill", "Desk", "x"))
    gaps = [order(f"G{n:02d}", *gap) for n in range(10)]
    fine = [order(f"F{n:02d}", ("Take up", "Sales", "x"), ("Enter", "Desk", "")) for n in range(30)]
    [found] = omission.run(make_log([event for one in (*gaps, *fine) for event in one], PROJECT))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Sales", 0.25, 10, 40)
    assert found.message == "Sales handed over 10 of 40 orders without what others had to fill in: ship_to (10)"
