"""Writes the change log of orders as an ERP system exports it: a row per step, with the order's header; counts it."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from ordermine.errors import InputError, UsageError
from ordermine.simulate.master_data import cents, money
from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from ordermine.simulate.recorder import Event

COLUMN_KEYS: Final = {
    "Order": "case",
    "Step": "activity",
    "Changed at": "timestamp",
    "Department": "department",
    "User": "resource",
    "Actor type": "actor_type",
    "Customer": "customer",
    "Segment": "",
    "Region": "",
    "Order type": "",
    "Channel": "channel",
    "Item": "item",
    "Quantity": "quantity",
    "Amount": "amount",
    "Currency": "currency",
    "Field": "field",
    "Old value": "old",
    "New value": "new",
    "Reason": "reason",
    "Reference": "reference",
    "Object type": "object_type",
    "Object id": "object_id",
    "Team": "",
    "Pilot": "",
}
"""Column that an export may have → key of the project file that it plays; empty for case attributes."""

OBJECT_COLUMNS: Final = ("Object type", "Object id")

TEAM_COLUMNS: Final = ("Team", "Pilot")

COLUMNS_WITH_OBJECTS: Final = tuple(column for column in COLUMN_KEYS if column not in TEAM_COLUMNS)
"""The columns of an export that says which object a step belongs to."""

COLUMNS: Final = tuple(column for column in COLUMNS_WITH_OBJECTS if column not in OBJECT_COLUMNS)
"""The columns of an export that doesn't."""

_ID_PREFIXES: Final = {"lead": "LD", "quote": "QU", "contract": "CT", "delivery": "DN", "invoice": "IN"}
"""Type of an object other than the order → how its numbers begin."""

_OBJECT_OF_STAGE: Final = {
    "lead": "lead",
    "qualify": "lead",
    "quote": "quote",
    "contract": "contract",
    "deliver": "delivery",
    "invoice": "invoice",
}
"""Stage of a step without a field → type of the object it belongs to; of all others it is the order."""


def write_csv(
    path: Path, events: Iterable[Event], stamp: Callable[[int], str], columns: Sequence[str] = COLUMNS
) -> None:
    """Write the events in the order given; the header is the order's as of the export.

    `stamp` writes a moment, `columns` are among those of `COLUMN_KEYS`.
    """
    chosen = itemgetter(*(list(COLUMN_KEYS).index(column) for column in columns))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(columns)
        rows.writerows(chosen(_row(event, stamp)) for event in events)


def count_rows(path: Path) -> Mapping[str, tuple[int, int]]:
    """Return order → rows of an export, those that repeat another counted once, and all of them.

    Raises
    ------
    UsageError
        There is no such file.
    InputError
        It is not an export that `simulate` wrote.
    """
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    every = Counter[str]()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            number = next(rows, []).index(next(iter(COLUMN_KEYS)))
            for row in rows:
                seen[row[number]].add(tuple(row))
                every[row[number]] += 1
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="simulate the scenario again") from None
    except (ValueError, IndexError, csv.Error):
        raise InputError(f"{path} is not what `simulate` wrote", hint="simulate the scenario again") from None
    return {order: (len(rows), every[order]) for order, rows in seen.items()}


def _row(event: Event, stamp: Callable[[int], str]) -> tuple[str, ...]:
    order, note = event.order, event.note
    price = order.values.get("order.price", order.values.get("quote.price", ""))
    quantity = order.right["quantity"]
    return (
        order.number,
        event.step,
        stamp(event.moment),
        event.actor.department,
        event.actor.user,
        event.actor.actor_type,
        order.customer.number,
        order.customer.segment,
        order.customer.region,
        order.order_type,
        order.channel,
        note.item or order.values.get("item", ""),
        quantity,
        money(int(quantity) * cents(price)) if price else "",
        "EUR" if price else "",
        note.field,
        note.old,
        note.new,
        note.reason,
        note.reference,
        *_object(event),
        order.team,
        "yes" if order.in_pilot else "no",
    )


def _object(event: Event) -> tuple[str, str]:
    """Return type and number of the object that the event belongs to."""
    of_field = event.note.field.rpartition(".")[0]
    of_stage = "" if event.note.field else _OBJECT_OF_STAGE.get(STEPS[event.step].stage, "")
    kind = of_field or of_stage or "order"
    number = event.order.number
    if kind != "order":
        number = number.replace("SO", _ID_PREFIXES[kind])
    return kind, f"{number}/{event.note.part}" if event.note.part else number
