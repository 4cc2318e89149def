# ruff: noqa: TID253, DTZ001
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.errors import InputError
from ordermine.ingest.timestamps import DAY, MIN, US, Format, FormatFinder, S, coarsest, parse

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DMY = Format("day or month first", "dmy")
YEAR = Format("year first")


def micros(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, us: int = 0) -> int:
    return (datetime(year, month, day, hour, minute, second, us, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


def finder_of(*values: str | None, declared: str | None = None) -> FormatFinder:
    finder = FormatFinder("Changed at", declared)
    finder.look(pa.array(values, pa.string()))
    return finder


@pytest.mark.parametrize(
    ("text", "form", "wall", "precision"),
    [
        ("2024-01-31", "year first", micros(2024, 1, 31), DAY),
        ("2024/1/5 7:05", "year first", micros(2024, 1, 5, 7, 5), MIN),
        ("2024.01.31 10:20:30", "year first", micros(2024, 1, 31, 10, 20, 30), S),
        ("2024-01-31T10:20:30.123456", "year first", micros(2024, 1, 31, 10, 20, 30, 123_456), US),
        ("2024-01-31T10:20:30,5", "year first", micros(2024, 1, 31, 10, 20, 30, 500_000), US),
        ("2024-01-31T10:20:30.123456789", "year first", micros(2024, 1, 31, 10, 20, 30, 123_456), US),
        ("2024-01-31   10:20:30", "year first", micros(2024, 1, 31, 10, 20, 30), S),
        (" 2024-01-31 10:20 ", "year first", micros(2024, 1, 31, 10, 20), MIN),
        ("31/01/2024 10:20:30", "day first (dmy)", micros(2024, 1, 31, 10, 20, 30), S),
        ("31.1.24", "day first (dmy)", micros(2024, 1, 31), DAY),
        ("01/31/2024, 1:05 PM", "month first (mdy)", micros(2024, 1, 31, 13, 5), MIN),
        ("01/31/2024 12:05:00 a.m.", "month first (mdy)", micros(2024, 1, 31, 0, 5), S),
        ("31.12.69", "day first (dmy)", micros(2069, 12, 31), DAY),
        ("31.12.70", "day first (dmy)", micros(1970, 12, 31), DAY),
        ("20240131", "compact", micros(2024, 1, 31), DAY),
        ("20240131102030", "compact", micros(2024, 1, 31, 10, 20, 30), S),
        ("20240131T102030", "compact", micros(2024, 1, 31, 10, 20, 30), S),
        ("20240131 1020", "compact", micros(2024, 1, 31, 10, 20), MIN),
        ("5 Mär 2024 10:20", "day, month name", micros(2024, 3, 5, 10, 20), MIN),
        ("05-MAY-24", "day, month name", micros(2024, 5, 5), DAY),
        ("1. août 2024", "day, month name", micros(2024, 8, 1), DAY),
        ("Dec 31, 2024 11:59 pm", "month name, day", micros(2024, 12, 31, 23, 59), MIN),
        ("1706696430", "seconds since 1970", micros(2024, 1, 31, 10, 20, 30), US),
        ("1706696430123", "milliseconds since 1970", micros(2024, 1, 31, 10, 20, 30, 123_000), US),
        ("1706696430123456", "microseconds since 1970", micros(2024, 1, 31, 10, 20, 30, 123_456), US),
        ("45322.5", "days since 1900 (sheet)", micros(2024, 1, 31, 12), US),
        ("45322", "days since 1900 (sheet)", micros(2024, 1, 31), US),
    ],
)
@pytest.mark.parametrize("uniform", [True, False])
def test_every_family(text: str, form: str, wall: int, precision: int, uniform: bool) -> None:
    finder = finder_of(text)
    found = finder.decide()
    assert str(found) == form
    # A null among the values takes the way for differing layouts.
    parsed = parse(pa.array([text] if uniform else [text, None], pa.string()), found)
    assert (parsed.wall[0], parsed.valid[0], parsed.precision[0]) == (wall, True, precision)
    assert uniform or not parsed.valid[1]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Z", 0),
        ("z", 0),
        (" UTC", 0),
        ("+02:00", 120),
        ("+0200", 120),
        ("-05", -300),
        ("-03:30", -210),
        (" +14:00", 840),
    ],
)
@pytest.mark.parametrize("uniform", [True, False])
def test_offsets(text: str, zone: int, uniform: bool) -> None:
    stamp = f"2024-01-31T10:20:30{text}"
    parsed = parse(pa.array([stamp] if uniform else [stamp, "2024-01-31"]), YEAR)
    assert parsed.zoned[0]
    assert parsed.offset[0] == zone * 60_000_000
    assert parsed.wall[0] == micros(2024, 1, 31, 10, 20, 30)
    assert uniform or not parsed.zoned[1]


def test_signs_of_offsets_may_differ_in_one_layout() -> None:
    parsed = parse(pa.array(["2024-01-31T10:20:30+02:00", "2024-01-31T10:20:30-02:00"]), YEAR)
    assert parsed.offset.tolist() == [7_200_000_000, -7_200_000_000]


