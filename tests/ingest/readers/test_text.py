from __future__ import annotations

import datetime as dt
import decimal
import zoneinfo

import pytest

from ordermine.ingest.readers.text import Number, json_text, text_of

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("", None),
        ("  ", "  "),
        ("007", "007"),
        (7, "7"),
        (10**22, "10000000000000000000000"),
        (123.0, "123"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e22, "1e+22"),
        (float("nan"), None),
        (float("inf"), "inf"),
        (True, "true"),
        (False, "false"),
        (decimal.Decimal("12.50"), "12.50"),
        (decimal.Decimal("1E+3"), "1000"),
        (dt.date(2024, 1, 2), "2024-01-02"),
        (dt.time(10, 30), "10:30:00"),
        (dt.datetime(2024, 1, 2, 9, 17, 18), "2024-01-02T09:17:18"),  # noqa: DTZ001
        (dt.datetime(2024, 7, 2, 9, 0, 0, 120_000, BERLIN), "2024-07-02T09:00:00.12+02:00"),
        (dt.timedelta(hours=26, seconds=5), "26:00:05"),
        (dt.timedelta(minutes=-90), "-1:30:00"),
        (Number("1E5"), "1E5"),
        (b"abc", "abc"),
        (b"\xff\x00", "ff00"),
        ({"a": [1, None, "ü", True]}, '{"a":[1,null,"ü",true]}'),
        ([], "[]"),
    ],
)
def test_text_of(value: object, text: str | None) -> None:
    assert text_of(value) == text


def test_json_keeps_the_digits_of_numbers_and_quotes_what_json_has_no_type_for() -> None:
    value = {"n": Number("12.50"), "d": dt.date(2024, 1, 2), "i": float("inf"), 1: "x"}
    assert json_text(value) == '{"n":12.50,"d":"2024-01-02","i":"inf","1":"x"}'
