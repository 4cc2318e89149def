"""Measures of how orders turn out: first-time-right, what it is nested in, and the signals against it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from ordermine.analyze.ftr.first_time_right import DAY_US
from ordermine.analyze.ftr.signals import SIGNALS
from ordermine.analyze.measures.base import Measure, Values
from ordermine.errors import NotMeasurable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.analyze.ftr.first_time_right import Judged
    from ordermine.analyze.measures.population import Population

CONCLUDING: Final = "steps that deliver, invoice, reject or cancel orders (name them under [activities])"


def _judged(population: Population) -> Judged:
    if population.judged is None:
        raise NotMeasurable("no step of this log concludes an order", hint=f"needs {CONCLUDING}")
    return population.judged


def _shown(population: Population, names: Sequence[str], *, in_time: bool) -> np.ndarray:
    """Return which orders show one of the signals; `in_time`: until they had matured."""
    import numpy as np

    judged = _judged(population)
    steps = judged.steps
    events = np.concatenate([judged.signals.events[name] for name in names])
    order = np.searchsorted(judged.orders.case_no, steps.case_no[events])
    if in_time:
        order = order[steps.stamp[events] <= judged.concluded_us[order] + judged.maturity_days * DAY_US]
    shown = np.zeros(len(judged.orders.case_no), dtype=bool)
    shown[order] = True
    of_population: np.ndarray = shown[population.position]
    return of_population


def _unseen(population: Population) -> tuple[str, ...]:
    observable = _judged(population).signals.observable
    return (*(name for name in SIGNALS if not observable[name]), *population.log.manifest.unseen)


def _completed(population: Population) -> Values:
    completed = _judged(population).orders.completed[population.position].astype(float)
    return Values(population.everyone, completed, completed)


def _first_time_right(population: Population) -> Values:
    completed = _judged(population).orders.completed[population.position]
    value, timely = (completed & ~_shown(population, SIGNALS, in_time=in_time) for in_time in (False, True))
    return Values(population.everyone, value.astype(float), timely.astype(float), _unseen(population))


def _touchless(population: Population) -> Values:
    judged = _judged(population)
    if not judged.touchless_measurable:
        raise NotMeasurable(
            "no step of this log confirms orders, or none is by a system",
            hint='needs steps of kind confirm, and who is a system: [departments] system = ["…"]',
        )
    untouched = judged.untouched[population.position]
    completed = judged.orders.completed[population.position]
    value, timely = (completed & untouched & ~_shown(population, SIGNALS, in_time=late) for late in (False, True))
    return Values(population.everyone, value.astype(float), timely.astype(float), _unseen(population))


def _signal(name: str, population: Population) -> Values:
    if not _judged(population).signals.observable[name]:
        raise NotMeasurable(f"this log can't show the signal {name}", hint=f"needs {_SEEN[name][2]}")
    value, timely = (_shown(population, [name], in_time=in_time).astype(float) for in_time in (False, True))
    return Values(population.everyone, value, timely)


_SEEN: Final = {
    "correction": (
        "Orders corrected",
        "had a protected field changed in meaning after confirmation, other than at the customer's wish",
        "changes of fields with old and new value",
        "accuracy",
    ),
    "re_entry": (
        "Orders entered anew",
        "were entered anew after a rejection, or a cancellation by the company",
        "steps of kind reject or cancel, and a reference to the other order or customer, item and amount",
        "accuracy",
    ),
    "credit": (
        "Orders with a credit adjustment",
        "were followed by a credit adjustment",
        "steps of kind credit",
        "financial",
    ),
    "contact": ("Orders with a complaint", "were complained about", "steps of kind complaint", "customer"),
    "exception": (
        "Orders with an exception",
        "had a block that isn't the default, a failed delivery or a return",
        "steps of kind block or return",
        "reliability",
    ),
}
"""Signal → title, what the orders did, what must be recorded, area."""

OUTCOMES: Final = (
    Measure(
        "first_time_right",
        "First-time-right",
        "accuracy",
        "share",
        "higher",
        "Concluded orders that were completed without correction, re-entry, credit adjustment, complaint or exception, "
        "÷ concluded orders.",
        CONCLUDING,
        _first_time_right,
    ),
    Measure(
        "completed",
        "Orders completed",
        "reliability",
        "share",
        "higher",
        "Concluded orders that were delivered or invoiced and not reversed, ÷ concluded orders.",
        CONCLUDING,
        _completed,
    ),
    Measure(
        "touchless",
        "Touchless orders",
        "technology",
        "share",
        "higher",
        "Concluded orders that were right the first time and that no person touched after confirmation, ÷ concluded "
        "orders.",
        "steps of kind confirm, and who is a system",
        _touchless,
    ),
    *(
        Measure(
            name,
            title,
            area,  # type: ignore[arg-type]
            "share",
            "lower",
            f"Concluded orders that {did}, ÷ concluded orders.",
            needs,
            partial(_signal, name),
        )
        for name, (title, did, needs, area) in _SEEN.items()
    ),
)
