"""What really happens to an order, counted: activities, what follows what, variants, departments, handoffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.eventlog.visits import find_visits

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class Variant:
    """One distinct activity sequence."""

    variant_id: str
    activities: tuple[str, ...]
    cases: int
    share: float
    """Of all selected cases."""


@dataclass(frozen=True, slots=True)
class Department:
    """How much of the log one department (or other unit) touches."""

    name: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Handoff:
    """One department handing over to another."""

    source: str
    target: str
    events: int
    cases: int
    median_s: float
    """Median of the seconds from the last event before to the first event after the handoff."""
    p90_s: float


EDGE_TIMES = """
SELECT activity, next_activity, count(*) AS events, quantile_cont(seconds_to_next, [0.5, 0.9]) AS quantiles
FROM events WHERE next_activity IS NOT NULL GROUP BY ALL
"""
"""Quantiles interpolate linearly."""

EDGE_CASES = """
SELECT a, b, sum(cases)::BIGINT AS cases
FROM (
  SELECT DISTINCT variant_id, cases, activities[i] AS a, activities[i + 1] AS b
  FROM variants, unnest(range(1, len(activities))) AS t(i)
)
GROUP BY ALL
"""
"""Cases in which one activity directly follows another: every case of a variant takes the same steps."""

ACTIVITY_DEPARTMENTS = """
SELECT activity, department, count(*) AS events, count(*) FILTER (WHERE occurrence = 1) AS first_events
FROM events GROUP BY ALL
"""
"""An activity's first occurrence in a case counts the case."""

DEPARTMENTS = """
SELECT department, sum(n)::BIGINT AS events, count(*) AS cases
FROM (SELECT department, case_no, count(*) AS n FROM events WHERE department IS NOT NULL GROUP BY ALL)
GROUP BY department ORDER BY events DESC, department
"""

ENDS = """
SELECT activities[{position}] AS activity, sum(cases)::BIGINT AS cases
FROM variants GROUP BY ALL ORDER BY cases DESC, activity
"""


def count_graph(log: Log) -> Graph:
    """Return the directly-follows graph of the selected cases."""
    events: dict[str, int] = {}
    cases: dict[str, int] = {}
    by_department: dict[str, list[tuple[int, str]]] = {}
    for activity, department, count, first in log.rows(ACTIVITY_DEPARTMENTS):
        events[activity] = events.get(activity, 0) + count
        cases[activity] = cases.get(activity, 0) + first
        if department is not None:
            by_department.setdefault(activity, []).append((-count, department))
    activities = [
        Activity(name, count, cases[name], min(by_department[name])[1] if name in by_department else None)
        for name, count in events.items()
    ]
    cases_of = {(a, b): count for a, b, count in log.rows(EDGE_CASES)}
    edges = [Edge(a, b, count, cases_of[a, b], median, p90) for a, b, count, (median, p90) in log.rows(EDGE_TIMES)]
    return Graph(
        tuple(sorted(activities, key=lambda activity: (-activity.events, activity.name))),
        tuple(sorted(edges, key=lambda edge: (-edge.events, edge.source, edge.target))),
        tuple((name, count) for name, count in log.rows(ENDS.format(position=1))),
        tuple((name, count) for name, count in log.rows(ENDS.format(position=-1))),
    )


def count_variants(log: Log) -> list[Variant]:
    """Return the variants of the selected cases, the most frequent first, then in order of their activities."""
    rows = log.rows("SELECT variant_id, activities, cases FROM variants ORDER BY cases DESC, activities")
    total = sum(cases for _, _, cases in rows)
    return [Variant(number, tuple(activities), cases, cases / total) for number, activities, cases in rows]


def count_departments(log: Log) -> list[Department]:
    """Return the departments, the busiest first."""
    return [Department(*row) for row in log.rows(DEPARTMENTS)]


HANDOFFS = """
SELECT pair, count(*) AS events, count(*) FILTER (WHERE first_in_case) AS cases,
       quantile_cont(wait_us, [0.5, 0.9]) AS quantiles
FROM handoffs GROUP BY pair
"""


def count_handoffs(log: Log, level: str = "department") -> list[Handoff]:
    """Return who hands over to whom, the most frequent first (definitions: `eventlog.visits`)."""
    import numpy as np
    import pyarrow as pa

    visits = find_visits(log, level)
    at = visits.handoffs()
    size = len(visits.names)
    pair = visits.unit[at].astype(np.int64) * size + visits.unit[at + 1]
    table = pa.table(
        {
            "pair": pair,
            "first_in_case": visits.first_in_case(pair, at),
            "wait_us": visits.start[at + 1] - visits.end[at],
        }
    )
    log.connection.register("handoffs", table)
    found = log.rows(HANDOFFS)
    log.connection.unregister("handoffs")
    handoffs = [
        Handoff(visits.names[code // size], visits.names[code % size], events, cases, median / 1e6, p90 / 1e6)
        for code, events, cases, (median, p90) in found
    ]
    return sorted(handoffs, key=lambda handoff: (-handoff.events, handoff.source, handoff.target))


def department_graph(log: Log, level: str = "department") -> Graph:
    """Return the graph of visits: one node per department, an edge for every handoff."""
    import numpy as np

    visits = find_visits(log, level)
    if not len(visits.unit):
        return Graph((), ())
    size = len(visits.names)
    everywhere = np.arange(len(visits.unit))
    first = visits.first_in_case(visits.unit, everywhere)
    counts, cases = (np.bincount(visits.unit[mask], minlength=size) for mask in (slice(None), first))
    nodes = [
        Activity(name, int(counts[code]), int(cases[code]), name)
        for code, name in enumerate(visits.names)
        if counts[code]
    ]
    edges = [Edge(h.source, h.target, h.events, h.cases, h.median_s, h.p90_s) for h in count_handoffs(log, level)]
    begins = np.append(True, visits.case_no[1:] != visits.case_no[:-1])
    ends = np.append(begins[1:], True)

    def per_case(mask: np.ndarray) -> tuple[tuple[str, int], ...]:
        found = np.bincount(visits.unit[mask], minlength=size)
        named = [(visits.names[code], int(count)) for code, count in enumerate(found) if count]
        return tuple(sorted(named, key=lambda item: (-item[1], item[0])))

    return Graph(
        tuple(sorted(nodes, key=lambda node: (-node.events, node.name))), tuple(edges), per_case(begins), per_case(ends)
    )
