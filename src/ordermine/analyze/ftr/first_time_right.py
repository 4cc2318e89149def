"""First-time-right with the measures it is nested in, over orders that have had time to prove wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ordermine.analyze.cluster_arrays import cluster_codes, share_of_rows
from ordermine.analyze.ftr.orders import NEVER, Orders, conclude
from ordermine.analyze.ftr.signals import SIGNALS, Signals, find_signals
from ordermine.analyze.origin.corrections import confirmations
from ordermine.analyze.origin.errors import Errors, find_errors, why_not
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import micros
from ordermine.eventlog.step_arrays import StepArrays, read_steps
from ordermine.stats.truncation import truncated_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from ordermine.eventlog.log import Log
    from ordermine.stats.intervals import Proportion

SHORTEST_MATURITY: Final = 30.0
"""Days that every order is given at least."""
LAG_SHARE: Final = 0.9
"""So many of the orders that prove wrong after their conclusion have done so when an order counts as matured."""
DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class FirstTimeRight:
    """The nested measures; shares are of the matured orders."""

    orders: int
    open: int
    cancelled_by_customer: int
    concluded: int
    matured: int
    completed: Proportion
    right_in_the_end: Proportion
    first_time_right: Proportion
    touchless: Proportion
    touchless_measurable: bool
    """Whether the log says when orders are confirmed and who is a system."""
    signals: Mapping[str, int]
    """Signal → matured orders that show it."""
    observable: Mapping[str, bool]
    maturity_days: float
    unseen: tuple[str, ...] = ()
    """Events that happened and that the log lacks, in words: signals may be among them."""

    @property
    def missing(self) -> list[str]:
        """What the log can't show: signals of a kind, or signals here and there."""
        return [*(name for name in SIGNALS if not self.observable[name]), *self.unseen]

    @property
    def bound(self) -> str | None:
        """``upper`` where a signal is missing: the true first-time-right is at most what is reported."""
        return "upper" if self.missing else None


@dataclass(frozen=True, slots=True)
class Judged:
    """Every selected order with what is counted of it, as arrays; what the measures and the weeks are sums of."""

    orders: Orders
    concluded_us: np.ndarray
    matured: np.ndarray
    first_time_right: np.ndarray
    untouched: np.ndarray
    """Whether no person touched the order after confirmation; touchless is this and first-time-right."""
    touchless_measurable: bool
    with_signal: Mapping[str, np.ndarray]
    signals: Signals
    steps: StepArrays
    maturity_days: float


def judge_orders(log: Log, maturity: float | None = None, errors: Errors | None = None) -> Judged:
    """Return what is counted of every selected order.

    Parameters
    ----------
    log
        An open log; its filters apply.
    maturity
        Days after which an order counts as matured; by default measured, see `measured_maturity`.
    errors
        The log's errors where they are known already.

    Raises
    ------
    NotMeasurable
        No step says that orders are delivered, invoiced, rejected or cancelled.
    """
    import numpy as np

    if errors is None and not why_not(log):
        errors = find_errors(log)
    steps = read_steps(log) if errors is None else errors.steps
    if not steps.kinds_known & {"deliver", "invoice", "reject", "cancel"}:
        raise NotMeasurable(
            "first-time-right can't be measured: no step of this log concludes an order",
            hint='say which do, under [activities] in the project file: "Goods issue" = { kind = "deliver" }',
        )
    orders = conclude(log, steps)
    signals = find_signals(log, steps, orders, errors)
    position = np.searchsorted(orders.case_no, steps.case_no)
    concluded_us = np.where(orders.concluded == NEVER, 0, steps.stamp[orders.concluded])
    with_signal = {}
    for name, events in signals.events.items():
        with_signal[name] = np.zeros(len(orders.case_no), dtype=bool)
        with_signal[name][position[events]] = True
    as_of = micros(log.as_of) if log.as_of is not None else 0
    days = measured_maturity(steps, orders, signals, position, as_of) if maturity is None else maturity
    matured = (orders.concluded != NEVER) & (concluded_us <= as_of - days * DAY_US)
    right = orders.completed & ~np.logical_or.reduce(list(with_signal.values()))
    untouched, measurable = _untouched(log, steps, orders, position)
    return Judged(orders, concluded_us, matured, right, untouched, measurable, with_signal, signals, steps, days)


