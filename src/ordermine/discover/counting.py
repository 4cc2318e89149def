"""What really happens to an order, counted: activities, what follows what, variants, departments, handoffs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ordermine.discover.graph import Activity, Edge, Graph
from ordermine.discover.waits import Waits, between, pair_times
from ordermine.eventlog.scan import scan
from ordermine.eventlog.visits import VISIT_COLUMNS, Visits, find_visits, scan_visits, visits_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class Variant:
    """One distinct activity sequence."""

    variant_id: str
    activities: tuple[str, ...]
    cases: int
    share: float
    """Of all selected cases."""


@dataclass(frozen=True, slots=True)
class Department:
    """How much of the log one department (or other unit) touches."""

    name: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Handoff:
    """One department handing over to another."""

    source: str
    target: str
    events: int
    cases: int
    median_s: float | None
    """Median of the seconds from the last event before to the first event after the handoff."""
    p90_s: float | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one pass over the events of a part, or of the whole log, finds."""

    steps: Counter[tuple[str, str | None]]
    """Events by activity and department."""
    departments: Counter[str]
    """Cases by department."""
    follows: list[Waits]
    """What activity directly follows what."""
    handovers: list[Waits]
    """What department hands over to what."""
    handover_cases: Counter[tuple[str, str]]
    """Cases by pair of departments."""


COUNTED_COLUMNS = (*VISIT_COLUMNS, "activity", "department")


def count_events(log: Log) -> Counted:
    """Count all that the other functions tell of activities and departments, in one pass over the selected events."""
    whole = Counted(Counter(), Counter(), [], [], Counter())
    for part in scan(log, COUNTED_COLUMNS, _count_part):
        whole.steps.update(part.steps)
        whole.departments.update(part.departments)
        whole.follows.extend(part.follows)
        whole.handovers.extend(part.handovers)
        whole.handover_cases.update(part.handover_cases)
    return whole


