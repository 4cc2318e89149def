"""Which routes the page tells of: the most frequent ones, and for every box and arrow the most frequent through it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ordermine.report.drawing.text import clean
from ordermine.report.table import share_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordermine.discover.map_content import Route
    from ordermine.report.map_page.elements import Elements

LISTED = 40
"""Routes in the list beside the map."""
PER_ELEMENT = 3
"""Routes that are named for every box and arrow."""
LONGEST = 150
"""Steps of a route that are told; of the others only the number is."""


@dataclass(frozen=True, slots=True)
class ToldRoutes:
    """Routes that the page tells of, and where they pass. Keys: ``("box", number)`` or ``("arrow", number)``."""

    told: dict[int, Route]
    """Rank (0 for the most frequent) → route."""
    through: dict[tuple[str, int], list[int]]
    """Ranks of the most frequent routes there."""
    count: Counter[tuple[str, int]]
    """How many routes pass there, told or not."""

    def data(self, elements: Elements) -> list[dict[str, Any]]:
        """Return the routes for the page's script, by rank."""
        return [
            {
                "rank": rank + 1,
                "orders": route.cases,
                "share": share_text(route.share),
                "steps": [-1 if step is None else elements.number[step] for step in route.steps[:LONGEST]],
                "more": max(len(route.steps) - LONGEST, 0),
                "examples": [clean(case) for case in route.examples],
            }
            for rank, route in sorted(self.told.items())
        ]


def tell_routes(routes: Sequence[Route], elements: Elements) -> ToldRoutes:
    """Choose the routes to tell of; `routes` come the most frequent first."""
    told = dict(enumerate(routes[:LISTED]))
    through: dict[tuple[str, int], list[int]] = {}
    count: Counter[tuple[str, int]] = Counter()
    for rank, route in enumerate(routes):
        for key in set(_passed(route, elements)):
            count[key] += 1
            named = through.setdefault(key, [])
            if len(named) < PER_ELEMENT:
                named.append(rank)
                told[rank] = route
    return ToldRoutes(told, through, count)


def _passed(route: Route, elements: Elements) -> Iterator[tuple[str, int]]:
    """Yield the boxes and arrows of a route."""
    way = [elements.start, *(None if step is None else elements.number[step] for step in route.steps), elements.end]
    for number in way:
        if number is not None:
            yield "box", number
    for source, target in pairwise(way):
        if source is not None and target is not None:
            yield "arrow", elements.arrow[source, target]
