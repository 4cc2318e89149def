from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.report.drawing import text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Create order", "Create order"),
        ("  two\n lines\t", "two lines"),
        ("nul\x00", "nul�"),
        ("\x1b[31mred", "�[31mred"),
        ("\u202etxt.exe", "�txt.exe"),
        ("\u2067a\u2069", "�a�"),
        ("\u200fשלום", "שלום"),
        ("\ud800", "�"),
        ("\uffff", "�"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("", ""),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert text.clean(raw) == expected


@given(st.text(st.characters(codec=None)))
def test_clean_text_fits_into_xml(raw: str) -> None:
    from lxml import etree

    element = etree.Element("t")
    element.text = text.clean(raw)
    assert etree.fromstring(etree.tostring(element)).text == (text.clean(raw) or None)


def test_width_is_that_of_dejavu_sans() -> None:
    # Advance widths in 1/2048 em: A 1401, blank 651, i 569.
    assert text.width("A i", 2048) == pytest.approx(1401 + 651 + 569, abs=2)


def test_width_of_other_scripts() -> None:
    assert text.width("订单", 10) == 20
    assert text.width("é", 10) == 7.5
    assert text.width("e\u0301", 10) == text.width("e", 10)


def test_shorten() -> None:
    # W is 0.989 em, … 0.75 em: two W and … are 27.28 points at 10, and three W would be 29.67.
    assert text.shorten("WWW", 10, 29.7) == "WWW"
    assert text.shorten("WWW", 10, 29.6) == "WW…"
    assert text.shorten("WWW", 10, 1) == "…"


def test_wrap_at_blanks() -> None:
    # Digits are 0.636 em: five of them are 31.8 points at 10, a blank is 3.18.
    assert text.wrap("11111 22222 33333", 10, 67, lines=3) == ["11111 22222", "33333"]


def test_wrap_cuts_what_does_not_fit() -> None:
    # With the ellipsis of 7.5 points, four digits are 32.94 and five 39.3.
    assert text.wrap("11111 22222 33333 44444", 10, 39, lines=2) == ["11111", "2222…"]


def test_wrap_breaks_long_words() -> None:
    assert text.wrap("1111111", 10, 20, lines=3) == ["111", "111", "1"]
    assert text.wrap("订单创建", 10, 20, lines=3) == ["订单", "创建"]


@given(st.text(max_size=60).map(text.clean), st.integers(1, 4), st.floats(15, 100))
def test_wrapped_lines_fit(content: str, lines: int, room: float) -> None:
    wrapped = text.wrap(content, 10, room, lines)
    assert len(wrapped) <= lines
    assert all(text.width(line, 10) <= room for line in wrapped)
    if "…" not in "".join(wrapped):
        assert "".join(wrapped).replace(" ", "") == content.replace(" ", "")


def test_cut() -> None:
    assert text.cut("abcd", 4) == "abcd"
    assert text.cut("abcde", 4) == "abc…"
