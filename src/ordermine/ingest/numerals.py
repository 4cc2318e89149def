"""Text to decimal numbers: one notation per column, proven by the column."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    import numpy as np
    import pyarrow as pa

COMMA, POINT = ",", "."
UNMARKED = ""
"""No value has a mark; one that turns up later has to prove itself."""

BLANKS = "[\\s\u00a0\u202f]"
DIGITS = 28
PLACES = 6
"""Decimal places that are kept; more are rounded half to even."""


def decimal_mark(pieces: Iterable[pa.Array]) -> str | None:
    """Return the decimal mark that a column proves; `UNMARKED` if its first piece has none, None if it stays open.

    A mark is proven by a value that has both marks (the last one is decimal), that has one of them twice (the other
    one is decimal), or whose only mark can't separate thousands: ``12,50``, ``0,125``, ``1234,567``. ``1.234`` alone
    could be either. Pieces are asked for only while the mark is open.
    """
    first = True
    for values in pieces:
        if not _some(values, "[.,]"):
            if first:
                return UNMARKED
            continue
        first = False
        comma = _proves(values, COMMA, re.escape(POINT))
        point = _proves(values, re.escape(POINT), COMMA)
        if comma or point:
            return None if comma and point else COMMA if comma else POINT
    return None


def _proves(values: pa.Array, mark: str, other: str) -> bool:
    return (
        _some(values, rf"\d{other}\d{{3}}{mark}\d")
        or _some(values, rf"^[^.,]*\d{other}\d{{3}}{other}\d{{3}}\D*$")
        or _some(values, rf"^[^.,]*{mark}(\d{{1,2}}|\d{{4,}})\D*$")
        or _some(values, rf"^\D*(0|\d{{4,}}){mark}\d{{3}}\D*$")
    )


def _currency_sign(values: pa.Array) -> str:
    """Return a pattern for the sign of a currency that values bear, empty without any or where they differ."""
    import pyarrow.compute as pc

    found = pc.extract_regex(values, r"(?P<sign>\p{Sc})").drop_null().field("sign").unique().to_pylist()
    return re.escape(found[0]) if len(found) == 1 else ""


def _some(values: pa.Array, pattern: str) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())


def to_decimal(values: pa.Array, mark: str | None) -> tuple[pa.Array, np.ndarray]:
    """Convert text to decimal(28, 6).

    Understands thousands separators (point, comma, blank, apostrophe) between groups of three digits, a trailing minus
    (``155,22-``), a number in parentheses as negative, a currency's sign before or after it (``€ 12``) if all
    have the same, and scientific notation; further decimal places are rounded away.

    Parameters
    ----------
    values
        Text.
    mark
        What `decimal_mark` says of the column. After `UNMARKED`, the values given here may prove a mark; without
        proof, values with a mark are no numbers.

    Returns
    -------
    tuple
        The numbers, null where the text is no number or has more than 22 digits before the mark; and a mask of the
        values that aren't numbers.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = pa.decimal128(DIGITS, PLACES)
    mark = decimal_mark([values]) if mark == UNMARKED else mark
    if mark in (POINT, UNMARKED):
        # What machines write needs no rewriting, and most columns are written by machines.
        with contextlib.suppress(pa.ArrowInvalid):
            return values.cast(kind), np.zeros(len(values), dtype=bool)
    text = pc.replace_substring(pc.utf8_trim_whitespace(values), "\u2212", "-")
    if sign := _currency_sign(text):
        text = pc.replace_substring_regex(text, rf"^(\(?[-+]?){sign}{BLANKS}*", r"\1")
        text = pc.replace_substring_regex(text, rf"{BLANKS}*{sign}(\)?)$", r"\1")
    text = pc.replace_substring_regex(text, r"^\(([\d.,].*)\)$", r"-\1")
    text = pc.replace_substring_regex(text, r"^(.*[\d.,])\s*-$", r"-\1")
    blanks = f"['\u2019]|{BLANKS}"
    decimals = rf"({re.escape(mark)}\d*)?" if mark else ""
    for separator in (f"(?:{blanks})", re.escape(POINT if mark == COMMA else COMMA) if mark else ""):
        grouped = rf"^[-+]?\d{{1,3}}({separator}\d{{3}})+{decimals}$"
        if separator and _some(text, grouped):
            fits = pc.match_substring_regex(text, grouped)
            text = pc.if_else(fits, pc.replace_substring_regex(text, separator, ""), text)
    if mark == COMMA:
        # A point that separated no thousands isn't a mark in this column.
        text = pc.replace_substring(text, POINT, "?")
        text = pc.replace_substring(text, COMMA, POINT)
    elif not mark:
        text = pc.replace_substring(text, POINT, "?")
    text = pc.replace_substring_regex(pc.replace_substring_regex(text, r"^\+", ""), r"\.$", "")
    plain = np.array(pc.fill_null(pc.match_substring_regex(text, r"^-?(\d{1,22}(\.\d{1,6})?|\.\d{1,6})$"), False))
    numbers = pc.if_else(pa.array(plain), text, None).cast(kind)
    number = pc.match_substring_regex(text, r"^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$")
    other = np.array(pc.fill_null(number, False)) & ~plain
    if other.any():
        spelled = [_rounded(value) if use else None for value, use in zip(text.to_pylist(), other, strict=True)]
        numbers = pc.coalesce(numbers, pa.array(spelled, kind))
    wrong = np.array(pc.is_valid(values)) & ~np.array(pc.is_valid(numbers))
    return numbers, wrong


def _rounded(text: str) -> Decimal | None:
    """Return a number with the places that are kept, None if it is too large for them."""
    from decimal import ROUND_HALF_EVEN, Context, Decimal

    number = Decimal(text)
    if number.adjusted() >= DIGITS - PLACES:
        return None
    rounded = number.quantize(Decimal(1).scaleb(-PLACES), context=Context(prec=2 * DIGITS, rounding=ROUND_HALF_EVEN))
    return rounded if rounded.adjusted() < DIGITS - PLACES else None
