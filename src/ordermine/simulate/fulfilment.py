"""From the confirmation to the last delivery, with what customers want changed in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.company import (
    CUSTOMER_SERVICE,
    DEAL_DESK,
    LEGAL,
    LOGISTICS,
    MARKETING,
    ORDER_MANAGEMENT,
    SALES,
)
from ordermine.simulate.master_data import address
from ordermine.simulate.ordering import ask_sales
from ordermine.simulate.recorder import ChangeRequest, Note
from ordermine.simulate.touches import touch

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey

_DELIVERY_QUERIES = ("Delivery date unclear", "Unloading not agreed", "Item about to be discontinued")


def fulfil(journey: Journey) -> Course[bool]:
    """Deliver the order; return False if the customer cancels it."""
    behaviour, dice = journey.behaviour, journey.dice
    yield from journey.wait_days(0, 15)
    if dice.chance(behaviour.cancelled):
        yield from journey.work(CUSTOMER_SERVICE, "Log customer request", Note(reason="Customer cancels"))
        yield from journey.work(ORDER_MANAGEMENT, "Cancel order", Note(reason="Cancelled by customer"))
        return False
    if dice.chance(behaviour.change_request):
        yield from _change_on_request(journey)
    yield from touch(journey)
    yield from journey.correct_all((MARKETING, SALES, DEAL_DESK, LEGAL, ORDER_MANAGEMENT))
    yield from journey.complete(LOGISTICS)
    if journey.may(behaviour.delivery_query):
        yield from ask_sales(journey, LOGISTICS, _DELIVERY_QUERIES)
    if journey.notices(LOGISTICS, "item"):
        yield from journey.correct(LOGISTICS, "Correct item", "item")
    yield from journey.work(LOGISTICS, "Pick goods")
    if journey.notices(LOGISTICS, "ship_to"):
        yield from journey.correct(LOGISTICS, "Correct delivery address", "ship_to")
    elif dice.chance(behaviour.resaved):
        yield from _save_address_again(journey)
    if int(journey.order.right["quantity"]) > 1 and dice.chance(behaviour.partial_delivery):
        for number in range(dice.whole(1, 3)):
            yield from journey.work(LOGISTICS, "Ship partial delivery", Note(part=str(number + 1)))
            yield from journey.wait_days(1, 8)
    yield from journey.work(LOGISTICS, "Ship goods")
    return True


def _change_on_request(journey: Journey) -> Course[None]:
    """Change the address or the quantity because the customer asks for it."""
    order, dice = journey.order, journey.dice
    if dice.chance(0.5) and not journey.is_wrong("ship_to"):
        field, old, new = "ship_to", order.values["ship_to"], address(dice)
        while new == old:
            new = address(dice)
    else:
        field, old = "quantity", order.values.get("quantity", order.right["quantity"])
        new = str(int(order.right["quantity"]) + dice.whole(1, 5))
    if journey.is_wrong(field):
        return
    if journey.may(journey.behaviour.contact_unlogged.get(order.channel, 0.0)):
        reason = ""
    else:
        reason = "Customer wants a change"
        yield from journey.work(CUSTOMER_SERVICE, "Log customer request", Note(field=field, reason=reason))
    yield from journey.work(ORDER_MANAGEMENT, "Change order", Note(field, old, new, reason))
    order.values[field] = order.right[field] = new
    journey.recorder.change_requests.append(
        ChangeRequest(order.number, field, old, ORDER_MANAGEMENT, journey.company.now)
    )


def _save_address_again(journey: Journey) -> Course[None]:
    """Save the address in another spelling: it means the same."""
    old = journey.order.values["ship_to"]
    new = old.upper().replace(",", "")
    yield from journey.work(LOGISTICS, "Correct delivery address", Note("ship_to", old, new))
    journey.order.values["ship_to"] = new
