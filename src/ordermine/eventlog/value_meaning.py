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
    from collections.abc import Iterable, Iterator, Sequence

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
_DIGIT = re.compile(r"\d")
_NO_SIGN = re.compile(r"[\W_]+")
_LONGEST_NUMBER = 40


@lru_cache(maxsize=300_000)
def readings(text: str, day_first: bool | None = None) -> frozenset[str]:
    """Return everything that a value can mean, spelt in one way; nothing for a blank value.

    `day_first` says how dates such as ``03/04/2026`` are written where that is known.
    """
    text = text.strip()
    found = {f"number {number}" for number in _numbers(text)}
    found |= {f"date {date}" for date in _dates(text, day_first)}
    if not found:
        found.add(_NO_SIGN.sub("", unicodedata.normalize("NFKD", text.casefold())))
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

    some = old if old is not None else new
    assert some is not None
    nowhere = np.full(len(some), -1, dtype=np.int64)
    number: dict[str, int] = {}
    before, after = (nowhere if values is None else number_spellings(values, number) for values in (old, new))
    changed = np.zeros(len(some), dtype=bool)
    touched = np.flatnonzero(before != after)
    # What is not recorded means what a blank does, which stands last.
    spelt = [*number, ""]
    before, after = before[touched] % len(spelt), after[touched] % len(spelt)
    day_first = day_comes_first(number)
    meant = _only_reading(spelt, np.union1d(before, after), day_first)
    differ = meant[before] != meant[after]
    # Spellings with several readings are compared pair by pair, each pair once.
    several = np.flatnonzero((meant[before] == _SEVERAL) | (meant[after] == _SEVERAL))
    pairs, of = np.unique(before[several] * len(spelt) + after[several], return_inverse=True)
    compared = ((spelt[pair // len(spelt)], spelt[pair % len(spelt)]) for pair in pairs.tolist())
    same = [same_meaning(one, other, day_first) for one, other in compared]
    differ[several] = ~np.array(same, dtype=bool)[of]
    changed[touched] = differ
    return changed


def number_spellings(values: pa.ChunkedArray, number: dict[str, int]) -> np.ndarray:
    """Return the numbers of the spellings, -1 for null; spellings that have none get the next."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    array = values.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.cast(pa.string()).dictionary_encode()
    code = np.asarray(pc.fill_null(array.indices, len(array.dictionary)))
    numbers = np.full(len(array.dictionary) + 1, -1, dtype=np.int64)
    # Some rows of a column come with the spellings of all of it.
    occurs = np.zeros(len(numbers), dtype=bool)
    occurs[code] = True
    used = np.flatnonzero(occurs[:-1])
    spelt = array.dictionary.take(pa.array(used)).to_pylist()
    numbers[used] = [number.setdefault(text, len(number)) for text in spelt]
    found: np.ndarray = numbers[code]
    return found


_SEVERAL = -1
"""Stands for the readings of a spelling that has several."""


def _only_reading(spelt: Sequence[str], used: np.ndarray, day_first: bool | None) -> np.ndarray:
    """Return a number for what each used spelling means, 0 for nothing, `_SEVERAL` where it has several readings."""
    import numpy as np

    known: dict[str, int] = {}
    meant = np.zeros(len(spelt), dtype=np.int64)
    for at in used.tolist():
        found = readings(spelt[at], day_first)
        if len(found) > 1:
            meant[at] = _SEVERAL
        elif found:
            [reading] = found
            meant[at] = known.setdefault(reading, len(known) + 1)
    return meant


def _numbers(text: str) -> Iterator[str]:
    """Read a number, with the currency or unit that it is written with."""
    if len(text) > _LONGEST_NUMBER or not _DIGIT.search(text):
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
