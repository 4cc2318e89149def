from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ordermine.discover.graph import Graph
from ordermine.errors import NotMeasurable, UsageError
from ordermine.report.drawing import layout
from ordermine.report.drawing.map_file import FORMATS, draw

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!DOCTYPE html>", "dot": b"digraph"}


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


def test_less_is_shown_where_the_layout_takes_too_long(
    orders: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = layout.svg
    sources = []

    def slow_at_first(dot: str, *, time_limit_s: float) -> bytes:
        sources.append(dot)
        if len(sources) < 3:
            raise layout.LayoutTooHard("too slow")
        return real(dot)

    monkeypatch.setattr(layout, "svg", slow_at_first)
    drawn = draw(orders, "svg", activities=1, paths=1).decode()
    assert len(sources) == 3
    assert "Less is shown than was asked for" in drawn


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
