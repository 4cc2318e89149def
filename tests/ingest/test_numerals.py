# ruff: noqa: TID253
from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.ingest.numerals import COMMA, POINT, UNMARKED, decimal_mark, to_decimal


def mark_of(*values: str | None) -> str | None:
    return decimal_mark([pa.array(values, pa.string())])


def numbers(values: list[str | None], mark: str | None) -> list[Decimal | None]:
    found, wrong = to_decimal(pa.array(values, pa.string()), mark)
    result: list[Decimal | None] = found.to_pylist()
    assert wrong.tolist() == [
        number is None and value is not None for number, value in zip(result, values, strict=True)
    ]
    return result


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (["12,50"], COMMA),
        (["12.5"], POINT),
        (["1.234,56"], COMMA),
        (["1,234.56"], POINT),
        (["1.234.567"], COMMA),
        (["1,234,567"], POINT),
        (["0,125"], COMMA),
        (["1234,567"], COMMA),
        (["1,2345"], COMMA),
        (["155,22-"], COMMA),
        (["1.234"], None),
        (["1,000", "2,000"], None),
        (["12,5", "12.5"], None),
        (["1", "23", None], UNMARKED),
        ([None], UNMARKED),
        (["1.234", "5,5"], COMMA),
    ],
)
def test_proof_of_the_decimal_mark(values: list[str | None], mark: str | None) -> None:
    assert mark_of(*values) == mark


def test_pieces_are_read_only_while_the_mark_is_open() -> None:
    pieces = iter([pa.array(["1.234"]), pa.array(["5"]), pa.array(["1,5"]), pa.array(["2,5"])])
    assert decimal_mark(pieces) == COMMA
    assert len(list(pieces)) == 1


def test_comma() -> None:
    values = ["12,50", "1.234.567,8", "155,22-", "- 5", "+5,1", ",5", "5,", "1 234,5", "1'000", "12.5", "1.23,4", None]
    assert numbers(values, COMMA) == [
        Decimal("12.5"),
        Decimal("1234567.8"),
        Decimal("-155.22"),
        None,
        Decimal("5.1"),
        Decimal("0.5"),
        Decimal(5),
        Decimal("1234.5"),
        Decimal(1000),
        None,
        None,
        None,
    ]


def test_point() -> None:
    values = [
        "12.50",
        "1,234,567.8",
        "155.22-",
        "1,5",
        "12,34.5",
        "1\u00a0234.5",
        "x",
        "",
        "NaN",
        "inf",
        "12 EUR",
        " 7 ",
    ]
    assert numbers(values, POINT) == [
        Decimal("12.5"),
        Decimal("1234567.8"),
        Decimal("-155.22"),
        None,
        None,
        Decimal("1234.5"),
        *[None] * 5,
        Decimal(7),
    ]


def test_mark_that_turns_up_late_must_prove_itself() -> None:
    assert numbers(["5", "12.50"], UNMARKED) == [Decimal(5), Decimal("12.5")]
    assert numbers(["5", "12,50"], UNMARKED) == [Decimal(5), Decimal("12.5")]
    assert numbers(["5", "1,234"], UNMARKED) == [Decimal(5), None]
    assert numbers(["5", "1,234", "1.5", "1,5"], None) == [Decimal(5), None, None, None]


def test_scientific_and_large_and_small() -> None:
    values = [
        "1E5",
        "-1.5e-3",
        "1e99",
        "1e21",
        "1e22",
        "0.30000000000000004",
        "0.0000005",
        "0.0000015",
        "9" * 22,
        "9" * 23,
    ]
    assert numbers(values, POINT) == [
        Decimal(100_000),
        Decimal("-0.0015"),
        None,
        Decimal(10) ** 21,
        None,
        Decimal("0.3"),
        Decimal(0),
        Decimal("0.000002"),
        Decimal("9" * 22),
        None,
    ]


@given(st.lists(st.decimals(-(10**15), 10**15, places=6), min_size=1))
def test_both_notations_give_the_number(values: list[Decimal]) -> None:
    assert numbers([f"{value:,f}" for value in values], POINT) == values
    swapped = [f"{value:,f}".translate(str.maketrans(",.", ".,")) for value in values]
    assert numbers(swapped, COMMA) == values
