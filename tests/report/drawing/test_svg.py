from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing import layout, svg
from ordermine.report.drawing.dot import to_dot
from ordermine.report.drawing.legend import Legend, legend
from ordermine.report.drawing.style import style
from ordermine.report.drawing.thin import Thinned

if TYPE_CHECKING:
    from ordermine.discover.graph import Graph

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("svg", "g", "title", "text", "path", "polygon", "polyline", "ellipse", "rect")
ALLOWED = {f"{SVG}{name}" for name in NAMES}
NO_WORDS = Legend("", (), (), ())


def parse(picture: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(picture)


def wrapped(content: str) -> bytes:
    """A picture as Graphviz writes it, with `content` as its only node."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' viewBox="0.00 0.00 100.00 50.00"><g class="graph" transform="scale(1 1) rotate(0) translate(4 46)">'
        f'<g id="n0" class="node"><title>n0</title>{content}</g></g></svg>'
    ).encode()


def test_map_with_words_around_it(orders: Graph) -> None:
    look = style(orders, "frequency", "activity")
    words = legend("Orders & more", Thinned(orders, orders), look)
    root = parse(svg.finish(layout.svg(to_dot(orders, look)), words))
    assert {element.tag for element in root.iter()} <= ALLOWED
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts[0] == "Orders & more"
    assert {"Create", "100", "80", "Sales", "department not recorded"} <= set(texts)
    assert "All 4 activities and 4 paths are shown." in texts
    titles = {group.get("id"): group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g") if group.get("id")}
    assert titles["n0"] == "Create\nSales\n100 events in 100 orders"
    assert titles["e0"] == titles["e0-label"] == "Create → Deliver\n80 times in 80 orders\nmedian 2 h, 90 % within 1 d"
    assert titles["start"] == "start of 100 orders"
    assert titles["end-n3"] == "5 orders end with Release"


def test_everything_lies_within_the_view(orders: Graph) -> None:
    look = style(orders, "frequency", "activity")
    picture = layout.svg(to_dot(orders, look))
    width, height = svg.size(svg.finish(picture, legend("T", Thinned(orders, orders), look)))
    _, _, map_width, map_height = (float(number) for number in parse(picture).get("viewBox").split())
    assert width >= map_width + 32
    assert height > map_height + 16 + 32


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<a xlink:href="javascript:alert(1)"><text x="1" y="1">x</text></a>',
        '<image xlink:href="http://example.org/x.png"/>',
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="x"/></foreignObject>',
        '<text x="1" y="1" onclick="alert(1)" style="fill:url(http://example.org)">x</text>',
        '<path d="M0,0" fill="url(#x)" stroke="url(http://example.org)" filter="url(#f)"/>',
        '<style>@import "http://example.org"</style><use href="#n0"/>',
    ],
)
def test_only_what_is_known_to_be_safe_is_copied(content: str) -> None:
    finished = svg.finish(wrapped(content), NO_WORDS)
    root = parse(finished)
    assert {element.tag for element in root.iter()} <= ALLOWED
    for element in root.iter():
        for name, value in element.attrib.items():
            assert "href" not in name
            assert not name.startswith("on")
            assert name != "style"
            assert "url(" not in value
    assert b"example.org" not in finished
    assert b"alert" not in finished


def test_no_version_or_comment(orders: Graph) -> None:
    finished = svg.finish(layout.svg(to_dot(orders, style(orders, "time", "activity"))), NO_WORDS)
    assert b"<!--" not in finished
    assert b"raphviz" not in finished


def test_entities_are_not_expanded() -> None:
    doctype = b'<!DOCTYPE svg [<!ENTITY x "EXPANDED">]>'
    assert b"EXPANDED" not in svg.finish(doctype + wrapped('<text x="0" y="0">&x;</text>'), NO_WORDS)


def test_picture_that_is_not_understood() -> None:
    with pytest.raises(EnvironmentFault, match="not understood"):
        svg.finish(b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', NO_WORDS)


def test_legend_wraps_and_keeps_full_names() -> None:
    words = Legend("", tuple((f"{'Department ' * 20}{i}", "#77AADD") for i in range(3)), (), ("note " * 60,))
    finished = svg.finish(wrapped('<text x="0" y="0">x</text>'), words)
    root = parse(finished)
    swatches = [element for element in root.iter(f"{SVG}rect") if element.get("rx")]
    assert len({element.get("y") for element in swatches}) == 3
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert titles == [f"{'Department ' * 20}{i}" for i in range(3)]
    lowest = max(float(element.get("y")) for element in root.iter(f"{SVG}text"))
    assert lowest < svg.size(finished)[1]
