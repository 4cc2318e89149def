"""Filters select whole cases, and say what is wrong with a condition."""

from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log

ROWS = [
    {"order": case, "activity": activity, "timestamp": f"2026-01-0{day}T{hour}:00:00Z", "department": department}
    for case, activity, day, hour, department in [
        ("1", "A", 1, "00", "Sales"),
        ("1", "B", 5, "00", "Ops"),
        ("2", "A", 2, "00", "Sales"),
        ("2", "C", 2, "01", "Sales"),
        ("3", "A", 3, "23", "Ops"),
    ]
]


@pytest.fixture
def path(ingest_rows):
    return ingest_rows(ROWS)


def chosen(path, **filters):
    log = open_log(path, filters=Filters(**filters))
    cases = [case for (case,) in log.rows("SELECT case_id FROM cases ORDER BY 1")]
    in_events = [case for (case,) in log.rows("SELECT DISTINCT case_id FROM events ORDER BY 1")]
    assert cases == in_events
    assert log.rows("SELECT sum(cases), sum(events) FROM variants") == log.rows(
        "SELECT count(*), sum(events) FROM cases"
    )
    assert log.arrays(["activity"]).num_rows == log.rows("SELECT count(*) FROM events")[0][0]
    return cases


@pytest.mark.parametrize(
    ("filters", "cases"),
    [
        ({"start_from": "2026-01-02"}, ["2", "3"]),
        ({"start_to": "2026-01-02"}, ["1"]),
        ({"start_from": "2026-01-01", "start_to": "2026-01-03"}, ["1", "2"]),
        ({"start_from": "2026-01-03T23:00"}, ["3"]),
        ({"start_to": "2026-01-03T23:00Z"}, ["1", "2"]),
        ({"start_from": "2026-01-04T00:00+01:00"}, ["3"]),
        ({"where": "department = 'Ops'"}, ["1", "3"]),
        ({"where": "department = 'Ops' -- a comment"}, ["1", "3"]),
        ({"where": "activity = 'A' AND next_activity IS NULL"}, ["3"]),
        ({"where": "department = 'Ops'", "start_to": "2026-01-03"}, ["1"]),
        ({"case": "2"}, ["2"]),
    ],
)
def test_whole_cases_are_selected(path, filters, cases):
    assert chosen(path, **filters) == cases


def test_a_variant_is_named_by_the_beginning_of_its_id(path):
    ids = dict(open_log(path).rows("SELECT case_id, variant_id FROM cases"))
    assert chosen(path, variant=ids["2"]) == ["2"]
    assert chosen(path, variant=ids["2"][:8]) == ["2"]


def test_a_condition_and_its_opposite_select_everything_once(path):
    having = "SELECT case_no FROM all_events WHERE department = 'Ops'"
    one, other = (chosen(path, where=f"case_no {how} ({having})") for how in ("IN", "NOT IN"))
    assert sorted([*one, *other]) == ["1", "2", "3"]
    assert not {*one} & {*other}


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        ({"where": "departement = 'x'"}, "departement", "did you mean 'department'"),
        ({"where": "department"}, "Could not convert", "SQL condition"),
        ({"where": "CAST(activity AS INT) = 1"}, "Could not convert", "SQL condition"),
        ({"where": "true) UNION (SELECT 5"}, "syntax error", "SQL condition"),
        ({"where": "true; DROP TABLE x"}, "--where", "SQL condition"),
        ({"where": "count(*) > 1"}, "aggregates", "SQL condition"),
        ({"where": ""}, "--where ''", "SQL condition"),
        ({"where": "(SELECT count(*) FROM read_text('/etc/hostname')) > 0"}, "--where", "SQL condition"),
        ({"where": "activity = 'Z'"}, "no case is left after --where activity = 'Z'", "widen"),
        ({"case": "02"}, "no case '02'", "'2'"),
        ({"variant": "zz"}, "no variant 'zz'", "discover"),
        ({"variant": ""}, "several variants", "more of the id"),
        ({"start_from": "yesterday"}, "--from 'yesterday': not a date", "2026-11-30"),
        ({"start_to": "9999-12-31T23:00-05:00"}, "--to", "2026-11-30"),
        ({"start_from": "2027-01-01"}, "no case is left after --from 2027-01-01", "widen"),
    ],
)
def test_what_makes_no_sense_is_refused(path, filters, message, hint):
    with pytest.raises(UsageError) as caught:
        open_log(path, filters=Filters(**filters))
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_as_of_is_checked_at_once(path):
    with pytest.raises(UsageError, match="--as-of 'soon'"):
        open_log(path, as_of="soon")
    assert open_log(path, as_of="2026-02-01").as_of.isoformat() == "2026-02-01T00:00:00+00:00"
    assert open_log(path).as_of.isoformat() == "2026-01-05T00:00:00+00:00"
