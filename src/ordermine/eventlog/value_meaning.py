"""What a recorded value means, whatever its spelling (section 7 of the design).

Case, blanks, punctuation, accents and the spelling of numbers and dates don't matter. A spelling that can be read in
two ways, such as ``1.200``, ``20260403`` or ``03/04/2026``, has two readings; two values mean the same if they share
one. A currency or a unit counts, whichever side of its number it stands on; midnight is only the day.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    import pyarrow as pa

_NUMBER = re.compile(r"([+-]?)\s*(\d{1,3}(?:([., '’\u00a0\u202f])\d{3})+|\d+)?(?:([.,])(\d*))?(-?)")
_MEASURED = re.compile(
    r"([^\W\d_]{3}|[€$£¥])?\s*([+-]?\s*\d[\d., '’\u00a0\u202f]*-?|[+-]?\s*[.,]\d+-?)\s*([^\W\d_]+|[€$£¥%])?"
)
_SIGNS = {"€": "eur", "$": "usd", "£": "gbp", "¥": "jpy", "%": ""}
_DATE = re.compile(
    r"(?:(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})|((?:19|20)\d\d)(\d\d)(\d\d))"
    r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.0+)?)?(?:Z|[+-]00:?00)?)?"
)
_LONGEST_NUMBER = 40


@lru_cache(maxsize=100_000)
def readings(text: str, day_first: bool | None = None) -> frozenset[str]:
    """Return everything that a value can mean, spelt in one way; nothing for a blank value.

    `day_first` says how dates such as ``03/04/2026`` are written where that is known.
    """
    text = text.strip()
    found = {f"number {number}" for number in _numbers(text)}
    found |= {f"date {date}" for date in _dates(text, day_first)}
    if not found:
        signs = unicodedata.normalize("NFKD", text.casefold())
        found.add("".join(sign for sign in signs if sign.isalnum()))
    return frozenset(found - {""})


def day_comes_first(spellings: Iterable[str]) -> bool | None:
    """Return whether dates that end with the year begin with the day; None where no spelling proves it, or both."""
    proven = set()
    for text in spellings:
        found = _DATE.fullmatch(text.strip())
        if not found or not found[1] or len(found[1]) > 2:
            continue
        month, day = sorted((int(found[1]), int(found[2])))
        if 1 <= month <= 12 < day <= 31:
            proven.add(int(found[1]) == day)
    return proven.pop() if len(proven) == 1 else None


def same_meaning(one: str | None, other: str | None, day_first: bool | None = None) -> bool:
    """Return whether two values mean the same; null and blank both mean nothing."""
    if one == other:
        return True
    first, second = readings(one or "", day_first), readings(other or "", day_first)
    return bool(first & second) or not (first or second)


def changes_meaning(old: pa.ChunkedArray | None, new: pa.ChunkedArray | None) -> np.ndarray:
    """Return where an old and a new value mean different things; None stands for a column without values.

    The values prove whether day or month comes first in their dates.
    """
    import numpy as np
    import pyarrow as pa

    some = old if old is not None else new
    assert some is not None
    nothing = pa.nulls(len(some), pa.string())
    before, after = (
        (nothing if values is None else values.combine_chunks().cast(pa.string())).dictionary_encode()
        for values in (old, new)
    )
    first, second = (np.asarray(values.indices.fill_null(-1)).astype(np.int64) for values in (before, after))
    touched = np.flatnonzero((first >= 0) | (second >= 0))
    changed = np.zeros(len(some), dtype=bool)
    if not len(touched):
        return changed
    # Each pair of spellings is compared once.
    pair = first[touched] * (len(after.dictionary) + 1) + second[touched]
    _, where, of = np.unique(pair, return_index=True, return_inverse=True)
    spelt = [(before[at].as_py(), after[at].as_py()) for at in touched[where].tolist()]
    day_first = day_comes_first(text for texts in (before, after) for text in texts.dictionary.to_pylist())
    same = (same_meaning(one, other, day_first) for one, other in spelt)
    changed[touched] = ~np.fromiter(same, dtype=bool)[of]
    return changed


def _numbers(text: str) -> Iterator[str]:
    """Read a number, with the currency or unit that it is written with."""
    if len(text) > _LONGEST_NUMBER or not any(sign.isdigit() for sign in text):
        return
    if not (found := _MEASURED.fullmatch(text)) or (found[1] and found[3]):
        yield from _bare_numbers(text)
        return
    written = found[1] or found[3] or ""
    unit = _SIGNS.get(written, written.casefold())
    # Leading zeros next to letters are a code's.
    if not unit or not re.match(r"0\d", found[2]):
        yield from (f"{number} {unit}".rstrip() for number in _bare_numbers(found[2].strip()))


def _bare_numbers(text: str) -> Iterator[str]:
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[5]):
        return
    before, whole, thousands, point, decimals, behind = found.groups()
    if thousands and thousands == point:
        return
    sign = "-" if "-" in (before, behind) else ""
    digits = re.sub(r"\D", "", whole or "0")
    yield _plain(f"{sign}{digits}.{decimals or '0'}")
    if point and not thousands and len(decimals) == 3 and 0 < len(digits) <= 3:
        yield _plain(f"{sign}{digits}{decimals}")
    if thousands in (".", ",") and not point and len(digits) <= 6:
        yield _plain(f"{sign}{digits[:-3]}.{digits[-3:]}")


def _plain(number: str) -> str:
    value = Decimal(number).normalize()
    return f"{value + 0:f}"


def _dates(text: str, day_first: bool | None) -> Iterator[str]:
    found = _DATE.fullmatch(text)
    if found is None:
        return
    first, second, third, *compact = found.groups()[:6]
    hour, minute, second_of = (int(part or 0) for part in found.groups()[6:])
    if first is None:
        orders = [tuple(compact)]
    elif len(first) == 4:
        orders = [(first, second, third)]
    else:
        century = "20" if len(third) == 2 else ""
        orders = [(century + third, second, first), (century + third, first, second)]
        orders = orders if day_first is None else orders[:1] if day_first else orders[1:]
    for year, month, day in orders:
        if len(year) != 4:
            continue
        try:
            moment = dt.datetime(int(year), int(month), int(day), hour, minute, second_of)  # noqa: DTZ001
        except ValueError:
            continue
        yield moment.isoformat(" ").removesuffix(" 00:00:00")
