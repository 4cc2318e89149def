"""What `ingest` and `show` say."""

from __future__ import annotations

import pytest

from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest
from ordermine.placing import write_file, write_folder
from ordermine.report import ingested, journey
from ordermine.report.render import csv_text, print_tables, terminal

ROWS = [
    {"order": "7", "activity": "A", "timestamp": "2026-01-01T08:00:00Z", "department": "Sales", "user": "u1"},
    {"order": "7", "activity": "B", "timestamp": "2026-01-01T09:30:00Z", "department": "Unknown", "user": "u2"},
    {"order": "7", "activity": "C", "timestamp": "2026-01-01T09:30:00Z", "department": "", "user": "u2"},
    {"order": "7", "activity": "C", "timestamp": "2026-01-01T09:30:00Z", "department": "", "user": "u2"},
    {"order": "", "activity": "C", "timestamp": "2026-01-01T09:30:00Z", "department": "", "user": "u2"},
]


def test_the_ledger_has_the_keys_of_the_contract(ingest_rows):
    result = ingested.result(read_manifest(ingest_rows(ROWS)))
    assert (result["rows_in"], result["events"], result["cases"]) == (5, 3, 1)
    assert (result["duplicates"], result["rejected"], result["rejected_by_reason"]) == (1, 1, {"no case": 1})
    assert result["by_source"] == {
        "orders.csv": {"rows_in": 5, "events": 3, "left_out": {"duplicate": 1, "no case": 1}}
    }
    assert (result["date_order"], result["timezone"]) == ("ymd", "UTC")
    assert result["dialect"]["orders.csv"]["delimiter"] == "','"
    assert set(result["not_recorded"]["department"]) == {"", "Unknown"}


@pytest.mark.parametrize(
    ("stamps", "order"),
    [(["31/01/2026", "01/02/2026"], "dmy"), (["01/31/2026", "02/01/2026"], "mdy"), (["2026-01-31"], "ymd")],
)
def test_the_date_order_is_reported(ingest_rows, stamps, order):
    rows = [{"order": str(n), "activity": "A", "timestamp": stamp} for n, stamp in enumerate(stamps)]
    assert ingested.result(read_manifest(ingest_rows(rows)))["date_order"] == order


def test_the_ledger_adds_up_in_words(ingest_rows, capsys):
    manifest = read_manifest(ingest_rows(ROWS))
    print_tables(terminal(), ingested.heading(manifest, "log"), ingested.tables(manifest, "my log"), ())
    out = capsys.readouterr().out
    assert "log: 3 events of 1 order, 3 activities, 1 variant" in out
    assert "5 rows in = 3 events + 1 exact duplicate + 1 left out" in out
    assert [line.split() for line in out.splitlines() if line.startswith("orders.csv ")] == [
        ["orders.csv", "duplicate", "1"],
        ["orders.csv", "no", "case", "1"],
    ]
    assert """ordermine sql 'my log' "SELECT * FROM left_out\"""" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_journey(ingest_rows, capsys):
    found = journey.events(open_log(ingest_rows(ROWS)), "7")
    print_tables(terminal(), journey.heading("7", found), [journey.table("7", found)], ())
    out = capsys.readouterr().out
    assert "Order 7: 3 events in 1 h 30 min; times are UTC." in out
    assert [line.split() for line in out.splitlines() if line.startswith("2026")] == [
        ["2026-01-01", "08:00:00", "A", "Sales", "u1", "1", "h", "30", "min", "2"],
        ["2026-01-01", "09:30:00", "~", "B", "–", "u2", "0", "s", "3"],
        ["2026-01-01", "09:30:00", "~", "C", "–", "u2", "–", "4"],
    ]
    assert "rows are those of orders.csv" in out


def test_a_journey_for_programs(ingest_rows):
    found = journey.events(open_log(ingest_rows(ROWS)), "7")
    result = journey.result("7", found)
    assert result["case_id"] == "7"
    assert result["events"][0]["timestamp"] == "2026-01-01T08:00:00.000000Z"
    lines = csv_text(journey.raw_table(found)).splitlines()
    assert lines[0] == ",".join(journey.COLUMNS)
    assert lines[2].startswith("2,2026-01-01T09:30:00.000000Z,s,B,,u2,")


def test_an_order_that_is_not_there(ingest_rows):
    log = open_log(ingest_rows(ROWS), filters=Filters(case="7"))
    with pytest.raises(UsageError, match="no order '77'") as caught:
        journey.events(log, "77")
    assert "'7'" in caught.value.hint


def test_files_are_written_whole_or_not_at_all(tmp_path):
    write_folder(tmp_path / "new" / "out", {"a": b"1", "b": b"2"}, force=False)
    with pytest.raises(UsageError, match="exists"):
        write_folder(tmp_path / "new" / "out", {"c": b"3", "b": b"4"}, force=False)
    assert sorted((path.name, path.read_bytes()) for path in (tmp_path / "new" / "out").iterdir()) == [
        ("a", b"1"),
        ("b", b"2"),
    ]
    write_folder(tmp_path / "new" / "out", {"b": b"4"}, force=True)
    assert (tmp_path / "new" / "out" / "b").read_bytes() == b"4"
    with pytest.raises(UsageError, match="folder"):
        write_file(tmp_path / "new", b"", force=True)
