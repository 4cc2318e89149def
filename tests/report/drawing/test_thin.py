from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.errors import UsageError
from ordermine.report.drawing.thin import READABLE_ACTIVITIES, READABLE_PATHS, thin


def names(graph: Graph) -> list[str]:
    return [activity.name for activity in graph.activities]


def pairs(graph: Graph) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in graph.edges}


def reached(graph: Graph, *, backwards: bool = False) -> set[str]:
    """Activities that a start leads to (backwards: that lead to an end)."""
    steps: dict[str, set[str]] = {}
    for source, target in pairs(graph):
        steps.setdefault(target if backwards else source, set()).add(source if backwards else target)
    found: set[str] = set()
    waiting = [name for name, _ in (graph.ends if backwards else graph.starts)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(steps.get(name, ()))
    return found


def make(edges: dict[str, int], starts: dict[str, int], ends: dict[str, int], **events: int) -> Graph:
    """Make a graph from ``{"a b": times}``; activities sorted as the contract says."""
    activities = [Activity(name, count, count) for name, count in events.items()]
    return Graph(
        tuple(sorted(activities, key=lambda activity: (-activity.events, activity.name))),
        tuple(
            sorted(
                (Edge(*pair.split(), times, times, 1.0, 1.0) for pair, times in edges.items()),
                key=lambda edge: (-edge.events, edge.source, edge.target),
            )
        ),
        tuple(sorted(starts.items(), key=lambda item: (-item[1], item[0]))),
        tuple(sorted(ends.items(), key=lambda item: (-item[1], item[0]))),
    )


def test_small_graph_is_shown_whole(orders: Graph) -> None:
    thinned = thin(orders)
    assert thinned.graph == orders
    assert thinned.share_of_events == 1
    assert thinned.share_of_steps == 1


def test_most_frequent_activities_are_kept(orders: Graph) -> None:
    # Half of four: Create and Deliver, which need none of the others.
    thinned = thin(orders, 0.5, 1.0)
    assert names(thinned.graph) == ["Create", "Deliver"]
    assert pairs(thinned.graph) == {("Create", "Deliver")}
    assert thinned.graph.ends == (("Deliver", 95),)
    assert thinned.share_of_events == 195 / 235
    assert thinned.share_of_steps == 80 / 135


def test_strongest_paths_are_kept(orders: Graph) -> None:
    # Seven arrows; 0.3 of them, rounded up, are three: start 100, end 95, Create to Deliver 80. Block and
    # Release are then tied in: from Create by their only ways, and to the end by Release to Deliver of 15
    # rather than the end of 5, as each needs one more arrow.
    thinned = thin(orders, 1.0, 0.3)
    assert thinned.graph.starts == (("Create", 100),)
    assert thinned.graph.ends == (("Deliver", 95),)
    assert pairs(thinned.graph) == {
        ("Create", "Deliver"),
        ("Create", "Block"),
        ("Block", "Release"),
        ("Release", "Deliver"),
    }


def test_connecting_activity_comes_back() -> None:
    # b is rare, but the only way from a to c.
    graph = make({"a b": 1, "b c": 1}, {"a": 9}, {"c": 9}, a=9, c=9, b=1)
    assert names(thin(graph, 0.6, 0).graph) == ["a", "c", "b"]


def test_way_to_the_end_comes_back() -> None:
    # a ends cases, but c goes on to an end only by d.
    graph = make({"a c": 5, "c d": 5}, {"a": 9}, {"a": 4, "d": 5}, a=9, c=8, d=1)
    assert names(thin(graph, 0.6, 0).graph) == ["a", "c", "d"]


def test_fewest_additions_then_widest_way() -> None:
    # From a to z: by p and q (strong, two additions), by r (weakest 2) or by s (weakest 3).
    graph = make(
        {"a p": 9, "p q": 9, "q z": 9, "a r": 2, "r z": 9, "a s": 3, "s z": 8},
        {"a": 50},
        {"z": 50},
        **{"a": 50, "z": 50, "p": 1, "q": 1, "r": 1, "s": 1},
    )
    assert names(thin(graph, 2 / 6, 1).graph) == ["a", "z", "s"]


def test_share_of_zero_keeps_the_most_frequent_activity(orders: Graph) -> None:
    # Create alone; its best way to an end is by Deliver, one addition.
    assert names(thin(orders, 0, 0).graph) == ["Create", "Deliver"]


def test_floating_point_does_not_add_an_activity() -> None:
    graph = make({}, {}, {}, **{f"a{index}": 1 for index in range(100)})
    assert 0.07 * 100 > 7
    assert len(thin(graph, 0.07, 0).graph.activities) == 7


def test_large_graph_is_thinned_by_itself() -> None:
    count = READABLE_ACTIVITIES * 2
    labels = [f"a{index:02}" for index in range(count)]
    edges = {f"{source} {target}": 5 for source in labels for target in labels}
    graph = make(edges, {"a00": 9}, {labels[-1]: 9}, **dict.fromkeys(labels, 9))
    thinned = thin(graph).graph
    assert len(thinned.activities) in (READABLE_ACTIVITIES, READABLE_ACTIVITIES + 1)
    assert len(thinned.edges) < 4 * READABLE_ACTIVITIES
    assert len(edges) > READABLE_PATHS


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan")])
def test_share_outside_0_to_1(orders: Graph, share: float) -> None:
    with pytest.raises(UsageError, match="share of activities"):
        thin(orders, share, None)
    with pytest.raises(UsageError, match="share of paths"):
        thin(orders, None, share)


def test_empty_graph() -> None:
    thinned = thin(Graph((), ()), 0.5, 0.5)
    assert thinned.graph == Graph((), ())
    assert thinned.share_of_events == 1


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Graphs of a few cases, with frequencies of their own, and an activity that leads nowhere."""
    label = st.sampled_from("abcdefghi")
    edges: Counter[str] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for case in draw(st.lists(st.lists(label, min_size=1, max_size=7), min_size=1, max_size=4)):
        times = draw(st.integers(1, 9))
        starts[case[0]] += times
        ends[case[-1]] += times
        for source, target in itertools.pairwise(case):
            edges[f"{source} {target}"] += times
    if draw(st.booleans()):
        edges[f"{next(iter(starts))} z"] += 1
    names = sorted({*starts, *ends, *"".join(edges).replace(" ", "")})
    return make(edges, starts, ends, **{name: draw(st.integers(1, 9)) for name in names})


shares = st.none() | st.floats(0, 1)


@given(graphs(), shares, shares)
def test_no_kept_activity_is_cut_off(graph: Graph, activities: float | None, paths: float | None) -> None:
    kept = thin(graph, activities, paths).graph
    assert reached(kept) == reached(graph) & set(names(kept))
    assert reached(kept, backwards=True) == reached(graph, backwards=True) & set(names(kept))


@given(graphs(), shares, shares)
def test_what_is_kept_is_unchanged_and_in_order(graph: Graph, activities: float | None, paths: float | None) -> None:
    kept = thin(graph, activities, paths).graph
    shown = set(names(kept))
    assert kept.activities == tuple(activity for activity in graph.activities if activity.name in shown)
    assert kept.edges == tuple(edge for edge in graph.edges if edge in kept.edges)
    assert all(edge.source in shown and edge.target in shown for edge in kept.edges)
    assert set(kept.starts) <= set(graph.starts)
    assert set(kept.ends) <= set(graph.ends)


@given(graphs())
def test_shares_of_1_hide_nothing(graph: Graph) -> None:
    assert thin(graph, 1, 1).graph == graph
