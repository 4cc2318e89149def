from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om008_unknown_steps import unknown_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


EVENTS = [{"case": f"O{n}", "activity": "Zz9" if n < 4 else "Create order", "at": "09:00"} for n in range(10)]


def test_share_of_events_without_a_meaning(make_log: Callable[..., Log]) -> None:
    [found] = unknown_steps.run(make_log(EVENTS))
    assert (found.value, found.cases, found.of_cases, found.severity) == (0.4, 4, 10, "warning")


def test_project_file_makes_a_step_known(make_log: Callable[..., Log]) -> None:
    log = make_log(EVENTS, '[activities]\n"Z*" = { stage = "order" }')
    assert unknown_steps.measure(log).rows == []
    assert unknown_steps.run(log) == []
