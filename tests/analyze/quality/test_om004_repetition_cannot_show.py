from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om004_repetition_cannot_show import repetition_cannot_show

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def straight(count: int) -> list[dict[str, str]]:
    steps = (("Enter", "08:00"), ("Check", "09:00"), ("Ship", "10:00"))
    return [{"case": f"O{n}", "activity": step, "at": at} for n in range(count) for step, at in steps]


def test_many_orders_without_any_repetition_are_reported(make_log: Callable[..., Log]) -> None:
    [found] = repetition_cannot_show.run(make_log(straight(50)))
    assert (found.value, found.cases, found.of_cases) == (0.0, 0, 50)
    assert found.high is not None
    # Wilson at 0 of 50: z²/(n + z²) = 3.8415/53.8415
    assert round(found.high, 4) == 0.0713


def test_one_repetition_is_enough_to_say_nothing(make_log: Callable[..., Log]) -> None:
    again = {"case": "O7", "activity": "Check", "at": "11:00"}
    log = make_log([*straight(50), again])
    assert repetition_cannot_show.run(log) == []
    assert repetition_cannot_show.measure(log).totals["cases_with_recurrence"] == 1


def test_few_orders_say_nothing(make_log: Callable[..., Log]) -> None:
    assert repetition_cannot_show.run(make_log(straight(49))) == []
