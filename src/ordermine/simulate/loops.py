"""The true loops of a simulated log, counted event by event from the sequence that really happened.

A plain reading of the definitions, for one case after the other: a visit is a maximal run of events of one
department, machines aside; a return leads back to the department of the visit before the last; a rally is an
alternation with at least two returns in a row; a long loop leads back to a department whose latest visit lies
three or more visits back; a return is unproductive if the department between changed no value and decided nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.schema import SYSTEM_ACTORS
from ordermine.simulate.master_data import meaning
from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ordermine.simulate.recorder import Event

_DECISIONS = ("approve", "reject", "restore", "confirm")


def true_loops(events: Iterable[Event], stamp: Callable[[int], str]) -> dict[str, Any]:
    """Return handoffs, and a row for every return, rally and long loop, by case and in the order of time.

    ``returns``: ``case_id, a`` (the department returned to)``, b`` (visited between)``, start`` (of the visit
    that returns)``, unproductive``; ``rallies``: the columns of OM402; ``long_loops``: ``case_id, department,
    start``. `stamp` writes a moment.
    """
    cases: dict[str, list[Event]] = {}
    for event in events:
        cases.setdefault(event.order.number, []).append(event)
    loops: dict[str, Any] = {"handoffs": 0, "returns": [], "rallies": [], "long_loops": []}
    for case_id, case in sorted(cases.items()):
        visits = _visits(case)
        loops["handoffs"] += max(0, len(visits) - 1)
        returns = _returns(case_id, visits, stamp)
        loops["returns"] += [row for row in returns if row]
        loops["rallies"] += _rallies(case_id, visits, returns, stamp)
        loops["long_loops"] += _long_loops(case_id, visits, stamp)
    return loops


def _visits(case: Iterable[Event]) -> list[list[Event]]:
    visits: list[list[Event]] = []
    for event in case:
        if event.actor.actor_type in SYSTEM_ACTORS:
            continue
        if visits and _who(visits[-1]) == event.actor.department:
            visits[-1].append(event)
        else:
            visits.append([event])
    return visits


def _who(visit: list[Event]) -> str:
    return visit[0].actor.department


def _is_unproductive(visit: list[Event]) -> bool:
    return not any(
        meaning(event.note.old) != meaning(event.note.new) or STEPS[event.step].kind in _DECISIONS for event in visit
    )


def _returns(case_id: str, visits: list[list[Event]], stamp: Callable[[int], str]) -> list[dict[str, Any]]:
    """Return a row for every visit, empty where it is no return."""
    rows: list[dict[str, Any]] = []
    for place, visit in enumerate(visits):
        if place < 2 or _who(visits[place - 2]) != _who(visit):
            rows.append({})
            continue
        between = visits[place - 1]
        rows.append(
            {
                "case_id": case_id,
                "a": _who(visit),
                "b": _who(between),
                "start": stamp(visit[0].moment),
                "unproductive": _is_unproductive(between),
            }
        )
    return rows


def _rallies(
    case_id: str, visits: list[list[Event]], returns: list[dict[str, Any]], stamp: Callable[[int], str]
) -> list[dict[str, Any]]:
    rallies = []
    place = 0
    while place < len(visits):
        end = place
        while end < len(visits) and returns[end]:
            end += 1
        if end - place >= 2:
            first, last = visits[place - 2], visits[end - 1]
            rallies.append(
                {
                    "case_id": case_id,
                    "a": _who(first),
                    "b": _who(visits[place - 1]),
                    "returns": end - place,
                    "start": stamp(first[0].moment),
                    "end": stamp(last[-1].moment),
                    "unproductive": sum(row["unproductive"] for row in returns[place:end]),
                }
            )
        place = end + 1
    return rallies


def _long_loops(case_id: str, visits: list[list[Event]], stamp: Callable[[int], str]) -> list[dict[str, Any]]:
    latest: dict[str, int] = {}
    rows = []
    for place, visit in enumerate(visits):
        if place - latest.get(_who(visit), place) >= 3:
            rows.append({"case_id": case_id, "department": _who(visit), "start": stamp(visit[0].moment)})
        latest[_who(visit)] = place
    return rows
