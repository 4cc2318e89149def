"""One level of map, of activities or of departments, ready for the page: its drawing, its words, its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.report.drawing import layout
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.legend import percent
from ordermine.report.drawing.text import clean
from ordermine.report.drawing.vocabulary import vocabulary
from ordermine.report.map_page.canvas import to_svg
from ordermine.report.map_page.elements import NOT_RECORDED, Elements, elements_of
from ordermine.report.map_page.geometry import Placed, place, to_dot
from ordermine.report.map_page.levels import arrows, make_levels
from ordermine.report.map_page.told_routes import tell_routes

if TYPE_CHECKING:
    from ordermine.discover.map_content import Journey, MapContent
    from ordermine.report.drawing.palette import Departments
    from ordermine.report.drawing.thin import Thinned
    from ordermine.report.map_page.told_routes import ToldRoutes

PLAY_S = (240, 120, 60, 30)
"""Seconds in which the whole time of the sampled journeys plays, from slow to fast."""
PLAY_AT_FIRST = 1
"""Position in `PLAY_S`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One level of map, ready for the page."""

    content: MapContent
    elements: Elements
    first: Thinned
    """What is shown at first."""
    drawing: str
    """SVG."""
    shown: str
    """What is shown of how much, at first."""
    notes: tuple[str, ...]
    data: dict[str, Any]
    """For the page's script."""


def make_sheet(
    content: MapContent,
    departments: Departments,
    *,
    title: str,
    by_time: bool,
    activities: float | None,
    paths: float | None,
    time_limit_s: float,
) -> Sheet:
    """Lay a map out at all its levels of detail.

    Parameters
    ----------
    content
        What to draw; the graph isn't empty.
    departments
        Their colours.
    title
        What the drawing is, for readers who can't see it.
    by_time
        Whether arrows tell how long instead of how often, at first.
    activities, paths
        Shares to show at first, 0 to 1; None for as many as stay readable.
    time_limit_s
        For the layout of all levels, s. Levels that are not laid out in time are left out.

    Raises
    ------
    UsageError
        A share is not between 0 and 1.
    LayoutTooHard
        No level was laid out in time.
    """
    elements = elements_of(content.graph, departments, content.level)
    levels = make_levels(content.graph, activities, paths)
    laid_out = _lay_out([level for row in levels.rows for level in row], levels.first, elements, time_limit_s)
    rows = [kept for row in levels.rows if (kept := [level for level in row if id(level) in laid_out])]
    notes = []
    first = levels.first
    if id(first) not in laid_out:
        first = rows[-1][-1]
        notes.append("Less is shown than was asked for: the layout of that took too long.")
    place_of_first = next((r, c) for r, row in enumerate(rows) for c, level in enumerate(row) if level is first)
    drawn = sorted({number for placed in laid_out.values() for number in placed.arrows})
    data = {
        "boxes": _boxes(content, elements),
        "arrows": _arrows(elements),
        "rows": [[_level(level, laid_out[id(level)], content) for level in row] for row in rows],
        "at": place_of_first,
        **_told(tell_routes(content.routes, elements), elements),
        "ways": len(content.routes),
        "journeys": _journeys(content, elements),
    }
    drawing = to_svg(elements, drawn, laid_out[id(first)], title, by_time=by_time)
    return Sheet(content, elements, first, drawing, _shown(first, content), tuple(notes), data)


def _lay_out(levels: list[Thinned], first: Thinned, elements: Elements, time_limit_s: float) -> dict[int, Placed]:
    """Return where everything is, by the identity of the level; the first level is tried first, hard ones last."""

    def size(level: Thinned) -> int:
        return len(level.graph.activities) + arrows(level)

    by_size = sorted((level for level in levels if level is not first), key=size)
    # Without the first where that is too hard: then only with what is smaller, as the rest would be no easier.
    failure: layout.LayoutTooHard | None = None
    for order in ([first, *by_size], [level for level in by_size if size(level) < size(first)]):
        dots = [to_dot(level.graph, elements) for level in order]
        done, too_hard = layout.coordinates_of_each(dots, time_limit_s=time_limit_s)
        if done:
            return {id(level): place(found, elements) for level, found in zip(order, done, strict=False)}
        failure = too_hard or failure
    assert failure is not None
    raise failure


