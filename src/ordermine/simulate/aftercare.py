"""From the delivery to the money: invoice, complaints, returns, credit notes, payment, and the next offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.company import BANK_IMPORT, BILLING, CUSTOMER_SERVICE, LOGISTICS, SALES
from ordermine.simulate.recorder import Conclusion, Note
from ordermine.simulate.working_hours import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey

_BANK_IMPORT_RUNS = 6 * HOUR + 15 * MINUTE

_LATE_SIGNALS = {
    "Log complaint": (CUSTOMER_SERVICE, "Installation fails"),
    "Create credit note": (BILLING, "Discount forgotten"),
    "Receive return": (LOGISTICS, "Not as ordered"),
}
"""Step by which an order proves wrong late → who does it, and why."""

_UNTIL_SIGNAL = {
    0.0: 1 * DAY,
    0.1: 3 * DAY,
    0.25: 6 * DAY,
    0.5: 12 * DAY,
    0.75: 23 * DAY,
    0.9: 43 * DAY,
    0.97: 80 * DAY,
    1.0: 140 * DAY,
}
"""Share of late signals → time within which they show."""


def settle(journey: Journey) -> Course[None]:
    """Invoice the order, put right what the customer complains about, and take the payment."""
    yield from journey.wait_days(0, 3)
    if journey.notices(BILLING, "price"):
        yield from journey.correct(BILLING, "Correct price", "order.price")
    yield from journey.complete(BILLING)
    yield from journey.correct_all((LOGISTICS, BILLING))
    yield from journey.copy(BILLING, "Create invoice", "invoice.price", "order.price")
    if journey.may(journey.behaviour.monthly_billing):
        yield from _bill_monthly(journey)
    yield from _conclude(journey)
    yield from _hear_customer(journey)
    yield from journey.wait_days(7, 35)
    yield from journey.wait_for_run(_BANK_IMPORT_RUNS)
    journey.automatic(BANK_IMPORT, "Receive payment")
    if journey.order.order_type == "Project" and journey.dice.chance(journey.behaviour.renewal):
        yield from journey.wait_days(2, 30)
        yield from journey.work(SALES, "Offer renewal")


def _bill_monthly(journey: Journey) -> Course[None]:
    for month in range(2, 4):
        yield from journey.wait_until(journey.company.hours.next_month(journey.company.now))
        yield from journey.work(BILLING, "Create monthly invoice", Note(part=str(month)))


def _conclude(journey: Journey) -> Course[None]:
    """Take the order as done; where it was not right, let that show after a while, in one of several ways."""
    number, now = journey.order.number, journey.company.now
    risk = _risk(journey)
    if not journey.may(risk):
        journey.recorder.conclusions.append(Conclusion(number, now, risk))
        return
    signal = journey.dice.pick(list(_LATE_SIGNALS))
    shows_at = now + journey.dice.spread(_UNTIL_SIGNAL)
    journey.recorder.conclusions.append(Conclusion(number, now, risk, signal, shows_at))
    yield from journey.wait_until(shows_at)
    department, reason = _LATE_SIGNALS[signal]
    yield from journey.work(department, signal, Note(reason=reason))


def _risk(journey: Journey) -> float:
    """Return how likely the order, concluded now, is to prove wrong later."""
    behaviour, company = journey.behaviour, journey.company
    of_week = behaviour.late_complaint_by_week.get(company.hours.week(company.now), 0.0)
    of_team = next((team.late_complaint for team in behaviour.teams if team.name == journey.order.team), 0.0)
    return behaviour.late_complaint + of_week + of_team


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
    for field in journey.fields_noticed(CUSTOMER_SERVICE):
        yield from _complain(journey, "Details on the documents are wrong", field)
        yield from journey.correct(CUSTOMER_SERVICE, "Correct order data", field)


def _complain(journey: Journey, reason: str, field: str) -> Course[None]:
    yield from journey.wait_days(2, 15)
    yield from journey.work(CUSTOMER_SERVICE, "Log complaint", Note(field=field, reason=reason))
