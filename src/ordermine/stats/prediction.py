"""Where the next value of a series is to be expected if it goes on as before."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from ordermine.stats.checks import check_fraction

if TYPE_CHECKING:
    from collections.abc import Sequence


def prediction_limits(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float] | None:
    """Return the limits between which one further value lies with probability `confidence`.

    m ± t·s·√(1 + 1/k), with mean m and standard deviation s of the k values and Student's t with k − 1 degrees of
    freedom: the values are taken as independent draws from one normal distribution. None for fewer than two values.

    Source: G. J. Hahn and W. Q. Meeker, Statistical Intervals (1991), section 4.7.
    """
    check_fraction(confidence, "confidence")
    k = len(values)
    if k < 2:
        return None
    from scipy.special import stdtrit

    mean = statistics.fmean(values)
    reach = float(stdtrit(k - 1, (1 + confidence) / 2)) * statistics.stdev(values) * math.sqrt(1 + 1 / k)
    return mean - reach, mean + reach