@pytest.mark.parametrize("layout", ["{}", "{} "], ids=["uniform", "any"])
@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29 10:00:00",
        "2024-02-30 10:00:00",
        "2024-13-01 10:00:00",
        "2024-00-10 10:00:00",
        "2024-01-00 10:00:00",
        "2024-01-01 25:00:00",
        "2024-01-01 24:00:01",
        "2024-01-01 10:60:00",
        "2024-01-01 10:00:60",
        "0000-01-01 10:00:00",
    ],
)
def test_what_is_no_time_is_not_valid(text: str, layout: str) -> None:
    parsed = parse(pa.array(["2024-01-01 10:00:00", layout.format(text)]), YEAR)
    assert parsed.valid.tolist() == [True, False]
    assert parsed.wall[1] == 0


def test_24_00_is_the_end_of_the_day() -> None:
    parsed = parse(pa.array(["2024-02-29 24:00:00", "2024-12-31T24:00"]), YEAR)
    assert parsed.wall.tolist() == [micros(2024, 3, 1), micros(2025, 1, 1)]
    assert parsed.valid.all()


@pytest.mark.parametrize("year", [1, 99, 1582, 1899, 1900, 2999, 9999])
def test_years_are_what_they_say(year: int) -> None:
    for values in ([f"{year:04d}-01-02"], [f"{year:04d}-01-02", "2024-01-02 10:00"]):
        assert parse(pa.array(values), YEAR).wall[0] == micros(year, 1, 2)
    for values in ([f"02/01/{year:04d}"], [f"02/01/{year:04d}", "3.1.24"]):
        assert parse(pa.array(values), DMY).wall[0] == micros(year, 1, 2)


def test_the_text_itself_is_left_alone() -> None:
    for text in ("2024-01-31", "2024-01-31 10:20:30.123"):
        values = pa.array([text])
        parse(values, YEAR)
        assert values.to_pylist() == [text]


@given(
    st.lists(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), min_size=1, max_size=20),
    st.sampled_from(["dmy", "mdy"]),
)
def test_both_ways_to_parse_agree(stamps: list[datetime], order: str) -> None:
    for form, layout in (
        (
            Format("day or month first", order),
            "{0.day:02d}.{0.month:02d}." if order == "dmy" else "{0.month:02d}/{0.day:02d}/",
        ),
        (YEAR, "{0.year:04d}-{0.month:02d}-{0.day:02d}"),
    ):
        years = "" if form is YEAR else "{0.year:04d}"
        texts = [(layout + years + " {0:%H:%M:%S.%f}").format(stamp) for stamp in stamps]
        uniform = parse(pa.array(texts), form)
        expected = [(stamp.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1) for stamp in stamps]
        assert uniform.wall.tolist() == expected
        other = parse(pa.array([*texts, None], pa.string()), form)
        assert other.wall[:-1].tolist() == expected


def test_order_is_proven_by_one_value_late_in_the_column() -> None:
    finder = finder_of(*["03/04/2024"] * 30_000)
    assert finder.undecided
    assert finder.ambiguous
    finder.look(pa.array(["25/02/2024"]))
    assert not finder.undecided
    assert finder.decide() == DMY


def test_ambiguous_order_names_column_values_and_flag() -> None:
    finder = finder_of(None, "  ", "03/04/2024", "03/04/2024", "05/06/2024", "07/08/2024", "09/10/2024")
    with pytest.raises(InputError) as caught:
        finder.decide()
    assert str(caught.value) == (
        "column 'Changed at': the order of day and month is ambiguous, no value of 6 has a day above 12: "
        "'03/04/2024', '05/06/2024', '07/08/2024'"
    )
    assert "--date-order dmy" in caught.value.hint
    assert "--date-order mdy" in caught.value.hint


def test_years_in_two_digits_may_be_days() -> None:
    with pytest.raises(InputError, match="shows which part is the year") as caught:
        finder_of("31/12/24", "01/12/24").decide()
    assert "--date-order dmy or --date-order ymd" in caught.value.hint
    assert finder_of("31/12/24", "01/12/32").decide() == DMY
    # With points, the year is never first.
    assert finder_of("31.12.24").decide() == DMY
    assert str(finder_of("32/12/24").decide()) == "year first (ymd)"


def test_contradiction_and_its_way_out() -> None:
    finder = finder_of("13/02/2024", "02/13/2024", "01/01/2024")
    with pytest.raises(InputError, match="contradict each other: 1 can't be dmy, 1 can't be mdy") as caught:
        finder.decide()
    assert "--date-order dmy" in caught.value.hint
    assert finder_of("13/02/2024", "02/13/2024", declared="mdy").decide() == Format("day or month first", "mdy")


def test_slip_of_a_day_proves_nothing() -> None:
    # 31 June is no date, but it is no date of another order either.
    assert finder_of("31/06/2024", "15/06/2024").decide() == DMY


@pytest.mark.parametrize("values", [["n/a", "soon", "x"], [None], [], ["123", "456"], ["99999999999"], ["99999"]])
def test_no_dates(values: list[str | None]) -> None:
    with pytest.raises(InputError, match=r"column 'Changed at' doesn't hold dates .*") as caught:
        finder_of(*values).decide()
    assert caught.value.hint == "name another column with --timestamp"


def test_precision_that_a_source_really_has() -> None:
    minute, second = 60_000_000, 1_000_000
    assert coarsest(np.array([0, 86_400_000_000 * 3])) == DAY
    assert coarsest(np.array([0, 5 * minute])) == MIN
    assert coarsest(np.array([5 * minute, second])) == S
    assert coarsest(np.array([second, 1])) == US
