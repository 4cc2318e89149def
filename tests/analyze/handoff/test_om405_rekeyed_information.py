from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.handoff.om405_rekeyed_information import rekeyed_information

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]


def writes(*events: tuple[str, str, str], case: str = "A", actor: str = "human") -> list[dict[str, str]]:
    return [
        {
            "case": case,
            "activity": "Write",
            "at": f"{8 + place:02d}:00",
            "department": department,
            "field": field,
            "new": value,
            "actor_type": actor,
        }
        for place, (department, field, value) in enumerate(events)
    ]


def test_fields_that_lineage_connects_are_one(make_log: MakeLog) -> None:
    events = writes(("Sales", "quote.price", "5"), ("Orders", "order.net", "5.0"))
    assert rekeyed_information.measure(make_log(events)).rows == []
    log = make_log(events, '[lineage]\n"order.net" = "quote.price"')
    assert [row["field"] for row in rekeyed_information.measure(log).rows] == ["price"]


def test_the_same_department_may_write_again(make_log: MakeLog) -> None:
    events = writes(("Sales", "price", "5"), ("Sales", "price", "5"), ("Orders", "price", "6"), ("Sales", "price", "5"))
    assert rekeyed_information.measure(make_log(events)).totals["rekeyed"] == 0


def test_writes_of_systems_do_not_count(make_log: MakeLog) -> None:
    machine = writes(("ERP", "price", "5"), actor="system")
    person = [{**event, "at": "10:00"} for event in writes(("Orders", "price", "5"))]
    assert rekeyed_information.measure(make_log([*machine, *person])).totals["rekeyed"] == 0


def test_finding_names_who_enters_and_who_types_again(make_log: MakeLog) -> None:
    events = []
    for number in range(20):
        value = "5" if number < 15 else "6"
        events += writes(("Sales", "price", "5"), ("Orders", "price", value), case=f"O{number:02d}")
    [found] = rekeyed_information.run(make_log(events))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Sales → Orders → price", 0.75, 15, 20)
