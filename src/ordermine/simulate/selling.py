"""From the lead to an accepted quote and, for projects, a signed contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.behaviour import IN_TIME
from ordermine.simulate.company import DEAL_DESK, LEGAL, SALES
from ordermine.simulate.master_data import PAYMENT_TERMS
from ordermine.simulate.recorder import Note

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey


def sell(journey: Journey) -> Course[bool]:
    """Bring the order to the customer's yes; return False if the customer declines."""
    if journey.order.new_customer:
        yield from _win_lead(journey)
    else:
        journey.inherit("ship_to")
    yield from journey.write(SALES, "Configure product", "item")
    yield from journey.complete(IN_TIME)
    yield from journey.write(DEAL_DESK, "Calculate price", "quote.price")
    if journey.dice.chance(journey.behaviour.discount):
        yield from journey.work(DEAL_DESK, "Approve discount")
    yield from journey.work(DEAL_DESK, "Issue quote")
    yield from journey.wait_days(0, 8)
    if journey.dice.chance(journey.behaviour.declined):
        reason = journey.dice.pick(("Customer chose another supplier", "Customer has no budget"))
        yield from journey.work(SALES, "Cancel order", Note(reason=reason))
        return False
    if journey.order.order_type == "Project":
        yield from _agree_contract(journey)
    return True


def _win_lead(journey: Journey) -> Course[None]:
    if journey.order.channel == "Web":
        journey.automatic(journey.behaviour.web_form, "Capture lead")
    else:
        yield from journey.work(journey.behaviour.lead_desk, "Capture lead")
    yield from journey.wait_days(0, 3)
    yield from journey.write(SALES, "Qualify lead", "ship_to")


def _agree_contract(journey: Journey) -> Course[None]:
    yield from journey.work(LEGAL, "Draft contract")
    for _ in range(journey.dice.weighted(journey.behaviour.redlines)):
        yield from journey.wait_days(0, 6)
        clause = journey.dice.pick(("Liability cap", "Payment terms", "Warranty period", "Delivery penalty"))
        if journey.behaviour.redlines_change_terms:
            yield from change_terms(journey, SALES, "Request contract change", clause)
            yield from change_terms(journey, LEGAL, "Revise contract", clause)
        else:
            yield from journey.work(SALES, "Request contract change", Note(reason=clause))
            yield from journey.work(LEGAL, "Revise contract")
    yield from journey.wait_days(0, 6)
    yield from journey.work(LEGAL, "Sign contract")


def change_terms(journey: Journey, department: str, step: str, reason: str) -> Course[None]:
    """Have the department write other terms into the contract than those that stand there."""
    old = journey.order.values.get("contract.terms", "")
    new = journey.dice.pick([terms for terms in PAYMENT_TERMS if terms != old])
    yield from journey.work(department, step, Note("contract.terms", old, new, reason))
    journey.order.values["contract.terms"] = journey.order.right["terms"] = new
