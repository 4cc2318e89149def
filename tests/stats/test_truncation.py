from __future__ import annotations

import numpy as np  # noqa: TID253
import pytest

from ordermine.errors import OrdermineError
from ordermine.stats.truncation import truncated_quantile


def quantile(pairs: list[tuple[float, float]], share: float = 0.9) -> float:
    lags, followed = np.array(pairs, dtype=float).T
    return truncated_quantile(lags, followed, share)


def test_worked_by_hand() -> None:
    # Lag / followed, by lag:   5/15   10/100   10/30   20/100   60/100
    # R:                         1       2        3       3        3     (at 20 the first is out, at 60 the third, too)
    # shorter:                   0      4/27     8/27    4/9      2/3
    # and as a share of 2/3:     0      2/9      4/9     2/3       1
    seen = [(20.0, 100.0), (5.0, 15.0), (10.0, 30.0), (60.0, 100.0), (10.0, 100.0)]
    assert quantile(seen, 2 / 3) == pytest.approx(20)
    # 0.9 lies seven tenths of the way from 2/3 to 1; as if nothing were truncated it would be 44.
    assert quantile(seen) == pytest.approx(20 + 0.7 * 40)
    assert np.quantile([lag for lag, _ in seen], 0.9) == pytest.approx(44)


def test_the_order_of_the_lags_does_not_matter() -> None:
    seen = [(3.0, 9.0), (3.0, 40.0), (8.0, 8.0), (8.0, 30.0), (25.0, 60.0), (1.0, 50.0)]
    assert quantile(seen) == quantile(seen[::-1])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_where_nothing_is_truncated_it_is_the_usual_quantile(share: float) -> None:
    lags = np.array([4.0, 1.0, 1.0, 9.0, 30.0, 2.0, 9.0])
    assert truncated_quantile(lags, np.full(7, 30.0), share) == pytest.approx(np.quantile(lags, share))


def test_a_lag_that_nothing_else_was_followed_for_is_left_out() -> None:
    assert quantile([(3, 50), (4, 50), (100, 150)]) == quantile([(3, 50), (4, 50)])
    # Of two that were followed so long, one showed later: R is 1, 2, 2, shorter are 0, 1/4, 1/2, so four fifths of the
    # way from 4 to 100.
    assert quantile([(3, 50), (4, 150), (100, 150)]) == pytest.approx(80.8)
    assert quantile([(7, 9)]) == 7


def test_the_bias_of_young_orders_is_gone() -> None:
    """Half of the lags are below 10 days, the others anything up to 90, so nine tenths are shorter than 74."""
    random = np.random.Generator(np.random.PCG64(1))
    usual, corrected = [], []
    for _ in range(200):
        lags = np.interp(random.random(2_000), [0, 0.5, 1], [0, 10, 90])
        # Concluded at any time of the last 120 days.
        followed = random.random(2_000) * 120
        seen = lags <= followed
        usual.append(np.quantile(lags[seen], 0.9))
        corrected.append(truncated_quantile(lags[seen], followed[seen], 0.9))
    assert np.mean(usual) < 65
    assert np.mean(corrected) == pytest.approx(74, abs=0.5)


@pytest.mark.parametrize("seen", [([], []), ([5.0], [4.0]), ([5.0], [6.0, 7.0])])
def test_lags_must_be_there_and_seen_in_time(seen: tuple[list[float], list[float]]) -> None:
    with pytest.raises(OrdermineError):
        truncated_quantile(np.array(seen[0]), np.array(seen[1]), 0.9)
