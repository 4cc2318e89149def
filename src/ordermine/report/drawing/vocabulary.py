"""What nodes and paths are called: activities and steps between them, or departments and handoffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordermine.report.drawing.style import Level


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words for one level of map."""

    node: str
    nodes: str
    count: str
    """What is counted at a node."""
    in_the_boxes: str
    paths: str
    times: str
    """What is counted on a path."""
    all_times: str
    frequency: str
    """What the width of a line means; starts and ends are on the same scale."""
    time: str
    table: str
    """Heading of the table of paths."""
    path_explained: str
    route: str
    routes: str
    """What the distinct ways through are called."""
    route_explained: str


_ACTIVITIES = Vocabulary(
    node="activity",
    nodes="activities",
    count="events",
    in_the_boxes="In the boxes: events.",
    paths="paths",
    times="times",
    all_times="the times one follows another",
    frequency="times that one directly follows the other, or orders that start or end",
    time="median time from one to the next",
    table="Paths",
    path_explained=(
        "One activity directly followed by another in the same order; times are from one event to the next."
    ),
    route="variant",
    routes="variants",
    route_explained="A variant is all orders that take the same steps in the same order; the most frequent first.",
)
_DEPARTMENTS = Vocabulary(
    node="department",
    nodes="departments",
    count="visits",
    in_the_boxes="In the boxes: visits, the stretches of an order in one department.",
    paths="pairs with handoffs",
    times="handoffs",
    all_times="the handoffs",
    frequency="handoffs, or orders that start or end",
    time="median time of a handoff",
    table="Handoffs",
    path_explained=(
        "An order goes from one department to another; times are from the last event here to the first event there."
    ),
    route="journey",
    routes="journeys",
    route_explained=(
        "A journey is all orders that visit the same departments in the same order; the most frequent first."
    ),
)


def vocabulary(level: Level) -> Vocabulary:
    """Return the words for `level`."""
    return _DEPARTMENTS if level == "department" else _ACTIVITIES
