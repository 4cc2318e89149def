"""A process map as one HTML page: drawing with pan and zoom, and its numbers as tables; nothing external."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.report.drawing import svg
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.text import clean
from ordermine.report.drawing.vocabulary import vocabulary

if TYPE_CHECKING:
    from ordermine.discover.graph import Activity, Edge
    from ordermine.report.drawing.legend import Legend
    from ordermine.report.drawing.style import Level
    from ordermine.report.drawing.thin import Thinned

_FOLDER = Path(__file__).parent
_MOST_ROWS = 1000
_LEGEND_WIDTH = 900.0


def to_html(graphviz_svg: bytes, words: Legend, thinned: Thinned, level: Level) -> bytes:
    """Return the page.

    Parameters
    ----------
    graphviz_svg
        What Graphviz made of ``dot.to_dot``.
    words
        Title and legend.
    thinned
        The graph as drawn and as a whole; the tables list the whole, at most 1,000 rows each.
    level
        What the nodes are.
    """
    from jinja2 import Environment, StrictUndefined
    from lxml import etree
    from markupsafe import Markup

    script = (_FOLDER / "map_page.js").read_text(encoding="utf-8")
    style = (_FOLDER / "map_page.css").read_text(encoding="utf-8")
    whole = thinned.whole
    shown = set(thinned.graph.activities)
    shown_paths = set(thinned.graph.edges)
    starts, ends = dict(whole.starts), dict(whole.ends)

    def activity_row(activity: Activity) -> dict[str, Any]:
        return {
            "name": clean(activity.name),
            "department": clean(activity.department) if activity.department is not None else "not recorded",
            "events": f"{activity.events:,}",
            "cases": f"{activity.cases:,}",
            "starts": f"{starts.get(activity.name, 0):,}",
            "ends": f"{ends.get(activity.name, 0):,}",
            "shown": activity in shown,
        }

    def path_row(edge: Edge) -> dict[str, Any]:
        return {
            "source": clean(edge.source),
            "target": clean(edge.target),
            "events": f"{edge.events:,}",
            "cases": f"{edge.cases:,}",
            "median": human(edge.median_s),
            "p90": human(edge.p90_s),
            "shown": edge in shown_paths,
        }

    def inline(picture: bytes) -> Markup:
        # Parsed and written again, which leaves out the XML declaration.
        return Markup(etree.tostring(etree.fromstring(picture), encoding="unicode"))

    title = words.title or "Process map"
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    template = environment.from_string((_FOLDER / "map_page.html").read_text(encoding="utf-8"))
    page = template.render(
        # Nothing but this style and this script, known by their content, may act on the page.
        policy=(
            f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        title=title,
        style=Markup(style),
        script=Markup(script),
        drawing=inline(svg.map_alone(graphviz_svg, title)),
        legend=inline(svg.legend_alone(words, _LEGEND_WIDTH)),
        words=vocabulary(level),
        with_departments=level == "activity",
        activities=[activity_row(activity) for activity in whole.activities[:_MOST_ROWS]],
        more_activities=f"{len(whole.activities) - _MOST_ROWS:,}" if len(whole.activities) > _MOST_ROWS else "",
        paths=[path_row(edge) for edge in whole.edges[:_MOST_ROWS]],
        more_paths=f"{len(whole.edges) - _MOST_ROWS:,}" if len(whole.edges) > _MOST_ROWS else "",
    )
    return page.encode()


def _hash(content: str) -> str:
    """Return the source expression of Content Security Policy Level 3, section 2.3.1, for inline content."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
