"""Times between one thing and the next, by pair: counted, and their quantiles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ordermine.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

UNTIMED: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Waits:
    """What follows what, and after what time, as arrays of equal length."""

    names: Sequence[str]
    source: np.ndarray
    target: np.ndarray
    """Indices into `names`."""
    micros: np.ndarray
    """Time between the two, µs, int64; `UNTIMED` where one of them has a placeholder for its time."""


@dataclass(frozen=True, slots=True)
class PairTimes:
    """How often one thing follows another, and after what time."""

    source: str
    target: str
    count: int
    median_s: float | None
    """Of the times that are known; None without any. So is `p90_s`."""
    p90_s: float | None


def between(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the times from one instant to the next, µs, `UNTIMED` where one is a placeholder."""
    import numpy as np

    found: np.ndarray = np.where(is_placeholder(before) | is_placeholder(after), UNTIMED, after - before)
    return found


def pair_times(parts: Sequence[Waits]) -> Iterator[PairTimes]:
    """Yield each pair once, in order of names; quantiles are of all its known times and interpolate linearly."""
    import numpy as np

    parts = [part for part in parts if len(part.micros)]
    if not parts:
        return
    names = sorted({name for part in parts for name in part.names})
    code = {name: number for number, name in enumerate(names)}
    codes = [np.array([code[name] for name in part.names], dtype=np.int64) for part in parts]
    parts, untimed = _untimed_last(parts)
    lowest = min(int(part.micros.min()) for part in parts)
    bits = (max(int(part.micros.max()) for part in parts) - lowest).bit_length()
    if bits + (len(names) ** 2).bit_length() > 63:
        groups = _sorted_by_two_keys(parts, codes, len(names))
    else:
        groups = _sorted_packed(parts, codes, len(names), lowest, bits)
    for pair, count, time_at in groups:
        source, target = divmod(pair, len(names))
        known = count if untimed is None else bisect_left(range(count), untimed, key=time_at)
        median, p90 = (_quantile(known, time_at, tenths) if known else None for tenths in (5, 9))
        yield PairTimes(names[source], names[target], count, median, p90)


def _untimed_last(parts: Sequence[Waits]) -> tuple[Sequence[Waits], int | None]:
    """Return the parts with a time for the unknown ones that is longer than all others, and that time; None without."""
    import numpy as np

    if not any((part.micros == UNTIMED).any() for part in parts):
        return parts, None
    last = max(int(part.micros.max(where=part.micros != UNTIMED, initial=0)) for part in parts) + 1
    return [replace(part, micros=np.where(part.micros == UNTIMED, last, part.micros)) for part in parts], last


Groups = Iterator[tuple[int, int, "Callable[[int], int]"]]
"""Pair (source times number of names, plus target), its count, and its time at a position in ascending order."""


def _sorted_packed(parts: Sequence[Waits], codes: Sequence[np.ndarray], size: int, lowest: int, bits: int) -> Groups:
    """Yield the pairs; sorting packed integers is several times faster than any sort by two keys."""
    import numpy as np

    packed = np.empty(sum(len(part.micros) for part in parts), dtype=np.int64)
    at = 0
    for part, code in zip(parts, codes, strict=True):
        here = packed[at : at + len(part.micros)]
        here[:] = code[part.source]
        here *= size
        here += code[part.target]
        here <<= bits
        here |= part.micros - lowest
        at += len(here)
    packed.sort()
    start = 0
    while start < len(packed):
        pair = int(packed[start]) >> bits
        end = int(np.searchsorted(packed, (pair + 1) << bits))
        yield pair, end - start, partial(_time, packed[start:end], (1 << bits) - 1, lowest)
        start = end


def _sorted_by_two_keys(parts: Sequence[Waits], codes: Sequence[np.ndarray], size: int) -> Groups:
    """Yield the pairs, where names are too many and times too long to be packed into one integer."""
    import numpy as np

    pairs = [code[part.source] * size + code[part.target] for part, code in zip(parts, codes, strict=True)]
    pair, micros = np.concatenate(pairs), np.concatenate([part.micros for part in parts])
    order = np.lexsort((micros, pair))
    pair, micros = pair[order], micros[order]
    starts = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])).tolist()
    for start, end in zip(starts, [*starts[1:], len(pair)], strict=True):
        yield int(pair[start]), end - start, partial(_time, micros[start:end], -1, 0)


def _time(ordered: np.ndarray, mask: int, lowest: int, position: int) -> int:
    return (int(ordered[position]) & mask) + lowest


def _quantile(count: int, time_at: Callable[[int], int], tenths: int) -> float:
    """Return a quantile of times in µs as seconds, interpolated linearly (Hyndman & Fan 1996, definition 7).

    Whole numbers until the one division at the end, so that the result is the nearest there is on any machine.
    """
    below, rest = divmod((count - 1) * tenths, 10)
    low, high = time_at(below), time_at(min(below + 1, count - 1))
    return (low * 10 + (high - low) * rest) / 10_000_000
