"""The process map inside the page of the weekly report: the one place that says how it is embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.discover.counting import count_graph
from ordermine.report.drawing.map_file import draw

if TYPE_CHECKING:
    from markupsafe import Markup

    from ordermine.eventlog.log import Log


def process_map(log: Log, title: str) -> Markup:
    """Return the map of the selected orders as an SVG element.

    Parameters
    ----------
    log
        An open log that holds at least one event.
    title
        Stands above the map.
    """
    from lxml import etree
    from markupsafe import Markup

    # Parsed and written again, which leaves out the XML declaration.
    return Markup(etree.tostring(etree.fromstring(draw(count_graph(log), "svg", title=title)), encoding="unicode"))
