from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.flow.om102_self_loop import self_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def looping(looped: int, straight: int) -> list[dict[str, str]]:
    cases = [(f"L{n:02d}", ("Pick", "Pick")) for n in range(looped)]
    cases += [(f"S{n:02d}", ("Pick", "Ship")) for n in range(straight)]
    return [
        {"case": case, "activity": step, "at": f"0{8 + position}:00", "resource": "Ann"}
        for case, steps in cases
        for position, step in enumerate(steps)
    ]


def test_share_of_orders_that_have_the_step_with_its_interval(make_log: Callable[..., Log]) -> None:
    [found] = self_loop.run(make_log(looping(10, 30)))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Pick", 0.25, 10, 40)
    assert found.low is not None
    assert found.high is not None
    # Wilson by hand: (0.25 + 1.9600²/80 ± 1.9600·√(0.25·0.75/40 + 1.9600²/6400)) / (1 + 1.9600²/40)
    assert round(found.low, 3) == 0.142
    assert round(found.high, 3) == 0.402


def test_few_orders_are_no_finding(make_log: Callable[..., Log]) -> None:
    log = make_log(looping(9, 1))
    assert self_loop.measure(log).rows[0]["cases"] == 9
    assert self_loop.run(log) == []


def test_expected_repetition_is_measured_and_not_reported(make_log: Callable[..., Log]) -> None:
    log = make_log(looping(10, 30), '[expected]\nrepeat = ["Pick"]')
    assert self_loop.measure(log).rows[0]["cases"] == 10
    assert self_loop.run(log) == []


def test_step_that_comes_back_later_is_no_self_loop(make_log: Callable[..., Log]) -> None:
    events = [
        {"case": "A", "activity": step, "at": at, "resource": "Ann"}
        for step, at in (("Pick", "08:00"), ("Ship", "09:00"), ("Pick", "10:00"))
    ]
    assert self_loop.measure(make_log(events)).rows == []
