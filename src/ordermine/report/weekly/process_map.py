"""The process map inside the page of the weekly report: the one place that says how it is embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.discover.map_content import map_content
from ordermine.errors import EnvironmentFault
from ordermine.report.map_page.page import InteractiveMap, make_map

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log


def process_map(log: Log, title: str) -> tuple[InteractiveMap, list[str]]:
    """Return the map of the selected orders' activities, and what has to be said of it.

    The map of departments is left out: it counts how many orders pass between two of them, however few these are. A map
    that can't be laid out is left out as well, as all else that the report says doesn't depend on it.

    Parameters
    ----------
    log
        An open log that holds at least one event.
    title
        What the map shows.
    """
    from markupsafe import escape

    activities = [content for content in map_content(log) if content.level == "activity"]
    try:
        return make_map(activities, title=title, tables=False), []
    except EnvironmentFault as error:
        said = f"the map is left out: {error}"
        return InteractiveMap(f'<p class="lack">{escape(said[0].upper() + said[1:])}.</p>', "", ""), [said]
