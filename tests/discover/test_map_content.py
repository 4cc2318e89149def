from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.discover import map_content as module
from ordermine.discover.map_content import Route, Stop, map_content
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

DAY = 86_400_000_000
BEGIN = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z


def rows(*orders: tuple[str, str, str]) -> list[dict[str, str]]:
    """One event a day: (order, activities, departments); a blank department isn't recorded."""
    return [
        {
            "order": order,
            "activity": activity,
            "timestamp": f"2026-01-{first + at:02}T00:00:00Z",
            "department": department.strip(),
            "user": "Ms Secret",
        }
        for first, (order, activities, departments) in enumerate(orders, 1)
        for at, (activity, department) in enumerate(zip(activities, departments, strict=True))
    ]


def test_routes_with_their_first_orders(ingest_rows: Callable[..., Path]) -> None:
    log = open_log(ingest_rows(rows(("o1", "ab", "XY"), ("o2", "ab", "XX"), ("o3", "a", "X"), ("o4", "ab", "XY"))))
    activity, department = map_content(log)
    assert activity.routes == (
        Route(("a", "b"), 3, 0.75, ("o1", "o2", "o4")),
        Route(("a",), 1, 0.25, ("o3",)),
    )
    assert department.routes == (
        Route(("X",), 2, 0.5, ("o2", "o3")),
        Route(("X", "Y"), 2, 0.5, ("o1", "o4")),
    )
    assert "Secret" not in repr((activity, department))


def test_a_missing_department_cuts_the_way(ingest_rows: Callable[..., Path]) -> None:
    log = open_log(ingest_rows(rows(("o1", "abcd", "XX Y"))))
    _, department = map_content(log)
    assert department.routes == (Route(("X", None, "Y"), 1, 1.0, ("o1",)),)
    assert not department.graph.edges
    (journey,) = department.journeys
    assert journey.stops == (
        Stop("X", BEGIN, BEGIN + DAY),
        Stop(None, BEGIN + DAY, BEGIN + 3 * DAY),
        Stop("Y", BEGIN + 3 * DAY, BEGIN + 3 * DAY),
    )


def test_journeys_are_evenly_spaced(ingest_rows: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JOURNEYS", 4)
    log = open_log(ingest_rows(rows(*((f"o{number}", "ab", "XY") for number in range(1, 9)))))
    activity, department = map_content(log)
    assert [journey.case_id for journey in activity.journeys] == ["o1", "o3", "o5", "o7"]
    assert [journey.case_id for journey in department.journeys] == ["o1", "o3", "o5", "o7"]
    assert activity.journeys[1].stops == (
        Stop("a", BEGIN + 2 * DAY, BEGIN + 2 * DAY),
        Stop("b", BEGIN + 3 * DAY, BEGIN + 3 * DAY),
    )
    assert activity.cases == 8
    # Eight orders of two events; room for six events is room for three orders.
    monkeypatch.setattr(module, "JOURNEY_EVENTS", 6)
    assert len(map_content(log)[0].journeys) == 3


def test_filters_apply(ingest_rows: Callable[..., Path]) -> None:
    folder = ingest_rows(rows(("o1", "ab", "XY"), ("o2", "ac", "XZ"), ("o3", "ab", "XY")))
    activity, department = map_content(open_log(folder, filters=Filters(where="activity = 'c'")))
    assert activity.routes == (Route(("a", "c"), 1, 1.0, ("o2",)),)
    assert department.routes == (Route(("X", "Z"), 1, 1.0, ("o2",)),)
    assert [journey.case_id for journey in activity.journeys + department.journeys] == ["o2", "o2"]


def test_without_departments_there_is_one_level(ingest_rows: Callable[..., Path]) -> None:
    (activity,) = map_content(open_log(ingest_rows(rows(("o1", "ab", "  ")))))
    assert activity.level == "activity"
