"""Quantiles of lags that could be seen only if they were shorter than the time that has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import OrdermineError
from ordermine.stats.checks import check_fraction, check_same_length

if TYPE_CHECKING:
    import numpy as np


def truncated_quantile(lags: np.ndarray, followed: np.ndarray, share: float) -> float:
    """Return a quantile of lags that are right-truncated: each could be seen only within the time followed.

    What was followed for 10 days can't show a lag of 20, so the short lags are too many among those seen. The
    product-limit estimator in reverse time allows for that. With R(t) the number of lags ≤ t among what was followed
    for t or longer, the share of lags shorter than t is the product of 1 − 1/R(s) over the lags s ≥ t. It assumes that
    how long a lag is has nothing to do with how long it was followed, and speaks of lags up to the longest one seen: of
    longer ones the data say nothing. A lag of which R is 1 has no other to be compared with and is left out.

    Between the lags it is interpolated linearly; where nothing is truncated the result is ``numpy.quantile``'s.

    Parameters
    ----------
    lags
        One or more lags, in any unit.
    followed
        How long each could have been to be seen, in the same unit; at least the lag.
    share
        Which quantile, strictly between 0 and 1.

    Raises
    ------
    OrdermineError
        There is no lag, a lag is longer than it was followed, or `share` is no fraction.

    Sources
    -------
    Lynden-Bell, D. (1971), A method of allowing for known observational selection in small samples, Monthly Notices of
    the Royal Astronomical Society 155:95-118. Lagakos, Barraj and De Gruttola (1988), Nonparametric analysis of
    truncated survival data, with application to AIDS, Biometrika 75:515-523.
    """
    import numpy as np

    check_fraction(share, "share")
    check_same_length("truncated_quantile", lags=len(lags), followed=len(followed))
    if not len(lags) or (lags > followed).any():
        raise OrdermineError(
            "truncated_quantile: no lags, or lags beyond the time followed", hint="pass only what was seen in time"
        )
    lags = np.sort(lags)
    at_risk = np.arange(1, len(lags) + 1) - np.searchsorted(np.sort(followed), lags, side="left")
    compared = at_risk > 1
    compared[0] = True
    lags, at_risk = lags[compared], at_risk[compared]
    shorter = np.cumprod((1 - 1 / at_risk)[::-1])[::-1]
    return float(np.interp(share, shorter / shorter[-1], lags)) if len(lags) > 1 else float(lags[0])
