"""From the customer's yes to a confirmed order: entry, credit, queries, blocks and rejections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.company import CREDIT, DEAL_DESK, ERP, ORDER_MANAGEMENT, SALES
from ordermine.simulate.recorder import Note, Rejection
from ordermine.simulate.selling import change_terms
from ordermine.simulate.touches import save_again, touch
from ordermine.simulate.working_hours import HOUR

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey

_ENTRY_QUERIES = ("Purchase order missing", "Delivery terms unclear", "Contact person missing")
_ENTRY_REASONS = ("Item not available", "Configuration not possible", "Order incomplete")
_CREDIT_QUERIES = ("Payment terms unclear", "Company details missing", "Discount not explained")
_CREDIT_REASONS = ("Credit limit exceeded", "Payment terms not allowed", "Open items overdue")

_BULK_JOB_RUNS = 2 * HOUR


def enter_and_confirm(journey: Journey) -> Course[Rejection | None]:
    """Enter, check and confirm the order; return the rejection if it is rejected for good or entered anew."""
    behaviour, dice = journey.behaviour, journey.dice
    if dice.chance(behaviour.entry_query):
        yield from ask_sales(journey, ORDER_MANAGEMENT, _ENTRY_QUERIES)
    if journey.notices(ORDER_MANAGEMENT, "price"):
        yield from journey.work(ORDER_MANAGEMENT, "Query order", Note(reason="Price differs from price list"))
        yield from journey.redo(DEAL_DESK, "Calculate price", "quote.price")
    yield from journey.complete(SALES)
    yield from touch(journey)
    yield from journey.copy(ORDER_MANAGEMENT, "Enter order", "order.price", "quote.price")
    yield from journey.complete(ORDER_MANAGEMENT)
    if journey.may(behaviour.bulk_rejected):
        return (yield from _reject_in_bulk(journey))
    if dice.chance(behaviour.entry_rejected):
        rejection = yield from _reject(journey, ORDER_MANAGEMENT, _ENTRY_REASONS)
        if rejection.outcome != "restored":
            return rejection
    express = journey.order.order_type == "Express"
    confirmed = express and dice.chance(behaviour.confirmed_before_credit)
    if confirmed:
        yield from _confirm(journey)
    rejection_by_credit = yield from _check_credit(journey)
    if rejection_by_credit is None and not confirmed:
        yield from _confirm(journey)
    return rejection_by_credit


def _confirm(journey: Journey) -> Course[None]:
    yield from journey.wait_seconds(40)
    journey.automatic(ERP, "Confirm order")


def _check_credit(journey: Journey) -> Course[Rejection | None]:
    behaviour, dice = journey.behaviour, journey.dice
    if journey.order.worth < behaviour.credit_free_below:
        yield from journey.wait_seconds(90)
        journey.automatic(ERP, "Approve credit")
        return None
    if dice.chance(behaviour.credit_query):
        yield from ask_sales(journey, CREDIT, _CREDIT_QUERIES)
        while dice.chance(behaviour.query_repeated):
            yield from ask_sales(journey, CREDIT, _CREDIT_QUERIES)
    if dice.chance(behaviour.credit_block):
        yield from journey.work(CREDIT, "Set credit block", Note(reason="Open items overdue"))
        yield from journey.wait_days(1, 15)
        yield from journey.work(CREDIT, "Release credit block")
    if dice.chance(behaviour.credit_rejected):
        rejection = yield from _reject(journey, CREDIT, _CREDIT_REASONS)
        if rejection.outcome != "restored":
            return rejection
    yield from journey.work(CREDIT, "Approve credit")
    return None


def ask_sales(journey: Journey, department: str, questions: tuple[str, ...]) -> Course[None]:
    """Have the department ask Sales something, and Sales answer."""
    journey.queries += 1
    number = str(journey.queries)
    yield from journey.work(department, "Query order", Note(reason=journey.dice.pick(questions), part=number))
    yield from journey.wait_days(0, 2)
    if journey.may(journey.behaviour.answer_changes):
        yield from change_terms(journey, SALES, "Answer query", "")
    elif journey.may(journey.behaviour.answer_resaves):
        yield from save_again(journey, SALES, "Answer query", "quote.price")
    else:
        yield from journey.work(SALES, "Answer query", Note(part=number))


def _reject(journey: Journey, department: str, reasons: tuple[str, ...]) -> Course[Rejection]:
    """Reject the order, and restore it where that is what becomes of it."""
    reason = journey.dice.pick(reasons)
    yield from journey.work(department, "Reject order", Note(reason=reason))
    return (yield from _decide_fate(journey, department, department, reason))


def _reject_in_bulk(journey: Journey) -> Course[Rejection | None]:
    """Have the monthly job reject the order, in the same second as all others that wait; most stay rejected."""
    yield from journey.wait_until(journey.company.hours.next_month(journey.company.now) + _BULK_JOB_RUNS)
    journey.automatic(ERP, "Reject order", Note(reason="Quote no longer valid"))
    rejection = yield from _decide_fate(journey, ERP.department, ORDER_MANAGEMENT, "Quote no longer valid")
    if rejection.outcome != "restored":
        return rejection
    yield from _confirm(journey)
    return None


def _decide_fate(journey: Journey, department: str, restorer: str, reason: str) -> Course[Rejection]:
    rejection = Rejection(journey.order.number, department, journey.company.now, reason)
    journey.recorder.rejections.append(rejection)
    fate = journey.dice.weighted(journey.behaviour.rejection_outcomes)
    if fate == "restored":
        yield from journey.wait_days(1, 8)
        yield from journey.work(restorer, "Restore order")
        rejection.outcome = "restored"
    elif fate == "abandoned":
        yield from journey.wait_days(30, 31)
        rejection.outcome = "abandoned"
    return rejection
