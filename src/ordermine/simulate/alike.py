"""Orders that look like another: entered anew with a small change, or alike by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.simulate.master_data import ITEMS

if TYPE_CHECKING:
    from ordermine.simulate.dice import Dice
    from ordermine.simulate.recorder import Order

_LIKENESS = {"smaller": 0.35, "other item": 0.35, "the same, later": 0.2, "the same": 0.1}
"""In what an order alike resembles the first: the item but not the amount, the amount but not the item, both."""

_DAYS, _DAYS_LATER = (1, 20), (32, 60)
"""Days after which it begins."""


def alter(order: Order) -> None:
    """Change an order a little, as people do when they enter it anew: drop a line of many, or add a piece."""
    if len(order.further_items) >= 4:
        order.further_items = order.further_items[:-1]
    elif int(order.right["quantity"]) >= 15:
        order.right["quantity"] = str(int(order.right["quantity"]) + 1)


def alike(order: Order, dice: Dice) -> tuple[Order, tuple[int, int]]:
    """Return an order, not yet numbered, of the same customer that has nothing to do with the first.

    With it comes after how many days at least and at most it begins.
    """
    right, further = dict(order.right), order.further_items
    likeness = dice.weighted(_LIKENESS)
    if likeness == "smaller":
        quantity = int(right["quantity"])
        right["quantity"] = str(quantity // 2 if quantity > 1 else 3)
    elif likeness == "other item":
        right["item"] = dice.pick([item for item in ITEMS if item not in (right["item"], *further)])
        further = ()
    second = replace(order, number="", new_customer=False, right=right, values={}, further_items=further)
    return second, _DAYS_LATER if likeness == "the same, later" else _DAYS
