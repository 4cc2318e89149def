"""Measures of how many orders keep to the usual course: milestones skipped, or taken too early."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.base import Measure, Values
from ordermine.errors import NotMeasurable
from ordermine.eventlog.milestones import Milestones, find_milestones

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.measures.population import Population


def _milestones(population: Population) -> Milestones:
    found = find_milestones(population.log)
    if len(found.names) < 2:
        raise NotMeasurable("hardly any step is taken by most orders", hint="needs at least two milestones (OM104)")
    return found


def _skipping(population: Population) -> Values:
    found = _milestones(population)
    return _of(population, found, found.skipping)


def _out_of_order(population: Population) -> Values:
    found = _milestones(population)
    return _of(population, found, found.out_of_order)


def _of(population: Population, found: Milestones, which: np.ndarray) -> Values:
    value = population.marked(found.case_no[which]).astype(float)
    return Values(population.marked(found.case_no), value, value)


COMPLIANCE: Final = (
    Measure(
        "OM104.share",
        "Orders that skip a milestone",
        "compliance",
        "share",
        "lower",
        "Concluded orders that go on to a later milestone without one that usually comes before (OM104), ÷ concluded "
        "orders that the export shows from their start.",
        "at least two steps that most orders take",
        _skipping,
    ),
    Measure(
        "OM105.share",
        "Orders with a step out of order",
        "compliance",
        "share",
        "lower",
        "Concluded orders in which a milestone comes before one that usually precedes it (OM105), ÷ concluded orders "
        "that the export shows from their start.",
        "at least two steps that most orders take",
        _out_of_order,
    ),
)
