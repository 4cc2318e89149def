"""The levels of detail between which the sliders of the page choose.

Each level is the graph thinned (see ``thin``) to a share of its activities and of its paths. A row holds the levels
with the same activities, from few paths to many; rows go from few activities to all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.report.drawing.thin import Thinned, thin

if TYPE_CHECKING:
    from ordermine.discover.graph import Graph

ACTIVITY_SHARES = (0.15, 0.3, 0.5, 0.75, 1.0)
PATH_SHARES = (0.0, 0.1, 0.3, 0.6, 1.0)
MOST_ARROWS = 180
"""Of a level, unless more are asked for; beyond that nobody can follow an arrow."""
MOST_WORK = 5_000
"""Boxes times arrows of a level, unless more are asked for or needed to connect it: the layout takes a second or so."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels of detail, and the one that is shown first."""

    rows: tuple[tuple[Thinned, ...], ...]
    first: Thinned
    """One of them."""


def make_levels(graph: Graph, activities: float | None, paths: float | None) -> Levels:
    """Choose the levels of detail of a graph.

    Parameters
    ----------
    graph
        The whole graph.
    activities, paths
        Shares to show first, 0 to 1; None for as many as stay readable.

    Raises
    ------
    UsageError
        A share is not between 0 and 1.
    """
    first = thin(graph, activities, paths)
    rows: dict[int, dict[int, Thinned]] = {}
    for activity_share in (*ACTIVITY_SHARES, activities):
        full = thin(graph, activity_share, 1.0)
        most = min(MOST_ARROWS, MOST_WORK // max(len(full.graph.activities), 1)) / max(arrows(full), 1)
        for path_share in (*PATH_SHARES, None):
            share = None if path_share is None else min(path_share, most)
            level = thin(graph, activity_share, share)
            row = rows.setdefault(len(level.graph.activities), {})
            known = row.get(arrows(level))
            if known is None or level.share_of_steps > known.share_of_steps:
                row[arrows(level)] = level
    rows[len(first.graph.activities)][arrows(first)] = first
    return Levels(tuple(tuple(row[key] for key in sorted(row)) for _, row in sorted(rows.items())), first)


def arrows(level: Thinned) -> int:
    """Return how many arrows a level has, those from the start and to the end included."""
    return len(level.graph.edges) + len(level.graph.starts) + len(level.graph.ends)
