"""`ordermine map`: the process map as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ordermine.cli.options import Force, Reading, reading_command
from ordermine.cli.progress import Progress
from ordermine.errors import UsageError, near


def share(text: str | None, option: str) -> float | None:
    """Return a share from ``20``, ``20%`` or None.

    Raises
    ------
    UsageError
        It isn't a percentage from 0 to 100.
    """
    if text is None:
        return None
    try:
        percent = float(text.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise UsageError(f"{option} {text!r}: not a percentage from 0 to 100", hint=f"e.g. {option} 20%")
    return percent / 100


@reading_command
def map_command(
    reading: Reading,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File: .svg .png .pdf .html .dot .bpmn .pnml", metavar="FILE")
    ],
    level: Annotated[Literal["activity", "department"], typer.Option(help="What the nodes are.")] = "activity",
    metric: Annotated[Literal["frequency", "time"], typer.Option(help="What the edges tell.")] = "frequency",
    activities: Annotated[str | None, typer.Option(help="Share of the activities to show.", metavar="P%")] = None,
    paths: Annotated[str | None, typer.Option(help="Share of the paths to show.", metavar="P%")] = None,
    force: Force = False,
) -> None:
    """Draw the process map. A large map is thinned unless told otherwise, and says so.

    A map for a browser (.html) shows all levels of detail, times and departments; the options choose what it shows
    first.

    Example: ordermine map orders -o map.html
    """
    from ordermine.discover.counting import count_graph, count_variants, department_graph
    from ordermine.discover.map_content import map_content
    from ordermine.discover.model import discover_model
    from ordermine.placing import write_file
    from ordermine.report import discovered
    from ordermine.report.drawing.bpmn import bpmn_xml
    from ordermine.report.drawing.map_file import FORMATS, draw
    from ordermine.report.map_page.page import map_page
    from ordermine.targets import check_file

    suffix = output.suffix.lower().removeprefix(".")
    known = (*FORMATS, "html", "bpmn", "pnml")
    if suffix not in known:
        raise UsageError(f"{output}: no map format {output.suffix!r}", hint=near(suffix, known))
    check_file(output, force=force, inputs=reading.inputs)
    shares = share(activities, "--activities"), share(paths, "--paths")
    progress = Progress(reading.quiet)
    log = reading.open(progress)
    if suffix in ("bpmn", "pnml"):
        progress("discovering the model")
        model = discover_model([(variant.activities, variant.cases) for variant in count_variants(log)])
        contents = bpmn_xml(*model.bpmn()).encode() if suffix == "bpmn" else model.pnml().encode()
    elif suffix == "html":
        progress("counting")
        maps = map_content(log)
        progress("drawing")
        contents = map_page(
            maps,
            title=reading.name,
            subtitle=discovered.subtitle(maps[0].graph, maps[0].cases, log.manifest, log.filters.describe()),
            metric=metric,
            level=level,
            activities=shares[0],
            paths=shares[1],
        )
    else:
        progress("counting")
        graph = count_graph(log) if level == "activity" else department_graph(log)
        progress("drawing")
        contents = draw(
            graph, suffix, title=reading.name, metric=metric, level=level, activities=shares[0], paths=shares[1]
        )
    write_file(output, contents, force=force)
    progress.done()
