"""Runs all orders of a company side by side, from the first lead to the day of the export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from ordermine.simulate.aftercare import settle
from ordermine.simulate.alike import alike, alter
from ordermine.simulate.company import SALES, STAFF, Company
from ordermine.simulate.dice import Dice
from ordermine.simulate.fulfilment import fulfil
from ordermine.simulate.journey import Course, Journey
from ordermine.simulate.master_data import ITEMS, customer, further_values, money
from ordermine.simulate.ordering import enter_and_confirm
from ordermine.simulate.recorder import Note, Order, Recorder, Rejection
from ordermine.simulate.selling import sell
from ordermine.simulate.working_hours import DAY, HOUR, WorkingHours

if TYPE_CHECKING:
    from ordermine.simulate.behaviour import Behaviour

HOURS = WorkingHours(
    first_day=date(2026, 1, 5),
    holidays=frozenset(
        {
            date(2026, 1, 1),
            date(2026, 4, 3),
            date(2026, 4, 6),
            date(2026, 5, 1),
            date(2026, 5, 14),
            date(2026, 5, 25),
            date(2026, 10, 3),
            date(2026, 12, 25),
            date(2026, 12, 26),
            date(2027, 1, 1),
            date(2027, 3, 26),
            date(2027, 3, 29),
            date(2027, 5, 1),
            date(2027, 5, 6),
            date(2027, 5, 17),
            date(2027, 10, 3),
            date(2027, 12, 25),
            date(2027, 12, 26),
        }
    ),
)
"""Germany, 2026 and 2027; the first day is a Monday."""

_WEEK = 7 * DAY
_BEFORE = 4
_AFTER = 2
"""Weeks before and after those whose orders are exported; the export is made at the end."""

_HALF_YEAR = 26
_USUAL_TRAFFIC = 1000
"""Orders in the half-year that `STAFF` is made for."""

_TEAM = 6
"""People in a sales team for the usual traffic."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A customer's first contact."""

    moment: int
    order: Order
    exported: bool
    dice: Dice


def run(orders: int, seed: int, behaviour: Behaviour) -> Recorder:
    """Simulate the weeks in which `orders` orders begin, and two more until the export.

    People have at least the usual traffic to deal with, before and after these weeks too, so that queues
    are alike for few and for many orders; what is not exported is forgotten. Orders that are entered anew
    after a rejection come on top of `orders`.
    """
    usual = _USUAL_TRAFFIC * behaviour.weeks // _HALF_YEAR
    traffic = max(orders, usual)
    teams = {team.name: (f"T{index:02d}-", _TEAM) for index, team in enumerate(behaviour.teams)}
    company = Company(HOURS, traffic / usual, {**STAFF, **teams})
    company.misfile(behaviour.misfiled_people, Dice(seed, "misfiled people"))
    exported, forgotten = Recorder(), Recorder()
    for arrival in _arrivals(orders, traffic, seed, behaviour):
        recorder = exported if arrival.exported else forgotten
        journey = Journey(arrival.order, company, behaviour, recorder, arrival.dice)
        company.clock.process(_live(journey, arrival.moment))
    company.clock.run(until=(_BEFORE + behaviour.weeks + _AFTER) * _WEEK)
    _settle_rejections(exported)
    return exported


