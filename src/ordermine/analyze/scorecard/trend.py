"""Whether a measure has changed: its last matured weeks against those before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ordermine.stats.discovery import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.analyze.measures.base import Better, Unit
    from ordermine.analyze.measures.estimate import Week

RECENT: Final = 4
"""Weeks that are compared …"""
BEFORE: Final = 26
"""… with at most so many before them, and at least `RECENT`."""
CONFIDENCE: Final = 0.95
FALSE_CALLS: Final = 0.05
"""Share of the changes called that may be due to chance."""

Direction = Literal["better", "worse", "unclear"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Mean of the recent weeks minus mean of the weeks before, in the measure's unit, with its 95 % interval."""

    change: float
    low: float
    high: float
    p_value: float
    """How likely so large a difference is where nothing changed."""
    recent: int
    before: int
    """How many weeks."""


def directions(trends: Sequence[tuple[Trend, Better]]) -> list[Direction]:
    """Return which way measures went, in the order given.

    With thirty measures, one or two would seem to change every week by chance. So only those are called that
    Benjamini and Hochberg's procedure lets through at `FALSE_CALLS` over all of them.
    """
    family = benjamini_hochberg("trends of the scorecard", [one.p_value for one, _ in trends])
    called = set(family.discoveries(FALSE_CALLS))
    found: list[Direction] = []
    for at, (one, better) in enumerate(trends):
        wished = (one.change > 0) == (better == "higher")
        found.append(("better" if wished else "worse") if at in called else "unclear")
    return found


def trend(weeks: Sequence[Week], unit: Unit) -> Trend | None:
    """Return how the last matured weeks differ from those before; None with fewer than four on either side.

    Every week is one observation (share, mean, or median of seconds), so weeks that differ more than chance allows
    widen the interval: Student's t interval for the difference of two means. The variance is taken to be the same
    before and after; from four weeks alone it would be so uncertain that chance is often called a change.

    Parameters
    ----------
    weeks
        In order; immature ones and those without orders are left out.
    unit
        Of the measure.

    Source: Student, Biometrika 6 (1908) 1–25, for two samples.
    """
    import numpy as np
    from scipy.special import stdtr, stdtrit

    numbers = [_number(week.values, unit) for week in weeks if week.mature and week.n]
    recent, before = np.array(numbers[-RECENT:]), np.array(numbers[:-RECENT][-BEFORE:])
    if len(recent) < RECENT or len(before) < RECENT:
        return None

    change = float(recent.mean() - before.mean())
    freedom = len(recent) + len(before) - 2
    squares = sum(float(((part - part.mean()) ** 2).sum()) for part in (recent, before))
    error = math.sqrt(squares / freedom * (1 / len(recent) + 1 / len(before)))
    if not error:
        return Trend(change, change, change, 0.0 if change else 1.0, len(recent), len(before))
    reach = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    p_value = 2 * float(stdtr(freedom, -abs(change) / error))
    return Trend(change, change - reach, change + reach, p_value, len(recent), len(before))


def _number(values: np.ndarray, unit: Unit) -> float:
    import numpy as np

    return float(np.median(values) if unit == "seconds" else values.mean())