def measured_maturity(steps: StepArrays, orders: Orders, signals: Signals, position: np.ndarray, as_of: int) -> float:
    """Return M in days: the 90th percentile of the lag from conclusion to the first later signal, at least 30.

    An order that was concluded a week ago can only show lags of less than a week. Taken as they are, the lags seen
    would make M too short, so the percentile is one of right-truncated lags, see `truncated_quantile`. A log that is
    shorter than the longest lags can't tell of them: M is then the percentile of those that it could have shown.

    Parameters
    ----------
    steps, orders, signals
        Of the selected orders.
    position
        The order of every event.
    as_of
        The moment that counts as now, UTC µs; signals after it are not known yet.
    """
    import numpy as np

    events = np.unique(np.concatenate(list(signals.events.values())))
    order = position[events]
    later = (orders.concluded[order] != NEVER) & (events > orders.concluded[order]) & (steps.stamp[events] <= as_of)
    events, order = events[later], order[later]
    if not len(events):
        return SHORTEST_MATURITY
    order, first = np.unique(order, return_index=True)
    concluded = steps.stamp[orders.concluded[order]]
    lags, followed = (steps.stamp[events[first]] - concluded) / DAY_US, (as_of - concluded) / DAY_US
    return max(SHORTEST_MATURITY, truncated_quantile(lags, followed, LAG_SHARE))


def _untouched(log: Log, steps: StepArrays, orders: Orders, position: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return which orders no person touched after confirmation, and whether the log can say so."""
    import numpy as np

    measurable = "confirm" in steps.kinds_known and bool(steps.by_system.any())
    untouched = np.zeros(len(orders.case_no), dtype=bool)
    if measurable:
        confirmed = confirmations(log, steps, "department")
        events = np.arange(len(confirmed))
        touched = (confirmed >= 0) & (events > confirmed) & ~steps.by_system & ~steps.by_actor("customer")
        untouched[position[confirmed >= 0]] = True
        untouched[position[touched]] = False
    return untouched, measurable


def measure_first_time_right(log: Log, maturity: float | None = None) -> FirstTimeRight:
    """Return first-time-right and its nested measures.

    Parameters
    ----------
    log
        An open log; its filters apply.
    maturity
        Days after which an order counts as matured; by default measured.

    Raises
    ------
    NotMeasurable
        No step says that orders are delivered, invoiced, rejected or cancelled.
    """
    found = judge_orders(log, maturity)
    orders, matured = found.orders, found.matured
    concluded = int((orders.concluded != NEVER).sum())
    clusters = cluster_codes(log, orders.case_no[matured])
    return FirstTimeRight(
        orders=len(orders.case_no),
        open=len(orders.case_no) - concluded - int(orders.cancelled_by_customer.sum()),
        cancelled_by_customer=int(orders.cancelled_by_customer.sum()),
        concluded=concluded,
        matured=int(matured.sum()),
        completed=share_of_rows(orders.completed[matured], clusters),
        # Whatever had to be put right on the way, a completed order is right in the end.
        right_in_the_end=share_of_rows(orders.completed[matured], clusters),
        first_time_right=share_of_rows(found.first_time_right[matured], clusters),
        touchless=share_of_rows((found.first_time_right & found.untouched)[matured], clusters),
        touchless_measurable=found.touchless_measurable,
        signals={name: int((matured & found.with_signal[name]).sum()) for name in SIGNALS},
        observable=found.signals.observable,
        maturity_days=found.maturity_days,
        unseen=log.manifest.unseen,
    )


def first_time_right_by_week(log: Log, maturity: float | None = None) -> list[dict[str, Any]]:
    """Return ``week`` (ISO, UTC, of the conclusion), ``n`` matured orders and the ``rate`` that was right, by week.

    Weeks are made comparable: only those of which every order has matured are given, and of every order only what
    showed until M days after its conclusion counts. Otherwise the last weeks would look better than they are.
    """
    import numpy as np

    found = judge_orders(log, maturity)
    concluded = found.orders.concluded != NEVER
    steps = found.steps
    events = np.concatenate(list(found.signals.events.values()))
    order = np.searchsorted(found.orders.case_no, steps.case_no[events])
    in_time = steps.stamp[events] <= found.concluded_us[order] + found.maturity_days * DAY_US
    right = found.orders.completed.copy()
    right[order[in_time]] = False
    day = found.concluded_us // DAY_US
    monday = day - (day + 3) % 7
    weeks = []
    for start in np.unique(monday[found.matured]).tolist():
        members = concluded & (monday == start)
        if not found.matured[members].all():
            continue
        year, week, _ = (dt.date(1970, 1, 1) + dt.timedelta(days=start)).isocalendar()
        n = int(members.sum())
        weeks.append({"week": f"{year}-W{week:02d}", "n": n, "rate": int(right[members].sum()) / n})
    return weeks
