"""The weekly report on a real SAP order-to-cash log, for weeks of 2016 and 2017."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.weekly.report import weekly_report
from ordermine.eventlog.log import Log, open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import parse_project
from ordermine.report.weekly.files import report_files
from ordermine.report.weekly.process_map import process_map

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real

COLUMNS = {"case": "Key", "activity": "Activity", "timestamp": "Date", "resource": "User", "department": "Role"}


@pytest.fixture(scope="module")
def log(real_logs: Path, tmp_path_factory: pytest.TempPathFactory) -> Log:
    out = tmp_path_factory.mktemp("real") / "o2c"
    export = real_logs / "o2c_sap" / "o2c_ibm_sap_dev12pct.csv.gz"
    ingest(open_sources([export]), out, parse_project("[log]\ncluster = '^(\\d+)_'"), Options(columns=COLUMNS))
    return open_log(out)


@pytest.mark.parametrize(("week", "mature"), [("2016-W26", True), ("2016-W50", True), (None, False)])
def test_a_report_of_any_week(log: Log, week: str | None, mature: bool) -> None:
    report = weekly_report(log, week)
    assert report.week.mature is mature
    # The last event is of Sunday 16 July 2017, 16:06, so that W28 isn't over.
    assert report.week.name == (week or "2017-W27")
    people = {name for (name,) in log.rows("SELECT DISTINCT resource FROM events WHERE resource IS NOT NULL")}
    contents = report_files(report, log, process_map(log, "o2c")[0], "o2c", ())
    departments = {name for (name,) in log.rows("SELECT DISTINCT department FROM events WHERE department IS NOT NULL")}
    for name, content in contents.items():
        text = content.decode()
        assert [one for one in people - departments if len(one) > 4 and one in text] == [], name
    # Counted without ordermine: 399 rejections, none with a department; no values of fields.
    assert not isinstance(report.rejections, str)
    assert (report.rejections.rejected.hits, report.rejections.without_department) == (399, 399)
    assert isinstance(report.origins, str)
