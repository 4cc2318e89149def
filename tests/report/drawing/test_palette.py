from __future__ import annotations

from ordermine.discover.graph import Activity, Graph
from ordermine.report.drawing.palette import colour_departments, line_width, strength_colour


def graph_of(departments: list[str | None]) -> Graph:
    """Make a graph in which earlier departments have more events."""
    count = len(departments)
    return Graph(tuple(Activity(f"a{i}", count - i, 1, name) for i, name in enumerate(departments)), ())


def test_departments_with_most_events_first() -> None:
    graph = Graph((Activity("a", 5, 5, "Sales"), Activity("b", 4, 4, "Legal"), Activity("c", 3, 3, "Legal")), ())
    assert list(colour_departments(graph).coloured) == ["Legal", "Sales"]


def test_equal_departments_go_by_name() -> None:
    graph = Graph((Activity("a", 5, 5, "Sales"), Activity("b", 5, 5, "Legal")), ())
    assert list(colour_departments(graph).coloured) == ["Legal", "Sales"]


def test_eight_colours_and_grey() -> None:
    departments = colour_departments(graph_of([f"D{i}" for i in range(11)]))
    fills = [departments.fill(f"D{i}") for i in range(11)]
    assert len(set(fills[:8])) == 8
    assert fills[8:] == ["#DDDDDD"] * 3
    assert departments.legend()[-1] == ("3 other departments", "#DDDDDD")


def test_grey_of_a_single_department_has_its_name() -> None:
    assert colour_departments(graph_of([f"D{i}" for i in range(9)])).legend()[-1] == ("D8", "#DDDDDD")


def test_not_recorded_is_white_and_in_the_legend() -> None:
    departments = colour_departments(graph_of(["Sales", None]))
    assert departments.fill(None) == "#FFFFFF"
    assert departments.legend()[-1] == ("department not recorded", "#FFFFFF")


def test_no_legend_where_no_department_is_recorded() -> None:
    assert colour_departments(graph_of([None, None])).legend() == []


def test_stronger_is_darker_and_wider() -> None:
    def brightness(colour: str) -> int:
        return sum(bytes.fromhex(colour[1:]))

    for metric in ("frequency", "time"):
        shades = [brightness(strength_colour(metric, share / 4)) for share in range(5)]
        assert shades == sorted(shades, reverse=True)
        assert len(set(shades)) == 5
    assert line_width(0) < line_width(0.5) < line_width(1)