def _boxes(content: MapContent, elements: Elements) -> dict[str, Any]:
    """Return the numbers of the activities or departments, as columns."""
    starts, ends = dict(content.graph.starts), dict(content.graph.ends)
    activities = content.graph.activities
    return {
        "name": [box.name for box in elements.boxes],
        "department": [
            NOT_RECORDED if activity.department is None else clean(activity.department) for activity in activities
        ],
        "events": [activity.events for activity in activities],
        "orders": [activity.cases for activity in activities] + [sum(starts.values()), sum(ends.values())],
        "starts": [starts.get(activity.name, 0) for activity in activities],
        "ends": [ends.get(activity.name, 0) for activity in activities],
        "width": [box.width for box in elements.boxes],
        "height": [box.height for box in elements.boxes],
    }


def _arrows(elements: Elements) -> dict[str, Any]:
    """Return the numbers of the paths, as columns."""
    found = elements.arrows
    return {
        "source": [arrow.source for arrow in found],
        "target": [arrow.target for arrow in found],
        "events": [arrow.events for arrow in found],
        "orders": [arrow.cases for arrow in found],
        "median_s": [arrow.median_s for arrow in found],
        "p90_s": [arrow.p90_s for arrow in found],
        "median": [arrow.long_label for arrow in found],
        "p90": ["" if arrow.p90_s is None else human(arrow.p90_s) for arrow in found],
        "often": [arrow.often for arrow in found],
        "long": [arrow.long for arrow in found],
    }


def _level(level: Thinned, placed: Placed, content: MapContent) -> dict[str, Any]:
    return {
        "size": [placed.width, placed.height],
        "boxes": [[number, *corner] for number, corner in sorted(placed.boxes.items())],
        "arrows": [[number, arrow.line, arrow.head, *arrow.label] for number, arrow in placed.arrows.items()],
        "activities": f"{len(level.graph.activities):,} of {len(level.whole.activities):,}",
        "paths": f"{len(level.graph.edges):,} of {len(level.whole.edges):,}",
        "shown": _shown(level, content),
    }


def _shown(level: Thinned, content: MapContent) -> str:
    words = vocabulary(content.level)
    if level.graph == level.whole:
        return f"All {words.nodes} and all {words.paths} are shown."
    return (
        f"Shown: {percent(level.share_of_events)} of the {words.count}, "
        f"{percent(level.share_of_steps)} of {words.all_times}. What is hidden is left out, not rerouted."
    )


def _told(routes: ToldRoutes, elements: Elements) -> dict[str, Any]:
    place_of = {rank: at for at, rank in enumerate(sorted(routes.told))}
    found: dict[str, Any] = {"routes": routes.data(elements)}
    for kind, count in (("box", len(elements.boxes)), ("arrow", len(elements.arrows))):
        keys = [(kind, number) for number in range(count)]
        found[f"{kind}_routes"] = [[place_of[rank] for rank in routes.through.get(key, ())] for key in keys]
        found[f"{kind}_ways"] = [routes.count[key] for key in keys]
    return found


def _journeys(content: MapContent, elements: Elements) -> dict[str, Any] | None:
    """Return the sample of journeys; times are whole seconds from its earliest moment. None where no time passes."""
    journeys = [journey for journey in content.journeys if journey.stops]
    if not journeys:
        return None
    begin = min(journey.stops[0].arrived for journey in journeys) // 1_000_000
    last = max(journey.stops[-1].left for journey in journeys) // 1_000_000
    longest = max((journey.stops[-1].left - journey.stops[0].arrived) for journey in journeys) // 1_000_000
    if not longest:
        return None
    return {
        "begin": begin,
        "orders": [clean(journey.case_id) for journey in journeys],
        "starts": [journey.stops[0].arrived // 1_000_000 - begin for journey in journeys],
        "stops": [_stops(journey, elements) for journey in journeys],
        "of": content.cases,
        "spans": [last - begin, longest],
        "speeds": [
            [{"s": span / seconds, "text": f"{human(span / seconds)} per second"} for seconds in PLAY_S]
            for span in (last - begin, longest)
        ],
        "speed": PLAY_AT_FIRST,
    }


def _stops(journey: Journey, elements: Elements) -> list[int]:
    """Return a flat list: a box (-1 where the way is cut), the stay there, the time to the next box, and so on; s."""
    found: list[int] = []
    left = None
    for stop in journey.stops:
        # Whole seconds are subtracted, not times rounded afterwards, so that errors don't add up.
        arrived, before, left = stop.arrived // 1_000_000, left, stop.left // 1_000_000
        if before is not None:
            found.append(arrived - before)
        found += [-1 if stop.node is None else elements.number[stop.node], left - arrived]
    return found
