"""The interactive map as a page of its own, or as a part of another page.

``make_map`` takes what ``discover.map_content`` found through levels → elements → geometry → canvas, told_routes →
sheet; ``map_page`` puts the result into a page. A page that embeds the map writes `InteractiveMap.html` where the map
is to stand, its `style` and `script` once each, and allows both in its Content-Security-Policy by `source_hash`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.errors import NotMeasurable
from ordermine.parallel import ordered_map
from ordermine.report.drawing import palette
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.text import clean, cut
from ordermine.report.drawing.vocabulary import vocabulary
from ordermine.report.map_page.sheet import Sheet, make_sheet
from ordermine.report.table import share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template
    from markupsafe import Markup

    from ordermine.discover.map_content import MapContent
    from ordermine.report.drawing.style import Level, Metric

_FOLDER = Path(__file__).parent
TIME_LIMIT_S = 60.0
"""For all layouts of one level; far more than they take, because what is left out for time depends on the machine."""
_MOST_ROWS = 1000
_READABLE_DEPARTMENTS = 12
_TITLE_CHARACTERS = 300
_TOLD_ROUTES = 10
_STEPS = 40
"""Routes in the table, and steps of each."""


@dataclass(frozen=True, slots=True)
class InteractiveMap:
    """The map as parts of a page. Works as a drawing with tables where scripts don't run."""

    html: str
    """One element, data included: goes anywhere into a body, once per page."""
    style: str
    """Content of a style element; touches nothing but the map."""
    script: str
    """Content of a script element, which comes after the map."""


def make_map(
    contents: Sequence[MapContent],
    *,
    title: str = "",
    level: Level = "activity",
    metric: Metric = "frequency",
    activities: float | None = None,
    paths: float | None = None,
    tables: bool = True,
    time_limit_s: float = TIME_LIMIT_S,
) -> InteractiveMap:
    """Make the interactive map.

    Parameters
    ----------
    contents
        What ``map_content`` found. The department level may be missing. Nothing is suppressed here: whoever shows the
        map where small cells must not be seen passes contents without them.
    title
        What the map shows.
    level
        What is shown first: ``activity`` or ``department``.
    metric
        What arrows tell first: ``frequency`` (how often) or ``time`` (how long).
    activities, paths
        Shares of the nodes and paths of `level` to show first, 0 to 1; None for as many as stay readable.
    tables
        Whether all numbers follow as tables, at most 1,000 rows each.
    time_limit_s
        For all layouts of one level, s; what isn't laid out in time can't be chosen.

    Raises
    ------
    UsageError
        A share is not between 0 and 1.
    NotMeasurable
        There is nothing to draw.
    LayoutTooHard
        Not even the smallest map was laid out in time.
    """
    drawable = [content for content in contents if content.graph.activities]
    if level not in [content.level for content in drawable]:
        raise NotMeasurable(
            f"there is no {level} to draw: "
            + ("no case is selected" if level == "activity" else "no department is recorded"),
            hint="check the filters: --from, --to, --where"
            if level == "activity"
            else "name the column of the department when ingesting, or draw the activities",
        )
    departments = _colours(drawable)

    def sheet(content: MapContent) -> Sheet:
        asked = content.level == level
        share = activities if asked else None
        if share is None and content.level == "department":
            # Every department may hand over to every other; beyond a dozen, nobody can follow that at first sight.
            share = min(1.0, _READABLE_DEPARTMENTS / len(content.graph.activities))
        return make_sheet(
            content,
            departments,
            title=f"{cut(clean(title), _TITLE_CHARACTERS) or 'Process map'}: {vocabulary(content.level).nodes}",
            by_time=metric == "time",
            activities=share,
            paths=paths if asked else None,
            time_limit_s=time_limit_s,
        )

    # Side by side: most of the time is spent in the processes that lay out.
    sheets = list(ordered_map(sheet, drawable, len(drawable)))
    html = _template("map.html").render(
        level=level,
        metric=metric,
        sheets=[_described(one) for one in sheets],
        swatches=[(clean(name), fill) for name, fill in departments.legend()],
        scale_often=_samples("frequency"),
        scale_long=_samples("time"),
        data=_data_block({one.content.level: one.data for one in sheets}),
        tables=tables,
    )
    return InteractiveMap(str(html), _asset("map.css"), _script())


