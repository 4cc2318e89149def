from __future__ import annotations

import re

import pytest

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.report.drawing import layout
from ordermine.report.drawing.dot import to_dot
from ordermine.report.drawing.legend import legend
from ordermine.report.drawing.style import style
from ordermine.report.drawing.thin import Thinned

HOSTILE = [
    "<b>x</b>",
    "a:b",
    r"\N \G \E \l",
    'say "hi" \\',
    "&lt;&amp;&#65;",
    "x" * 20_000,
    "n0",
    "start",
    '"];',
    "%s {x|y}",
    "订单",
    "nul\x00\x1b\ud800",
    "a" + "\u0301" * 20_000,
]
SVG = "{http://www.w3.org/2000/svg}"


def attributes(source: str, element: str) -> dict[str, str]:
    line = next(line for line in source.splitlines() if line.strip().startswith(element + " ["))
    return dict(re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+?)[ \]]', line))


def hostile_graph() -> Graph:
    activities = tuple(Activity(name, 1, 1, name) for name in HOSTILE)
    return Graph(activities, (), ((HOSTILE[0], 1),), ())


def test_names_are_not_ids(orders: Graph) -> None:
    source = to_dot(orders, style(orders, "frequency", "activity"))
    assert attributes(source, "n0")["label"] == r'"Create\n100"'
    assert attributes(source, "n0")["tooltip"] == r'"Create\nSales\n100 events in 100 orders"'
    assert attributes(source, "n3")["tooltip"] == r'"Release\ndepartment not recorded\n20 events in 20 orders"'


def test_edges_by_frequency(orders: Graph) -> None:
    source = to_dot(orders, style(orders, "frequency", "activity"))
    strongest, weakest = attributes(source, "n0 -> n1"), attributes(source, "n3 -> n1")
    assert strongest["label"].strip('" ') == "80"
    assert strongest["tooltip"] == r'"Create → Deliver\n80 times in 80 orders\nmedian 2 h, 90 % within 1 d"'
    # Width 0.8 + 4.2 √(times ÷ 100): the start of 100 cases is the strongest.
    assert strongest["penwidth"] == "4.56"
    assert weakest["penwidth"] == "2.43"
    assert attributes(source, "start -> n0")["penwidth"] == "5.00"


def test_edges_by_time(orders: Graph) -> None:
    source = to_dot(orders, style(orders, "time", "activity"))
    slowest, fastest = attributes(source, "n2 -> n3"), attributes(source, "n0 -> n2")
    assert slowest["label"].strip('" ') == "2 d 3 h"
    assert slowest["color"] == '"#8C1D04"'
    assert fastest["label"].strip('" ') == "1 min"
    assert attributes(source, "start -> n0")["label"] == '""'


def test_department_level_colours_by_name() -> None:
    graph = Graph((Activity("Sales", 9, 9, "Sales"), Activity("Legal", 5, 5, "Legal")), ())
    source = to_dot(graph, style(graph, "frequency", "department"))
    assert attributes(source, "n0")["fillcolor"] == '"#77AADD"'
    assert attributes(source, "n0")["tooltip"] == r'"Sales\n9 visits in 9 orders"'


def test_arrow_against_the_flow_keeps_its_direction(orders: Graph) -> None:
    back = Graph(
        orders.activities,
        (*orders.edges, Edge("Deliver", "Create", 2, 2, 1.0, 1.0)),
        orders.starts,
        orders.ends,
    )
    look = style(back, "frequency", "activity")
    assert attributes(to_dot(back, look), "n0 -> n1")  # The way there.
    assert "dir=back" in to_dot(back, look)
    words = legend("Orders", Thinned(back, back), look)
    assert attributes(to_dot(back, look, words), "n1 -> n0")["constraint"] == "false"


def test_file_has_title_and_legend(orders: Graph) -> None:
    look = style(orders, "time", "activity")
    source = to_dot(orders, look, legend("My <orders>", Thinned(orders, orders), look))
    assert "My <orders>" in source
    for text in ("Sales", "Logistics", "Credit", "department not recorded", "0 s (light line) to 2 d 3 h"):
        assert text in source
    layout.svg(source)


def test_names_arrive_as_they_are() -> None:
    from lxml import etree

    graph = hostile_graph()
    source = to_dot(graph, style(graph, "frequency", "activity"))
    # Many installed versions of Graphviz take no longer strings.
    assert max(len(string.encode()) for string in re.findall(r'"(?:[^"\\]|\\.)*"', source)) < 16_384
    root = etree.fromstring(layout.svg(source))
    groups = {group.get("id"): group for group in root.iter(f"{SVG}g") if group.get("class") == "node"}
    assert len(groups) == len(HOSTILE) + 1
    shown = {identifier: [text.text for text in group.iter(f"{SVG}text")] for identifier, group in groups.items()}
    for index in (0, 1, 2, 3, 4, 6, 7, 8, 9, 10):
        assert shown[f"n{index}"] == [HOSTILE[index], "1"]
    assert "".join(shown["n5"][:-1]).rstrip("…") == "x" * (len("".join(shown["n5"][:-1])) - 1)
    assert shown["n11"] == ["nul���", "1"]
    assert not list(root.iter(f"{SVG}script", f"{SVG}image"))


def test_boxes_are_as_wide_as_their_text() -> None:
    graph = Graph((Activity("订" * 10, 1, 1), Activity("i", 1, 1)), ())
    source = to_dot(graph, style(graph, "frequency", "activity"))
    wide, narrow = float(attributes(source, "n0")["width"]), float(attributes(source, "n1")["width"])
    assert wide * 72 > 10 * 11
    assert narrow * 72 < 40


@pytest.mark.parametrize("metric", ["frequency", "time"])
def test_graph_without_paths(metric: str) -> None:
    graph = Graph((Activity("a", 1, 1),), (), (("a", 1),), (("a", 1),))
    look = style(graph, metric, "activity")  # type: ignore[arg-type]
    assert b"</svg>" in layout.svg(to_dot(graph, look))
