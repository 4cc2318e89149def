"""The orders that all measures speak of: the concluded ones, each in the week of its conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.ftr.first_time_right import DAY_US, SHORTEST_MATURITY, Judged, judge_orders
from ordermine.analyze.ftr.orders import NEVER
from ordermine.analyze.origin.errors import find_errors, why_not
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import micros
from ordermine.eventlog.step_arrays import read_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.analyze.origin.errors import Errors
    from ordermine.eventlog.log import Log
    from ordermine.eventlog.step_arrays import StepArrays

DAYS_FROM_MONDAY: Final = 3
"""1970-01-01 was a Thursday."""


@dataclass(frozen=True, slots=True)
class Population:
    """Orders as arrays in log order, all of one length."""

    log: Log
    case_no: np.ndarray
    moment: np.ndarray
    """When the order was concluded; of its last event where no step of the log concludes orders. UTC µs."""
    monday: np.ndarray
    """First day of the moment's ISO week in UTC, in days since 1970-01-01."""
    matured: np.ndarray
    """Whether the order has had time to prove wrong."""
    maturity_days: float
    position: np.ndarray
    """Of each order among all selected ones."""
    judged: Judged | None
    """What is counted of all selected orders; None where no step of the log concludes orders."""
    errors: Errors | None
    """The log's errors; None where they can't be traced."""
    steps: StepArrays
    """All selected events."""

    def __len__(self) -> int:
        return len(self.case_no)

    def marked(self, case_numbers: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return which of the orders are among some case numbers."""
        import numpy as np

        found: np.ndarray = np.isin(self.case_no, np.asarray(case_numbers, dtype=self.case_no.dtype))
        return found

    def sums(self, case_no: np.ndarray, value: np.ndarray | None = None) -> np.ndarray:
        """Return for each order the sum of the rows' values, or how many rows there are."""
        import numpy as np

        at = np.searchsorted(self.case_no, case_no)
        inside = (at < len(self)) & (self.case_no[np.minimum(at, len(self) - 1)] == case_no) if len(self) else at < 0
        weights = None if value is None else value[inside]
        return np.bincount(at[inside], weights, len(self)).astype(np.float64)

    @property
    def everyone(self) -> np.ndarray:
        """All of the orders, as a mask."""
        import numpy as np

        return np.ones(len(self), dtype=bool)

    @property
    def concluded(self) -> bool:
        """Whether the orders are the concluded ones, not just all."""
        return self.judged is not None


def population(log: Log, maturity: float | None = None) -> Population:
    """Return the orders that measures of a log speak of.

    Where no step of the log concludes orders, all orders are taken, in the week of their last event; they count as
    matured after 30 days.

    Parameters
    ----------
    log
        An open log; its filters apply.
    maturity
        Days after which an order counts as matured; by default measured.
    """
    import numpy as np

    errors = None if why_not(log) else find_errors(log)
    try:
        judged = judge_orders(log, maturity, errors)
    except NotMeasurable:
        return _all_orders(log, SHORTEST_MATURITY if maturity is None else maturity, errors)
    at = np.flatnonzero(judged.orders.concluded != NEVER)
    moment = judged.concluded_us[at]
    return Population(
        log,
        judged.orders.case_no[at],
        moment,
        _monday(moment),
        judged.matured[at],
        judged.maturity_days,
        at,
        judged,
        errors,
        judged.steps,
    )


def _all_orders(log: Log, maturity_days: float, errors: Errors | None) -> Population:
    import numpy as np

    table = log.table('SELECT case_no, epoch_us("end") AS ended FROM cases ORDER BY case_no')
    case_no, moment = (np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "ended"))
    as_of = micros(log.as_of) if log.as_of is not None else 0
    matured = moment <= as_of - maturity_days * DAY_US
    steps = read_steps(log) if errors is None else errors.steps
    return Population(
        log, case_no, moment, _monday(moment), matured, maturity_days, np.arange(len(case_no)), None, errors, steps
    )


def _monday(moment: np.ndarray) -> np.ndarray:
    day = moment // DAY_US
    monday: np.ndarray = day - (day + DAYS_FROM_MONDAY) % 7
    return monday
