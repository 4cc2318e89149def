"""Measures of the work on orders: touches by people, corrections, when it is done, and how well it is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.base import Measure, Values
from ordermine.analyze.origin.errors import CLASSES
from ordermine.errors import NotMeasurable
from ordermine.eventlog.working_time import working_time

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.measures.population import Population

MINUTE_US: Final = 60_000_000


def _by_people(population: Population) -> np.ndarray:
    steps = population.steps
    people: np.ndarray = ~steps.by_system & ~steps.by_actor("customer")
    return people


def _touches(population: Population) -> Values:
    if not population.steps.by_system.any():
        raise NotMeasurable(
            "no event of this log is by a system: what people do can't be told from what machines do",
            hint='name the departments that are systems: [departments] system = ["…"]',
        )
    number = population.sums(population.steps.case_no[_by_people(population)])
    return Values(population.everyone, number, number)


def _corrections(population: Population) -> Values:
    if population.errors is None:
        raise NotMeasurable("corrections are not recorded", hint="needs changes of fields with old and new value")
    errors = population.errors
    number = population.sums(errors.case_no[errors.kind == CLASSES.index("error")])
    return Values(population.everyone, number, number)


def _after_hours(population: Population) -> Values:
    import numpy as np

    calendar = working_time(population.log)
    if calendar is None:
        raise NotMeasurable("working hours are not known", hint='name them: [calendar] hours = "08:00-17:00"')
    if (population.steps.stamp % (24 * 60 * MINUTE_US) == 0).all():
        raise NotMeasurable("times of the day are not recorded", hint="export stamps with hours and minutes")
    at = np.flatnonzero(_by_people(population))
    stamp = population.steps.stamp[at]
    late = calendar.between(stamp, stamp + MINUTE_US) == 0
    value = (population.sums(population.steps.case_no[at[late]]) > 0).astype(float)
    return Values(population.everyone, value, value)


def _department_recorded(population: Population) -> Values:
    if "department" not in population.log.recorded:
        raise NotMeasurable("departments are not recorded", hint="name their column: --department COLUMN")
    missing = _by_people(population) & (population.steps.department < 0)
    value = (population.sums(population.steps.case_no[missing]) == 0).astype(float)
    return Values(population.everyone, value, value)


WORK: Final = (
    Measure(
        "corrections",
        "Corrections per order",
        "rework",
        "count",
        "lower",
        "Errors corrected after confirmation ÷ concluded orders; one error is one wrong value, however many copies.",
        "changes of fields with old and new value",
        _corrections,
    ),
    Measure(
        "touches",
        "Touches by people per order",
        "employee",
        "count",
        "lower",
        "Events by people of the company ÷ concluded orders.",
        "who is a system",
        _touches,
    ),
    Measure(
        "after_hours",
        "Orders worked on after hours",
        "employee",
        "share",
        "lower",
        "Concluded orders with an event by people outside working hours ([calendar]), ÷ concluded orders.",
        "[calendar] in the project file, and times of the day",
        _after_hours,
    ),
    Measure(
        "department_recorded",
        "Orders with all departments recorded",
        "technology",
        "share",
        "higher",
        "Concluded orders in which every event by people names its department, ÷ concluded orders.",
        "department",
        _department_recorded,
    ),
)
