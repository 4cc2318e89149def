"""Limits for the next value of a series, worked out by hand."""

from __future__ import annotations

import math

import pytest

from ordermine.stats.prediction import prediction_limits


def test_limits_of_three_values() -> None:
    # Mean 2, standard deviation 1; Student's t with 2 degrees of freedom is 4.302653 at 97.5 %.
    reach = 4.302653 * math.sqrt(4 / 3)
    assert prediction_limits([1, 2, 3], 0.95) == pytest.approx((2 - reach, 2 + reach), abs=1e-5)


def test_one_value_says_nothing_about_the_next() -> None:
    assert prediction_limits([1]) is None
