from __future__ import annotations

import itertools
import random

import numpy as np  # noqa: TID253
import pytest

from ordermine.eventlog.ties import NOBODY, return_ranges

A, B, C, D = 0, 1, 2, 3


def count_returns(units: list[int]) -> int:
    """Count from the definition: a visit whose department is that of the visit before the last, no gap between."""
    visits: list[int] = []
    returns = 0
    for unit in units:
        if unit == NOBODY:
            visits = []
        elif not visits or visits[-1] != unit:
            returns += len(visits) >= 2 and visits[-2] == unit
            visits.append(unit)
    return returns


def every_order(moments: list[list[int]]) -> tuple[int, int]:
    found = [
        count_returns(list(itertools.chain.from_iterable(order)))
        for order in itertools.product(*(set(itertools.permutations(moment)) for moment in moments))
    ]
    return min(found), max(found)


def ranges(moments: list[list[int]]) -> tuple[int, int]:
    """Return the range by the fast way, of one case; its own count where nothing varies."""
    unit = np.array([one for moment in moments for one in moment])
    stamp = np.array([at for at, moment in enumerate(moments) for _ in moment])
    found = return_ranges(unit, np.zeros(len(unit), dtype=np.int64), stamp)
    if not len(found[0]):
        returns = count_returns(unit.tolist())
        return returns, returns
    assert found[1][0] == count_returns(unit.tolist())
    return int(found[2][0]), int(found[3][0])


@pytest.mark.parametrize(
    ("moments", "low", "high"),
    [
        ([[A], [B], [A]], 1, 1),
        ([[A, B, A]], 0, 1),  # A B A; A A B and B A A have none
        ([[A], [B, A]], 0, 1),  # A B A; A A B
        ([[A], [A, B], [B]], 0, 2),  # A A B B: none; A B A B: two
        ([[A], [NOBODY, B], [A]], 0, 0),  # wherever the gap is, it separates the two A
        ([[A, B], [C], [A, B]], 0, 1),  # A B C A B: two long loops; A B C B A: B returns
        ([[A], [B, C], [B]], 0, 1),  # A C B B: none; A B C B: one
        ([[A, A, B, B]], 0, 2),  # A B A B
    ],
)
def test_ranges_worked_out_by_hand(moments: list[list[int]], low: int, high: int) -> None:
    assert every_order(moments) == (low, high)
    assert ranges(moments) == (low, high)


def test_every_order_of_small_cases_is_searched() -> None:
    dice = random.Random(1)
    for _ in range(600):
        moments = [
            [dice.choice((A, A, B, B, C, NOBODY)) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
            for _ in range(dice.randint(1, 6))
        ]
        assert ranges(moments) == every_order(moments), moments


def test_eight_events_at_once_are_exact() -> None:
    moments = [[A], [A, A, B, B, C, C, D, NOBODY], [B]]
    assert ranges(moments) == every_order(moments)


def test_beyond_the_search_the_range_contains_every_order() -> None:
    dice = random.Random(2)
    for _ in range(40):
        crowd = [dice.randrange(12) for _ in range(14)]
        moments = [[0], crowd, [1], [2, 3]]
        low, high = ranges(moments)
        for _ in range(200):
            shuffled = [dice.sample(moment, len(moment)) for moment in moments]
            assert low <= count_returns(list(itertools.chain.from_iterable(shuffled))) <= high


def test_many_events_of_few_departments_stay_exact() -> None:
    # B A B A B, the other B wherever there is one: B comes back twice, A once.
    assert ranges([[A, A, *[B] * 11]]) == (0, 3)


def test_cases_are_counted_apart_and_those_that_cannot_vary_left_out() -> None:
    unit = np.array([A, B, A, A, B, A, B, B, A])
    case = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    stamp = np.array([1, 2, 3, 1, 2, 2, 1, 1, 1])
    numbers, returns, low, high = return_ranges(unit, case, stamp)
    # Case 1 is A, then B and A in any order. Case 2 is B B A in any order: B A B is a return.
    assert numbers.tolist() == [1, 2]
    assert (returns.tolist(), low.tolist(), high.tolist()) == ([1, 0], [0, 0], [1, 1])
