from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.discover.map_content import Journey, MapContent, Route, Stop
from ordermine.errors import NotMeasurable, UsageError
from ordermine.report.drawing import layout
from ordermine.report.map_page.page import make_map, map_page, source_hash

HOUR = 3_600_000_000


def content_of(graph: Graph, level: str = "activity") -> MapContent:
    """One order that takes the first steps of the graph, an hour each."""
    steps = tuple(activity.name for activity in graph.activities[:2])
    stops = tuple(Stop(name, HOUR * at, HOUR * at) for at, name in enumerate(steps))
    graph = replace(graph, starts=((steps[0], 100),), ends=((steps[-1], 100),))
    return MapContent(level, graph, (Route(steps, 100, 1.0, ("4711",)),), (Journey("4711", stops),), 100)  # type: ignore[arg-type]


def parse(page: str) -> Any:
    from lxml import html

    return html.fromstring(page)


def page_of(graph: Graph, **options: Any) -> str:
    return map_page([content_of(graph)], **options).decode()


def data_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parse(page).xpath("//script[@type='application/json']")[0].text)
    return found


def cells(table: Any) -> list[list[str]]:
    return [[cell.text_content() for cell in row] for row in table.xpath(".//tr")]


def test_policy_allows_nothing_but_its_own_style_and_script(orders: Graph) -> None:
    page = page_of(orders, title="Orders")
    policy = parse(page).xpath("//meta[@http-equiv]/@content")[0]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in ("script", "style"):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert f"{element}-src '{source_hash(content)}'" in policy


def test_hash_of_a_script() -> None:
    # The example of Content Security Policy Level 2, section 5.2.
    assert source_hash("alert('Hello, world.');") == "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="


def test_nothing_is_loaded_from_outside(orders: Graph) -> None:
    page = page_of(orders, title="Orders")
    assert set(re.findall(r"https?://[^\"' ]*", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\s(src|href|style|on\w+)=", page)


def test_tables(orders: Graph) -> None:
    root = parse(page_of(orders, title="Orders", activities=0.5, paths=1))
    activities, paths, variants = map(cells, root.iter("table"))
    assert activities[1] == ["Create", "Sales", "100", "100", "100", "0", "yes"]
    assert activities[4] == ["Release", "department not recorded", "20", "20", "0", "0", "no"]
    assert paths[1] == ["Create", "Deliver", "80", "80", "2 h", "1 d", "yes"]
    assert paths[2] == ["Block", "Release", "20", "20", "2 d 3 h", "4 d 15 h", "no"]
    assert variants[1] == ["100", "100.0 %", "Create → Deliver"]


def test_numbers_for_the_script(orders: Graph) -> None:
    data = data_of(page_of(orders))["activity"]
    assert data["boxes"]["name"] == ["Create", "Deliver", "Block", "Release", "Start", "End"]
    assert data["boxes"]["events"] == [100, 95, 20, 20]
    assert data["boxes"]["starts"] == [100, 0, 0, 0]
    arrows = data["arrows"]
    # The four edges, then start to Create and Deliver to end.
    assert list(zip(arrows["source"], arrows["target"], strict=True)) == [
        (0, 1),
        (2, 3),
        (0, 2),
        (3, 1),
        (4, 0),
        (1, 5),
    ]
    assert arrows["median_s"] == [7200.0, 183600.0, 60.0, 3600.0, None, None]
    assert arrows["p90"] == ["1 d", "4 d 15 h", "2 min", "2 h", "", ""]
    assert data["routes"] == [
        {"rank": 1, "orders": 100, "share": "100.0 %", "steps": [0, 1], "more": 0, "examples": ["4711"]}
    ]
    assert data["arrow_ways"] == [1, 0, 0, 0, 1, 1]
    # Box, stay, time to the next, box, stay.
    assert data["journeys"]["stops"] == [[0, 0, 3600, 1, 0]]
    row, column = data["at"]
    assert len(data["rows"][row][column]["arrows"]) == 6


def test_page_of_departments(orders: Graph) -> None:
    contents = [content_of(orders), content_of(orders, "department")]
    root = parse(map_page(contents, level="department").decode())
    assert root.xpath("//section/@data-level") == ["department"]
    headings = ["Activities", "Paths", "Variants", "Departments", "Handoffs", "Journeys"]
    assert [heading.text_content() for heading in root.iter("h2")] == headings
    assert root.findtext(".//title") == "Process map"


def test_as_a_part_of_another_page(orders: Graph) -> None:
    made = make_map([content_of(orders)], tables=False)
    root = parse(made.html)
    assert root.tag == "section"
    assert "<table" not in made.html
    # Every rule of the style is about the map.
    rules = re.sub(r"/\*.*?\*/", "", made.style, flags=re.DOTALL)
    selectors = [part.strip() for part in re.findall(r"([^{}]+)\{", rules) if not part.strip().startswith("@")]
    assert all(".om-" in selector for selector in selectors)


def test_names_are_text_and_nothing_else() -> None:
    name = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    graph = Graph((Activity(name, 1, 1, name), Activity("b", 1, 1)), (Edge(name, "b", 1, 1, 1.0, 1.0),))
    page = page_of(graph, title=name)
    root = parse(page)
    assert len(root.findall(".//script")) == 2
    assert not root.findall(".//img")
    shown = name.replace("\u202e", "�")
    assert root.xpath("//td[1]/bdi")[0].text == shown
    assert root.findtext(".//title") == shown
    assert data_of(page)["activity"]["boxes"]["name"][0] == shown
    assert "\u202e" not in page


def test_long_tables_say_what_they_leave_out() -> None:
    names = [f"a{index:04}" for index in range(1002)]
    graph = Graph(tuple(Activity(name, 1, 1) for name in names), (Edge(names[0], names[1], 1, 1, 1.0, 1.0),))
    page = page_of(graph, activities=0)
    assert page.count("<tr data-box") == 1000
    assert "… and 2 more, less frequent." in page


def test_nothing_to_draw(orders: Graph) -> None:
    with pytest.raises(NotMeasurable, match="no department is recorded"):
        map_page([content_of(orders)], level="department")
    with pytest.raises(NotMeasurable, match="no activity to draw"):
        map_page([MapContent("activity", Graph((), ()), (), (), 0)])
    with pytest.raises(UsageError, match="share of paths"):
        page_of(orders, paths=2)


def test_levels_that_take_too_long_are_left_out(orders: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    real = layout.coordinates_of_each
    hard = layout.LayoutTooHard("too slow")

    def rows_if(*manageable: int) -> tuple[str, Any]:
        """Return the page, and its levels, where each attempt manages only so many layouts."""
        left = list(manageable)
        monkeypatch.setattr(
            layout, "coordinates_of_each", lambda dots, **limit: (real(dots[: left.pop(0)], **limit)[0], hard)
        )
        page = page_of(orders, activities=1, paths=1)
        return page, data_of(page)["activity"]["rows"]

    _, everything = rows_if(99)
    assert sum(map(len, everything)) == 2
    page, rows = rows_if(1)
    assert rows == [[everything[-1][-1]]]
    assert "Less is shown" not in page
    # Nothing of the first attempt, which begins with what was asked for.
    page, rows = rows_if(0, 1)
    assert rows == [[everything[0][0]]]
    assert "Less is shown than was asked for" in page
    with pytest.raises(layout.LayoutTooHard):
        rows_if(0, 0)
