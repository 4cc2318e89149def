"""BPMN 2.0 XML with a diagram that any modeller can open: coordinates come from Graphviz, left to right.

Element and attribute names follow the OMG's BPMN 2.0.2 (formal/2013-12-09), chapter 12 for the diagram
interchange.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ordermine.discover.model_files import xml_text
from ordermine.report.drawing import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ordermine.discover.model_parts import BpmnElement, BpmnFlow

_TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "task": "task",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
}
# Sizes in pixels that modellers give new elements.
_SIZES = {"start": (36, 36), "end": (36, 36), "task": (120, 80), "xor": (50, 50), "and": (50, 50)}
_MARGIN = 40.0

_MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
_BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
_EDGES = "http://www.omg.org/spec/DD/20100524/DI"
_NAMESPACES = {None: _MODEL, "bpmndi": _DIAGRAM, "dc": _BOUNDS, "di": _EDGES}


def bpmn_xml(elements: Iterable[BpmnElement], flows: Iterable[BpmnFlow]) -> str:
    """Return a process as BPMN 2.0 XML with its diagram.

    Parameters
    ----------
    elements
        Events, tasks and gateways, each with an id of its own.
    flows
        Sequence flows between ids of elements.

    Raises
    ------
    LayoutTooHard
        The model is too large to be laid out.
    """
    from lxml import etree

    elements, flows = list(elements), list(flows)
    # Ids of the caller might be no XML names; these always are.
    node = {element.id: f"Node_{index}" for index, element in enumerate(elements)}
    number = {element.id: index for index, element in enumerate(elements)}
    pairs = [(number[flow.source], number[flow.target]) for flow in flows]
    try:
        placed = layout.coordinates(_dot(elements, pairs, "ortho"))
    except layout.LayoutTooHard:
        # Graphviz' router of right-angled lines gives up on some large diagrams.
        placed = layout.coordinates(_dot(elements, pairs, "polyline"))

    root = etree.Element(f"{{{_MODEL}}}definitions", nsmap=_NAMESPACES)
    root.set("id", "Definitions_1")
    root.set("targetNamespace", "urn:ordermine")
    process = etree.SubElement(root, f"{{{_MODEL}}}process", id="Process_1", isExecutable="false")
    incoming: dict[str, list[str]] = {element.id: [] for element in elements}
    outgoing: dict[str, list[str]] = {element.id: [] for element in elements}
    for index, flow in enumerate(flows):
        outgoing[flow.source].append(f"Flow_{index}")
        incoming[flow.target].append(f"Flow_{index}")
    for element in elements:
        item = etree.SubElement(process, f"{{{_MODEL}}}{_TAGS[element.kind]}", id=node[element.id])
        if element.name:
            item.set("name", xml_text(element.name))
        for name in incoming[element.id]:
            etree.SubElement(item, f"{{{_MODEL}}}incoming").text = name
        for name in outgoing[element.id]:
            etree.SubElement(item, f"{{{_MODEL}}}outgoing").text = name
    for index, flow in enumerate(flows):
        etree.SubElement(
            process,
            f"{{{_MODEL}}}sequenceFlow",
            id=f"Flow_{index}",
            sourceRef=node[flow.source],
            targetRef=node[flow.target],
        )

    diagram = etree.SubElement(root, f"{{{_DIAGRAM}}}BPMNDiagram", id="Diagram_1")
    plane = etree.SubElement(diagram, f"{{{_DIAGRAM}}}BPMNPlane", id="Plane_1", bpmnElement="Process_1")
    for element in elements:
        shape = etree.SubElement(plane, f"{{{_DIAGRAM}}}BPMNShape", id=f"{node[element.id]}_shape")
        shape.set("bpmnElement", node[element.id])
        if element.kind == "xor":
            shape.set("isMarkerVisible", "true")
        box = placed.nodes[node[element.id]]
        width, height = _SIZES[element.kind]
        bounds = etree.SubElement(shape, f"{{{_BOUNDS}}}Bounds")
        for name, value in (("x", box.x + _MARGIN), ("y", box.y + _MARGIN)):
            bounds.set(name, f"{value:.1f}")
        bounds.set("width", f"{width}")
        bounds.set("height", f"{height}")
    for index in range(len(flows)):
        edge = etree.SubElement(plane, f"{{{_DIAGRAM}}}BPMNEdge", id=f"Flow_{index}_edge")
        edge.set("bpmnElement", f"Flow_{index}")
        source, target = (elements[end] for end in pairs[index])
        # Straight segments are Bézier curves as well: two control points between every two corners.
        corners = list(placed.edges[f"Flow_{index}"][::3])
        corners[0] = _dock(corners[0], corners[1], placed.nodes[node[source.id]], source.kind)
        corners[-1] = _dock(corners[-1], corners[-2], placed.nodes[node[target.id]], target.kind)
        for x, y in corners:
            etree.SubElement(edge, f"{{{_EDGES}}}waypoint", x=f"{x + _MARGIN:.1f}", y=f"{y + _MARGIN:.1f}")
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return xml.decode()


def _dock(end: tuple[float, float], before: tuple[float, float], box: layout.Box, kind: str) -> tuple[float, float]:
    """Lengthen a line that ends on the border of `box` to the circle or diamond inside."""
    if kind == "task":
        return end
    x, y = end
    radius = box.width / 2
    horizontal = abs(end[1] - before[1]) < abs(end[0] - before[0])
    off_centre = min(abs(y - box.y - radius) if horizontal else abs(x - box.x - radius), radius)
    reach = off_centre if kind in ("xor", "and") else radius - math.sqrt(radius**2 - off_centre**2)
    if horizontal:
        return x + math.copysign(reach, box.x + radius - x), y
    return x, y + math.copysign(reach, box.y + radius - y)


def _dot(elements: Sequence[BpmnElement], flows: Sequence[tuple[int, int]], lines: str) -> str:
    import graphviz

    dot = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "splines": lines, "nodesep": "0.5", "ranksep": "0.6"},
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        # Without arrowheads, lines end on the borders.
        edge_attr={"arrowhead": "none"},
    )
    # Graphviz decides from the first node on which flows of a loop run backwards.
    for index, element in sorted(enumerate(elements), key=lambda item: item[1].kind != "start"):
        width, height = _SIZES[element.kind]
        dot.node(f"Node_{index}", width=f"{width / 72:.4f}", height=f"{height / 72:.4f}")
    for index, (source, target) in enumerate(flows):
        dot.edge(f"Node_{source}", f"Node_{target}", id=f"Flow_{index}")
    return str(dot.source)
