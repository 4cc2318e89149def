from __future__ import annotations

from datetime import date

import pytest

from ordermine.simulate.working_hours import DAY, HOUR, MINUTE, WorkingHours

# Monday 5 January 2026; Wednesday 7 January is a holiday
HOURS = WorkingHours(first_day=date(2026, 1, 5), holidays=frozenset({date(2026, 1, 7)}))
MONDAY, TUESDAY, THURSDAY, FRIDAY, SATURDAY = 0, DAY, 3 * DAY, 4 * DAY, 5 * DAY


@pytest.mark.parametrize(
    ("moment", "effort", "done"),
    [
        pytest.param(MONDAY + 9 * HOUR, 2 * HOUR, MONDAY + 11 * HOUR, id="within a day"),
        pytest.param(MONDAY + 5 * HOUR, HOUR, MONDAY + 9 * HOUR, id="taken up before opening"),
        pytest.param(MONDAY + 16 * HOUR, HOUR, MONDAY + 17 * HOUR, id="done at closing"),
        pytest.param(MONDAY + 16 * HOUR, 2 * HOUR, TUESDAY + 9 * HOUR, id="over night"),
        pytest.param(MONDAY + 20 * HOUR, HOUR, TUESDAY + 9 * HOUR, id="taken up after closing"),
        pytest.param(TUESDAY + 16 * HOUR, 2 * HOUR, THURSDAY + 9 * HOUR, id="over a holiday"),
        pytest.param(FRIDAY + 16 * HOUR, 2 * HOUR, 7 * DAY + 9 * HOUR, id="over the weekend"),
        pytest.param(MONDAY + 8 * HOUR, 20 * HOUR, THURSDAY + 10 * HOUR, id="over three workdays of nine hours"),
        pytest.param(SATURDAY + 12 * HOUR, 0, 7 * DAY + 8 * HOUR, id="nothing to do on a Saturday"),
    ],
)
def test_work_rests_outside_working_hours(moment: int, effort: int, done: int) -> None:
    assert HOURS.after(moment, effort) == done


@pytest.mark.parametrize(
    ("moment", "run"),
    [
        (MONDAY + 5 * HOUR, MONDAY + 6 * HOUR),
        (MONDAY + 6 * HOUR, THURSDAY - 2 * DAY + 6 * HOUR),
        (TUESDAY + 7 * HOUR, THURSDAY + 6 * HOUR),
        (FRIDAY + 7 * HOUR, 7 * DAY + 6 * HOUR),
    ],
)
def test_a_job_runs_next_on_a_workday_after_the_moment(moment: int, run: int) -> None:
    assert HOURS.next_run(moment, 6 * HOUR) == run


def test_stamp_is_local_time_without_offset() -> None:
    assert HOURS.stamp(FRIDAY + 14 * HOUR + 5 * MINUTE + 9) == "2026-01-09 14:05:09"


def test_the_next_month_begins_at_midnight_of_its_first_day() -> None:
    hours = WorkingHours(date(2026, 1, 5))
    for moment, expected in ((0, "2026-02-01"), (27 * DAY, "2026-03-01"), (26 * DAY, "2026-02-01")):
        assert hours.stamp(hours.next_month(moment)) == f"{expected} 00:00:00"
    assert hours.day_stamp(DAY + 5) == "2026-01-06"
