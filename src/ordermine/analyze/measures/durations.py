"""Measures of how long orders take, and how often they change hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.base import Measure, Values
from ordermine.errors import NotMeasurable
from ordermine.eventlog.on_demand import create_view
from ordermine.placeholders import is_placeholder

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.measures.population import Population


def _starts(population: Population) -> np.ndarray:
    import numpy as np

    table = population.log.table('SELECT case_no, epoch_us("start") AS began FROM cases ORDER BY case_no')
    case_no, began = (np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "began"))
    found: np.ndarray = began[np.searchsorted(case_no, population.case_no)]
    return found


def _time_to_conclusion(population: Population) -> Values:
    if population.judged is None:
        raise NotMeasurable("no step of this log concludes an order", hint="say which do, under [activities]")
    starts = _starts(population)
    timed = ~is_placeholder(population.moment) & ~is_placeholder(starts)
    completed = population.judged.orders.completed[population.position] & timed
    seconds = (population.moment - starts) / 1e6
    return Values(completed, seconds, seconds)


def _time_to_confirmation(population: Population) -> Values:
    import numpy as np

    steps = population.steps
    at = np.flatnonzero(steps.is_kind("confirm"))
    if not len(at):
        raise NotMeasurable("no step of this log confirms an order", hint="say which does, under [activities]")
    case_no, first = np.unique(steps.case_no[at], return_index=True)
    confirmed, began = steps.stamp[at[first]], steps.stamp[steps.first[at[first]]]
    timed = ~is_placeholder(confirmed) & ~is_placeholder(began)
    case_no, took = case_no[timed], (confirmed - began)[timed] / 1e6
    seconds = population.sums(case_no, took)
    return Values(population.marked(case_no), seconds, seconds)


def _waiting(population: Population) -> Values:
    import numpy as np

    log = population.log
    _need_departments(population)
    create_view(log, "handoff_waits")
    table = log.table("SELECT case_no, wait_us FROM handoff_waits")
    case_no, wait = (np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "wait_us"))
    seconds = population.sums(case_no, wait.astype(np.float64)) / 1e6
    return Values(population.everyone, seconds, seconds)


def _handoffs(population: Population) -> Values:
    import numpy as np

    _need_departments(population)
    create_view(population.log, "handoffs")
    table = population.log.table("SELECT case_no FROM handoffs")
    number = population.sums(np.asarray(table.column("case_no").combine_chunks()))
    return Values(population.everyone, number, number)


def _need_departments(population: Population) -> None:
    if "department" not in population.log.recorded:
        raise NotMeasurable("departments are not recorded", hint="name their column: --department COLUMN")


DURATIONS: Final = (
    Measure(
        "cycle_time",
        "From first step to conclusion",
        "speed",
        "seconds",
        "lower",
        "Time from an order's first event to its conclusion, of completed orders.",
        "steps that deliver or invoice orders",
        _time_to_conclusion,
    ),
    Measure(
        "time_to_confirmation",
        "From first step to confirmation",
        "speed",
        "seconds",
        "lower",
        "Time from an order's first event to its first confirmation, of concluded orders that were confirmed.",
        "steps of kind confirm",
        _time_to_confirmation,
    ),
    Measure(
        "handoff_waiting",
        "Waiting at handoffs",
        "speed",
        "seconds",
        "lower",
        "Time that an order spends between the last event of a department and the first of the next, summed over its "
        "handoffs, of concluded orders.",
        "department",
        _waiting,
    ),
    Measure(
        "handoffs",
        "Handoffs per order",
        "employee",
        "count",
        "lower",
        "Handoffs between departments ÷ concluded orders.",
        "department",
        _handoffs,
    ),
)