def map_page(contents: Sequence[MapContent], *, title: str = "", subtitle: str = "", **options: Any) -> bytes:
    """Return a page of its own that shows the map.

    Parameters
    ----------
    contents, title, options
        See ``make_map``.
    subtitle
        Stands below the title: what the log is and what of it is selected.
    """
    from markupsafe import Markup

    made = make_map(contents, title=title, **options)
    style = made.style + _asset("page.css")
    page = _template("page.html").render(
        title=cut(clean(title), _TITLE_CHARACTERS) or "Process map",
        subtitle=clean(subtitle),
        # Nothing but this style and this script, known by their content, may act on the page.
        policy=(
            f"default-src 'none'; script-src '{source_hash(made.script)}'; style-src '{source_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        style=Markup(style),
        script=Markup(made.script),
        map=Markup(made.html),
    )
    return str(page).encode()


def source_hash(content: str) -> str:
    """Return the source expression of Content Security Policy Level 3, section 2.3.1, for inline content."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _colours(contents: Sequence[MapContent]) -> palette.Departments:
    """Return the colours of the activities' departments as in every picture of this log, then of further ones."""
    ranked = [department for content in contents for department in palette.rank_departments(content.graph)]
    return palette.give_fills(
        list(dict.fromkeys(ranked)),
        any(activity.department is None for content in contents for activity in content.graph.activities),
    )


def _described(sheet: Sheet) -> dict[str, Any]:
    """Return what the template says of one level of map."""
    from markupsafe import Markup

    graph, elements = sheet.content.graph, sheet.elements
    shown, shown_paths = set(sheet.first.graph.activities), set(sheet.first.graph.edges)
    boxes, arrows = sheet.data["boxes"], elements.arrows
    routes = sheet.content.routes
    return {
        "level": sheet.content.level,
        "words": vocabulary(sheet.content.level),
        "drawing": Markup(sheet.drawing),
        "shown": sheet.shown,
        "notes": sheet.notes,
        "most": f"{elements.most:,}",
        "longest": human(elements.longest_s),
        "boxes": [
            {
                "number": number,
                "name": boxes["name"][number],
                "department": boxes["department"][number],
                **{key: f"{boxes[key][number]:,}" for key in ("events", "orders", "starts", "ends")},
                "shown": activity in shown,
            }
            for number, activity in enumerate(graph.activities[:_MOST_ROWS])
        ],
        "more_boxes": max(len(graph.activities) - _MOST_ROWS, 0),
        "arrows": [
            {
                "number": number,
                "source": boxes["name"][arrows[number].source],
                "target": boxes["name"][arrows[number].target],
                "events": f"{edge.events:,}",
                "orders": f"{edge.cases:,}",
                "median": human(edge.median_s),
                "p90": human(edge.p90_s),
                "shown": edge in shown_paths,
            }
            for number, edge in enumerate(graph.edges[:_MOST_ROWS])
        ],
        "more_arrows": max(len(graph.edges) - _MOST_ROWS, 0),
        "routes": [
            {
                "orders": f"{route.cases:,}",
                "share": share_text(route.share),
                "steps": " → ".join("(not recorded)" if step is None else clean(step) for step in route.steps[:_STEPS])
                + (f" → … {len(route.steps) - _STEPS:,} more" if len(route.steps) > _STEPS else ""),
            }
            for route in routes[:_TOLD_ROUTES]
        ],
        "more_routes": max(len(routes) - _TOLD_ROUTES, 0),
    }


def _samples(metric: Metric) -> list[dict[str, str]]:
    """Return lines from weak to strong for the legend."""
    steps = [step / 4 for step in range(5)]
    return [
        {
            "colour": palette.strength_colour(metric, step),
            "width": f"{palette.line_width(step):.1f}" if metric == "frequency" else "3",
        }
        for step in steps
    ]


def _data_block(data: dict[str, Any]) -> Markup:
    """Return JSON that can't end the element it is in."""
    from markupsafe import Markup

    return Markup(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c"))


def _template(name: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_asset(name))


@cache
def _script() -> str:
    """Return the files of the script, in the order of their names, as one."""
    parts = [path.read_text(encoding="utf-8") for path in sorted((_FOLDER / "script").glob("*.js"))]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
