"""Measures of what customers have to do with their orders, and whether they come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.ftr.first_time_right import DAY_US
from ordermine.analyze.measures.base import Measure, Values
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import micros

if TYPE_CHECKING:
    from ordermine.analyze.measures.population import Population

COMES_BACK_DAYS: Final = 180

ORDERS_OF_CUSTOMERS = """
SELECT case_no, dense_rank() OVER (ORDER BY customer) AS customer, began
FROM (
  SELECT case_no, min(e.customer) AS customer, epoch_us(any_value(c."start")) AS began
  FROM all_events e JOIN all_cases c USING (case_no) WHERE e.customer IS NOT NULL GROUP BY case_no
)
ORDER BY customer, began, case_no
"""


def _contacts(population: Population) -> Values:
    steps = population.steps
    if not steps.kinds_known & {"contact", "complaint"}:
        raise NotMeasurable("contacts with customers are not recorded", hint="needs steps of kind contact or complaint")
    number = population.sums(steps.case_no[steps.is_kind("contact", "complaint")])
    return Values(population.everyone, number, number)


def _comes_back(population: Population) -> Values:
    """Return whether the customer's next order began in time, of orders concluded long enough ago to tell."""
    import numpy as np

    log = population.log
    if "customer" not in log.recorded:
        raise NotMeasurable("customers are not recorded", hint="name their column: --customer COLUMN")
    table = log.table(ORDERS_OF_CUSTOMERS)
    case_no, customer, began = (
        np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "customer", "began")
    )
    of_case = np.zeros(max(int(case_no.max(initial=0)), int(population.case_no.max(initial=0))) + 1, dtype=np.int64)
    of_case[case_no] = customer
    mine = of_case[population.case_no]
    window = COMES_BACK_DAYS * DAY_US
    # Customer and moment in one sortable number; customers are kept apart by more than any moment.
    earliest = min(int(began.min(initial=0)), int(population.moment.min(initial=0)))
    room = max(int(began.max(initial=0)), int(population.moment.max(initial=0))) - earliest + window + 1
    starts = customer * room + (began - earliest)
    here = mine * room + (population.moment - earliest)
    following = np.searchsorted(starts, here, side="right")
    soon = (following < len(starts)) & (starts[np.minimum(following, len(starts) - 1)] <= here + window)
    as_of = micros(log.as_of) if log.as_of is not None else 0
    counted = (mine > 0) & (population.moment <= as_of - window)
    value = (soon & (mine > 0)).astype(float)
    return Values(counted, value, value)


CUSTOMERS: Final = (
    Measure(
        "contacts",
        "Contacts per order",
        "customer",
        "count",
        "lower",
        "Contacts and complaints about an order ÷ concluded orders.",
        "steps of kind contact or complaint",
        _contacts,
    ),
    Measure(
        "comes_back",
        "Customers who order again",
        "customer",
        "share",
        "higher",
        f"Concluded orders whose customer began another within {COMES_BACK_DAYS} days after, ÷ orders with a customer "
        f"that were concluded at least {COMES_BACK_DAYS} days before as-of.",
        "customer",
        _comes_back,
    ),
)
