"""From the delivery to the money: invoice, complaints, returns, credit notes, payment, and the next offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.company import BANK_IMPORT, BILLING, CUSTOMER_SERVICE, LOGISTICS, SALES
from ordermine.simulate.recorder import Note
from ordermine.simulate.working_hours import HOUR, MINUTE

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey

_BANK_IMPORT_RUNS = 6 * HOUR + 15 * MINUTE


def settle(journey: Journey) -> Course[None]:
    """Invoice the order, put right what the customer complains about, and take the payment."""
    yield from journey.wait_days(0, 3)
    if journey.notices(BILLING, "price"):
        yield from journey.correct(BILLING, "Correct price", "order.price")
    yield from journey.copy(BILLING, "Create invoice", "invoice.price", "order.price")
    yield from _hear_customer(journey)
    yield from journey.wait_days(7, 35)
    yield from journey.wait_for_run(_BANK_IMPORT_RUNS)
    journey.automatic(BANK_IMPORT, "Receive payment")
    if journey.order.order_type == "Project" and journey.dice.chance(journey.behaviour.renewal):
        yield from journey.wait_days(2, 30)
        yield from journey.work(SALES, "Offer renewal")


def _hear_customer(journey: Journey) -> Course[None]:
    if journey.notices(CUSTOMER_SERVICE, "ship_to"):
        yield from _complain(journey, "Goods sent to wrong address", "ship_to")
        yield from journey.correct(CUSTOMER_SERVICE, "Correct delivery address", "ship_to")
        yield from journey.work(LOGISTICS, "Ship goods", Note(reason="Second delivery"))
    if journey.notices(CUSTOMER_SERVICE, "item"):
        yield from _complain(journey, "Wrong item delivered", "item")
        yield from journey.correct(CUSTOMER_SERVICE, "Correct item", "item")
        yield from journey.work(LOGISTICS, "Receive return", Note(reason="Wrong item"))
        yield from journey.work(LOGISTICS, "Ship goods", Note(reason="Replacement"))
    if journey.notices(CUSTOMER_SERVICE, "price"):
        yield from _complain(journey, "Invoice differs from agreed price", "invoice.price")
        yield from journey.correct(CUSTOMER_SERVICE, "Correct price", "invoice.price")
        yield from journey.work(BILLING, "Create credit note", Note(reason="Price difference"))
    elif journey.dice.chance(journey.behaviour.damaged):
        yield from _complain(journey, "Goods damaged", "")
        yield from journey.work(LOGISTICS, "Receive return", Note(reason="Damaged in transit"))
        yield from journey.work(BILLING, "Create credit note", Note(reason="Damaged in transit"))
    elif journey.dice.chance(journey.behaviour.question):
        yield from journey.wait_days(0, 10)
        question = Note(field="delivery_date", reason="Customer asks about delivery")
        yield from journey.work(CUSTOMER_SERVICE, "Log customer request", question)


def _complain(journey: Journey, reason: str, field: str) -> Course[None]:
    yield from journey.wait_days(2, 15)
    yield from journey.work(CUSTOMER_SERVICE, "Log complaint", Note(field=field, reason=reason))
