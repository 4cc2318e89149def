"""The definitions of docs/glossary.md, read aloud in plain Python: slow, and written without a look at the sources.

A log is a list of rows in the order of the file. What is counted follows from `ordered` alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.laws.strategies import Event

SYSTEM = "bot"


def without_duplicates(log: Sequence[Event]) -> list[Event]:
    """Return the first of rows that are equal in every column."""
    return list(dict.fromkeys(log))


def ordered(log: Sequence[Event]) -> dict[str, list[Event]]:
    """Return case → its events by (time, row)."""
    cases: dict[str, list[tuple[int, int, Event]]] = defaultdict(list)
    for row, event in enumerate(without_duplicates(log)):
        cases[event.case].append((event.at, row, event))
    return {case: [event for _, _, event in sorted(found, key=lambda one: one[:2])] for case, found in cases.items()}


class Loops(NamedTuple):
    """What one case does between departments."""

    visits: list[list[str]]
    """Departments visited, per segment."""
    handoffs: list[tuple[str, str]]
    returns: list[tuple[str, str]]
    """(department that hands over and gets it back, the other)."""
    rallies: int
    long_loops: int


def loops(events: Iterable[Event]) -> Loops:
    """Return visits and what is defined on them, of one case."""
    people = [event.department for event in events if event.department != SYSTEM]
    visits = [[name for name, _ in groupby(segment)] for recorded, segment in groupby(people, key=bool) if recorded]
    handoffs, returns, rallies, long_loops = [], [], 0, 0
    for segment in visits:
        handoffs += list(pairwise(segment))
        back = [at >= 2 and segment[at - 2] == name for at, name in enumerate(segment)]
        returns += [(name, segment[at - 1]) for at, name in enumerate(segment) if back[at]]
        # A run of returns without a gap is one maximal alternation A B A B …
        rallies += sum(1 for is_back, run in groupby(back) if is_back and len(list(run)) >= 2)
        for at, name in enumerate(segment):
            earlier = [before for before in range(at) if segment[before] == name]
            long_loops += bool(earlier) and earlier[-1] <= at - 3
    return Loops(visits, handoffs, returns, rallies, long_loops)


class Again(NamedTuple):
    """How often an activity comes again."""

    cases: int
    recurrences: int
    repeats: int
    redos: int


def again(cases: Iterable[Sequence[Event]], *, at_once: bool) -> dict[str, Again]:
    """Return activity → how often it is repeated at once, or comes back after something else."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for events in cases:
        seen: dict[str, str] = {}
        here: Counter[str] = Counter()
        before = None
        for event in events:
            if event.activity in seen and (before == event.activity) == at_once:
                here[event.activity] += 1
                first = seen[event.activity]
                counts[event.activity][2] += bool(first and event.resource) and first == event.resource
                counts[event.activity][3] += bool(first and event.resource) and first != event.resource
            seen.setdefault(event.activity, event.resource)
            before = event.activity
        for activity, times in here.items():
            counts[activity][0] += 1
            counts[activity][1] += times
    return {activity: Again(*found) for activity, found in counts.items()}


def linear_quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, interpolated linearly between the two values around it."""
    found = sorted(values)
    at = share * (len(found) - 1)
    low = int(at)
    return found[low] + (found[min(low + 1, len(found) - 1)] - found[low]) * (at - low)