def _count_part(table: pa.Table) -> Counted:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    case = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    activity = table.column("activity").combine_chunks()
    department = table.column("department").combine_chunks()
    step = np.asarray(activity.indices)
    unit = np.asarray(pc.fill_null(department.indices, -1))
    steps, units = activity.dictionary.to_pylist(), department.dictionary.to_pylist()

    named: list[str | None] = [None, *units]
    counts = np.bincount(step.astype(np.int64) * len(named) + (unit + 1))
    by_department = {
        (steps[code // len(named)], named[code % len(named)]): int(counts[code])
        for code in np.flatnonzero(counts).tolist()
    }
    at = np.flatnonzero(case[1:] == case[:-1])
    follows = Waits(steps, step[at], step[at + 1], between(stamp[at], stamp[at + 1]))

    begins = np.ones(len(case), dtype=bool)
    begins[1:] = (unit[1:] != unit[:-1]) | (case[1:] != case[:-1])
    run = np.flatnonzero(begins & (unit >= 0))
    cases = _cases(case[run], unit[run], len(units))
    visits = visits_in(table, "department")
    return Counted(
        Counter(by_department),
        Counter({units[code]: count for code, count in cases.items()}),
        [follows],
        [_waits(visits)],
        _handover_cases(visits),
    )


def _waits(visits: Visits) -> Waits:
    at = visits.handoffs()
    return Waits(visits.names, visits.unit[at], visits.unit[at + 1], between(visits.end[at], visits.start[at + 1]))


def _handover_cases(visits: Visits) -> Counter[tuple[str, str]]:
    import numpy as np

    at = visits.handoffs()
    size = len(visits.names)
    pair = visits.unit[at].astype(np.int64) * size + visits.unit[at + 1]
    found = _cases(visits.case_no[at], pair, size * size)
    return Counter({(visits.names[code // size], visits.names[code % size]): count for code, count in found.items()})


def _cases(case: np.ndarray, code: np.ndarray, size: int) -> dict[int, int]:
    """Return in how many cases each code occurs; codes are below `size`."""
    import numpy as np

    # Sorting packed integers is several times faster than `np.unique`.
    packed = case.astype(np.int64) * size + code
    packed.sort()
    first = np.ones(len(packed), dtype=bool)
    first[1:] = packed[1:] != packed[:-1]
    once = packed[first] % max(size, 1)
    once.sort()
    starts = np.flatnonzero(np.append(True, once[1:] != once[:-1])) if len(once) else np.zeros(0, dtype=np.int64)
    return dict(zip(once[starts].tolist(), np.diff(np.append(starts, len(once))).tolist(), strict=True))


def count_graph(log: Log, counted: Counted | None = None, variants: Sequence[Variant] | None = None) -> Graph:
    """Return the directly-follows graph of the selected cases; what was counted before needs not be counted again."""
    counted = count_events(log) if counted is None else counted
    variants = count_variants(log) if variants is None else variants
    events: Counter[str] = Counter()
    by_department: dict[str, list[tuple[int, str]]] = {}
    for (activity, department), count in counted.steps.items():
        events[activity] += count
        if department is not None:
            by_department.setdefault(activity, []).append((-count, department))
    # All cases of a variant take the same steps.
    cases: Counter[str] = Counter()
    cases_of: Counter[tuple[str, str]] = Counter()
    starts: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for variant in variants:
        steps, count = variant.activities, variant.cases
        for activity in set(steps):
            cases[activity] += count
        for pair in set(pairwise(steps)):
            cases_of[pair] += count
        starts[steps[0]] += count
        ends[steps[-1]] += count
    activities = [
        Activity(name, count, cases[name], min(by_department[name])[1] if name in by_department else None)
        for name, count in events.items()
    ]
    edges = [
        Edge(pair.source, pair.target, pair.count, cases_of[pair.source, pair.target], pair.median_s, pair.p90_s)
        for pair in pair_times(counted.follows)
    ]
    return Graph(
        tuple(sorted(activities, key=lambda activity: (-activity.events, activity.name))),
        tuple(sorted(edges, key=lambda edge: (-edge.events, edge.source, edge.target))),
        _most_first(starts),
        _most_first(ends),
    )


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def count_variants(log: Log) -> list[Variant]:
    """Return the variants of the selected cases, the most frequent first, then in order of their activities."""
    table = log.table("SELECT variant_id, activities, cases FROM variants ORDER BY cases DESC, activities")
    lists = table.column("activities").combine_chunks()
    # One object per name and one list for all variants: many times faster than a list of text per row.
    coded = lists.flatten().dictionary_encode()
    names = coded.dictionary.to_pylist()
    steps = [names[code] for code in coded.indices.to_pylist()]
    ends = accumulate(lists.value_lengths().to_pylist(), initial=0)
    counts = table.column("cases").to_pylist()
    total = sum(counts)
    return [
        Variant(number, tuple(steps[start:end]), cases, cases / total)
        for number, (start, end), cases in zip(
            table.column("variant_id").to_pylist(), pairwise(ends), counts, strict=True
        )
    ]


def count_departments(log: Log, counted: Counted | None = None) -> list[Department]:
    """Return the departments, the busiest first."""
    counted = count_events(log) if counted is None else counted
    events: Counter[str] = Counter()
    for (_, department), count in counted.steps.items():
        if department is not None:
            events[department] += count
    return [Department(name, count, counted.departments[name]) for name, count in _most_first(events)]


def count_handoffs(log: Log, level: str = "department", counted: Counted | None = None) -> list[Handoff]:
    """Return who hands over to whom, the most frequent first (definitions: `eventlog.visits`).

    `counted`, where given, is of the departments and spares another pass.
    """
    if counted is not None:
        return _handoffs(counted.handovers, counted.handover_cases)
    return _handoffs_between(list(scan_visits(log, level)))


def _handoffs_between(parts: Sequence[Visits]) -> list[Handoff]:
    cases: Counter[tuple[str, str]] = Counter()
    for visits in parts:
        cases.update(_handover_cases(visits))
    return _handoffs([_waits(visits) for visits in parts], cases)


def _handoffs(waits: Sequence[Waits], cases: Mapping[tuple[str, str], int]) -> list[Handoff]:
    handoffs = [
        Handoff(pair.source, pair.target, pair.count, cases[pair.source, pair.target], pair.median_s, pair.p90_s)
        for pair in pair_times(waits)
    ]
    return sorted(handoffs, key=lambda handoff: (-handoff.events, handoff.source, handoff.target))


def department_graph(log: Log, level: str = "department") -> Graph:
    """Return the graph of visits: one node per department, an edge for every handoff."""
    return graph_of_visits(find_visits(log, level))


def graph_of_visits(visits: Visits) -> Graph:
    """Return one node per department, an edge for every handoff."""
    import numpy as np

    if not len(visits.unit):
        return Graph((), ())
    size = len(visits.names)
    everywhere = np.arange(len(visits.unit))
    first = visits.first_in_case(visits.unit, everywhere)
    counts, cases = (np.bincount(visits.unit[mask], minlength=size) for mask in (slice(None), first))
    nodes = [
        Activity(name, int(counts[code]), int(cases[code]), name)
        for code, name in enumerate(visits.names)
        if counts[code]
    ]
    edges = [Edge(h.source, h.target, h.events, h.cases, h.median_s, h.p90_s) for h in _handoffs_between([visits])]
    begins = np.append(True, visits.case_no[1:] != visits.case_no[:-1])
    ends = np.append(begins[1:], True)

    def per_case(mask: np.ndarray) -> tuple[tuple[str, int], ...]:
        found = np.bincount(visits.unit[mask], minlength=size)
        named = [(visits.names[code], int(count)) for code, count in enumerate(found) if count]
        return tuple(sorted(named, key=lambda item: (-item[1], item[0])))

    return Graph(
        tuple(sorted(nodes, key=lambda node: (-node.events, node.name))), tuple(edges), per_case(begins), per_case(ends)
    )
