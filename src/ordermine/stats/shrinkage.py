"""Rates of many units, small ones pulled towards the overall rate, so that chance does not top the list."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.stats.checks import check_count, check_same_length

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALLEST_RANKED: Final = 30
"""Units with fewer cases are not ranked."""


@dataclass(frozen=True, slots=True)
class ShrunkRate:
    """A unit's rate before and after shrinkage, as fractions; None where nothing was measured."""

    hits: int
    of: int
    crude: float | None
    rate: float | None
    own_weight: float
    """Share of `rate` that comes from the unit itself; the rest is the overall rate."""

    @property
    def rankable(self) -> bool:
        """Whether the unit is large enough to take part in a ranking."""
        return self.of >= SMALLEST_RANKED


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """All units in the order given, the overall rate and how much the units really differ."""

    units: tuple[ShrunkRate, ...]
    overall: float | None
    intraclass: float
    """γ, from 0 (units differ by chance only) to 1 (all cases of a unit are alike)."""


def shrink(hits: Sequence[int], of: Sequence[int]) -> Shrinkage:
    """Return the rate of every unit, shrunk towards the overall rate p = Σhits / Σof by empirical Bayes.

    The units' true rates are taken as beta distributed around p with intraclass correlation γ, estimated by
    moments from Pearson's X² between the units: γ = (X² − (k−1)) / (n − Σnᵢ²/n − (k−1)), kept within 0 and 1,
    over the k units with cases. A unit's rate is then (hᵢ + M·p) / (nᵢ + M) with M = (1−γ)/γ: nᵢ/(nᵢ+M) of it
    is its own. With one unit, or where units differ no more than by chance, γ = 0 and every unit gets p; a
    unit without cases gets p too.

    Source: J. C. Kleinman, J. Am. Stat. Assoc. 68 (1973) 46–54, with weights nᵢ.
    """
    check_same_length("shrinkage", hits=len(hits), of=len(of))
    for h, n in zip(hits, of, strict=True):
        check_count(h, n, "rate of a unit")
    total = sum(of)
    if total == 0:
        return Shrinkage(tuple(ShrunkRate(0, 0, None, None, 0.0) for _ in of), None, 0.0)
    overall = sum(hits) / total
    intraclass = _intraclass(hits, of, overall)
    units = []
    for h, n in zip(hits, of, strict=True):
        # n / (n + M), written so that it holds for γ = 0 and γ = 1 too.
        weight = n * intraclass / (n * intraclass + 1 - intraclass) if n else 0.0
        crude = h / n if n else None
        rate = overall if crude is None else weight * crude + (1 - weight) * overall
        units.append(ShrunkRate(h, n, crude, rate, weight))
    return Shrinkage(tuple(units), overall, intraclass)


def _intraclass(hits: Sequence[int], of: Sequence[int], overall: float) -> float:
    """Return γ as defined in `shrink`."""
    total = sum(of)
    spare = sum(n > 0 for n in of) - 1
    room = total - sum(n * n for n in of) / total - spare
    if room <= 0 or overall in (0, 1):
        return 0.0
    squares = math.fsum((h - n * overall) ** 2 / n for h, n in zip(hits, of, strict=True) if n)
    chi_square = squares / (overall * (1 - overall))
    return min(1.0, max(0.0, (chi_square - spare) / room))
