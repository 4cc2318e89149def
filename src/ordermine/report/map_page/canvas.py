"""The drawing of a map: every box and arrow of any level once, those of the first level in their places.

The page's script moves and hides these elements and makes none, so that a map looks the same with and without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.report.drawing import palette
from ordermine.report.drawing.svg import FONT_FAMILY
from ordermine.report.map_page.elements import LINE, NAME_SIZE, SMALL_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordermine.report.map_page.elements import Box, Elements
    from ordermine.report.map_page.geometry import Placed

_BASELINE = 0.8
"""Where letters stand, from the top of their line, as a share of the font size."""


def to_svg(elements: Elements, drawn: Iterable[int], first: Placed, title: str, *, by_time: bool) -> str:
    """Return the drawing as an SVG element.

    Parameters
    ----------
    elements
        All boxes and arrows.
    drawn
        Numbers of the arrows to draw: those of any level.
    first
        What is shown first, and where.
    title
        What the drawing is, for readers who can't see it.
    by_time
        Whether arrows tell how long instead of how often.
    """
    from lxml import etree

    root = etree.Element("svg", viewBox=f"0 0 {first.width:g} {first.height:g}")
    root.set("width", f"{first.width:g}")
    root.set("height", f"{first.height:g}")
    root.set("font-family", FONT_FAMILY)
    root.set("role", "group")
    root.set("aria-label", title)
    # Numbers come last, so that no line crosses them.
    lines, boxes, labels = (etree.SubElement(root, "g") for _ in range(3))
    for number in drawn:
        _draw_arrow(lines, labels, number, elements, first, by_time=by_time)
    for number, box in enumerate(elements.boxes):
        _draw_box(boxes, number, box, first.boxes.get(number))
    return str(etree.tostring(root, encoding="unicode"))


def _draw_arrow(lines: Any, labels: Any, number: int, elements: Elements, first: Placed, *, by_time: bool) -> None:
    from lxml import etree

    arrow, placed = elements.arrows[number], first.arrows.get(number)
    colour = arrow.long if by_time else arrow.often
    group = etree.SubElement(lines, "g", {"class": "arrow", "data-arrow": f"{number}"})
    label = etree.SubElement(labels, "text", {"class": "label", "data-arrow": f"{number}"})
    etree.SubElement(group, "title").text = arrow.tip
    width = f"{arrow.width:.1f}"
    line = etree.SubElement(group, "path", {"class": "line", "fill": "none", "stroke": colour, "stroke-width": width})
    head = etree.SubElement(group, "path", {"class": "head", "fill": colour})
    label.set("font-size", f"{SMALL_SIZE:g}")
    label.set("fill", palette.TEXT)
    # A halo keeps the number readable on top of a line.
    label.attrib.update({"stroke": "#FFFFFF", "stroke-width": "3", "paint-order": "stroke"})
    label.text = arrow.long_label if by_time else arrow.often_label
    if placed is None:
        group.set("display", "none")
        label.set("display", "none")
        return
    line.set("d", placed.line)
    head.set("d", placed.head)
    label.set("x", f"{placed.label[0]:g}")
    label.set("y", f"{placed.label[1] + SMALL_SIZE / 3:.1f}")


def _draw_box(boxes: Any, number: int, box: Box, corner: tuple[float, float] | None) -> None:
    from lxml import etree

    group = etree.SubElement(boxes, "g", {"class": "box" if box.small else "box border", "data-box": f"{number}"})
    etree.SubElement(group, "title").text = box.tip
    rounding = 5 if box.small else 10
    etree.SubElement(
        group,
        "rect",
        {
            "width": f"{box.width:g}",
            "height": f"{box.height:g}",
            "rx": f"{rounding}",
            "fill": box.fill,
            "stroke": palette.OUTLINE,
        },
    )
    colour = palette.TEXT if box.small else "#FFFFFF"
    rows = [(line, NAME_SIZE if box.small else SMALL_SIZE, "bold") for line in box.lines]
    rows += [(box.small, SMALL_SIZE, "normal")] if box.small else []
    y = (box.height - LINE * sum(size for _, size, _ in rows)) / 2
    for content, size, weight in rows:
        baseline = y + size * (LINE - 1) / 2 + size * _BASELINE
        text = etree.SubElement(group, "text", x=f"{box.width / 2:g}", y=f"{baseline:.1f}", fill=colour)
        text.set("font-size", f"{size:g}")
        text.set("font-weight", weight)
        text.set("text-anchor", "middle")
        text.text = content
        y += size * LINE
    if corner is None:
        group.set("display", "none")
    else:
        group.set("transform", f"translate({corner[0]:g} {corner[1]:g})")
