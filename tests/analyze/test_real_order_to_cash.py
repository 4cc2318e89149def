"""What the analyzers say about a real SAP order-to-cash log; its numbers were counted without ordermine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.registry import find
from ordermine.analyze.run import analyze
from ordermine.eventlog.log import Log, open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

COLUMNS = {"case": "Key", "activity": "Activity", "timestamp": "Date", "resource": "User", "department": "Role"}


@pytest.fixture(scope="module")
def log(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Log:
    out = tmp_path_factory.mktemp("real") / "o2c"
    export = real_data / "o2c_sap" / "o2c_ibm_sap_dev12pct.csv.gz"
    project = parse_project("[log]\ncluster = '^(\\d+)_'")
    ingest(open_sources([export]), out, project, Options(columns=COLUMNS))
    return open_log(out)


def test_quality_of_the_export(log: Log) -> None:
    assert find("OM003").measure(log).totals["exact_duplicates"] == 86
    goods = next(row for row in find("OM006").measure(log).rows if row["activity"] == "Good Issue")
    assert (goods["clock"], goods["clock_events"], goods["events"]) == ("23:59:59", 6737, 6737)
    rejected = next(row for row in find("OM002").measure(log).rows if row["activity"] == "Schedule Line Rejected")
    assert (rejected["missing"], rejected["events"]) == (399, 399)


def test_dates_are_not_swapped(log: Log) -> None:
    assert find("OM009").run(log) == []


def test_every_finding_can_be_said(log: Log) -> None:
    done = analyze(log)
    assert not done.assumed.unknown_events
    for one in done.findings:
        assert one.low is None or one.low <= one.value
        assert one.high is None or one.high >= one.value
        assert one.evidence or not one.cases
