"""Fewer activities and paths on a map, without tearing its start from its end.

The most frequent activities are kept, then the strongest paths between them (a path is any arrow: one
activity directly following another, the start of cases at an activity, their end there). Whatever kept
activity would then be cut off from every start, or from every end, gets back the best way there: the one that
needs the fewest additions, and among those the one whose weakest path is the strongest. The idea of keeping
every activity's best path is that of the fuzzy miner (Günther and van der Aalst, "Fuzzy Mining", BPM 2007,
section 5).

A hidden activity is hidden together with its paths. Nothing is drawn in their place: an arrow always means
that one activity directly followed the other in the log, and every number stays what it is in the whole log.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.discover.graph import Graph
from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

READABLE_ACTIVITIES = 30
"""Up to here, all activities are drawn unless asked otherwise."""
READABLE_PATHS = 25
READABLE_PATHS_PER_ACTIVITY = 2
"""Of the paths, twice as many as activities are drawn unless asked otherwise, and in any case up to 25."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """What is left of a graph, beside the whole of it."""

    graph: Graph
    whole: Graph

    @property
    def share_of_events(self) -> float:
        """Events of the shown activities ÷ events of all; 1 when there are none."""
        return _share((a.events for a in self.graph.activities), (a.events for a in self.whole.activities))

    @property
    def share_of_steps(self) -> float:
        """Occurrences of the shown paths between activities ÷ occurrences of all; 1 when there are none."""
        return _share((e.events for e in self.graph.edges), (e.events for e in self.whole.edges))


@dataclass(frozen=True, slots=True)
class _Arc:
    source: int
    target: int
    strength: int


def thin(graph: Graph, activities: float | None = None, paths: float | None = None) -> Thinned:
    """Keep a share of the activities and of the paths of `graph`.

    Parameters
    ----------
    graph
        The whole graph.
    activities
        Share of the activities to keep, 0 to 1, rounded up, at least one; None keeps as many as stay
        readable.
    paths
        Share to keep of the paths between kept activities, 0 to 1, rounded up; None keeps as many as stay
        readable.

    Returns
    -------
    Thinned
        At least the shares asked for: every kept activity that a start led to, or that led to an end, still
        does.

    Raises
    ------
    UsageError
        A share is not between 0 and 1.
    """
    count = len(graph.activities)
    number = {activity.name: index for index, activity in enumerate(graph.activities)}
    start, end = count, count + 1
    arcs = [_Arc(number[edge.source], number[edge.target], edge.events) for edge in graph.edges]
    arcs += [_Arc(start, number[name], cases) for name, cases in graph.starts]
    arcs += [_Arc(number[name], end, cases) for name, cases in graph.ends]
    arcs.sort(key=lambda arc: (-arc.strength, arc.source, arc.target))

    by_frequency = sorted(range(count), key=lambda index: (-graph.activities[index].events, index))
    shown = {start, end, *by_frequency[: _quota(activities, count, READABLE_ACTIVITIES, "activities")]}
    for backwards in (False, True):
        free = frozenset(arc for arc in arcs if (arc.target if backwards else arc.source) in shown)
        ways = _best_ways(arcs, backwards, end if backwards else start, free)
        kept = shown - {start, end}
        shown |= {node for one in kept for arc in _way(ways, one, backwards) for node in _ends(arc)}

    arcs = [arc for arc in arcs if arc.source in shown and arc.target in shown]
    readable = max(READABLE_PATHS, READABLE_PATHS_PER_ACTIVITY * (len(shown) - 2))
    strongest = frozenset(arcs[: _quota(paths, len(arcs), readable, "paths", at_least=0)])
    drawn = set(strongest)
    for backwards in (False, True):
        ways = _best_ways(arcs, backwards, end if backwards else start, strongest)
        drawn |= {arc for one in shown - {start, end} for arc in _way(ways, one, backwards)}

    pairs = {(arc.source, arc.target) for arc in drawn}
    thinned = Graph(
        activities=tuple(activity for index, activity in enumerate(graph.activities) if index in shown),
        edges=tuple(edge for edge in graph.edges if (number[edge.source], number[edge.target]) in pairs),
        starts=tuple(pair for pair in graph.starts if (start, number[pair[0]]) in pairs),
        ends=tuple(pair for pair in graph.ends if (number[pair[0]], end) in pairs),
    )
    return Thinned(thinned, graph)


def _quota(share: float | None, count: int, readable: int, what: str, at_least: int = 1) -> int:
    if share is None:
        return min(count, readable)
    if not 0 <= share <= 1:
        raise UsageError(f"the share of {what} to show is {share:g}", hint="give a share from 0 to 1 (0% to 100%)")
    # A share such as 0.07 of 100 is 7.000000000000001 in floating point; that must not become 8.
    return max(at_least, math.ceil(round(share * count, 9)))


def _best_ways(arcs: Iterable[_Arc], backwards: bool, root: int, free: frozenset[_Arc]) -> dict[int, _Arc]:
    """Return, for each node that `root` reaches, the last arc of the best way from `root` (backwards: to it).

    Best is the fewest arcs that are not free; then the strongest weakest one among these. Both only get worse
    along a way, so the search is Dijkstra's.
    """
    leaving: dict[int, list[_Arc]] = {}
    for arc in arcs:
        leaving.setdefault(arc.target if backwards else arc.source, []).append(arc)
    ways: dict[int, _Arc] = {}
    done = set()
    # The position breaks ties, so that the result follows from the order of the arcs alone.
    queue: list[tuple[int, float, int, int, _Arc | None]] = [(0, -math.inf, 0, root, None)]
    position = 0
    while queue:
        additions, weakest, _, node, last = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        if last is not None:
            ways[node] = last
        for arc in leaving.get(node, ()):
            position += 1
            cost = (additions + (arc not in free), max(weakest, -arc.strength))
            heapq.heappush(queue, (*cost, position, arc.source if backwards else arc.target, arc))
    return ways


def _way(ways: dict[int, _Arc], node: int, backwards: bool) -> Iterable[_Arc]:
    while node in ways:
        arc = ways[node]
        yield arc
        node = arc.target if backwards else arc.source


def _ends(arc: _Arc) -> tuple[int, int]:
    return arc.source, arc.target


def _share(part: Iterable[int], whole: Iterable[int]) -> float:
    total = sum(whole)
    return sum(part) / total if total else 1.0
