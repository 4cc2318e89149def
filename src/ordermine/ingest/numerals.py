"""Text to decimal numbers: one notation per column, proven by the column."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COMMA, POINT = ",", "."


def decimal_mark(values: pa.Array) -> str | None:
    """Return the decimal mark that a column's values prove, None when they leave it open.

    A mark is proven by a value that has both marks (the last one is decimal), or one mark not followed by exactly three
    digits. Values without any mark prove nothing and need nothing; ``1.234`` alone could be either.
    """
    import pyarrow.compute as pc

    def some(pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(values, pattern)).as_py())

    comma = some(r"\d\.\d{3},\d") or some(r"^[^.,]*,(\d{1,2}|\d{4,})\D*$")
    point = some(r"\d,\d{3}\.\d") or some(r"^[^.,]*\.(\d{1,2}|\d{4,})\D*$")
    if comma != point:
        return COMMA if comma else POINT
    if comma and point:
        return None
    return None if some(r"[.,]") else POINT


def to_decimal(values: pa.Array, mark: str) -> tuple[pa.Array, np.ndarray]:
    """Convert text to decimal(28, 6).

    Understands thousands separators (point, comma, blank, apostrophe), a trailing minus (``155,22-``), and scientific
    notation.

    Returns
    -------
    tuple
        The numbers, null where the text is no number or has more than 22 digits before or 6 after the mark; and a mask
        of the values that aren't numbers.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = pa.decimal128(28, 6)
    if mark == POINT:
        # What machines write needs no rewriting, and most columns are written by machines.
        with contextlib.suppress(pa.ArrowInvalid):
            return values.cast(kind), np.zeros(len(values), dtype=bool)
    text = pc.utf8_trim_whitespace(values)
    text = pc.replace_substring_regex(text, r"^(.*[\d.,])\s*-$", r"-\1")
    thousands = POINT if mark == COMMA else COMMA
    text = pc.replace_substring_regex(text, f"[\\s'\u00a0\u202f{thousands}]", "")
    if mark == COMMA:
        text = pc.replace_substring(text, COMMA, POINT)
    plain = np.array(
        pc.fill_null(pc.match_substring_regex(text, r"^[-+]?(\d{1,22}(\.\d{0,6}0*)?|\.\d{1,6}0*)$"), False)
    )
    text = pc.replace_substring_regex(text, r"^(\+|)(.*\.\d{6})0+$", r"\2")
    text = pc.replace_substring_regex(pc.replace_substring_regex(text, r"^\+", ""), r"\.$", "")
    scientific = np.array(pc.fill_null(pc.match_substring_regex(text, r"^[-+]?\d+(\.\d*)?[eE][-+]?\d{1,2}$"), False))
    numbers = pc.if_else(pa.array(plain), text, None).cast(kind)
    if scientific.any():
        from decimal import ROUND_HALF_EVEN, Decimal

        spelled = [
            Decimal(value).quantize(Decimal("0.000001"), ROUND_HALF_EVEN) if use else None
            for value, use in zip(text.to_pylist(), scientific, strict=True)
        ]
        numbers = pc.coalesce(numbers, pa.array(spelled, kind))
    wrong = np.array(pc.is_valid(values)) & ~np.array(pc.is_valid(numbers))
    return numbers, wrong
