"""What the company knows before any order: customers, items and prices; and how values go wrong."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ordermine.simulate.dice import Dice

ITEMS = {
    "P-110 Circulation pump": 18900,
    "P-210 Booster pump": 64500,
    "P-320 Booster set": 238000,
    "V-015 Ball valve": 4250,
    "V-040 Control valve": 31900,
    "V-080 Safety valve": 45800,
    "F-020 Strainer": 7600,
    "F-100 Filter unit": 89000,
    "S-001 Seal kit": 3900,
    "C-300 Controller": 112000,
    "C-310 Pressure sensor": 14600,
    "T-500 Expansion tank": 52300,
}
"""Item → list price of one piece, in cents."""

PAYMENT_TERMS = ("14 days 2 % discount", "30 days net", "45 days net", "60 days net", "prepayment")

_STREETS = (
    "Ahornweg",
    "Am Hafen",
    "Bahnhofstr.",
    "Gartenstr.",
    "Hauptstr.",
    "Industriestr.",
    "Lindenallee",
    "Mühlweg",
)
_TOWNS = (
    "01067 Dresden",
    "20457 Hamburg",
    "28195 Bremen",
    "30159 Hannover",
    "44135 Dortmund",
    "50667 Köln",
    "60311 Frankfurt",
    "70173 Stuttgart",
    "80331 München",
    "90402 Nürnberg",
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the customer master holds it."""

    number: str
    segment: str
    region: str
    ship_to: str


def address(dice: Dice) -> str:
    """Return a delivery address."""
    return f"{dice.pick(_STREETS)} {dice.whole(1, 120)}, {dice.pick(_TOWNS)}"


def customer(seed: int, index: int) -> Customer:
    """Return customer number `index` of this seed's company: always the same one."""
    dice = Dice(seed, "customer", index)
    return Customer(
        number=f"C-{10_000 + index}",
        segment=dice.weighted({"Small business": 0.5, "Mid-size": 0.35, "Enterprise": 0.15}),
        region=dice.pick(("East", "North", "South", "West")),
        ship_to=address(dice),
    )


def money(amount: int) -> str:
    """Return an amount in cents as exports write it: ``1249.00``."""
    return f"{amount // 100}.{amount % 100:02d}"


def cents(amount: str) -> int:
    """Return the cents of an amount written by `money`, or in another spelling of it."""
    whole, _, part = amount.replace(",", ".").partition(".")
    return int(whole) * 100 + int(part or "0")


def wrong_value(dice: Dice, field: str, right: str) -> str:
    """Return a wrong value, of the kind people really write, for a field whose right value is known.

    Prices come from last year's list, lack a discount or a surcharge; addresses are those of another
    site; items are the neighbour in the catalogue.
    """
    if field == "price":
        return money(cents(right) * dice.pick((85, 90, 92, 95, 104, 110)) // 100)
    if field == "item":
        names = list(ITEMS)
        return names[(names.index(right) + dice.whole(1, 2)) % len(names)]
    if field == "ship_to":
        wrong = address(dice)
        while wrong == right:
            wrong = address(dice)
        return wrong
    if field == "terms":
        return dice.pick([terms for terms in PAYMENT_TERMS if terms != right])
    if field == "quantity":
        return str(int(right) + dice.pick((1, 2, 9, 10)))
    if field in ("tax_id", "serial"):
        place = dice.whole(len(right) - 6, len(right) - 1)
        return right[:place] + str((int(right[place]) + dice.whole(1, 9)) % 10) + right[place + 1 :]
    raise ValueError(f"no idea how {field!r} goes wrong")


def further_values(dice: Dice) -> dict[str, str]:
    """Return right values of the fields that only some scenarios write."""
    return {
        "tax_id": f"DE{dice.whole(100_000_000, 999_999_999)}",
        "terms": dice.pick(PAYMENT_TERMS),
        "serial": f"SN-{dice.whole(100_000, 999_999)}",
    }


def meaning(value: str) -> str:
    """Return a value without what doesn't matter: case, blanks, punctuation, accents, spelling of numbers."""
    if value.replace(",", "").replace(".", "").isdigit():
        return value.replace(",", ".").removesuffix(".00")
    signs = unicodedata.normalize("NFKD", value.casefold())
    return "".join(sign for sign in signs if sign.isalnum())


def respelt(dice: Dice, value: str) -> str:
    """Return the value in another spelling that means the same."""
    plain = meaning(value)
    if plain.replace(".", "").isdigit():
        spellings = [plain, plain.replace(".", ",")] if "." in plain else [plain, plain + ".00", plain + ",00"]
    else:
        spellings = [
            value.upper(),
            value.lower(),
            value.replace(",", ""),
            "  ".join(value.split()),
            " ".join(value.split()),
        ]
    return dice.pick([spelling for spelling in spellings if spelling != value])
