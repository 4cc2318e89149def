"""The boxes and arrows that a map may show at any level of detail, each with one number, look and size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.report.drawing import palette, text
from ordermine.report.drawing.durations import human
from ordermine.report.drawing.vocabulary import vocabulary
from ordermine.report.table import counted

if TYPE_CHECKING:
    from ordermine.discover.graph import Activity, Edge, Graph
    from ordermine.report.drawing.style import Level

NOT_RECORDED = "department not recorded"

NAME_SIZE = 11.5
SMALL_SIZE = 10.0
LINE = 1.25
PADDING = 9.0
_NAME_ROOM = 155.0
_NAME_LINES = 3
_MOST_CHARACTERS = 200  # More than fits in any case, so that only so much is measured.


@dataclass(frozen=True, slots=True)
class Box:
    """A node as a box; sizes in points."""

    name: str
    """In full, clean; ``Start`` or ``End`` for where cases start and end."""
    lines: tuple[str, ...]
    """The name as it fits."""
    small: str
    """The line below; empty for start and end."""
    tip: str
    """What it says when pointed at."""
    fill: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A path; start and end are nodes as well: the two after the last activity."""

    source: int
    target: int
    events: int
    cases: int
    median_s: float | None
    p90_s: float | None
    """None for the start and the end of cases, where no time passes."""
    tip: str
    """What it says when pointed at."""
    width: float
    often: str
    """Colour by frequency."""
    long: str
    """Colour by time."""

    @property
    def often_label(self) -> str:
        """What stands beside the arrow when the map tells how often."""
        return f"{self.events:,}"

    @property
    def long_label(self) -> str:
        """What stands beside the arrow when the map tells how long."""
        return "" if self.median_s is None else human(self.median_s)


@dataclass(frozen=True, slots=True)
class Elements:
    """Everything that a map of one graph may show."""

    boxes: tuple[Box, ...]
    """Activities in the order of the graph, then start, then end."""
    arrows: tuple[Arrow, ...]
    """Edges in the order of the graph, then starts, then ends."""
    number: dict[str, int]
    """Name of an activity → its box."""
    arrow: dict[tuple[int, int], int]
    """Boxes at both ends → the arrow."""
    most: int
    """Events of the strongest arrow."""
    longest_s: float
    """Largest median of an arrow, s."""

    @property
    def start(self) -> int:
        """Number of the start's box."""
        return len(self.boxes) - 2

    @property
    def end(self) -> int:
        """Number of the end's box."""
        return len(self.boxes) - 1


def elements_of(graph: Graph, departments: palette.Departments, level: Level) -> Elements:
    """Return the boxes and arrows of a whole graph, so that numbers, widths and colours are the same at every level."""
    words = vocabulary(level)
    number = {activity.name: index for index, activity in enumerate(graph.activities)}
    start, end = len(number), len(number) + 1
    most = max([e.events for e in graph.edges] + [cases for _, cases in graph.starts + graph.ends], default=1)
    longest = max([edge.median_s or 0.0 for edge in graph.edges], default=0.0)

    def inner(edge: Edge) -> Arrow:
        strength = math.sqrt(edge.events / most)
        slowness = math.sqrt(max(edge.median_s or 0.0, 0.0) / longest) if longest > 0 else 0.0
        tip = (
            f"{text.clean(edge.source)} → {text.clean(edge.target)}",
            f"{counted(edge.events, words.times[:-1])} in {counted(edge.cases, 'order')}",
            f"median {human(edge.median_s)}, 90 % within {human(edge.p90_s)}",
        )
        return Arrow(
            number[edge.source],
            number[edge.target],
            edge.events,
            edge.cases,
            edge.median_s,
            edge.p90_s,
            "\n".join(tip),
            palette.line_width(strength),
            palette.strength_colour("frequency", strength),
            palette.strength_colour("time", slowness),
        )

    def outer(source: int, target: int, cases: int, tip: str) -> Arrow:
        width = palette.line_width(math.sqrt(cases / most))
        return Arrow(source, target, cases, cases, None, None, tip, width, palette.BORDER_PATH, palette.BORDER_PATH)

    arrows = [inner(edge) for edge in graph.edges]
    arrows += [
        outer(start, number[name], cases, f"{counted(cases, 'order')} starting with {text.clean(name)}")
        for name, cases in graph.starts
    ]
    arrows += [
        outer(number[name], end, cases, f"{counted(cases, 'order')} ending with {text.clean(name)}")
        for name, cases in graph.ends
    ]
    return Elements(
        (
            *(_box(activity, departments, level) for activity in graph.activities),
            _terminal("Start", graph.starts),
            _terminal("End", graph.ends),
        ),
        tuple(arrows),
        number,
        {(one.source, one.target): index for index, one in enumerate(arrows)},
        most,
        longest,
    )


def _box(activity: Activity, departments: palette.Departments, level: Level) -> Box:
    words = vocabulary(level)
    name = text.clean(activity.name)
    lines = text.wrap(text.cut(name, _MOST_CHARACTERS), NAME_SIZE * text.BOLD, _NAME_ROOM, _NAME_LINES)
    tip = [name, f"{counted(activity.events, words.count[:-1])} in {counted(activity.cases, 'order')}"]
    if level == "department":
        small = counted(activity.events, "visit")
    else:
        department = NOT_RECORDED if activity.department is None else text.clean(activity.department)
        tip.insert(1, department)
        # On the box as well as in the colour: for print without colour, and for eyes that mix colours up.
        small = f"{activity.events:,}"
        if activity.department is not None:
            room = _NAME_ROOM - text.width(f" · {small}", SMALL_SIZE)
            small = f"{text.shorten(text.cut(department, _MOST_CHARACTERS), SMALL_SIZE, room)} · {small}"
    widest = max(*(text.width(line, NAME_SIZE * text.BOLD) for line in lines), text.width(small, SMALL_SIZE))
    return Box(
        name,
        tuple(lines),
        small,
        "\n".join(tip),
        departments.fill(activity.name if level == "department" else activity.department),
        round(widest + 2 * PADDING, 1),
        round((len(lines) * NAME_SIZE + SMALL_SIZE) * LINE + PADDING, 1),
    )


def _terminal(name: str, counts: tuple[tuple[str, int], ...]) -> Box:
    tip = f"{name} of {counted(sum(cases for _, cases in counts), 'order')}"
    width = text.width(name, SMALL_SIZE * text.BOLD) + 2 * PADDING
    return Box(name, (name,), "", tip, palette.OUTLINE, round(width, 1), 20.0)
