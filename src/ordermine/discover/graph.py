"""The directly-follows graph as values: what the counting makes, what the map draws.

Times are seconds between the completion of one event and the completion of the next in the same case; quantiles
interpolate linearly.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity (or, in a department graph, one department)."""

    name: str
    events: int
    cases: int
    department: str | None = None
    """The department that performs most of its events; None where not recorded."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One activity directly followed by another in the same case."""

    source: str
    target: str
    events: int
    cases: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class Graph:
    """A directly-follows graph. Activities are sorted by events, edges by events, both descending, then by name."""

    activities: tuple[Activity, ...]
    edges: tuple[Edge, ...]
    starts: tuple[tuple[str, int], ...] = field(default=())
    """(activity, cases that start with it)"""
    ends: tuple[tuple[str, int], ...] = field(default=())
    """(activity, cases that end with it)"""
