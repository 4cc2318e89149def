from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import TypeAlias

import numpy as np  # noqa: TID253
import pytest

from ordermine.eventlog.moment_orders import COUNTS
from ordermine.eventlog.ties import NOBODY, count_ranges

A, B, C, D = 0, 1, 2, 3

Event: TypeAlias = tuple[int, bool]
"""Department, and whether it is productive."""
Moment: TypeAlias = list[Event]


def count(events: list[Event], only: int | None = None) -> dict[str, int]:
    """Count from the definitions, visit by visit."""
    found = dict.fromkeys(COUNTS, 0)
    for segment in segments(events):
        visits = [(unit, any(told for _, told in run)) for unit, run in itertools.groupby(segment, key=lambda e: e[0])]
        units = [unit for unit, _ in visits]
        back = [at >= 2 and units[at] == units[at - 2] for at in range(len(units))]
        wanted = [only in (None, unit) for unit in units]
        found["handoffs"] += len(units) - 1
        found["returns"] += sum(here and want for here, want in zip(back, wanted, strict=True))
        found["unproductive"] += sum(here and wanted[at] and not visits[at - 1][1] for at, here in enumerate(back))
        found["rallies"] += sum(here and len(list(run)) >= 2 for here, run in itertools.groupby(back))
        found["long_loops"] += sum(
            unit in units[:at] and wanted[at] and at - max(i for i in range(at) if units[i] == unit) >= 3
            for at, unit in enumerate(units)
        )
    return found


def segments(events: list[Event]) -> list[list[Event]]:
    groups = itertools.groupby(events, key=lambda event: event[0] == NOBODY)
    return [list(group) for gap, group in groups if not gap]


def every_order(moments: list[Moment], only: int | None = None) -> dict[str, tuple[int, int]]:
    found = [
        count(list(itertools.chain.from_iterable(order)), only)
        for order in itertools.product(*(set(itertools.permutations(moment)) for moment in moments))
    ]
    return {name: (min(one[name] for one in found), max(one[name] for one in found)) for name in COUNTS}


def ranges(cases: list[list[Moment]], only: int | None = None) -> list[dict[str, tuple[int, int]]]:
    """Return the ranges by the fast way; where nothing varies, what there is in any order."""
    events = [
        (number, at, *event)
        for number, moments in enumerate(cases)
        for at, moment in enumerate(moments)
        for event in moment
    ]
    case, instant, unit = (np.array([event[place] for event in events], dtype=np.int64) for place in range(3))
    productive = np.array([event[3] for event in events], dtype=bool)
    numbers, low, high = count_ranges(unit, case, instant, productive, only)
    found = {int(number): zip(low[at].tolist(), high[at].tolist(), strict=True) for at, number in enumerate(numbers)}
    fixed = [count(list(itertools.chain.from_iterable(moments)), only) for moments in cases]
    return [
        dict(zip(COUNTS, found[number], strict=True))
        if number in found
        else {name: (one[name], one[name]) for name in COUNTS}
        for number, one in enumerate(fixed)
    ]


def plain(moments: list[list[int]]) -> list[Moment]:
    return [[(unit, False) for unit in moment] for moment in moments]


def some_case(dice: random.Random, moments: int, sizes: tuple[int, ...], units: tuple[int, ...]) -> list[Moment]:
    return [
        [(dice.choice(units), dice.random() < 0.3) for _ in range(dice.choice(sizes))]
        for _ in range(dice.randint(1, moments))
    ]


@pytest.mark.parametrize(
    ("moments", "name", "low", "high"),
    [
        ([[A], [B], [A]], "returns", 1, 1),
        ([[A, B, A]], "returns", 0, 1),  # A B A; A A B and B A A have none
        ([[A], [B, A]], "returns", 0, 1),  # A B A; A A B
        ([[A], [A, B], [B]], "returns", 0, 2),  # A A B B: none; A B A B: two
        ([[A], [NOBODY, B], [A]], "returns", 0, 0),  # wherever the gap is, it separates the two A
        ([[A, B], [C], [A, B]], "returns", 0, 1),  # A B C A B: two long loops; A B C B A: B returns
        ([[A, A, B, B]], "returns", 0, 2),  # A B A B
        ([[A, A, B, B]], "rallies", 0, 1),
        ([[A], [A, B], [B]], "rallies", 0, 1),
        ([[A], [B], [A], [B, A], [B]], "rallies", 1, 1),  # A B A B A B is longer than A B A A B B, not more
        ([[A, A, B, B]], "handoffs", 1, 3),
        ([[A, NOBODY, B]], "handoffs", 0, 1),
        ([[A, B], [C], [A, B]], "long_loops", 1, 2),  # A B C B A: A only; A B C A B: both
        ([[A], [B, C], [A]], "long_loops", 1, 1),
        ([[A], [B], [C, NOBODY], [A]], "long_loops", 0, 0),
        ([[A], [B], [C], [NOBODY, A], [C]], "long_loops", 0, 1),  # A B C A _ C: A; A B C _ A C: none
    ],
)
def test_ranges_worked_out_by_hand(moments: list[list[int]], name: str, low: int, high: int) -> None:
    assert every_order(plain(moments))[name] == (low, high)
    assert ranges([plain(moments)])[0][name] == (low, high)


