from __future__ import annotations

import re

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.report.drawing import layout
from ordermine.report.drawing.palette import colour_departments
from ordermine.report.map_page.elements import Elements, elements_of
from ordermine.report.map_page.geometry import Placed, place, to_dot

LOOP = Graph(
    (Activity("A", 9, 9), Activity("B", 9, 9)),
    (Edge("A", "B", 9, 9, 60.0, 90.0), Edge("B", "A", 2, 2, 86_400.0, 90_000.0), Edge("B", "B", 1, 1, 0.0, 0.0)),
    (("A", 9),),
    (("B", 9),),
)


def placed(graph: Graph) -> tuple[Elements, Placed]:
    elements = elements_of(graph, colour_departments(graph), "activity")
    return elements, place(layout.coordinates(to_dot(graph, elements)), elements)


def ends(line: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where a path begins and ends, by adding up its steps."""
    begin, steps = line.removeprefix("M").split("c")
    x, y = map(float, re.findall(r"-?[\d.]+", begin))
    first = (x, y)
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", steps)]
    assert len(numbers) % 6 == 0
    for at in range(4, len(numbers), 6):
        x, y = x + numbers[at], y + numbers[at + 1]
    return first, (x, y)


def test_arrows_run_from_their_source_to_their_target() -> None:
    elements, where = placed(LOOP)

    def touches(point: tuple[float, float], number: int, slack: float) -> bool:
        (x, y), box = where.boxes[number], elements.boxes[number]
        return x - slack <= point[0] <= x + box.width + slack and y - slack <= point[1] <= y + box.height + slack

    assert len(where.arrows) == 5
    for number, drawn in where.arrows.items():
        arrow = elements.arrows[number]
        begin, end = ends(drawn.line)
        assert touches(begin, arrow.source, 1.5)
        tip = tuple(map(float, re.findall(r"-?[\d.]+", drawn.head.split("l")[0])))
        assert touches((tip[0], tip[1]), arrow.target, 1.5)
        # Between the end of the line and the tip there is the arrowhead.
        assert 4 < ((end[0] - tip[0]) ** 2 + (end[1] - tip[1]) ** 2) ** 0.5 < 15


def test_boxes_neither_overlap_nor_leave_the_picture() -> None:
    elements, where = placed(LOOP)
    corners = [(x, y, elements.boxes[n].width, elements.boxes[n].height) for n, (x, y) in where.boxes.items()]
    for at, (x, y, width, height) in enumerate(corners):
        assert x >= 0
        assert y >= 0
        assert x + width <= where.width + 0.1
        assert y + height <= where.height + 0.1
        for other_x, other_y, other_width, other_height in corners[at + 1 :]:
            beside = x + width <= other_x or other_x + other_width <= x
            assert beside or y + height <= other_y or other_y + other_height <= y


def test_the_main_path_reads_downwards() -> None:
    _, where = placed(LOOP)
    start, end = 2, 3
    tops = [where.boxes[number][1] for number in (start, 0, 1, end)]
    assert tops == sorted(tops)


def test_there_is_room_for_both_labels() -> None:
    elements, where = placed(LOOP)
    back = elements.arrow[1, 0]
    assert (elements.arrows[back].often_label, elements.arrows[back].long_label) == ("2", "1 d")
    assert '"  1 d "' in to_dot(LOOP, elements)
    assert where.arrows[back].label[0] < where.width
