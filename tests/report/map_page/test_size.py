from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.discover.map_content import Journey, MapContent, Route, Stop
from ordermine.report.map_page.page import map_page


def tangled(activities: int, orders: int) -> MapContent:
    """Orders that mostly go on to the next activity, and often to any other."""
    dice = random.Random(1)
    names = [f"Activity with a longer name {number}" for number in range(activities)]
    walks = []
    for _ in range(orders):
        at, walk = 0, [names[0]]
        while at < activities - 1 and len(walk) < 40:
            at = at + 1 if dice.random() < 0.7 else dice.randrange(activities)
            walk.append(names[at])
        walks.append(tuple(walk))
    events = Counter(step for walk in walks for step in walk)
    cases = Counter(step for walk in walks for step in set(walk))
    pairs = Counter(pair for walk in walks for pair in pairwise(walk))
    pair_cases = Counter(pair for walk in walks for pair in set(pairwise(walk)))
    graph = Graph(
        tuple(Activity(name, count, cases[name], name[-1]) for name, count in events.most_common()),
        tuple(Edge(*pair, count, pair_cases[pair], 90_000.0 * count, 1e6) for pair, count in pairs.most_common()),
        tuple(Counter(walk[0] for walk in walks).most_common()),
        tuple(Counter(walk[-1] for walk in walks).most_common()),
    )
    routes = tuple(Route(walk, count, count / orders, ("4711", "4712")) for walk, count in Counter(walks).most_common())
    journeys = tuple(
        Journey(
            str(number), tuple(Stop(step, at * 86_400_000_000, at * 86_400_000_000) for at, step in enumerate(walk))
        )
        for number, walk in enumerate(walks[:200])
    )
    return MapContent("activity", graph, routes, journeys, orders)


def test_sixty_activities_take_at_most_two_megabytes() -> None:
    content = tangled(60, 3_000)
    assert len(content.graph.edges) > 3_000
    assert len(map_page([content], title="Tangled")) <= 2_000_000