def test_a_visit_is_productive_if_any_event_of_it_is() -> None:
    # A before both B at noon: A B A, one visit of B, productive. A between them: A B A B A, where A comes back from a B
    # that decided and from one that didn't, and B from A, which did nothing. A after both: the same.
    moments = [[(A, False)], [(B, False), (B, True), (A, False)], [(B, False)], [(A, False)]]
    assert ranges([moments])[0]["unproductive"] == every_order(moments)["unproductive"] == (0, 2)


def test_every_order_of_small_cases_is_searched() -> None:
    dice = random.Random(1)
    cases = [some_case(dice, 6, (1, 1, 1, 2, 3), (A, A, B, B, C, NOBODY)) for _ in range(600)]
    cases += [some_case(dice, 4, (1, 2, 3, 4), (A, B, C, D, NOBODY)) for _ in range(150)]
    for moments, found in zip(cases, ranges(cases), strict=True):
        assert found == every_order(moments), moments


def test_only_what_leads_back_to_one_department() -> None:
    dice = random.Random(3)
    cases = [some_case(dice, 5, (1, 2, 3), (A, B, C, NOBODY)) for _ in range(200)]
    for moments, found in zip(cases, ranges(cases, only=A), strict=True):
        assert found == every_order(moments, only=A), moments


@pytest.mark.parametrize(
    "crowd",
    [
        [(A, False), (A, True), (B, False), (B, True), (C, False), (C, False), (D, False), (NOBODY, False)],
        [(A, False), (A, False), (B, False), (B, True), (C, False), (C, True), (D, False), (D, False)],
    ],
)
def test_eight_events_at_once_are_exact(crowd: Moment) -> None:
    moments = [[(A, False)], crowd, [(B, False)], [(C, False)]]
    assert ranges([moments])[0] == every_order(moments)


def test_eight_departments_at_once_are_exact() -> None:
    moments = plain([[A], list(range(8)), [B], [C]])
    assert ranges([moments])[0] == every_order(moments)


def test_beyond_the_search_the_range_contains_every_order() -> None:
    dice = random.Random(2)
    cases, bounded = [], Counter[str]()
    for _ in range(120):
        units = tuple(range(dice.choice((3, 4, 12)))) + (NOBODY,) * dice.choice((0, 0, 1))
        start, middle, end = (some_case(dice, 3, (1, 1, 2), units) for _ in range(3))
        crowd, again = ([(dice.choice(units), dice.random() < 0.3) for _ in range(14)] for _ in range(2))
        cases.append([*start, crowd, *middle, *([again] if dice.random() < 0.3 else []), *end])
    for moments, found in zip(cases, ranges(cases), strict=True):
        for _ in range(300):
            shuffled = [dice.sample(moment, len(moment)) for moment in moments]
            for name, number in count(list(itertools.chain.from_iterable(shuffled))).items():
                assert found[name][0] <= number <= found[name][1], (name, moments)
                bounded[name] += found[name][0] < found[name][1]
    assert all(bounded.values())


def test_a_rally_that_goes_on_beyond_a_crowd_is_one() -> None:
    # Too many for a search, but of two departments only, so that all is one rally in every order.
    around = [[A], [B], [A], [B]]
    low, high = ranges([plain([*around, [A, B] * 30, *around])])[0]["rallies"]
    assert low == 1 <= high


def test_many_events_of_few_departments_stay_exact() -> None:
    # B A B A B, the other B wherever there is one: B comes back twice, A once, in one rally.
    found = ranges([plain([[A, A, *[B] * 11]])])[0]
    assert (found["returns"], found["rallies"], found["handoffs"]) == ((0, 3), (0, 1), (1, 4))


def test_cases_are_counted_apart_and_those_that_cannot_vary_left_out() -> None:
    unit = np.array([A, B, A, A, B, A, B, B, A])
    case = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    instant = np.array([1, 2, 3, 1, 2, 2, 1, 1, 1])
    numbers, low, high = count_ranges(unit, case, instant, np.zeros(9, dtype=bool))
    # Case 1 is A, then B and A in any order. Case 2 is B B A in any order: B A B is a return.
    assert numbers.tolist() == [1, 2]
    returns = COUNTS.index("returns")
    assert (low[:, returns].tolist(), high[:, returns].tolist()) == ([0, 0], [1, 1])
