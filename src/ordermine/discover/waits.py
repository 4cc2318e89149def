"""Times between one thing and the next, by pair: counted, and their quantiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np


@dataclass(frozen=True, slots=True)
class Waits:
    """What follows what, and after what time, as arrays of equal length."""

    names: Sequence[str]
    source: np.ndarray
    target: np.ndarray
    """Indices into `names`."""
    micros: np.ndarray
    """Time between the two, µs, int64."""


@dataclass(frozen=True, slots=True)
class PairTimes:
    """How often one thing follows another, and after what time."""

    source: str
    target: str
    count: int
    median_s: float
    p90_s: float


def pair_times(parts: Sequence[Waits]) -> Iterator[PairTimes]:
    """Yield each pair once, in order of names; quantiles are of all its times and interpolate linearly."""
    import numpy as np

    if not sum(len(part.micros) for part in parts):
        return
    names = sorted({name for part in parts for name in part.names})
    code = {name: number for number, name in enumerate(names)}
    pairs = []
    for part in parts:
        of = np.array([code[name] for name in part.names], dtype=np.int64)
        pairs.append(of[part.source] * len(names) + of[part.target])
    pair, times = _sorted(np.concatenate(pairs), np.concatenate([part.micros for part in parts]))
    starts = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])).tolist()
    for start, end in zip(starts, [*starts[1:], len(pair)], strict=True):
        source, target = divmod(int(pair[start]), len(names))
        of_pair = times[start:end]
        yield PairTimes(names[source], names[target], len(of_pair), _quantile(of_pair, 5), _quantile(of_pair, 9))


def _sorted(pair: np.ndarray, micros: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both arrays in the order of (pair, time)."""
    import numpy as np

    lowest = int(micros.min())
    bits = int(micros.max() - lowest).bit_length()
    if bits + int(pair.max()).bit_length() > 63:
        order = np.lexsort((micros, pair))
        return pair[order], micros[order]
    # Sorting packed integers is several times faster than any sort by two keys.
    packed = pair
    packed <<= bits
    packed |= micros - lowest
    packed.sort()
    return packed >> bits, (packed & ((1 << bits) - 1)) + lowest


def _quantile(ordered: np.ndarray, tenths: int) -> float:
    """Return a quantile of sorted µs in seconds, interpolated linearly (Hyndman & Fan 1996, definition 7).

    Whole numbers until the one division at the end, so that the result is the nearest there is on any machine.
    """
    below, rest = divmod((len(ordered) - 1) * tenths, 10)
    low, high = int(ordered[below]), int(ordered[min(below + 1, len(ordered) - 1)])
    return (low * 10 + (high - low) * rest) / 10_000_000
