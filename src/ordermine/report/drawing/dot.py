"""A directly-follows graph as DOT, the language of Graphviz.

Departments are told by colour and not by frames around their activities: an order passes the same department
several times, and frames pull those passes together until the flow can't be followed any more.

Nodes have made-up ids (n0, n1, …), because names may look like DOT. Names appear in labels and tooltips only,
escaped.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ordermine.report.drawing import palette, text
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.flow_order import reading_order
from ordermine.report.drawing.vocabulary import vocabulary

if TYPE_CHECKING:
    import graphviz

    from ordermine.discover.graph import Activity, Edge, Graph
    from ordermine.report.drawing.legend import Legend
    from ordermine.report.drawing.style import Style

FONT = "DejaVu Sans"
"""The face whose widths Graphviz knows and ``text.width`` measures; what is shown is the viewer's choice."""
NODE_SIZE = 11.0
EDGE_SIZE = 9.5
_LINE = 1.25
_NAME_ROOM = 160.0
_NAME_LINES = 3
_PADDING = 9.0
_LABEL_CHARACTERS = 200  # More than fits in any case, so that only so much is measured.
_TOOLTIP_CHARACTERS = 2000  # Graphviz takes strings of at most 16,384 bytes.
_LEGEND_CHARACTERS = 60


def to_dot(graph: Graph, look: Style, words: Legend | None = None) -> str:
    """Return `graph` as DOT: n0, n1, … for the activities in their order, e0, e1, … for the edges.

    With `words`, it is a DOT file to pass on, with title and legend. Without, it is for ``layout``: an arrow
    against the flow is then written as one along it, drawn the other way round, which looks better.
    """
    import graphviz

    dot = graphviz.Digraph(
        "process",
        graph_attr={"rankdir": "TB", "nodesep": "0.3", "ranksep": "0.35", "mclimit": "4"},
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fontname": FONT,
            "fontsize": f"{NODE_SIZE:g}",
            "fontcolor": palette.TEXT,
            "color": palette.OUTLINE,
            "fixedsize": "true",
        },
        edge_attr={
            "fontname": FONT,
            "fontsize": f"{EDGE_SIZE:g}",
            "fontcolor": palette.TEXT,
            "arrowsize": "0.6",
        },
    )
    number = {activity.name: f"n{index}" for index, activity in enumerate(graph.activities)}
    order = {name: place for place, name in enumerate(reading_order(graph))}
    for activity in sorted(graph.activities, key=lambda activity: order[activity.name]):
        dot.node(number[activity.name], id=number[activity.name], **_node(activity, look))
    for index, edge in enumerate(graph.edges):
        pair = (number[edge.source], number[edge.target])
        direction: dict[str, str] = {}
        if order[edge.source] > order[edge.target]:
            # Which activity comes first must not depend on arrows against the flow.
            pair, direction = (pair[::-1], {"dir": "back"}) if words is None else (pair, {"constraint": "false"})
        dot.edge(*pair, id=f"e{index}", **direction, **_edge(edge, look))
    _add_border(dot, "start", graph.starts, number, look)
    _add_border(dot, "end", graph.ends, number, look)
    if words is not None:
        _add_legend(dot, words)
    return str(dot.source)


def _add_border(
    dot: graphviz.Digraph, name: str, counts: tuple[tuple[str, int], ...], number: dict[str, str], look: Style
) -> None:
    """Add the start or end of cases and its arrows."""
    if not counts:
        return
    start = name == "start"
    with dot.subgraph() as rank:
        rank.attr(rank="source" if start else "sink")
        rank.node(
            name,
            id=name,
            label="",
            shape="triangle" if start else "square",
            orientation="-90" if start else "0",
            style="filled",
            fillcolor=palette.OUTLINE,
            width="0.3",
            height="0.3",
            tooltip=_lines(f"{name} of {sum(cases for _, cases in counts):,} orders"),
        )
    for activity, cases in counts:
        tooltip = _lines(f"{cases:,} orders {name} with {text.clean(activity)}")
        dot.edge(
            *((name, number[activity]) if start else (number[activity], name)),
            id=f"{name}-{number[activity]}",
            label=_label(f"{cases:,}") if look.metric == "frequency" else "",
            tooltip=tooltip,
            labeltooltip=tooltip,
            **_line(cases, None, look),
        )


