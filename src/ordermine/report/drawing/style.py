"""What decides how a graph looks, beyond the graph itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ordermine.report.drawing import palette

if TYPE_CHECKING:
    from ordermine.discover.graph import Graph

Metric = Literal["frequency", "time"]
Level = Literal["activity", "department"]


@dataclass(frozen=True, slots=True)
class Style:
    """What decides how a graph looks, beyond the graph itself."""

    metric: Metric
    level: Level
    departments: palette.Departments
    most_events: int
    """Of a path, a start or an end; the widest line."""
    longest_s: float
    """Largest median time of a path, in seconds; the darkest line when the metric is time."""


def style(graph: Graph, metric: Metric, level: Level) -> Style:
    """Choose colours and scales for `graph`."""
    counts = [edge.events for edge in graph.edges] + [cases for _, cases in graph.starts + graph.ends]
    return Style(
        metric=metric,
        level=level,
        departments=palette.colour_departments(graph),
        most_events=max(counts, default=1),
        longest_s=max((edge.median_s or 0.0 for edge in graph.edges), default=0.0),
    )
