"""Chance that falls the same way on every machine and Python version.

Only ``random.Random.random`` is promised to give the same sequence in every Python version, and only basic
arithmetic rounds alike everywhere; so everything here is made of these two.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")


class Dice:
    """A source of chance for one purpose, so that throws for one order never shift those of another."""

    def __init__(self, *purpose: str | int) -> None:
        """Take the seed and what the dice are for, e.g. ``Dice(7, "order", 12)``."""
        self._throw = random.Random("/".join(str(part) for part in purpose)).random

    def chance(self, share: float) -> bool:
        """Return True in this share of throws (0 to 1)."""
        return self._throw() < share

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included, each equally likely."""
        return low + int(self._throw() * (high - low + 1))

    def skewed(self, low: int, high: int) -> int:
        """Return a whole number from low to below high, mostly small: the mean lies at a third of the way."""
        throw = self._throw()
        return low + int(throw * throw * (high - low))

    def spread(self, quantiles: Mapping[float, int]) -> int:
        """Return a whole number that is distributed as the quantiles say: share from 0 to 1 → number."""
        throw = self._throw()
        (low_share, low), *further = quantiles.items()
        for share, high in further:
            if throw < share:
                return low + int((throw - low_share) / (share - low_share) * (high - low))
            low_share, low = share, high
        return low

    def normal(self, deviation: float) -> float:
        """Return a number that is normally distributed around 0, but for what lies beyond six deviations."""
        total = -6.0
        for _ in range(12):
            total += self._throw()
        return total * deviation

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each equally likely."""
        return options[int(self._throw() * len(options))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one of the keys, as likely as its weight says; weights need not sum to 1."""
        total = 0.0
        for weight in weights.values():  # not `sum`, which rounds differently from Python 3.12 on
            total += weight
        left = self._throw() * total
        options = list(weights)
        for option in options:
            left -= weights[option]
            if left < 0:
                return option
        return options[-1]
