from __future__ import annotations

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.discover.map_content import Route
from ordermine.report.drawing.palette import colour_departments
from ordermine.report.map_page.elements import elements_of
from ordermine.report.map_page.told_routes import LISTED, LONGEST, tell_routes

GRAPH = Graph(
    (Activity("A", 9, 9), Activity("B", 9, 9)),
    (Edge("A", "A", 9, 9, 1.0, 1.0), Edge("A", "B", 9, 9, 1.0, 1.0)),
    (("A", 9),),
    (("A", 5), ("B", 4)),
)
ELEMENTS = elements_of(GRAPH, colour_departments(GRAPH), "activity")


def test_the_most_frequent_through_every_element_and_how_many() -> None:
    # A, A A, … of ever more steps; the last and rarest one ends with B.
    routes = [Route(("A",) * (at + 1), 100 - at, 0.1, ()) for at in range(LISTED + 9)]
    routes.append(Route(("A", "B"), 1, 0.1, ()))
    found = tell_routes(routes, ELEMENTS)
    assert found.through["arrow", ELEMENTS.arrow[0, 0]] == [1, 2, 3]
    assert found.count["arrow", ELEMENTS.arrow[0, 0]] == LISTED + 8
    assert found.through["arrow", ELEMENTS.arrow[0, 1]] == [LISTED + 9]
    assert found.count["box", 0] == found.count["box", ELEMENTS.end] == LISTED + 10
    assert sorted(found.told) == [*range(LISTED), LISTED + 9]


def test_nothing_is_said_to_pass_where_a_route_is_cut() -> None:
    found = tell_routes([Route(("A", None, "B"), 1, 1.0, ("1",))], ELEMENTS)
    assert found.count["arrow", ELEMENTS.arrow[0, 1]] == 0
    assert found.count["box", 1] == 1
    assert found.data(ELEMENTS)[0]["steps"] == [0, -1, 1]


def test_a_very_long_route_is_cut_and_says_so() -> None:
    (told,) = tell_routes([Route(("A",) * (LONGEST + 7), 1, 1.0, ("1",))], ELEMENTS).data(ELEMENTS)
    assert (len(told["steps"]), told["more"]) == (LONGEST, 7)
