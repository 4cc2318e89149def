"""Writes the change log of orders as an ERP system exports it: a row per step, with the order's header."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from ordermine.simulate.master_data import cents, money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ordermine.simulate.recorder import Event
    from ordermine.simulate.working_hours import WorkingHours

COLUMNS = (
    "Order",
    "Step",
    "Changed at",
    "Department",
    "User",
    "Actor type",
    "Customer",
    "Segment",
    "Region",
    "Order type",
    "Channel",
    "Item",
    "Quantity",
    "Amount",
    "Currency",
    "Field",
    "Old value",
    "New value",
    "Reason",
    "Reference",
)


def write_csv(path: Path, events: Iterable[Event], hours: WorkingHours) -> None:
    """Write the events, which come in the order of time; the header is the order's as of the export."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_row(event, hours) for event in events)


def _row(event: Event, hours: WorkingHours) -> tuple[str, ...]:
    order, note = event.order, event.note
    price = order.values.get("order.price", order.values.get("quote.price", ""))
    quantity = order.right["quantity"]
    return (
        order.number,
        event.step,
        hours.stamp(event.moment),
        event.actor.department,
        event.actor.user,
        event.actor.actor_type,
        order.customer.number,
        order.customer.segment,
        order.customer.region,
        order.order_type,
        order.channel,
        order.values.get("item", ""),
        quantity,
        money(int(quantity) * cents(price)) if price else "",
        "EUR" if price else "",
        note.field,
        note.old,
        note.new,
        note.reason,
        note.reference,
    )
