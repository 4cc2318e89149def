from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.errors import NotMeasurable, UsageError
from ordermine.report.drawing import layout
from ordermine.report.drawing.map_file import FORMATS, draw

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format(orders: Graph, file_format: str) -> None:
    drawn = draw(orders, file_format, title="Orders")
    assert drawn.startswith(MAGIC[file_format])
    assert draw(orders, f".{file_format.upper()}", title="Orders") == drawn


def test_unknown_wishes(orders: Graph) -> None:
    with pytest.raises(UsageError, match="unknown format of a map 'gif'"):
        draw(orders, "gif")
    with pytest.raises(UsageError, match="unknown metric"):
        draw(orders, "svg", metric="cost")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="unknown level"):
        draw(orders, "svg", level="person")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="share of paths"):
        draw(orders, "svg", paths=2)


def test_nothing_to_draw() -> None:
    with pytest.raises(NotMeasurable, match="no activity to draw"):
        draw(Graph((), ()), "svg")


def dense_graph() -> Graph:
    """Forty activities, each of which follows each."""
    names = [f"a{index:02}" for index in range(40)]
    return Graph(
        tuple(Activity(name, 9, 9) for name in names),
        tuple(Edge(source, target, 5, 5, 1.0, 1.0) for source in names for target in names),
        (("a00", 9),),
        (("a39", 9),),
    )


@pytest.mark.parametrize(("too_slow", "activities"), [(1, "40"), (2, "31")])
def test_less_is_shown_where_the_layout_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, too_slow: int, activities: str
) -> None:
    # Asked for everything; the first way out is fewer paths, the second also fewer activities: the thirty that
    # are readable and the one in which all cases end.
    real = layout.svg
    sources: list[str] = []

    def slow_at_first(dot: str, *, time_limit_s: float) -> bytes:
        sources.append(dot)
        if len(sources) <= too_slow:
            raise layout.LayoutTooHard("too slow")
        return real(dot)

    monkeypatch.setattr(layout, "svg", slow_at_first)
    drawn = draw(dense_graph(), "svg", activities=1, paths=1).decode()
    assert len(sources) == too_slow + 1
    assert "Less is shown than was asked for" in drawn
    assert f"Shown: {activities} of 40 activities" in drawn


def test_hopeless_layout(orders: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(dot: str, *, time_limit_s: float) -> bytes:
        raise layout.LayoutTooHard("too slow")

    monkeypatch.setattr(layout, "svg", never)
    with pytest.raises(layout.LayoutTooHard):
        draw(orders, "svg")


def test_same_bytes_whatever_the_surroundings() -> None:
    script = (
        "import hashlib, sys\n"
        "from ordermine.discover.graph import *\n"
        "from ordermine.report.drawing.map_file import FORMATS, draw\n"
        "names = ['Create', 'Check', 'Größe', 'Ship']\n"
        "graph = Graph(tuple(Activity(n, 4, 4, n[0]) for n in names),\n"
        "    tuple(Edge(a, b, 2, 2, 90.5, 99.0) for a in names for b in names),\n"
        "    (('Create', 4),), (('Ship', 4),))\n"
        "print([hashlib.sha256(draw(graph, f, title='T')).hexdigest() for f in FORMATS])\n"
    )
    source = str(Path(__file__).parents[3] / "src")
    surroundings = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Kolkata", "LC_ALL": "de_DE.UTF-8", "RAYON_NUM_THREADS": "1"},
    ]
    results = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **variables, "PYTHONPATH": source},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for variables in surroundings
    ]
    assert results[0] == results[1]
    assert hashlib.sha256(b"").hexdigest() not in results[0]
