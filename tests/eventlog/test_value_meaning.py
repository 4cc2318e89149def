from __future__ import annotations

import pyarrow as pa  # noqa: TID253
import pytest

from ordermine.eventlog.value_meaning import changes_meaning, day_comes_first, same_meaning


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1200", "1,200.00"),
        ("1200", "1.200,00"),
        ("1200", "1 200"),
        ("1.200", "1200"),  # a thousand two hundred, as it is written in German
        ("1.200", "1.2"),  # or one point two
        ("-5", "5-"),
        ("0.50", ".5"),
        ("2026-03-04", "04.03.2026"),
        ("2026-03-04", "3/4/2026"),
        ("20260304", "04.03.2026"),
        ("04.03.26", "2026-03-04"),
        ("2026-03-04 00:00:00", "04/03/2026"),  # a day, as some systems export it
        ("2026-03-04T10:30:00Z", "04.03.2026 10:30"),
        ("1.200,50 EUR", "EUR 1200.5"),
        ("€ 12,50", "12.50 €"),
        ("12,50€", "12.5 EUR"),
        ("10 %", "10,0"),  # a sign of punctuation
        ("12 kg", "12,0 KG"),
        ("Köln, Hauptstr. 1", "KOLN HAUPTSTR 1"),
        ("  ", None),
        ("", None),
    ],
)
def test_spellings_of_the_same(one: str | None, other: str | None) -> None:
    assert same_meaning(one, other)
    assert same_meaning(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1200", "1201"),
        ("1.20", "120"),
        ("5", "-5"),
        ("2026-03-04", "2026-04-05"),
        ("Net 30", "Net 60"),
        ("x", None),
        ("0", None),
        ("1,2,3", "123"),
        ("12,50 €", "1250 €"),
        ("12.50 EUR", "12.50 USD"),
        ("12 kg", "12"),
        ("20261304", "04.13.2026"),  # no month has this number: a number and a date that isn't one
        ("2026-03-04 10:30", "2026-03-04"),
        ("ABC 0012", "ABC 12"),
    ],
)
def test_different_values(one: str | None, other: str | None) -> None:
    assert not same_meaning(one, other)
    assert not same_meaning(other, one)


def test_columns_are_compared_row_by_row() -> None:
    old = pa.chunked_array([["10", None, "x", None]], pa.string())
    new = pa.chunked_array([["10.0", "y", None, None]], pa.string())
    assert changes_meaning(old, new).tolist() == [False, True, True, False]
    assert changes_meaning(None, new).tolist() == [True, True, False, False]


def test_values_prove_whether_the_day_comes_first() -> None:
    assert day_comes_first(["03/04/2026", "25/04/2026"]) is True
    assert day_comes_first(["03/04/2026", "04-25-2026 10:00"]) is False
    assert day_comes_first(["03/04/2026", "2026-04-25", "x"]) is None
    assert day_comes_first(["25/04/2026", "04/25/2026"]) is None
    swapped = pa.chunked_array([["03/04/2026", "04/03/2026", "25/04/2026"]], pa.string())
    back = pa.chunked_array([["04/03/2026", "2026-03-04", "2026-04-25"]], pa.string())
    assert changes_meaning(swapped, back).tolist() == [True, False, False]
    # Without the last row, 03/04 may be what 04/03 means.
    assert changes_meaning(swapped.slice(0, 2), back.slice(0, 2)).tolist() == [False, False]
