"""Logs with known numbers per week."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.eventlog.log import Log, open_log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FIRST = dt.date(2026, 3, 2)
"""Monday of 2026-W10."""
STEPS = """
[activities]
"Enter" = { kind = "create", stage = "order" }
"Confirm" = { kind = "confirm", stage = "order" }
"Ship" = { kind = "deliver", stage = "deliver" }
"Complain" = { kind = "complaint", stage = "support" }
"""


@pytest.fixture
def weekly_log(make_log: Callable[..., Log]) -> Callable[..., Log]:
    """Return a function that makes a log: `weeks` is (orders, of them complained about) from 2026-W10 on.

    Orders are shipped on Tuesday at 9, entered a day before (`days`: other numbers, by position of the week), and
    complained about on Wednesday, `late` days later.
    """

    def make(
        weeks: Sequence[tuple[int, int]],
        as_of: str | None = None,
        days: Mapping[int, int] | None = None,
        late: int = 0,
        project: str = STEPS,
    ) -> Log:
        events = []
        for week, (orders, wrong) in enumerate(weeks):
            shipped = FIRST + dt.timedelta(days=7 * week + 1)
            begun = shipped - dt.timedelta(days=(days or {}).get(week, 1))
            complained = shipped + dt.timedelta(days=1 + late)
            for number in range(orders):
                steps = [
                    ("Enter", begun, 9, "Sales"),
                    ("Confirm", begun, 10, "Sales"),
                    ("Ship", shipped, 9, "Logistics"),
                ]
                if number < wrong:
                    steps.append(("Complain", complained, 9, "Service"))
                events += [
                    {
                        "case": f"{week:02}-{number:03}",
                        "activity": name,
                        "at": f"{day} {hour:02}:00",
                        "department": department,
                    }
                    for name, day, hour, department in steps
                ]
        return open_log(make_log(events, project).path, as_of=as_of)

    return make
