from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.flow.om105_step_out_of_order import step_out_of_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def orders(right: int, wrong: int, tied: int = 0) -> list[dict[str, str]]:
    times = [("08:00", "09:00")] * right + [("09:00", "08:00")] * wrong + [("08:00", "08:00")] * tied
    return [
        {"case": f"O{number:03d}", "activity": step, "at": at}
        for number, (first, second) in enumerate(times)
        for step, at in (("Approve", first), ("Ship", second))
    ]


def test_wrong_order_with_ties_apart(make_log: Callable[..., Log]) -> None:
    [found] = step_out_of_order.run(make_log(orders(185, 10, tied=5)))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Ship before Approve", 0.05, 10, 200)
    assert found.message == (
        "In 10 of 200 orders Ship comes before Approve, which usually comes first; in 5 more both carry the same time"
    )


def test_steps_without_a_usual_order(make_log: Callable[..., Log]) -> None:
    assert step_out_of_order.measure(make_log(orders(60, 40))).rows == []
