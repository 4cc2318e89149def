from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.flow.om103_repetition import repetition

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def order(case: str, *steps: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"case": case, "activity": step, "at": at, "resource": who} for step, at, who in steps]


def test_repeat_and_redo(make_log: Callable[..., Log]) -> None:
    events = order("A", ("Check", "08:00", "Ann"), ("Pick", "09:00", "Ann"), ("Check", "10:00", "Ann"))
    events += order("B", ("Check", "08:00", "Ann"), ("Pick", "09:00", "Ann"), ("Check", "10:00", "Bob"))
    [row] = repetition.measure(make_log(events)).rows
    assert (row["cases"], row["recurrences"], row["repeats"], row["redos"]) == (2, 2, 1, 1)


def test_self_loop_is_no_repetition(make_log: Callable[..., Log]) -> None:
    events = order("A", ("Check", "08:00", "Ann"), ("Check", "09:00", "Bob"))
    assert repetition.measure(make_log(events)).rows == []


def test_ties_leave_it_open(make_log: Callable[..., Log]) -> None:
    # Pick comes between the checks, or after both.
    events = order("A", ("Check", "08:00", "Ann"), ("Pick", "09:00", "Ann"), ("Check", "09:00", "Ann"))
    [row] = repetition.measure(make_log(events)).rows
    assert (row["cases"], row["cases_low"], row["cases_high"]) == (1, 0, 1)


def test_finding_says_by_whom(make_log: Callable[..., Log]) -> None:
    events = []
    for number in range(20):
        second = "Bob" if number < 15 else "Ann"
        events += order(f"O{number}", ("Check", "08:00", "Ann"), ("Pick", "09:00", "Ann"), ("Check", "10:00", second))
    [found] = repetition.run(make_log(events))
    assert found.message == (
        "Check comes back after something else in 20 of 20 orders that have it; 75 % of the times by somebody else"
    )
