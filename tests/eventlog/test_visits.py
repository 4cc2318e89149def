"""Visits and handoffs: the worked examples of the definition, and a plain reading of it on random journeys."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordermine.errors import UsageError
from ordermine.eventlog.log import open_log
from ordermine.eventlog.visits import find_visits

PROJECT = '[departments]\nsystem = ["sys"]\n'


def journey(case, departments):
    """Return rows of one order, an hour apart; `null` is a department that isn't recorded."""
    return [
        {
            "order": case,
            "activity": "Step",
            "timestamp": f"2026-01-01T{hour:02}:00:00Z",
            "department": "" if name == "null" else name,
            "user": f"user of {name}",
        }
        for hour, name in enumerate(departments)
    ]


def visits_of(log, level="department"):
    found = find_visits(open_log(log), level)
    return [
        (found.names[unit], int(a), int(b))
        for unit, a, b in zip(found.unit, found.first_seq, found.last_seq, strict=True)
    ]


@pytest.mark.parametrize(
    ("journey_text", "visits", "handoffs"),
    [
        ("A B A B A", "A B A B A", 4),
        ("A A B A", "A B A", 2),
        ("A B C A", "A B C A", 3),
        ("A B A C A", "A B A C A", 4),
        ("A null A", "A A", 0),
        ("A B null A", "A B A", 1),
        ("A sys B A", "A B A", 2),
        ("A sys A", "A", 0),
        ("sys sys", "", 0),
        ("null null", "", 0),
        ("A null sys null A B", "A A B", 1),
    ],
)
def test_worked_examples(ingest_rows, journey_text, visits, handoffs):
    log = ingest_rows(journey("1", journey_text.split()), project=PROJECT)
    found = find_visits(open_log(log))
    assert [found.names[unit] for unit in found.unit] == visits.split()
    assert len(found.handoffs()) == handoffs


def test_a_visit_knows_its_first_and_last_event(ingest_rows):
    log = ingest_rows(journey("1", ["A", "A", "sys", "A", "null", "B"]), project=PROJECT)
    assert visits_of(log) == [("A", 1, 4), ("B", 6, 6)]


def test_visits_end_with_the_case(ingest_rows):
    log = ingest_rows(journey("1", ["A"]) + journey("2", ["A"]))
    found = find_visits(open_log(log))
    assert len(found.unit) == 2
    assert len(found.handoffs()) == 0


def test_any_column_can_be_visited(ingest_rows):
    log = ingest_rows(journey("1", ["A", "B", "A"]))
    assert [name for name, _, _ in visits_of(log, "resource")] == ["user of A", "user of B", "user of A"]
    with pytest.raises(UsageError, match="no column 'Team'"):
        find_visits(open_log(log), "Team")


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.sampled_from(["A", "B", "C", "sys", "null"]), min_size=1, max_size=12), min_size=1, max_size=4)
)
def test_random_journeys(ingest_rows, journeys):
    log = ingest_rows(
        [row for number, names in enumerate(journeys) for row in journey(f"{number}", names)], project=PROJECT
    )
    visits, handoffs = [], 0
    for names in journeys:
        human = [name for name in names if name != "sys"]
        for recorded, segment in groupby(human, key=lambda name: name != "null"):
            if recorded:
                runs = [name for name, _ in groupby(segment)]
                visits += runs
                handoffs += len(runs) - 1
    found = find_visits(open_log(log))
    assert [found.names[unit] for unit in found.unit] == visits
    assert len(found.handoffs()) == handoffs
