from __future__ import annotations

import pytest

from ordermine.simulate.dice import Dice
from ordermine.simulate.master_data import cents, further_values, meaning, money, respelt, wrong_value


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mühlweg 2, 50667 Köln", "MUHLWEG 2 50667  koln", True),
        ("1249.50", "1249,50", True),
        ("1250.00", "1250", True),
        ("12", "12,00", True),
        ("12", "120", False),
        ("12.50", "1250", False),
        ("30 days net", "45 days net", False),
    ],
)
def test_meaning_leaves_out_what_does_not_matter(one: str, other: str, same: bool) -> None:
    assert (meaning(one) == meaning(other)) is same


@pytest.mark.parametrize("value", ["18.90", "645.00", "7", "Am Hafen 1, 50667 Köln", "DE123456789", "prepayment"])
def test_another_spelling_means_the_same_however_often(value: str) -> None:
    dice = Dice("spelling")
    for _ in range(50):
        other = respelt(dice, value)
        assert other != value
        assert meaning(other) == meaning(value)
        value = other


@pytest.mark.parametrize(("field", "right"), [("quantity", "7"), ("price", "18.90"), *further_values(Dice(1)).items()])
def test_a_wrong_value_means_something_else(field: str, right: str) -> None:
    dice = Dice("wrong")
    for _ in range(200):
        assert meaning(wrong_value(dice, field, right)) != meaning(right)


def test_amounts_are_read_in_every_spelling() -> None:
    assert [cents(text) for text in ("1250.00", "1250,00", "1250", "18,90")] == [125000, 125000, 125000, 1890]
    assert money(1890) == "18.90"
