from __future__ import annotations

import datetime as dt

import pytest

from ordermine.analyze.measures.estimate import Week, week_name
from ordermine.analyze.scorecard.trend import Trend, directions, trend


def weeks(shares: list[float], *, orders: int = 100, immature: int = 0) -> list[Week]:
    """Return weeks of a share; the last `immature` haven't matured."""
    import numpy as np

    made = []
    for at, share in enumerate(shares):
        monday = dt.date(2026, 1, 5) + dt.timedelta(weeks=at)
        hits = round(share * orders)
        values = np.repeat([1.0, 0.0], [hits, orders - hits])
        made.append(Week(week_name(monday), monday, at < len(shares) - immature, values))
    return made


def test_the_change_has_the_interval_of_student() -> None:
    # Before: 0.80, 0.82, 0.78, 0.80 (mean 0.80, variance 0.0008/3); recent: 0.90, 0.92, 0.88, 0.90, the same variance.
    # Standard error √(2 · 0.0008/3 / 4) = 0.011547, 6 degrees of freedom, t = 2.446912.
    found = trend(weeks([0.80, 0.82, 0.78, 0.80, 0.90, 0.92, 0.88, 0.90]), "share")
    assert found is not None
    assert found.change == pytest.approx(0.1)
    assert found.high - found.change == pytest.approx(2.446912 * 0.011547, abs=1e-5)
    assert (found.recent, found.before) == (4, 4)
    # t = 8.66 with 6 degrees of freedom: p = 0.00013.
    assert found.p_value == pytest.approx(0.00013, abs=0.00001)


def test_weeks_that_have_not_matured_or_have_no_orders_are_left_out() -> None:
    known = [0.80, 0.82, 0.78, 0.80, 0.90, 0.92, 0.88, 0.90]
    same = trend(weeks(known), "share")
    assert trend(weeks([*known, 1.0, 1.0], immature=2), "share") == same
    empty = Week("2026-W20", dt.date(2026, 5, 11), True, weeks([0.0])[0].values[:0])
    assert trend([*weeks(known), empty], "share") == same


def test_too_few_weeks_say_nothing() -> None:
    assert trend(weeks([0.8] * 7), "share") is None


def test_only_changes_that_stand_out_among_all_are_called() -> None:
    def change(size: float, p_value: float) -> Trend:
        return Trend(size, size - 1, size + 1, p_value, 4, 26)

    # 0.04 alone would be called at 5 %; beside 0.5 and 0.6 it becomes 0.04 · 3 / 1 = 0.12. 0.01 becomes 0.03.
    assert directions([(change(1, 0.04), "higher"), (change(1, 0.5), "higher"), (change(1, 0.6), "lower")]) == [
        "unclear",
        "unclear",
        "unclear",
    ]
    assert directions([(change(1, 0.01), "higher"), (change(1, 0.5), "lower"), (change(1, 0.6), "lower")]) == [
        "better",
        "unclear",
        "unclear",
    ]
    assert directions([(change(1, 0.01), "lower")]) == ["worse"]
    assert directions([(change(-1, 0.01), "lower")]) == ["better"]


def test_chance_is_seldom_called_a_change() -> None:
    import numpy as np

    random = np.random.default_rng(1)
    called = 0
    for _ in range(200):
        family = [trend(weeks(list(random.binomial(100, 0.85, 30) / 100)), "share") for _ in range(10)]
        called += any(way != "unclear" for way in directions([(one, "higher") for one in family if one]))
    # 5 % of 200 cards would be 10; twice its standard deviation (3.1) is allowed on top.
    assert called <= 16
