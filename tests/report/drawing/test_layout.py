from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing import layout

if TYPE_CHECKING:
    from pathlib import Path


def test_coordinates_start_at_the_top_left() -> None:
    placed = layout.coordinates('digraph { node [shape=box] a -> b [id="e"] subgraph cluster_x { a } }')
    assert set(placed.nodes) == {"a", "b"}
    a, b = placed.nodes["a"], placed.nodes["b"]
    assert (a.width, a.height) == (54, 36)  # Graphviz' default: 0.75 by 0.5 inches.
    assert a.y + a.height < b.y
    (x, first_y), *_, (_, last_y) = placed.edges["e"]
    assert a.x < x < a.x + a.width
    assert first_y == pytest.approx(a.y + a.height, abs=1)
    assert last_y == pytest.approx(b.y, abs=1)
    assert all(box.x >= 0 and box.x + box.width <= placed.width for box in placed.nodes.values())
    assert all(box.y >= 0 and box.y + box.height <= placed.height for box in placed.nodes.values())


def test_reversed_arrow_ends_at_its_start() -> None:
    placed = layout.coordinates('digraph { node [shape=box] a -> b [id="e" dir=back] }')
    assert placed.edges["e"][0][1] == pytest.approx(placed.nodes["a"].y + 36, abs=1)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    dots = [f'digraph {{ a -> b [id="e" label="{label}"] }}' for label in ("x", "longer")]
    together, failure = layout.coordinates_of_each(dots)
    assert failure is None
    assert together == [layout.coordinates(dot) for dot in dots]
    assert together[0].labels["e"][0] != together[1].labels["e"][0]


def test_many_at_once_until_one_fails() -> None:
    done, failure = layout.coordinates_of_each(["digraph { a }", "digraph {", "digraph { b }"])
    assert [set(one.nodes) for one in done] == [{"a"}]
    assert "layout of the map failed" in str(failure)


def test_many_at_once_until_time_is_up() -> None:
    edges = " ".join(f"n{a} -> n{b};" for a in range(70) for b in range(70))
    done, failure = layout.coordinates_of_each(["digraph { a }", f"digraph {{ {edges} }}"], time_limit_s=8)
    assert len(done) == 1
    assert "within 8 s" in str(failure)


def test_same_bytes_every_time() -> None:
    dot = "digraph { a -> {b c d} -> e; e -> a }"
    assert layout.svg(dot) == layout.svg(dot)


def test_time_limit() -> None:
    with pytest.raises(layout.LayoutTooHard, match=r"within 0\.001 s") as failure:
        layout.svg("digraph { a }", time_limit_s=0.001)
    assert failure.value.hint


def test_what_graphviz_does_not_understand() -> None:
    with pytest.raises(layout.LayoutTooHard, match="layout of the map failed"):
        layout.svg("digraph {")


def test_python_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(EnvironmentFault, match="could not be started"):
        layout.svg("digraph {}")


@pytest.mark.skipif(os.name == "nt", reason="the home directory has other names there")
def test_without_a_home_to_keep_compiled_code_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/dev/null/none")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/none")
    assert b"</svg>" in layout.svg("digraph { a }")


def test_files_beside_the_child_are_not_taken_for_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # This package has a module called html, like the standard library.
    child = tmp_path / "layout_child.py"
    shutil.copy(layout._CHILD, child)
    (tmp_path / "tempfile.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.setattr(layout, "_CHILD", child)
    assert b"</svg>" in layout.svg("digraph { a }")