def _add_legend(dot: graphviz.Digraph, words: Legend) -> None:
    dot.attr(label=_lines(words.title), labelloc="t", labeljust="l", fontname=FONT, fontsize="16")
    lines = [
        f"{scale.meaning}: {scale.low} ({scale.weak} line) to {scale.high} ({scale.strong} line)"
        for scale in words.scales
    ]
    with dot.subgraph(name="cluster_legend") as legend:
        legend.attr(label="", color=palette.BORDER_PATH)
        for index, (name, fill) in enumerate(words.swatches):
            legend.node(
                f"l{index}",
                label=_lines(text.cut(name, _LEGEND_CHARACTERS)),
                fillcolor=fill,
                fixedsize="false",
            )
        legend.node(
            "notes",
            label="".join(f"{_lines(line)}\\l" for line in (*lines, *words.notes)),
            shape="plaintext",
            style="",
            fixedsize="false",
        )
        # Nodes of one rank stand side by side; invisible edges stack them.
        for index in range(len(words.swatches)):
            after = f"l{index + 1}" if index + 1 < len(words.swatches) else "notes"
            legend.edge(f"l{index}", after, style="invis")


def _node(activity: Activity, look: Style) -> dict[str, str]:
    name = text.clean(activity.name)
    label = text.cut(name, _LABEL_CHARACTERS)
    lines = [*text.wrap(label, NODE_SIZE * text.BOLD, _NAME_ROOM, _NAME_LINES), f"{activity.events:,}"]
    widest = max(text.width(line, NODE_SIZE * text.BOLD) for line in lines)
    department = activity.name if look.level == "department" else activity.department
    tooltip = [name]
    if look.level == "activity":
        tooltip.append(text.clean(department) if department is not None else "department not recorded")
    tooltip.append(f"{activity.events:,} {vocabulary(look.level).count} in {activity.cases:,} orders")
    return {
        "label": _lines(*lines),
        "tooltip": _lines(*tooltip),
        "fillcolor": look.departments.fill(department),
        "width": f"{(widest + 2 * _PADDING) / 72:.3f}",
        "height": f"{(len(lines) * NODE_SIZE * _LINE + _PADDING) / 72:.3f}",
    }


def _edge(edge: Edge, look: Style) -> dict[str, str]:
    tooltip = _lines(
        f"{text.clean(edge.source)} → {text.clean(edge.target)}",
        f"{edge.events:,} {vocabulary(look.level).times} in {edge.cases:,} orders",
        f"median {human(edge.median_s)}, 90 % within {human(edge.p90_s)}",
    )
    return {
        "label": _label(f"{edge.events:,}" if look.metric == "frequency" else human(edge.median_s)),
        "tooltip": tooltip,
        "labeltooltip": tooltip,
        **_line(edge.events, edge.median_s if look.metric == "time" else 0.0, look),
    }


def _line(events: int, median_s: float | None, look: Style) -> dict[str, str]:
    frequency = math.sqrt(events / look.most_events)
    if median_s is None:
        colour = palette.BORDER_PATH
    elif look.metric == "frequency":
        colour = palette.strength_colour("frequency", frequency)
    else:
        share = max(median_s, 0.0) / look.longest_s if look.longest_s > 0 else 0.0
        colour = palette.strength_colour("time", math.sqrt(share))
    return {
        "penwidth": f"{palette.line_width(frequency):.2f}",
        "color": colour,
        # Strong paths are drawn short and straight.
        "weight": str(1 + round(9 * frequency)),
    }


def _label(label: str) -> str:
    # Graphviz puts a label right beside the middle of its line, however wide the line is.
    return f"  {label} "


def _lines(*lines: str) -> str:
    """Return a quoted DOT string that shows `lines` as they are."""
    import graphviz

    # Graphviz replaces character references such as &lt; in every string.
    safe = (graphviz.escape(text.cut(line, _TOOLTIP_CHARACTERS).replace("&", "&amp;")) for line in lines)
    return str(graphviz.nohtml("\\n".join(safe)))
