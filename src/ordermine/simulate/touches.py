"""Writes that change nothing: values saved again in another spelling, by people and by jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.company import CUSTOMER_SERVICE, DATA_SYNC, LOGISTICS, ORDER_MANAGEMENT
from ordermine.simulate.journey import bare
from ordermine.simulate.master_data import respelt
from ordermine.simulate.recorder import Note

if TYPE_CHECKING:
    from ordermine.simulate.journey import Course, Journey

_ON_A_WRONG_VALUE = 0.5
"""Share of touches that fall on the wrong value of an order that has one."""
_AS_IT_IS = 0.5
"""Share of a job's writes that load a value as it is, as if it were new."""


def touch(journey: Journey) -> Course[None]:
    """Have a person or a job save a field again, half as often as the dials say: an order passes here twice."""
    behaviour = journey.behaviour
    if journey.may(behaviour.resaved_anywhere / 2):
        department = journey.dice.pick((CUSTOMER_SERVICE, LOGISTICS, ORDER_MANAGEMENT))
        yield from save_again(journey, department, "Update order data", _any_field(journey))
    if journey.may(behaviour.batch_touched / 2):
        yield from journey.wait_seconds(3600)
        _load(journey, _any_field(journey))


def save_again(journey: Journey, department: str, step: str, field: str) -> Course[None]:
    """Have the department save a field in another spelling: it means the same."""
    old = journey.order.values[field]
    new = respelt(journey.dice, old)
    yield from journey.work(department, step, Note(field, old, new))
    journey.order.values[field] = new


def _load(journey: Journey, field: str) -> None:
    value = journey.order.values[field]
    if journey.dice.chance(_AS_IT_IS):
        note = Note(field, "", value)
    else:
        note = Note(field, value, respelt(journey.dice, value))
    journey.automatic(DATA_SYNC, "Synchronise data", note)
    journey.order.values[field] = note.new


def _any_field(journey: Journey) -> str:
    fields = list(journey.order.values)
    wrong = [field for field in fields if journey.is_wrong(bare(field))]
    if wrong and journey.dice.chance(_ON_A_WRONG_VALUE):
        return journey.dice.pick(wrong)
    return journey.dice.pick(fields)
