"""An order of activities in which the process mainly runs forwards: a map reads from top to bottom.

Left to itself, Graphviz decides by the order of the input which arrows of a loop point upwards; the main path
then zigzags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ordermine.discover.graph import Graph

_MAX_ROUNDS = 10


def reading_order(graph: Graph) -> list[str]:
    """Return the names of the activities in the order in which a map shows them, from top to bottom."""
    # Start and end take part, so that what cases start with tends to come first. Numbers, as no name is
    # reserved.
    start, end = -2, -1
    number = {activity.name: index for index, activity in enumerate(graph.activities)}
    arcs = [(number[edge.source], number[edge.target], edge.events) for edge in graph.edges]
    arcs += [(start, number[name], cases) for name, cases in graph.starts]
    arcs += [(number[name], end, cases) for name, cases in graph.ends]
    order = flow_order([start, *number.values(), end], arcs)
    return [graph.activities[index].name for index in order if index >= 0]


def flow_order(nodes: Iterable[int], arcs: Iterable[tuple[int, int, int]]) -> list[int]:
    """Order `nodes` so that little weight runs backwards.

    The greedy heuristic of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc set
    problem", Information Processing Letters 47, 1993), with weights; then each node in turn moves to where
    the least weight of its own arcs runs backwards, until none moves. Ties go to the node that comes first in
    `nodes`.

    Parameters
    ----------
    nodes
        All nodes.
    arcs
        (source, target, weight) between them; arcs from a node to itself don't matter.
    """
    nodes = list(nodes)
    leaving: dict[int, dict[int, int]] = {node: {} for node in nodes}
    arriving: dict[int, dict[int, int]] = {node: {} for node in nodes}
    for source, target, weight in arcs:
        if source != target:
            leaving[source][target] = arriving[target][source] = weight
    return _settle(_greedy(nodes, leaving, arriving), leaving, arriving)


def _greedy(nodes: Sequence[int], leaving: dict[int, dict[int, int]], arriving: dict[int, dict[int, int]]) -> list[int]:
    outward = {node: sum(leaving[node].values()) for node in nodes}
    inward = {node: sum(arriving[node].values()) for node in nodes}
    first: list[int] = []
    last: list[int] = []
    while outward:
        sink = next((node for node, weight in outward.items() if not weight), None)
        source = next((node for node, weight in inward.items() if not weight), None)
        if sink is not None:
            chosen = sink
            last.append(chosen)
        else:
            # A source has nothing but surplus; it is taken first all the same, as it costs nothing.
            chosen = max(outward, key=lambda node: outward[node] - inward[node]) if source is None else source
            first.append(chosen)
        del outward[chosen], inward[chosen]
        for node, weight in arriving[chosen].items():
            if node in outward:
                outward[node] -= weight
        for node, weight in leaving[chosen].items():
            if node in inward:
                inward[node] -= weight
    return first + last[::-1]


def _settle(order: Sequence[int], leaving: dict[int, dict[int, int]], arriving: dict[int, dict[int, int]]) -> list[int]:
    order = list(order)
    for _ in range(_MAX_ROUNDS):
        before = list(order)
        for node in sorted(order):
            place = order.index(node)
            del order[place]
            # The backward weight of `node`'s arcs when it stands first, then at each later place in turn.
            backward = [sum(arriving[node].values())]
            for other in order:
                backward.append(backward[-1] - arriving[node].get(other, 0) + leaving[node].get(other, 0))
            best = min(backward)
            order.insert(place if backward[place] == best else backward.index(best), node)
        if order == before:
            break
    return order
