"""The files that `discover -o` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing.bpmn import bpmn_xml
from ordermine.report.drawing.map_file import draw
from ordermine.report.map_page.page import map_page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ordermine.discover.map_content import MapContent
    from ordermine.discover.process import Process


def process_files(
    process: Process, contents: Sequence[MapContent], title: str, subtitle: str
) -> tuple[dict[str, bytes], list[str]]:
    """Return file name → contents, maps and the model in every notation it has; and what couldn't be laid out.

    Parameters
    ----------
    process
        What was discovered.
    contents
        What ``map_content`` found.
    title, subtitle
        Name of the log; what it is and what of it is selected.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []

    def draw_if_possible(name: str, drawn: Callable[[], bytes]) -> None:
        try:
            files[name] = drawn()
        except EnvironmentFault as error:
            notes.append(f"{name} is left out: {error}")

    draw_if_possible("map.svg", lambda: draw(process.graph, "svg", title=title))
    draw_if_possible("map.html", lambda: map_page(contents, title=title, subtitle=subtitle))
    draw_if_possible("model.bpmn", lambda: bpmn_xml(*process.model.bpmn()).encode())
    files["model.pnml"] = process.model.pnml().encode()
    departments = next((content.graph for content in contents if content.level == "department"), None)
    if departments is not None:
        draw_if_possible("departments.svg", lambda: draw(departments, "svg", title=title, level="department"))
    tree = process.model.ptml()
    if tree is not None:
        files["model.ptml"] = tree.encode()
    return files, notes
