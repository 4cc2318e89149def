from __future__ import annotations

import functools
import itertools
from typing import Any

import pytest

from ordermine.discover.model_parts import BpmnElement, BpmnFlow
from ordermine.report.drawing import layout
from ordermine.report.drawing.bpmn import bpmn_xml

HOSTILE = 'a < b & "c"\x00'


def loop() -> tuple[list[BpmnElement], list[BpmnFlow]]:
    """Start, a task that may be repeated, two tasks side by side, end."""
    elements = [
        BpmnElement("s", "start"),
        BpmnElement("join", "xor"),
        BpmnElement("check", "task", HOSTILE),
        BpmnElement("split", "xor"),
        BpmnElement("fork", "and"),
        BpmnElement("ship", "task", "Ship"),
        BpmnElement("bill", "task", "Bill"),
        BpmnElement("sync", "and"),
        BpmnElement("e", "end"),
    ]
    pairs = "s-join join-check check-split split-join split-fork fork-ship fork-bill ship-sync bill-sync sync-e"
    flows = [BpmnFlow(f"{n} #", *pair.split("-")) for n, pair in enumerate(pairs.split())]
    return elements, flows


@functools.cache
def drawn() -> str:
    return bpmn_xml(*loop())


def parse(xml: str) -> Any:
    from lxml import etree

    return etree.fromstring(xml.encode())


def boxes(root: Any) -> dict[str, tuple[float, float, float, float]]:
    return {
        shape.get("bpmnElement"): tuple(float(shape[0].get(name)) for name in ("x", "y", "width", "height"))  # type: ignore[misc]
        for shape in root.iter("{*}BPMNShape")
    }


def waypoints(root: Any) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.get("bpmnElement"): [(float(point.get("x")), float(point.get("y"))) for point in edge]
        for edge in root.iter("{*}BPMNEdge")
    }


def test_elements_and_flows() -> None:
    root = parse(drawn())
    process = root.find("{*}process")
    kinds = [element.tag.rpartition("}")[2] for element in process]
    assert kinds[:9] == [
        "startEvent",
        "exclusiveGateway",
        "task",
        "exclusiveGateway",
        "parallelGateway",
        "task",
        "task",
        "parallelGateway",
        "endEvent",
    ]
    assert kinds[9:] == ["sequenceFlow"] * 10
    assert process[2].get("name") == 'a < b & "c"␀'
    join = process[1]
    assert [child.text for child in join.iter("{*}incoming")] == ["Flow_0", "Flow_3"]
    assert [child.text for child in join.iter("{*}outgoing")] == ["Flow_1"]


def test_references_resolve() -> None:
    root = parse(drawn())
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for name in ("sourceRef", "targetRef", "bpmnElement"):
        assert {element.get(name) for element in root.iter() if element.get(name)} <= set(ids)
    assert set(boxes(root)) | set(waypoints(root)) == {
        element.get("id") for element in root.find("{*}process") if element.get("id")
    }


def test_shapes_do_not_overlap_and_lie_in_view() -> None:
    placed = list(boxes(parse(drawn())).values())
    assert all(x >= 0 and y >= 0 for x, y, _, _ in placed)
    for (x1, y1, w1, h1), (x2, y2, w2, h2) in itertools.combinations(placed, 2):
        assert x1 + w1 <= x2 or x2 + w2 <= x1 or y1 + h1 <= y2 or y2 + h2 <= y1


def test_left_to_right() -> None:
    placed = boxes(parse(drawn()))
    x = [placed[f"Node_{index}"][0] for index in (0, 1, 2, 3, 4, 5, 7, 8)]
    assert x == sorted(x)


def test_lines_run_from_shape_to_shape() -> None:
    elements, flows = loop()
    root = parse(drawn())
    placed, lines = boxes(root), waypoints(root)
    number = {element.id: index for index, element in enumerate(elements)}
    kinds = {f"Node_{index}": element.kind for index, element in enumerate(elements)}
    for index, flow in enumerate(flows):
        points = lines[f"Flow_{index}"]
        assert len(points) >= 2
        assert all(x >= 0 and y >= 0 for x, y in points)
        for end, node in ((points[0], number[flow.source]), (points[-1], number[flow.target])):
            x, y, width, height = placed[f"Node_{node}"]
            right, down = abs(end[0] - x - width / 2), abs(end[1] - y - height / 2)
            kind = kinds[f"Node_{node}"]
            # On the border: of a box, a diamond, a circle.
            if kind == "task":
                assert max(right / (width / 2), down / (height / 2)) == pytest.approx(1, abs=0.05)
            elif kind in ("xor", "and"):
                assert right + down == pytest.approx(width / 2, abs=1.5)
            else:
                assert (right**2 + down**2) ** 0.5 == pytest.approx(width / 2, abs=1.5)


def test_flow_to_itself() -> None:
    elements = [BpmnElement("s", "start"), BpmnElement("t", "task", "T"), BpmnElement("e", "end")]
    flows = [BpmnFlow("1", "s", "t"), BpmnFlow("2", "t", "t"), BpmnFlow("3", "t", "e")]
    lines = waypoints(parse(bpmn_xml(elements, flows)))
    assert len(lines["Flow_1"]) >= 2


def test_polyline_where_right_angles_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    coordinates = layout.coordinates

    def fail_for_right_angles(dot: str) -> layout.Coordinates:
        if "ortho" in dot:
            raise layout.LayoutTooHard("no")
        return coordinates(dot)

    monkeypatch.setattr(layout, "coordinates", fail_for_right_angles)
    assert len(waypoints(parse(bpmn_xml(*loop())))) == 10


def test_same_text_every_time() -> None:
    assert bpmn_xml(*loop()) == drawn()
