"""A process map as a file, in any format: start here.

``draw`` takes a graph through the other modules in this order: thin → dot → layout → svg → png or pdf.
For a map in a browser see ``map_page``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ordermine.errors import NotMeasurable, UsageError, near
from ordermine.report.drawing import dot, layout, svg
from ordermine.report.drawing.layout import LayoutTooHard
from ordermine.report.drawing.legend import Legend, legend
from ordermine.report.drawing.pdf import to_pdf
from ordermine.report.drawing.png import to_png
from ordermine.report.drawing.style import Level, Metric, style
from ordermine.report.drawing.thin import thin

if TYPE_CHECKING:
    from ordermine.discover.graph import Graph

FORMATS: Final = ("svg", "png", "pdf", "dot")


def draw(
    graph: Graph,
    file_format: str,
    *,
    title: str = "",
    metric: Metric = "frequency",
    level: Level = "activity",
    activities: float | None = None,
    paths: float | None = None,
    time_limit_s: float = layout.TIME_LIMIT_S,
) -> bytes:
    """Draw a process map.

    Parameters
    ----------
    graph
        What to draw; with level ``department``, the graph of visits and handoffs.
    file_format
        ``svg``, ``png``, ``pdf`` or ``dot``, with or without a leading dot.
    title
        Stands above the map.
    metric
        What numbers and colours of the paths tell: ``frequency`` (how often) or ``time`` (median time
        between).
    level
        What the nodes of `graph` are.
    activities, paths
        Shares to show, 0 to 1 (see ``thin``); None shows as many as stay readable.
    time_limit_s
        For each attempt to lay out the map, in seconds; after the first, less is shown, and the map says so.

    Returns
    -------
    bytes
        The file, the same for the same input.

    Raises
    ------
    UsageError
        Unknown format, metric or level, or a share outside 0 to 1.
    NotMeasurable
        There is nothing to draw.
    LayoutTooHard
        Even the smallest map was not laid out in time.
    """
    wanted = file_format.removeprefix(".").lower()
    _check("format of a map", wanted, FORMATS)
    _check("metric", metric, ("frequency", "time"))
    _check("level", level, ("activity", "department"))
    if not graph.activities:
        raise NotMeasurable(
            f"there is no {level} to draw: no case is selected",
            hint="check the filters: --from, --to, --where",
        )
    if wanted == "dot":
        thinned = thin(graph, activities, paths)
        look = style(thinned.graph, metric, level)
        return dot.to_dot(thinned.graph, look, legend(title, thinned, look)).encode()
    picture, words = _lay_out(graph, title, metric, level, activities, paths, time_limit_s)
    drawing = svg.finish(picture, words)
    if wanted == "png":
        return to_png(drawing)
    if wanted == "pdf":
        return to_pdf(drawing, words.title)
    return drawing


def _lay_out(
    graph: Graph,
    title: str,
    metric: Metric,
    level: Level,
    activities: float | None,
    paths: float | None,
    time_limit_s: float,
) -> tuple[bytes, Legend]:
    """Lay out the map; where that takes too long, with as much on it as is readable, then with the least."""
    failure: LayoutTooHard | None = None
    smallest = math.inf
    for shares in ((activities, paths), (activities, None), (None, None), (activities, 0.0), (None, 0.0)):
        thinned = thin(graph, *shares)
        size = len(thinned.graph.activities) + len(thinned.graph.edges)
        if size >= smallest:
            continue
        smallest = size
        look = style(thinned.graph, metric, level)
        notes = ("Less is shown than was asked for: the layout of that took too long.",) if failure else ()
        try:
            picture = layout.svg(dot.to_dot(thinned.graph, look), time_limit_s=time_limit_s)
        except LayoutTooHard as error:
            failure = error
            continue
        return picture, legend(title, thinned, look, notes)
    assert failure is not None
    raise failure


def _check(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UsageError(f"unknown {what} {value!r}", hint=near(value, known))
