from __future__ import annotations

import pytest

from ordermine.eventlog.resubmissions import DAY_US, _Order, likeness

OLD = _Order(1, 0, "C", frozenset("abcde"), 1000.0)
REJECTED = 2 * DAY_US


def new(days: float = 3, items: str = "abcde", amount: float = 1000.0) -> _Order:
    return _Order(2, REJECTED + int(days * DAY_US), "C", frozenset(items), amount)


@pytest.mark.parametrize(
    ("order", "score"),
    [
        (new(days=0), 1.0),
        (new(days=30), 0.5),  # nearness 1 − 30/60
        (new(days=0, items="abcd"), 0.8),  # 4 of 5 in common
        (new(days=0, amount=1100), 1000 / 1100),
        (new(days=6, items="abcd", amount=900), 0.8 * 0.9 * 0.9),
    ],
)
def test_score(order: _Order, score: float) -> None:
    assert likeness(OLD, order, REJECTED) == pytest.approx(score)


@pytest.mark.parametrize(
    "order",
    [
        new(days=-0.1),
        new(days=30.1),
        new(items="abc"),
        new(items="abcdex"[:3] + "xyz"),
        new(amount=1101),
        new(amount=899),
    ],
)
def test_what_is_too_different_is_no_resubmission(order: _Order) -> None:
    assert likeness(OLD, order, REJECTED) == 0


def test_an_order_is_not_its_own_resubmission() -> None:
    assert likeness(OLD, OLD, 0) == 0
