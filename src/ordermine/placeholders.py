"""Stamps that mean "unknown" or "never", such as 1900-01-01 and 9999-12-31: kept, but no measure of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

FIRST_YEAR, END_YEAR = 1980, 2100
"""Nothing that an order system exports happened before the one, or in or after the other."""

FIRST_US: Final = 315_532_800_000_000
END_US: Final = 4_102_444_800_000_000
"""The beginnings of these years in microseconds since 1970."""


def is_placeholder(stamps: np.ndarray) -> np.ndarray:
    """Return which instants can't be meant.

    Parameters
    ----------
    stamps
        int64 microseconds since 1970, UTC.
    """
    found: np.ndarray = (stamps < FIRST_US) | (stamps >= END_US)
    return found
