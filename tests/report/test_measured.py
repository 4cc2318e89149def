from __future__ import annotations

import datetime as dt

from ordermine.analyze.base import Measured
from ordermine.analyze.registry import find
from ordermine.report import measured as report

COLUMNS = {"case_id": "text", "since": "text", "waiting_s": "seconds", "share": "share"}
ROW = {"case_id": "A", "since": dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), "waiting_s": 90_000.0, "share": 0.5}


def test_json_carries_units_and_instants() -> None:
    result = report.result(Measured(COLUMNS, [ROW], {"cases": 1}))
    assert result["columns"][2] == {"name": "waiting_s", "unit": "seconds"}
    assert result["rows"] == [{"case_id": "A", "since": "2026-03-02T09:00:00Z", "waiting_s": 90_000.0, "share": 0.5}]
    assert result["totals"] == {"cases": 1}


def test_people_see_the_first_rows_and_readable_totals() -> None:
    totals = {"cases": 1234, "return_share": 0.25, "total_s": 7200.0, "nothing": None}
    measured = Measured(COLUMNS, [ROW] * 30, totals)
    one = find("OM203")
    assert report.heading(one, measured)[1] == "cases 1,234, return share 25.0 %, total s 2 h, nothing –"
    assert (len(report.table(one, measured, 25).rows), report.table(one, measured, 25).more) == (25, 5)
    assert len(report.table(one, measured).rows) == 30


def test_no_rows_are_said() -> None:
    table = report.table(find("OM203"), Measured(COLUMNS, [], {}))
    assert table.notes == ("no rows: it doesn't occur in this log",)
