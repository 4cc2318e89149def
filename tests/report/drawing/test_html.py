from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.report.drawing.map_file import draw


def parse(page: str) -> Any:
    from lxml import html

    return html.fromstring(page)


def page_of(graph: Graph, **options: object) -> str:
    return draw(graph, "html", **options).decode()  # type: ignore[arg-type]


def test_policy_allows_nothing_but_its_own_style_and_script(orders: Graph) -> None:
    page = page_of(orders, title="Orders")
    policy = parse(page).xpath("//meta[@http-equiv]/@content")[0]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in ("script", "style"):
        content = re.findall(f"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_nothing_is_loaded_from_outside(orders: Graph) -> None:
    page = page_of(orders, title="Orders")
    assert re.findall(r"https?://[^\"' ]*", page) == ["http://www.w3.org/2000/svg"] * 2
    assert not re.search(r"\s(src|href|style|on\w+)=", page)


def test_tables(orders: Graph) -> None:
    root = parse(page_of(orders, title="Orders", activities=0.5, paths=1))
    activities, paths = (
        [[cell.text_content() for cell in row] for row in table.xpath(".//tr")] for table in root.iter("table")
    )
    assert activities[1] == ["Create", "Sales", "100", "100", "100", "0", "yes"]
    assert activities[4] == ["Release", "not recorded", "20", "20", "0", "5", "no"]
    assert paths[1] == ["Create", "Deliver", "80", "80", "2 h", "1 d", "yes"]
    assert paths[2] == ["Block", "Release", "20", "20", "2 d 3 h", "4 d 15 h", "no"]


def test_department_page(orders: Graph) -> None:
    root = parse(page_of(orders, level="department"))
    assert [heading.text_content() for heading in root.iter("h2")] == ["Departments", "Handoffs"]
    assert root.xpath("//th")[0].text_content() == "Department"
    assert "The department is the one" not in root.text_content()
    assert root.findtext(".//title") == "Process map"


def test_names_are_text_and_nothing_else() -> None:
    name = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"
    graph = Graph((Activity(name, 1, 1, name),), (Edge(name, name, 1, 1, 1.0, 1.0),), ((name, 1),), ((name, 1),))
    page = page_of(graph, title=name)
    root = parse(page)
    assert len(root.findall(".//script")) == 1
    assert not root.findall(".//img")
    shown = name.replace("\u202e", "�")
    assert root.xpath("//td[1]/bdi")[0].text == shown
    assert root.findtext(".//title") == shown
    assert "\u202e" not in page


def test_long_tables_say_what_they_leave_out() -> None:
    names = [f"a{index:04}" for index in range(1002)]
    graph = Graph(tuple(Activity(name, 1, 1) for name in names), (), ((names[0], 1),), ())
    page = page_of(graph, activities=0)
    assert page.count("<tr") == 1 + 1000 + 1
    assert "… and 2 more, less frequent." in page
