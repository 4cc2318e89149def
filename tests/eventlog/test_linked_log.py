"""What ingest writes, column by column: the example is worked out by hand, random logs are read in plain Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pyarrow.parquet as pq  # noqa: TID253
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ordermine.eventlog import store
from ordermine.eventlog.layout import variant_id
from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest
from ordermine.eventlog.step_arrays import read_steps
from ordermine.schema import EVENT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

QUICK = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def row(case, activity, minute, department="", **more):
    stamp = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
    return {
        "order": case,
        "activity": activity,
        "timestamp": stamp.isoformat(),
        "department": department,
        "user": "",
        **more,
    }


EXAMPLE = [
    row("b", "Ship", 30, "Ops"),
    row("a", "Enter", 10, "Sales"),
    row("b", "Enter", 5, "Sales"),
    row("a", "Check", 20, "unknown"),
    row("a", "Enter", 20, "Sales"),
    row("a", "Enter", 20, "Sales"),
]
"""The last row repeats the one before it."""


def events(log: Path, columns: str) -> list[tuple]:
    return open_log(log).rows(f"SELECT {columns} FROM events ORDER BY case_no, seq")


def test_events_are_ordered_and_linked(ingest_rows):
    log = ingest_rows(EXAMPLE)
    derived = "occurrence, next_activity, next_department, seconds_to_next, tied, source_row"
    assert events(log, f"case_no, case_id, seq, activity, {derived}") == [
        (0, "b", 1, "Enter", 1, "Ship", "Ops", 1500.0, False, 4),
        (0, "b", 2, "Ship", 1, None, None, None, False, 2),
        (1, "a", 1, "Enter", 1, "Check", None, 600.0, False, 3),
        (1, "a", 2, "Check", 1, "Enter", "Sales", 0.0, True, 5),
        (1, "a", 3, "Enter", 2, None, None, None, True, 6),
    ]


def test_cases_and_variants(ingest_rows):
    log = open_log(ingest_rows(EXAMPLE))
    ship, check = variant_id(["Enter", "Ship"]), variant_id(["Enter", "Check", "Enter"])
    assert log.rows(
        "SELECT case_id, case_no, strftime(start, '%H:%M'), strftime(\"end\", '%H:%M'), events, duration_s, variant_id,"
        " first_activity, last_activity FROM cases ORDER BY case_no"
    ) == [
        ("b", 0, "00:05", "00:30", 2, 1500.0, ship, "Enter", "Ship"),
        ("a", 1, "00:10", "00:20", 3, 600.0, check, "Enter", "Enter"),
    ]
    assert sorted(log.rows("SELECT variant_id, activities, cases, events FROM variants")) == sorted(
        [(ship, ["Enter", "Ship"], 1, 2), (check, ["Enter", "Check", "Enter"], 1, 3)]
    )


def test_a_variant_id_is_a_hash_of_its_content():
    assert variant_id(["A", "é"]) == hashlib.sha256(b'["A","\\u00e9"]').hexdigest()[:16]
    assert variant_id(["A,B"]) != variant_id(["A", "B"])


def test_left_out_rows_are_kept_with_reason_and_text(ingest_rows):
    log = ingest_rows([*EXAMPLE, row("", "Enter", 1), row("a", "", 2)])
    left_out = open_log(log).rows("SELECT file, line, reason, raw FROM left_out ORDER BY line")
    assert [(file, line, reason) for file, line, reason, _ in left_out] == [
        ("orders.csv", 7, "duplicate"),
        ("orders.csv", 8, "no case"),
        ("orders.csv", 9, "no activity"),
    ]
    assert left_out[0][3] == "a,Enter,2026-01-01T00:20:00+00:00,Sales,"
    ledger = read_manifest(log).ledger
    assert (ledger.rows_in, ledger.events, ledger.duplicates, ledger.rejected) == (8, 5, 1, 2)


def test_duplicates_can_be_kept(ingest_rows):
    log = ingest_rows(EXAMPLE, keep_duplicates=True)
    assert len(events(log, "1")) == 6
    assert any("1 exact duplicate" in note for note in read_manifest(log).notes)


def test_column_types(ingest_rows):
    log = ingest_rows([{**EXAMPLE[0], "amount": "1234.5", "Custom": "x", "Reason code": "y"}])
    types = {
        "string": "VARCHAR",
        "int32": "INTEGER",
        "int64": "BIGINT",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
        "timestamp[us, UTC]": "TIMESTAMP WITH TIME ZONE",
        "decimal(28, 6)": "DECIMAL(28,6)",
    }
    described = dict(open_log(log).rows("SELECT column_name, column_type FROM (DESCRIBE events)"))
    assert list(described)[: len(EVENT_COLUMNS)] == list(EVENT_COLUMNS)
    assert [described[name] for name in EVENT_COLUMNS] == [types[kind] for kind in EVENT_COLUMNS.values()]
    assert described["Custom"] == "VARCHAR"


def test_constant_columns_become_case_attributes(ingest_rows):
    rows = [
        {**row("a", "A", 1), "Region": "North", "Status": "open", "customer": "c1"},
        {**row("a", "B", 2), "Region": "", "Status": "done", "customer": "c1"},
        {**row("b", "A", 3), "Region": "South", "Status": "open", "customer": "c2"},
    ]
    log = open_log(ingest_rows(rows))
    assert set(log.manifest.case_attributes) == {"Region", "customer"}
    assert log.rows('SELECT case_id, "Region", customer FROM cases ORDER BY case_no') == [
        ("a", "North", "c1"),
        ("b", "South", "c2"),
    ]


def test_a_declared_case_attribute_takes_the_first_recorded_value(ingest_rows):
    project = '[[source]]\nfiles = "*.csv"\ncase = "order"\nactivity = "activity"\ntimestamp = "timestamp"\n'
    rows = [
        {**row("a", "A", 1), "Status": ""},
        {**row("a", "B", 2), "Status": "open"},
        {**row("a", "C", 3), "Status": "done"},
    ]
    log = open_log(ingest_rows(rows, project=project + 'case_attributes = ["Status"]\n'))
    assert log.rows('SELECT "Status" FROM cases') == [("open",)]


@pytest.mark.parametrize("name", ["Start", "events", "Case_No", "END", "source_row", "Variant_ID"])
def test_source_columns_never_hide_columns_of_the_log(ingest_rows, name):
    rows = [{**row("a", "A", 1), name: "mine"}, {**row("a", "B", 2), name: "mine"}]
    log = open_log(ingest_rows(rows, project=PROJECT))
    assert log.rows("SELECT case_no, events, strftime(start, '%H:%M') FROM cases") == [(0, 2, "00:01")]
    assert log.rows("SELECT source_row FROM events ORDER BY seq") == [(2,), (3,)]
    view = log.rows("SELECT * FROM cases")
    assert "mine" in view[0]
    names = [column for (column,) in log.rows("SELECT column_name FROM (DESCRIBE cases)")]
    assert len({column.lower() for column in names}) == len(names)
    assert not any(column.lower() == f"{name.lower()}_1" for column in names), "two columns of the same name on disk"


PROJECT = '[[source]]\nfiles = "*.csv"\ncase = "order"\nactivity = "activity"\ntimestamp = "timestamp"\n'

cases = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("XYZ"), st.integers(0, 6), st.sampled_from(["", "S", "T"])),
    min_size=1,
    max_size=30,
)


def linked_plainly(rows):
    """Read section 4 of the design aloud: order, duplicates, derived columns."""
    by_case = defaultdict(list)
    for number, one in enumerate(rows, 2):
        by_case[one["order"]].append((one["timestamp"], number, one))
    linked, duplicates = [], 0
    starts = sorted((min(stamp for stamp, _, _ in found), case) for case, found in by_case.items())
    for case_no, (_, case) in enumerate(starts):
        kept, seen = [], set()
        for stamp, number, one in sorted(by_case[case], key=lambda item: item[:2]):
            content = tuple(one.items())
            duplicates += content in seen
            if content not in seen:
                kept.append((stamp, number, one))
            seen.add(content)
        times = Counter(stamp for stamp, _, _ in kept)
        occurred: Counter[str] = Counter()
        for at, (stamp, number, one) in enumerate(kept):
            occurred[one["activity"]] += 1
            after = kept[at + 1] if at + 1 < len(kept) else None
            seconds = (
                (dt.datetime.fromisoformat(after[0]) - dt.datetime.fromisoformat(stamp)).total_seconds()
                if after
                else None
            )
            linked.append(
                (
                    case_no,
                    case,
                    at + 1,
                    one["activity"],
                    one["department"] or None,
                    occurred[one["activity"]],
                    after and after[2]["activity"],
                    (after and after[2]["department"]) or None,
                    seconds,
                    times[stamp] > 1,
                    number,
                )
            )
    return linked, duplicates


@QUICK
@given(cases)
def test_random_logs_are_linked_as_plain_python_links_them(ingest_rows, drawn):
    rows = [row(*one) for one in drawn]
    log = ingest_rows(rows)
    linked, duplicates = linked_plainly(rows)
    columns = (
        "case_no, case_id, seq, activity, department, occurrence, next_activity, next_department, seconds_to_next, tied"
    )
    opened = open_log(log)
    assert opened.rows(f"SELECT {columns}, source_row FROM events ORDER BY case_no, seq") == linked
    assert read_manifest(log).ledger.duplicates == duplicates
    counted = Counter()
    for case in {entry[0] for entry in linked}:
        counted[tuple(entry[3] for entry in linked if entry[0] == case)] += 1
    stored = opened.rows("SELECT variant_id, activities, cases FROM variants")
    assert {tuple(activities): count for _, activities, count in stored} == counted
    assert all(number == variant_id(activities) for number, activities, _ in stored)


def contents(log: Path) -> dict[str, list[dict]]:
    folder = read_manifest(log).folder(log)
    found = {name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in ("cases", "variants", "left_out")}
    parts = sorted((folder / "events").glob("*.parquet"))
    found["events"] = [event for part in parts for event in pq.ParquetFile(part).read().to_pylist()]
    return found


@pytest.mark.parametrize("how", [{"threads": 1}, {"threads": 2}, {"memory_limit": 1000}], ids=str)
def test_parts_threads_and_spilling_change_nothing(ingest_rows, monkeypatch, how):
    rows = [row(f"c{n % 17}", "ABC"[n % 3], (n * 7) % 50, "ST"[n % 2], note=str(n)) for n in range(200)]
    rows += rows[:20]
    whole = contents(ingest_rows(rows, threads=1))
    monkeypatch.setattr(store, "PART_EVENTS", 20)
    log = ingest_rows(rows, **how)
    folder = read_manifest(log).folder(log)
    parts = sorted((folder / "events").glob("*.parquet"))
    assert len(parts) > 3
    cases_of_parts = [set(pq.ParquetFile(part).read(["case_no"]).column(0).to_pylist()) for part in parts]
    assert sum(len(found) for found in cases_of_parts) == 17, "a case straddles parts"
    assert contents(log) == whole


def test_a_case_whose_rows_are_all_rejected_is_no_case(ingest_rows):
    log = open_log(ingest_rows([row("a", "A", 1), {**row("b", "A", 2), "timestamp": ""}]))
    assert log.rows("SELECT case_id, case_no FROM cases") == [("a", 0)]


def test_a_step_of_left_out_rows_alone_disturbs_no_question(ingest_rows):
    log = open_log(ingest_rows([row("a", "A", 1), {**row("b", "Only here", 2), "timestamp": ""}]))
    assert read_steps(log, "department").case_no.tolist() == [0]


def test_the_manifest_says_what_the_log_is(ingest_rows):
    log = ingest_rows(EXAMPLE)
    data = json.loads((log / "manifest.json").read_text(encoding="utf-8"))
    text = (log.parent / "orders.csv").read_bytes()
    assert data["format_version"] == 2
    assert data["sources"][0]["name"] == "orders.csv"
    assert data["sources"][0]["sha256"] == hashlib.sha256(text).hexdigest()
    assert data["sources"][0]["bytes"] == len(text)
    assert (data["cases"], data["activities"], data["variants"]) == (2, 3, 2)
    assert (data["first"], data["last"]) == ("2026-01-01T00:05:00.000000Z", "2026-01-01T00:30:00.000000Z")
    assert data["not_recorded"]["department"] == {"unknown": 1}
    assert data["measurable"]["departments"] is True
    assert data["measurable"]["people"] is False
    assert str(log) not in json.dumps(data)
