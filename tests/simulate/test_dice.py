from __future__ import annotations

from random import Random

import pytest

from ordermine.simulate.dice import Dice


def dice_that_throw(monkeypatch: pytest.MonkeyPatch, throw: float) -> Dice:
    monkeypatch.setattr(Random, "random", lambda self: throw)
    return Dice("test")


@pytest.mark.parametrize(("throw", "expected"), [(0.0, 3), (0.49, 3), (0.5, 4), (0.999, 4)])
def test_whole_includes_both_ends(monkeypatch: pytest.MonkeyPatch, throw: float, expected: int) -> None:
    assert dice_that_throw(monkeypatch, throw).whole(3, 4) == expected


def test_skewed_squares_the_throw(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dice_that_throw(monkeypatch, 0.5).skewed(10, 110) == 35


@pytest.mark.parametrize(("throw", "expected"), [(0.5, 0.0), (0.75, 6.0), (0.0, -12.0)])
def test_normal_adds_up_twelve_throws(monkeypatch: pytest.MonkeyPatch, throw: float, expected: float) -> None:
    # (12 × throw − 6) × 2
    assert dice_that_throw(monkeypatch, throw).normal(2.0) == expected


@pytest.mark.parametrize(("throw", "expected"), [(0.0, "a"), (0.24, "a"), (0.25, "c"), (0.999, "c")])
def test_weighted_follows_the_weights(monkeypatch: pytest.MonkeyPatch, throw: float, expected: str) -> None:
    assert dice_that_throw(monkeypatch, throw).weighted({"a": 1, "b": 0, "c": 3}) == expected


def test_chance_of_zero_never_and_of_one_always(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not dice_that_throw(monkeypatch, 0.0).chance(0.0)
    assert dice_that_throw(monkeypatch, 0.999).chance(1.0)


def test_same_purpose_same_throws_other_purpose_others() -> None:
    def throws(*purpose: str | int) -> list[int]:
        dice = Dice(*purpose)
        return [dice.whole(1, 1000) for _ in range(5)]

    assert throws(7, "order", 1) == throws(7, "order", 1)
    assert throws(7, "order", 1) != throws(7, "order", 2)


def test_numbers_spread_as_the_quantiles_say() -> None:
    dice = Dice("spread")
    numbers = sorted(dice.spread({0.0: 10, 0.5: 20, 0.9: 100, 1.0: 1000}) for _ in range(4000))
    assert numbers[0] >= 10
    assert numbers[-1] < 1000
    assert numbers[2000] == pytest.approx(20, abs=2)
    assert numbers[3600] == pytest.approx(100, abs=25)
