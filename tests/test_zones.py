# ruff: noqa: TID253, DTZ001
from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import UsageError
from ordermine.zones import check_zone, to_utc, to_wall

EPOCH = datetime(1970, 1, 1)
BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia")


def wall(*texts: str) -> np.ndarray:
    return np.array(
        [(datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1) for text in texts], dtype=np.int64
    )


def test_summer_and_winter() -> None:
    utc, gaps, overlaps = to_utc(wall("2024-01-15 12:00", "2024-07-15 12:00"), BERLIN)
    assert utc.tolist() == wall("2024-01-15 11:00", "2024-07-15 10:00").tolist()
    assert (gaps, overlaps) == (0, 0)


def test_skipped_hour_moves_on_and_is_counted() -> None:
    # On 31 March 2024 the clocks went from 02:00 +01:00 to 03:00 +02:00, at 01:00 UTC.
    stamps = wall(
        "2024-03-31 01:59:59", "2024-03-31 02:00", "2024-03-31 02:30", "2024-03-31 02:59:59", "2024-03-31 03:00"
    )
    utc, gaps, overlaps = to_utc(stamps, BERLIN)
    expected = wall(
        "2024-03-31 00:59:59", "2024-03-31 01:00", "2024-03-31 01:30", "2024-03-31 01:59:59", "2024-03-31 01:00"
    )
    assert utc.tolist() == expected.tolist()
    assert (gaps, overlaps) == (3, 0)


def test_repeated_hour_is_the_first_and_counted() -> None:
    # On 27 October 2024 the clocks went from 03:00 +02:00 back to 02:00 +01:00, at 01:00 UTC.
    stamps = wall("2024-10-27 01:59:59", "2024-10-27 02:00", "2024-10-27 02:59:59", "2024-10-27 03:00")
    utc, gaps, overlaps = to_utc(stamps, BERLIN)
    expected = wall("2024-10-26 23:59:59", "2024-10-27 00:00", "2024-10-27 00:59:59", "2024-10-27 02:00")
    assert utc.tolist() == expected.tolist()
    assert (gaps, overlaps) == (0, 2)


def test_stray_years_cost_no_time() -> None:
    stamps = wall("0001-01-05", "1800-06-01", "2024-07-15 12:00", "9999-12-20")
    utc, *counts = to_utc(stamps, BERLIN)
    assert utc[2:].tolist() == wall("2024-07-15 10:00", "9999-12-19 23:00").tolist()
    # Berlin kept local mean time, 53 min 28 s ahead of UTC, until 1893.
    assert utc[:2].tolist() == wall("0001-01-04 23:06:32", "1800-05-31 23:06:32").tolist()
    assert counts == [0, 0]


@settings(max_examples=15)
@given(
    st.lists(st.datetimes(datetime(1850, 1, 1), datetime(2150, 1, 1)), min_size=1, max_size=10), st.sampled_from(ZONES)
)
def test_agrees_with_the_standard_library(stamps: list[datetime], zone: str) -> None:
    whole = [stamp.replace(microsecond=0) for stamp in stamps]
    utc, _, _ = to_utc(wall(*map(str, whole)), zone)
    expected = [stamp.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for stamp in whole]
    assert utc.tolist() == wall(*map(str, expected)).tolist()


@settings(max_examples=15)
@given(
    st.lists(st.datetimes(datetime(1850, 1, 1), datetime(2150, 1, 1)), min_size=1, max_size=10), st.sampled_from(ZONES)
)
def test_wall_clock_of_an_instant(stamps: list[datetime], zone: str) -> None:
    instants = [stamp.replace(microsecond=0) for stamp in stamps]
    shown = [stamp.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for stamp in instants]
    assert to_wall(wall(*map(str, instants)), zone).tolist() == wall(*map(str, shown)).tolist()


def test_utc_and_nothing() -> None:
    stamps = wall("2024-03-31 02:30")
    assert to_utc(stamps, "UTC")[0].tolist() == stamps.tolist()
    empty, gaps, overlaps = to_utc(np.zeros(0, dtype=np.int64), BERLIN)
    assert (len(empty), gaps, overlaps) == (0, 0, 0)


def test_unknown_zone() -> None:
    assert check_zone(BERLIN) == BERLIN
    with pytest.raises(UsageError, match="no time zone 'Europe/Berlyn'") as caught:
        check_zone("Europe/Berlyn")
    assert "'Europe/Berlin'" in caught.value.hint