def _arrivals(orders: int, traffic: int, seed: int, behaviour: Behaviour) -> list[_Arrival]:
    arrivals = []
    end = _BEFORE + behaviour.weeks
    spans = {"before": (0, _BEFORE), "exported": (_BEFORE, end), "after": (end, end + _AFTER)}
    for span, (first, last) in spans.items():
        for index in range(traffic * (last - first) // behaviour.weeks):
            dice = Dice(seed, span, index)
            order = _order(seed, traffic, behaviour, dice)
            _refine(order, behaviour, Dice(seed, span, index, "refined"), seed)
            season = Dice(seed, span, index, "season")
            if order.new_customer and order.channel == "Web":
                day = _in_season(dice.whole(first * 7, last * 7 - 1), first, last, behaviour, season)
                moment = day * DAY + dice.whole(6 * HOUR, 23 * HOUR)
            else:
                day = _in_season(7 * dice.whole(first, last - 1) + dice.whole(0, 4), first, last, behaviour, season)
                moment = HOURS.next_workday(day) * DAY + dice.whole(HOURS.opens * HOUR, HOURS.closes * HOUR)
            order.in_pilot = order.team == behaviour.pilot_team and HOURS.week(moment) in behaviour.pilot_weeks
            # every so many-th of these weeks, so that exactly `orders` of them are exported
            chosen = span == "exported" and (index + 1) * orders // traffic > index * orders // traffic
            arrivals.append(_Arrival(moment, order, chosen, dice))
    return arrivals


def _in_season(day: int, first: int, last: int, behaviour: Behaviour, dice: Dice) -> int:
    """Return the same weekday in a week that is chosen by how busy it is."""
    if not behaviour.busy:
        return day
    weights = {week: behaviour.busy.get(HOURS.week(week * _WEEK), 1.0) for week in range(first, last)}
    return 7 * dice.weighted(weights) + day % 7


def _order(seed: int, traffic: int, behaviour: Behaviour, dice: Dice) -> Order:
    item = dice.pick(list(ITEMS))
    price = ITEMS[item] * dice.pick((100, 100, 100, 95, 90)) // 100
    client = customer(seed, dice.skewed(0, traffic // 2))
    return Order(
        number="",
        customer=client,
        order_type=dice.weighted(behaviour.order_types),
        channel=dice.weighted(behaviour.channels),
        new_customer=dice.chance(behaviour.new_customer),
        right={
            "item": item,
            "price": money(price),
            "quantity": str(1 + dice.skewed(0, 40)),
            "ship_to": client.ship_to,
        },
    )


def _refine(order: Order, behaviour: Behaviour, dice: Dice, seed: int) -> None:
    """Give the order what only some scenarios need: further right values, further lines, a team of Sales."""
    order.right.update(further_values(dice))
    others = [item for item in ITEMS if item != order.right["item"]]
    for _ in range(dice.weighted(behaviour.lines) - 1):
        order.further_items += (others.pop(dice.whole(0, len(others) - 1)),)
    if behaviour.teams:
        team = dice.weighted({team: team.weight for team in behaviour.teams})
        client = Dice(seed, "customer", team.name, order.customer.number)
        order.team = team.name
        order.order_type = dice.weighted(team.order_types)
        order.customer = replace(
            order.customer,
            number=f"{order.customer.number}-{behaviour.teams.index(team) + 1:02d}",
            region=team.region,
            segment=client.weighted(team.segments),
        )


def _live(journey: Journey, arrival: int) -> Course[None]:
    """Take one order from the first contact to its end, whatever that is."""
    yield journey.company.clock.timeout(arrival)
    journey.order.number = journey.company.next_order_number()
    yield from _sell_and_handle(journey)


def _handle(journey: Journey, predecessor: Rejection | None) -> Course[None]:
    """Confirm, deliver and settle an accepted order, or enter it anew after a rejection.

    `predecessor` is the rejection after which this order was entered, if any.
    """
    rejection = yield from enter_and_confirm(journey)
    if rejection is not None:
        if predecessor is not None:
            predecessor.outcome = "resubmitted_rejected"
        if journey.may(journey.behaviour.alike):
            journey.company.clock.process(_order_alike(journey))
        if rejection.outcome == "open":
            yield from _resubmit(journey, rejection)
    elif (yield from fulfil(journey)):
        if predecessor is not None:
            predecessor.outcome = "resubmitted_delivered"
        yield from settle(journey)


def _resubmit(journey: Journey, rejection: Rejection) -> Course[None]:
    """Enter a rejected order under a new number, with everything put right that was wrong in it."""
    yield from journey.wait_days(1, 12)
    old, company = journey.order, journey.company
    order = replace(old, number=company.next_order_number(), right=dict(old.right), values={})
    order.values = {
        "item": old.right["item"],
        "ship_to": old.right["ship_to"],
        "quote.price": old.right["price"],
    }
    again = Journey(order, company, journey.behaviour, journey.recorder, journey.dice)
    if journey.may(journey.behaviour.altered):
        alter(order)
    if not journey.may(journey.behaviour.unreferenced):
        yield from again.work(SALES, "Resubmit order", Note(reference=old.number))
    rejection.resubmitted_as = order.number
    yield from _handle(again, rejection)


def _sell_and_handle(journey: Journey) -> Course[None]:
    if (yield from sell(journey)):
        yield from _handle(journey, None)


def _order_alike(journey: Journey) -> Course[None]:
    """Have the customer of a rejected order order something alike, for reasons of their own."""
    order, days = alike(journey.order, journey.dice)
    yield from journey.wait_days(*days)
    order.number = journey.company.next_order_number()
    dice = Dice("alike", journey.dice.whole(0, 1_000_000_000))
    yield from _sell_and_handle(Journey(order, journey.company, journey.behaviour, journey.recorder, dice))


def _settle_rejections(recorder: Recorder) -> None:
    """Say of every rejection what the day of the export says.

    The order is given up after 30 days in which nothing happened, or when the order that was entered anew is cancelled;
    it is resubmitted in vain if that order stands rejected.
    """
    cancelled = {event.order.number for event in recorder.events if event.step == "Cancel order"}
    standing = {rejection.order: rejection for rejection in recorder.rejections}
    for rejection in recorder.rejections:
        again = standing.get(rejection.resubmitted_as)
        if again is not None and again.outcome != "restored":
            rejection.outcome = "resubmitted_rejected"
        elif rejection.resubmitted_as in cancelled:
            rejection.outcome = "abandoned"
        elif not rejection.resubmitted_as and rejection.outcome != "restored":
            age = recorder.events[-1].moment - rejection.rejected_at
            rejection.outcome = "abandoned" if age >= 30 * DAY else "open"
