from __future__ import annotations

from itertools import pairwise

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.report.drawing.thin import thin
from ordermine.report.map_page.levels import MOST_WORK, arrows, make_levels


def test_rows_go_from_few_activities_to_all_and_from_few_paths_to_all(orders: Graph) -> None:
    levels = make_levels(orders, None, None)
    counts = [len(row[0].graph.activities) for row in levels.rows]
    assert counts == sorted(set(counts))
    assert counts[-1] == 4
    for row in levels.rows:
        assert len({level.graph.activities for level in row}) == 1
        assert all(arrows(less) < arrows(more) for less, more in pairwise(row))
    assert levels.rows[-1][-1].graph == orders
    assert levels.first.graph == orders


def test_what_is_asked_for_is_a_level_of_its_own(orders: Graph) -> None:
    levels = make_levels(orders, 0.5, 0.2)
    assert levels.first.graph == thin(orders, 0.5, 0.2).graph
    assert any(level is levels.first for row in levels.rows for level in row)


def test_tangles_are_bounded_unless_asked_for() -> None:
    names = [f"a{number:02}" for number in range(60)]
    graph = Graph(
        tuple(Activity(name, 9, 9) for name in names),
        tuple(Edge(a, b, 5, 5, 1.0, 1.0) for a in names for b in names),
        (("a00", 9),),
        (("a59", 9),),
    )
    # The strongest: the bound or two for each box, which are readable; and up to two for each to connect it.
    most = max(MOST_WORK // 60, 2 * 60) + 2 * 60
    assert all(arrows(level) <= most for level in make_levels(graph, None, None).rows[-1])
    assert arrows(make_levels(graph, 1.0, 1.0).first) == 3602
