from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om002_department_not_recorded import department_not_recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def test_log_without_departments_says_so_once(make_log: Callable[..., Log]) -> None:
    events = [{"case": f"O{n}", "activity": "Enter", "at": "09:00"} for n in range(12)]
    [found] = department_not_recorded.run(make_log(events))
    assert (found.subject, found.value, found.severity) == ("the log", 1.0, "warning")
    assert found.message == "No event has a department recorded: who did what can't be told"


def test_declared_spellings_count_as_not_recorded(make_log: Callable[..., Log]) -> None:
    events = [
        {"case": "A", "activity": step, "at": at, "department": department}
        for step, at, department in (("Enter", "09:00", "Sales"), ("Ship", "10:00", "Nobody"))
    ]
    assert department_not_recorded.measure(make_log(events)).rows == []
    declared = make_log(events, '[departments]\nnot_recorded = ["nobody"]')
    assert department_not_recorded.measure(declared).totals["missing"] == 1


def test_level_takes_the_part_of_the_department(make_log: Callable[..., Log]) -> None:
    events = [
        {"case": "A", "activity": "Enter", "at": "09:00", "department": "Sales", "resource": ""},
        {"case": "A", "activity": "Ship", "at": "10:00", "department": "Sales", "resource": "Ann"},
    ]
    measured = department_not_recorded.measure(make_log(events), "resource")
    assert measured.rows == [{"activity": "Enter", "events": 1, "missing": 1, "share": 1.0}]
