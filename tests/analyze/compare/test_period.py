from __future__ import annotations

import datetime as dt

import pytest

from ordermine.analyze.compare.period import parse_period
from ordermine.errors import UsageError


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-W10..2026-W20", dt.date(2026, 3, 2), dt.date(2026, 5, 11)),
        ("2026-03-01..2026-04-01", dt.date(2026, 3, 1), dt.date(2026, 4, 1)),
        ("2026-W53..2027-01-05", dt.date(2026, 12, 28), dt.date(2027, 1, 5)),
        ("2026-W38..", dt.date(2026, 9, 14), None),
        ("..2026-W38", None, dt.date(2026, 9, 14)),
    ],
)
def test_days_and_weeks_begin_where_the_calendar_says(text: str, start: dt.date | None, end: dt.date | None) -> None:
    period = parse_period(text, "--period-a")
    assert (period.start, period.end) == (start, end)


def test_a_period_begins_at_midnight_utc() -> None:
    period = parse_period("1970-01-02..", "--period-a")
    assert (period.start_us, period.end_us) == (86_400_000_000, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-W10", "not a period"),
        ("..", "not a period"),
        ("2026-W20..2026-W10", "ends before it begins"),
        ("2026-W10..2026-W10", "ends before it begins"),
        ("2026-W10..2026-W60", "'2026-W60' is neither a day nor a week"),
        ("2026-02-30..", "'2026-02-30' is neither a day nor a week"),
        ("20260201..", "'20260201' is neither a day nor a week"),
        ("2025-W53..", "'2025-W53' is neither a day nor a week"),
    ],
)
def test_what_is_no_period_is_refused_by_the_name_of_its_option(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="--period-b") as error:
        parse_period(text, "--period-b")
    assert said in str(error.value)
    assert "2026-W10..2026-W20" in error.value.hint
