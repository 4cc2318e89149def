"""What an interactive map is made of: the graph, the ways through it with example orders, and a sample of journeys.

The same for both levels: steps from activity to activity, or from department to department. Nobody's name is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from ordermine.discover.counting import count_graph, count_variants, graph_of_visits
from ordermine.eventlog.visits import find_visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.discover.counting import Variant
    from ordermine.discover.graph import Graph
    from ordermine.eventlog.log import Log
    from ordermine.eventlog.visits import Visits

EXAMPLES = 5
"""Orders that are named for each way."""
JOURNEYS = 200
"""Orders whose journeys are told, evenly spaced in log order."""
JOURNEY_EVENTS = 12_000
"""Events that these journeys have together, about: there are fewer of them where orders are long."""


@dataclass(frozen=True, slots=True)
class Route:
    """One distinct way through the graph."""

    steps: tuple[str | None, ...]
    """Nodes in order; None where the way is cut, because there a department isn't recorded."""
    cases: int
    share: float
    """Of all cases that have a way."""
    examples: tuple[str, ...]
    """Ids of the first such cases in log order, at most five."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of a journey; times are UTC µs."""

    node: str | None
    """None where the way is cut."""
    arrived: int
    left: int
    """Same as `arrived` for an activity; for a department, its last event before the handoff."""


@dataclass(frozen=True, slots=True)
class Journey:
    """When one order was where."""

    case_id: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class MapContent:
    """One level of an interactive map."""

    level: Literal["activity", "department"]
    graph: Graph
    routes: tuple[Route, ...]
    """All of them, the most frequent first, then in order of their steps."""
    journeys: tuple[Journey, ...]
    """A sample, in log order."""
    cases: int
    """Cases of which the journeys are a sample."""


def map_content(log: Log, graph: Graph | None = None, variants: Sequence[Variant] | None = None) -> list[MapContent]:
    """Return the map of activities, and that of departments where any is recorded.

    Parameters
    ----------
    log
        An open log; its filters apply.
    graph, variants
        What `count_graph` and `count_variants` return, where they were asked before.
    """
    import numpy as np

    variants = count_variants(log) if variants is None else variants
    graph = count_graph(log, variants=variants) if graph is None else graph
    table = log.table("SELECT case_no, case_id FROM cases ORDER BY case_no")
    cases = _Cases(np.asarray(table.column("case_no").combine_chunks()), table.column("case_id"))
    sample = cases.sample(sum(activity.events for activity in graph.activities))
    count = len(cases.numbers)
    routes = _activity_routes(log, variants)
    content = [MapContent("activity", graph, routes, _activity_journeys(log, cases, sample), count)]
    visits = find_visits(log)
    if len(visits.unit):
        routes = _department_routes(visits, cases)
        journeys = _department_journeys(visits, cases, sample)
        content.append(MapContent("department", graph_of_visits(visits), routes, journeys, count))
    return content


@dataclass(frozen=True, slots=True)
class _Cases:
    """The selected cases in log order."""

    numbers: np.ndarray
    ids: pa.ChunkedArray

    def name(self, number: int) -> str:
        """Return the id of the case with a number."""
        return str(self.ids[int(self.numbers.searchsorted(number))].as_py())

    def sample(self, events: int) -> list[int]:
        """Return the numbers of evenly spaced cases; `events` is how many all cases have together."""
        count = len(self.numbers)
        size = min(count, JOURNEYS, max(1, JOURNEY_EVENTS * count // max(events, 1)))
        return [int(self.numbers[place * count // size]) for place in range(size)]


def _activity_routes(log: Log, variants: Sequence[Variant]) -> tuple[Route, ...]:
    query = f"SELECT variant_id, arg_min(case_id, case_no, {EXAMPLES}) FROM cases GROUP BY variant_id"
    examples = dict(log.rows(query))
    return tuple(Route(v.activities, v.cases, v.share, tuple(examples[v.variant_id])) for v in variants)


def _activity_journeys(log: Log, cases: _Cases, sample: Sequence[int]) -> tuple[Journey, ...]:
    if not sample:
        return ()
    numbers = ", ".join(map(str, sample))
    rows = log.rows(
        f"SELECT case_no, activity, epoch_us(timestamp) FROM events WHERE case_no IN ({numbers}) ORDER BY case_no, seq"
    )
    return tuple(
        Journey(cases.name(number), tuple(Stop(activity, time, time) for _, activity, time in events))
        for number, events in groupby(rows, key=itemgetter(0))
    )


def _department_routes(visits: Visits, cases: _Cases) -> tuple[Route, ...]:
    import numpy as np

    # Per visit two codes: 1 where the way is cut before it, else 0; and its department. Bytes are quick to compare.
    bounds = _bounds(visits.case_no)
    cut = np.append(False, (visits.segment[1:] != visits.segment[:-1]) & (visits.case_no[1:] == visits.case_no[:-1]))
    codes = np.stack([cut.astype(np.int32), visits.unit.astype(np.int32)], axis=1)
    found: dict[bytes, list[int]] = {}
    for start, end in pairwise(bounds):
        found.setdefault(codes[start:end].tobytes(), []).append(start)
    routes = []
    for key, starts in found.items():
        steps: list[str | None] = []
        for is_cut, unit in np.frombuffer(key, dtype=np.int32).reshape(-1, 2).tolist():
            steps += [None, visits.names[unit]] if is_cut else [visits.names[unit]]
        examples = tuple(cases.name(int(visits.case_no[start])) for start in starts[:EXAMPLES])
        routes.append(Route(tuple(steps), len(starts), len(starts) / (len(bounds) - 1), examples))
    return tuple(sorted(routes, key=lambda route: (-route.cases, [step or "" for step in route.steps])))


def _department_journeys(visits: Visits, cases: _Cases, sample: Sequence[int]) -> tuple[Journey, ...]:
    journeys = []
    for number in sample:
        start, end = visits.case_no.searchsorted([number, number + 1]).tolist()
        stops: list[Stop] = []
        for at in range(start, end):
            arrived, left = int(visits.start[at]), int(visits.end[at])
            if at > start and visits.segment[at] != visits.segment[at - 1]:
                stops.append(Stop(None, stops[-1].left, arrived))
            stops.append(Stop(visits.names[int(visits.unit[at])], arrived, left))
        if stops:
            journeys.append(Journey(cases.name(number), tuple(stops)))
    return tuple(journeys)


def _bounds(case_no: np.ndarray) -> list[int]:
    """Return where each case begins, and the end of the last."""
    import numpy as np

    return [*np.flatnonzero(np.append(True, case_no[1:] != case_no[:-1])).tolist(), len(case_no)]
