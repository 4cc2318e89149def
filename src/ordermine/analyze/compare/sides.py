"""The two groups of orders that are compared, and what makes them comparable: days to mature, clusters, case mix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.clusters import create_clusters
from ordermine.analyze.measures.population import Population, population
from ordermine.errors import NotMeasurable, UsageError, near
from ordermine.quoting import identifier
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.compare.period import Period
    from ordermine.eventlog.log import Log

WEEKS: Final = "week"
"""Name of the clusters that the weeks of conclusion are."""

FEWEST_WEEKS: Final = 6
"""Weeks on both sides together from which on it can be estimated how much weeks differ by themselves."""

ENOUGH_ALIKE: Final = 0.8
"""Part of either side's orders that must have a counterpart of their mix for an adjusted comparison."""


@dataclass(frozen=True, slots=True)
class Side:
    """One group: the matured orders of a log, or of a part of it."""

    orders: Population
    chosen: np.ndarray
    """Which of the orders are compared."""
    period: Period | None

    def __len__(self) -> int:
        return int(self.chosen.sum())

    @property
    def log(self) -> Log:
        """The log that the orders are from."""
        return self.orders.log

    @property
    def case_no(self) -> np.ndarray:
        """Numbers of the orders that are compared."""
        numbers: np.ndarray = self.orders.case_no[self.chosen]
        return numbers


@dataclass(frozen=True, slots=True)
class Clustering:
    """Orders that belong together, on both sides."""

    name: str
    """Column, pattern or `WEEKS`."""
    first: np.ndarray
    second: np.ndarray
    """One per order that is compared; the same number is the same cluster on both sides."""

    @property
    def counts(self) -> tuple[int, int]:
        """How many clusters either side has."""
        import numpy as np

        return len(np.unique(self.first)), len(np.unique(self.second))


@dataclass(frozen=True, slots=True)
class Mix:
    """The case mix: a stratum for each combination of case attributes."""

    attributes: tuple[str, ...]
    first: np.ndarray
    second: np.ndarray
    """Number of each compared order's stratum."""


def choose_sides(
    logs: tuple[Log, Log], periods: tuple[Period | None, Period | None], maturity: float | None
) -> tuple[Side, Side]:
    """Return the matured orders of both sides that were concluded in their periods.

    Errors are given the same days to show on both sides: the longer of the two logs' maturities.

    Raises
    ------
    UsageError
        A period has no orders, or an order would be on both sides.
    NotMeasurable
        None of a side's orders has matured.
    """
    first = population(logs[0], maturity)
    second = first if logs[1] is logs[0] else population(logs[1], maturity)
    days = max(first.maturity_days, second.maturity_days)
    first, second = (one if one.maturity_days == days else population(one.log, days) for one in (first, second))
    sides = tuple(
        _chosen(orders, period, name) for orders, period, name in zip((first, second), periods, "AB", strict=True)
    )
    if logs[0].path == logs[1].path:
        import numpy as np

        both = len(np.intersect1d(sides[0].case_no, sides[1].case_no))
        if both:
            raise UsageError(
                f"{both:,} {'order is' if both == 1 else 'orders are'} on both sides",
                hint="tell the sides apart: --period-a and --period-b, or --where-a and --where-b",
            )
    return sides[0], sides[1]


def _chosen(orders: Population, period: Period | None, name: str) -> Side:
    inside = orders.everyone
    if period is not None:
        if period.start_us is not None:
            inside = inside & (orders.moment >= period.start_us)
        if period.end_us is not None:
            inside = inside & (orders.moment < period.end_us)
        if not inside.any():
            raise UsageError(f"no order of side {name} was concluded in {period.text}", hint=_span(orders))
    if not (inside & orders.matured).any():
        raise NotMeasurable(
            f"no order of side {name} has matured: concluded {orders.maturity_days:.0f} days before as-of or earlier",
            hint="take an earlier period, or say how long errors take to show: --maturity DAYS",
        )
    return Side(orders, inside & orders.matured, period)


def _span(orders: Population) -> str:
    """Return, as a hint, when orders were concluded."""
    import numpy as np

    if not len(orders):
        return "none of its orders was concluded at all"
    first, last = (np.datetime64(int(day), "D") for day in (orders.monday.min(), orders.monday.max()))
    return f"orders were concluded in the weeks from {first} to {last}"


