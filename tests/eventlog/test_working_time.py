from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.eventlog.working_time import WorkingTime

OFFICE = WorkingTime("UTC", 8 * 60, 17 * 60, frozenset(range(5)))


def micros(text: str, zone: str = "UTC") -> int:
    instant = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return (instant - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def hours(calendar: WorkingTime, start: str, end: str) -> float:
    import numpy as np

    times = (np.array([micros(text, calendar.zone)]) for text in (start, end))
    return float(calendar.between(*times)[0] / 3.6e9)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-02 09:00", "2026-03-02 11:30", 2.5),
        # Before opening, after closing, over night, over the weekend.
        ("2026-03-02 06:00", "2026-03-02 09:00", 1),
        ("2026-03-02 16:00", "2026-03-02 22:00", 1),
        ("2026-03-02 16:00", "2026-03-03 09:00", 2),
        ("2026-03-06 16:00", "2026-03-09 10:00", 3),
        ("2026-03-07 10:00", "2026-03-08 10:00", 0),
        # Four weeks of five days of nine hours.
        ("2026-03-02 00:00", "2026-03-30 00:00", 180),
        ("1969-12-31 08:00", "1970-01-02 08:00", 18),
    ],
)
def test_office_hours(start: str, end: str, expected: float) -> None:
    assert hours(OFFICE, start, end) == expected


def test_holidays_are_not_worked() -> None:
    # Friday 3 April is a holiday, Saturday 4 April would not have been worked anyway.
    days = (dt.date(2026, 4, 4), dt.date(2026, 4, 3))
    calendar = WorkingTime("UTC", 8 * 60, 17 * 60, frozenset(range(5)), days)
    assert hours(calendar, "2026-04-02 16:00", "2026-04-06 09:00") == 2
    assert hours(calendar, "2026-04-03 09:00", "2026-04-03 12:00") == 0


def test_hours_are_those_of_the_zone_also_when_clocks_change() -> None:
    calendar = WorkingTime("Europe/Berlin", 8 * 60, 17 * 60, frozenset(range(5)))
    # Clocks went forward on Sunday 29 March 2026.
    assert hours(calendar, "2026-03-27 16:00", "2026-03-30 09:00") == 2


moments = st.integers(micros("2025-01-01 00:00"), micros("2027-01-01 00:00"))


@given(moments, moments, moments)
def test_parts_add_up_and_are_never_longer_than_what_elapsed(one: int, two: int, three: int) -> None:
    import numpy as np

    a, b, c = (np.array([moment]) for moment in sorted((one, two, three)))
    whole = OFFICE.between(a, c)[0]
    assert whole == OFFICE.between(a, b)[0] + OFFICE.between(b, c)[0]
    assert 0 <= whole <= (c - a)[0]
