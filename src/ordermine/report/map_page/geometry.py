"""Where everything is at one level of detail: DOT for Graphviz, and what comes back as paths of SVG.

One layout serves both metrics: beside every arrow there is room for the wider of its two labels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ordermine.report.drawing import text
from ordermine.report.drawing.dot import FONT
from ordermine.report.drawing.flow_order import reading_order
from ordermine.report.map_page.elements import SMALL_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.discover.graph import Graph
    from ordermine.report.drawing.layout import Coordinates
    from ordermine.report.map_page.elements import Arrow, Elements

_ARROW_SIZE = 0.7
_HEAD_BASE = 2.2
_HEAD_SLOPE = 0.55
"""Half the width of an arrowhead is the first, plus the second times the width of its line."""


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow as SVG draws it."""

    line: str
    head: str
    """Path data."""
    label: tuple[float, float]
    """Where the label begins, at the middle of its height."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One level of detail; points from the top left corner, rounded to a tenth."""

    width: float
    height: float
    boxes: dict[int, tuple[float, float]]
    """Number of a box → its top left corner."""
    arrows: dict[int, PlacedArrow]


def to_dot(graph: Graph, elements: Elements) -> str:
    """Return `graph`, a part of the whole that `elements` are of, as DOT.

    Boxes are n0, n1, …; arrows f0, f1, …, or b0, b1, … where they are written from their head to their tail.
    """
    import graphviz

    dot = graphviz.Digraph(
        graph_attr={"rankdir": "TB", "nodesep": "0.3", "ranksep": "0.35", "mclimit": "4"},
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
        edge_attr={"fontname": FONT, "fontsize": f"{SMALL_SIZE:g}", "arrowsize": f"{_ARROW_SIZE:g}"},
    )

    def add_box(canvas: graphviz.Digraph, number: int) -> None:
        box = elements.boxes[number]
        canvas.node(f"n{number}", width=f"{box.width / 72:.4f}", height=f"{box.height / 72:.4f}")

    order = [elements.number[name] for name in reading_order(graph)]
    place = {number: at for at, number in enumerate([elements.start, *order, elements.end])}
    for number in order:
        add_box(dot, number)
    for borders, number, rank in ((graph.starts, elements.start, "source"), (graph.ends, elements.end, "sink")):
        if borders:
            with dot.subgraph() as alone:
                alone.attr(rank=rank)
                add_box(alone, number)
    for index in shown_arrows(graph, elements):
        arrow = elements.arrows[index]
        back = place[arrow.source] > place[arrow.target]
        # Which box comes first must not depend on arrows against the flow.
        pair = (arrow.target, arrow.source) if back else (arrow.source, arrow.target)
        dot.edge(
            *(f"n{number}" for number in pair),
            id=f"{'b' if back else 'f'}{index}",
            dir="back" if back else "forward",
            # Graphviz puts a label right beside the middle of its line, however wide the line is.
            label=_room(arrow),
            # Strong paths are drawn short and straight.
            weight=str(1 + round(9 * math.sqrt(arrow.events / elements.most))),
            penwidth=f"{arrow.width:.2f}",
        )
    return str(dot.source)


def shown_arrows(graph: Graph, elements: Elements) -> list[int]:
    """Return the numbers of the arrows that `graph` shows, ascending."""
    number = elements.number
    pairs = [(number[edge.source], number[edge.target]) for edge in graph.edges]
    pairs += [(elements.start, number[name]) for name, _ in graph.starts]
    pairs += [(number[name], elements.end) for name, _ in graph.ends]
    return sorted(elements.arrow[pair] for pair in pairs)


def _room(arrow: Arrow) -> str:
    """Return a label that is as wide as the wider of the arrow's two, with a little air."""
    wider = max(arrow.often_label, arrow.long_label, key=lambda label: text.width(label, SMALL_SIZE))
    return f"  {wider} "


def place(coordinates: Coordinates, elements: Elements) -> Placed:
    """Return what Graphviz made of ``to_dot`` as paths of SVG."""
    boxes = {int(name[1:]): (_tenth(box.x), _tenth(box.y)) for name, box in coordinates.nodes.items()}
    arrows = {}
    for name, points in sorted(coordinates.edges.items(), key=lambda item: int(item[0][1:])):
        *curve, tip = points if name.startswith("f") else reversed(points)
        number = int(name[1:])
        arrow = elements.arrows[number]
        x, y = coordinates.labels[name]
        # Graphviz keeps labels to the right of their lines; there they begin, however short they are.
        left = x - text.width(_room(arrow), SMALL_SIZE) / 2 + text.width(" ", SMALL_SIZE) + arrow.width / 2
        arrows[number] = PlacedArrow(_line(curve), _head(curve[-1], tip, arrow.width), (_tenth(left), _tenth(y)))
    return Placed(math.ceil(coordinates.width), math.ceil(coordinates.height), boxes, arrows)


def _line(points: Sequence[tuple[float, float]]) -> str:
    """Return cubic Bézier curves as path data: absolute where they begin, then relative, which is shorter."""
    # Differences of rounded numbers, so that errors don't add up.
    rounded = [(round(x * 10), round(y * 10)) for x, y in points]
    numbers: list[int] = []
    for first in range(1, len(rounded), 3):
        x0, y0 = rounded[first - 1]
        numbers += [value for x, y in rounded[first : first + 3] for value in (x - x0, y - y0)]
    return f"M{_joined(rounded[0])}c{_joined(numbers)}"


def _head(end: tuple[float, float], tip: tuple[float, float], line_width: float) -> str:
    """Return the triangle from where the line ends to the tip of the arrow as path data."""
    x, y = tip[0] - end[0], tip[1] - end[1]
    half = (_HEAD_BASE + _HEAD_SLOPE * line_width) / (math.hypot(x, y) or 1.0)
    corners = (tip, (end[0] - y * half, end[1] + x * half), (end[0] + y * half, end[1] - x * half))
    rounded = [(round(x * 10), round(y * 10)) for x, y in corners]
    differences = [
        value for before, after in pairwise(rounded) for value in (after[0] - before[0], after[1] - before[1])
    ]
    return f"M{_joined(rounded[0])}l{_joined(differences)}z"


def _joined(tenths: Sequence[int]) -> str:
    """Return numbers, given in tenths, one after the other; a minus sign separates as well as a blank."""
    return " ".join(f"{value / 10:g}" for value in tenths).replace(" -", "-")


def _tenth(value: float) -> float:
    # Adding nothing turns -0.0 into 0.0.
    return round(value, 1) + 0.0