def find_clusterings(first: Side, second: Side) -> tuple[list[Clustering], list[str]]:
    """Return what intervals are widened for, and what has to be said about it.

    That is what ``[log] cluster`` declares; and the weeks of conclusion where one side comes after the other: weeks
    differ more than chance among orders explains, and every order of a week shares that.
    """
    import numpy as np

    found, notes = [], []
    if first.log.project.log.cluster is not None:
        names = [*_cluster_names(first, "A"), *_cluster_names(second, "B")]
        _, codes = np.unique(names, return_inverse=True)
        found.append(Clustering(first.log.project.log.cluster, codes[: len(first)], codes[len(first) :]))
    weeks = first.orders.monday[first.chosen], second.orders.monday[second.chosen]
    if weeks[0].max() <= weeks[1].min() or weeks[1].max() <= weeks[0].min():
        by_week = Clustering(WEEKS, *weeks)
        if sum(by_week.counts) >= FEWEST_WEEKS:
            found.append(by_week)
        else:
            notes.append(
                f"with {sum(by_week.counts)} weeks it can't be told how much weeks differ by themselves; intervals "
                f"allow for that from {FEWEST_WEEKS} on"
            )
    return found, notes


def _cluster_names(side: Side, name: str) -> list[str]:
    create_clusters(side.log)
    known = dict(side.log.rows("SELECT case_no, cluster FROM clusters"))
    # A cluster of a single order is named by its number, which means another order in another log.
    return [known[case] if known[case].startswith("c") else f"{name}{known[case]}" for case in side.case_no.tolist()]


def find_mix(first: Side, second: Side) -> tuple[Mix | None, list[str]]:
    """Return the strata of the declared case attributes that both logs have, and what has to be said about them.

    An attribute is left out if with it too few orders of either side have a counterpart of the same mix: it tells the
    sides apart, or there are too many values for so few orders.
    """
    import numpy as np

    declared, notes = _attributes(first, second)
    used: list[str] = []
    strata = np.zeros(len(first) + len(second), dtype=np.int64)
    for name, stored in declared.items():
        _, values = np.unique([*_values(first, stored), *_values(second, stored)], return_inverse=True)
        _, finer = np.unique(strata * (int(values.max()) + 1) + values, return_inverse=True)
        alike = _alike(finer[: len(first)], finer[len(first) :])
        if min(alike) < ENOUGH_ALIKE:
            notes.append(
                f"not adjusted for {name}: with it only {100 * alike[0]:.0f} % of the orders of A and "
                f"{100 * alike[1]:.0f} % of B have a counterpart of the same mix"
            )
        else:
            used.append(name)
            strata = finer
    return (Mix(tuple(used), strata[: len(first)], strata[len(first) :]) if used else None), notes


def _attributes(first: Side, second: Side) -> tuple[dict[str, str], list[str]]:
    """Return the declared case attributes with the names that both logs have for them, and what has to be said.

    A mapped column goes by its canonical name in a log, one whose name the log uses itself by ``source_<name>``.
    """
    present = [set(side.log.table("SELECT * FROM all_cases LIMIT 0").column_names) for side in (first, second)]
    both = present[0] & present[1]
    stored: dict[str, str] = {}
    notes = []
    for source in first.log.project.source:
        canonical = {column: KEY_COLUMNS[key] for key, column in source.columns().items()}
        for name in source.case_attributes:
            known = [other for other in (canonical.get(name, name), name, f"source_{name}") if other in both]
            if not known:
                notes.append(f"not adjusted for {name}: it is not a case attribute of both logs")
            elif name != first.log.project.log.cluster:
                stored[name] = known[0]
    return stored, notes


def _alike(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Return which part of either side's orders lie in strata that both have."""
    import numpy as np

    return float(np.isin(first, second).mean()), float(np.isin(second, first).mean())


def _values(side: Side, name: str) -> list[str]:
    table = side.log.table(f"SELECT case_no, {identifier(name)}::VARCHAR AS value FROM cases ORDER BY case_no")
    values = dict(zip(table.column("case_no").to_pylist(), table.column("value").to_pylist(), strict=True))
    return [values[case] or "" for case in side.case_no.tolist()]


def declare_cluster(log: Log, cluster: str) -> None:
    """Take orders of the log as if its project file declared that cluster: a column, or a pattern on case ids.

    Raises
    ------
    UsageError
        It is neither.
    """
    settings = log.project.log.model_copy(update={"cluster": cluster})
    if cluster not in log.columns and settings.cluster_pattern(log.columns) is None:
        raise UsageError(
            f"--cluster {cluster!r}: neither a column of this log nor a pattern with a group",
            hint=near(cluster, log.columns),
        )
    log.project = log.project.model_copy(update={"log": settings})
