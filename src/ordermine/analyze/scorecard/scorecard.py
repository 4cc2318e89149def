"""The scorecard of a log: start here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from ordermine.analyze.measures.estimate import Estimate, by_week, estimate
from ordermine.analyze.measures.population import population
from ordermine.analyze.measures.registry import MEASURES, find_measure
from ordermine.analyze.scorecard.contributions import Contributions, contributions
from ordermine.analyze.scorecard.trend import Direction, Trend, directions, trend
from ordermine.errors import NotMeasurable, UsageError

if TYPE_CHECKING:
    from ordermine.analyze.measures.base import Measure
    from ordermine.analyze.measures.estimate import Week
    from ordermine.analyze.measures.population import Population
    from ordermine.eventlog.log import Log
    from ordermine.project import Target

Verdict = Literal["reached", "missed", "unclear"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One measure on the card."""

    measure: Measure
    estimate: Estimate
    weeks: tuple[Week, ...]
    trend: Trend | None
    """None with too few matured weeks."""
    direction: Direction | None
    """Which way the trend goes; ``unclear`` where it may be chance."""
    target: Target | None
    verdict: Verdict | None
    """``unclear`` where the interval includes the limit; None without a target."""
    unseen: tuple[str, ...]
    """Signals that the log can't show: the true value is at most what is reported."""


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A measure that this log can't show."""

    measure: Measure
    reason: str
    """What is missing, and what would change that."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a log says in all areas."""

    orders: int
    matured: int
    maturity_days: float
    concluded: bool
    """Whether the orders are the concluded ones; otherwise no step of the log concludes orders and all are taken."""
    entries: tuple[Entry, ...]
    not_measured: tuple[NotMeasured, ...]
    contributions: tuple[Contributions, ...]


def scorecard(log: Log) -> Scorecard:
    """Return the scorecard over all matured orders.

    Raises
    ------
    UsageError
        The project file sets a target for a measure that there isn't.
    NotMeasurable
        The log has no orders, or none has matured.
    """
    targets = targets_of(log)
    orders = population(log)
    if not orders.matured.any():
        raise NotMeasurable(
            f"no order was concluded {orders.maturity_days:.0f} days before the end of the log or earlier: what has "
            "gone wrong may not have shown yet",
            hint="export a longer period, or look at single orders with `ordermine show`",
        )
    return card_of(orders, targets)


def card_of(orders: Population, targets: dict[str, Target]) -> Scorecard:
    """Return the scorecard of a population; `targets` by the measures' names."""
    entries: list[Entry] = []
    missing = []
    for measure in MEASURES:
        try:
            values = measure.of_orders(orders)
        except NotMeasurable as error:
            missing.append(NotMeasured(measure, f"{error}; {error.hint}" if error.hint else str(error)))
            continue
        found = estimate(orders, measure, values)
        weeks = tuple(by_week(orders, values))
        target = targets.get(measure.name)
        entries.append(
            Entry(
                measure,
                found,
                weeks,
                trend(weeks, measure.unit),
                None,
                target,
                None if target is None else verdict(found, target, at_most=bool(values.unseen)),
                values.unseen,
            )
        )
    moving = [(at, entry.trend, entry.measure.better) for at, entry in enumerate(entries) if entry.trend]
    ways = directions([(one, better) for _, one, better in moving])
    for (at, _, _), way in zip(moving, ways, strict=True):
        entries[at] = replace(entries[at], direction=way)
    return Scorecard(
        len(orders),
        int(orders.matured.sum()),
        orders.maturity_days,
        orders.concluded,
        tuple(entries),
        tuple(missing),
        contributions(orders),
    )


def targets_of(log: Log) -> dict[str, Target]:
    """Return the targets of the project file, by the measures' names.

    Raises
    ------
    UsageError
        There is no such measure.
    """
    found = {}
    for name, target in log.project.targets.items():
        try:
            found[find_measure(name).name] = target
        except UsageError as error:
            raise UsageError(f"[targets] {error}", hint=error.hint) from error
    return found


def verdict(found: Estimate, target: Target, *, at_most: bool = False) -> Verdict:
    """Return whether a target is reached: said only where the whole interval lies on one side of the limit.

    With `at_most` the value is an upper bound: it can miss a lower limit, but not reach it.
    """
    if found.low is None or found.high is None:
        return "unclear"
    sides = []
    if target.at_least is not None:
        sides.append((not at_most and found.low >= target.at_least, found.high < target.at_least))
    if target.at_most is not None:
        sides.append((found.high <= target.at_most, not at_most and found.low > target.at_most))
    if any(missed for _, missed in sides):
        return "missed"
    return "reached" if all(reached for reached, _ in sides) else "unclear"
