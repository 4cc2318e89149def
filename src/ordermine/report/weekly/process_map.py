"""The process map inside the page of the weekly report: the one place that says how it is embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.discover.map_content import map_content
from ordermine.report.map_page.page import make_map

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from ordermine.report.map_page.page import InteractiveMap


def process_map(log: Log, title: str) -> InteractiveMap:
    """Return the map of the selected orders' activities.

    The map of departments is left out: it counts how many orders pass between two of them, however few these are.

    Parameters
    ----------
    log
        An open log that holds at least one event.
    title
        What the map shows.
    """
    activities = [content for content in map_content(log) if content.level == "activity"]
    return make_map(activities, title=title, tables=False)
