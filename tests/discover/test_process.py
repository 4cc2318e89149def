"""What `discover` puts together: stages, what is not recorded, what is not known, the model."""

from __future__ import annotations

import pytest

from ordermine.discover.process import discover
from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log

PROJECT = """
[activities]
"Enter" = { kind = "create", stage = "order" }
"Fix" = { kind = "change", stage = "order" }
"Ship" = { kind = "deliver", stage = "deliver" }
"""
ROWS = [
    {"order": case, "activity": activity, "timestamp": f"2026-01-01T{hour:02}:00:00Z", "department": department}
    for case, activity, hour, department in [
        ("1", "Enter", 1, "Sales"),
        ("1", "Fix", 2, ""),
        ("1", "Fix", 3, "Sales"),
        ("1", "Ship", 4, "Ops"),
        ("2", "Enter", 1, "Sales"),
        ("2", "Xyzzy", 2, "Sales"),
    ]
]


@pytest.fixture
def path(ingest_rows):
    return ingest_rows(ROWS, project=PROJECT)


def test_everything_together(path):
    told = []
    process = discover(open_log(path), progress=told.append)
    assert (process.cases, process.events) == (2, 6)
    assert [(s.name, s.events, s.cases) for s in process.stages] == [("order", 4, 2), ("deliver", 1, 1)]
    assert process.without_department == 1
    assert process.without_meaning == 1
    assert [(h.source, h.target, h.events) for h in process.handoffs] == [("Sales", "Ops", 1)]
    assert process.quality is not None
    assert process.quality.cases == 2
    assert told


def test_quality_is_measured_on_request_only(path):
    assert discover(open_log(path), quality=False).quality is None


def test_only_selected_cases_count(path):
    process = discover(open_log(path, filters=Filters(case="2")), quality=False)
    assert (process.cases, process.events, process.without_department) == (1, 2, 0)
    assert [(s.name, s.events, s.cases) for s in process.stages] == [("order", 1, 1)]
    assert process.model.tree == "->( 'Enter', 'Xyzzy' )"


@pytest.mark.parametrize("settings", [{"algorithm": "alpha"}, {"noise": 1.5}, {"noise": -0.1}])
def test_settings_that_make_no_sense(path, settings):
    with pytest.raises(UsageError):
        discover(open_log(path), **settings)
