"""What is exported and ingested again is the same log, in every format; pm4py reads it, too."""

from __future__ import annotations

import csv
import gzip
import json

import pytest

from ordermine.errors import UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import Project
from ordermine.report.export import FORMATS, export_events

BASE = {"order": "001", "step": "A", "timestamp": "2026-01-01T08:00:00Z", "team": "Sales", "user": "u1"}
ROWS = [
    {
        **BASE,
        "step": 'A, "x"',
        "timestamp": "2026-01-01T08:00:00.123456Z",
        "Note": "line 1\nline 2",
        "amount": "1234.50",
    },
    {**BASE, "step": "B<>&", "timestamp": "2026-01-01T09:00:00Z", "Note": " blanks ", "Region": "North"},
    {**BASE, "step": "C", "timestamp": "2026-01-01T09:00:00Z", "team": "", "Note": "=1+1", "Region": ""},
    {**BASE, "step": "B<>&", "timestamp": "2026-01-01T09:00:00Z", "Note": "1E5", "Region": "North"},
    {**BASE, "order": "1E5", "timestamp": "2026-01-03T00:00:00+05:00", "user": "", "Note": "NA", "amount": "-0.000001"},
    {**BASE, "order": "NA", "timestamp": "1969-12-31T23:59:59Z", "Note": "é☃ \u202e", "start": "1969-12-31T23:00:00Z"},
    {**BASE, "order": "NA", "timestamp": "1970-01-01T00:00:00Z", "amount": "0", "start": ""},
]


def events(log):
    opened = open_log(log)
    columns = [name for name in opened.columns if name not in ("source_file", "source_row")]
    return opened.table("SELECT * EXCLUDE (source_file, source_row) FROM events ORDER BY case_no, seq"), columns


def export_and_ingest(log, path, names="plain"):
    export_events(open_log(log), path, names, force=False)
    again = path.parent / "again"
    ingest(open_sources([path]), again, Project(), Options())
    return again


@pytest.mark.parametrize("names", ["plain", "xes"])
@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_log_comes_back(ingest_rows, tmp_path, ending, names):
    log = ingest_rows(ROWS)
    again = export_and_ingest(log, tmp_path / f"orders{ending}", names)
    (before, columns), (after, _) = events(log), events(again)
    for name in columns:
        assert after.column(name).to_pylist() == before.column(name).to_pylist(), name
    assert after.column_names == before.column_names
    assert read_manifest(again).case_attributes == read_manifest(log).case_attributes


@pytest.mark.parametrize("ending", FORMATS)
def test_exporting_what_was_exported_gives_the_same_bytes(ingest_rows, tmp_path, ending):
    log = ingest_rows(ROWS)
    again = export_and_ingest(log, tmp_path / f"orders{ending}")
    second = tmp_path / f"second{ending}"
    export_events(open_log(again), second, "plain", force=False)
    assert second.read_bytes() == (tmp_path / f"orders{ending}").read_bytes()


def test_attributes_of_a_trace_stay_with_the_trace(tmp_path):
    source = tmp_path / "in.xes"
    source.write_text(
        '<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="1"/>'
        '<string key="region" value="North"/>'
        '<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-01-01T00:00:00Z"/></event>'
        '<event><string key="concept:name" value="B"/><date key="time:timestamp" value="2026-01-01T01:00:00Z"/>'
        '<string key="colour" value="red"/></event>'
        "</trace></log>",
        encoding="utf-8",
    )
    log = tmp_path / "log"
    ingest(open_sources([source]), log, Project(), Options())
    again = export_and_ingest(log, tmp_path / "orders.xes")
    assert events(again)[0].equals(events(log)[0])
    text = (tmp_path / "orders.xes").read_text(encoding="utf-8")
    assert text.index('key="region"') < text.index("<event>") < text.index('key="colour"')
    assert text.count('key="region"') == 1


def test_only_selected_cases_are_exported_as_the_project_file_names_them(ingest_rows, tmp_path):
    log = ingest_rows(ROWS, project='[departments]\naliases = { "Sales" = "Inside Sales" }\n')
    path = tmp_path / "orders.csv"
    export_events(open_log(log, filters=Filters(case="NA")), path, "plain", force=False)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [(row["case_id"], row["department"], row["start_timestamp"]) for row in found] == [
        ("NA", "Inside Sales", "1969-12-31T23:00:00Z"),
        ("NA", "Inside Sales", ""),
    ]


def test_json_lines_leave_out_what_is_not_recorded(ingest_rows, tmp_path):
    path = tmp_path / "orders.jsonl"
    export_events(open_log(ingest_rows([BASE])), path, "xes", force=False)
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {
            "case:concept:name": "001",
            "concept:name": "A",
            "time:timestamp": "2026-01-01T08:00:00Z",
            "timestamp_precision": "s",
            "org:group": "Sales",
            "org:resource": "u1",
        }
    ]


def test_characters_that_xml_cannot_hold_do_not_break_the_file(ingest_rows, tmp_path):
    from lxml import etree

    path = tmp_path / "orders.xes.gz"
    export_events(open_log(ingest_rows([{**BASE, "step": "a\x07b\ufffe<&>"}])), path, "plain", force=False)
    assert etree.fromstring(gzip.decompress(path.read_bytes())).tag.endswith("log")


def test_files_that_exist_are_kept(ingest_rows, tmp_path):
    log = open_log(ingest_rows([BASE]))
    path = tmp_path / "orders.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="exists"):
        export_events(log, path, "plain", force=False)
    assert path.read_text(encoding="utf-8") == "mine"
    export_events(log, path, "plain", force=True)
    assert path.read_text(encoding="utf-8").startswith("case_id,")


def test_folders_are_made_and_nothing_else_is_left(ingest_rows, tmp_path):
    path = tmp_path / "new" / "deep" / "orders.parquet"
    export_events(open_log(ingest_rows([BASE])), path, "plain", force=False)
    assert [found.name for found in path.parent.iterdir()] == ["orders.parquet"]
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        export_events(open_log(ingest_rows([BASE])), tmp_path / "dir.csv", "plain", force=True)


def test_unknown_formats_are_refused_with_the_known_ones(ingest_rows, tmp_path):
    with pytest.raises(UsageError) as caught:
        export_events(open_log(ingest_rows([BASE])), tmp_path / "orders.xlsx", "plain", force=False)
    assert ".csv" in caught.value.hint


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ending", [".xes", ".csv", ".parquet"])
def test_pm4py_reads_it_and_counts_the_same(ingest_rows, tmp_path, ending):
    import pandas as pd
    import pm4py

    from ordermine.discover.counting import count_graph

    rows = [
        {**BASE, "order": str(n % 4), "step": "ABC"[n % 3], "timestamp": f"2026-01-{n + 1:02}T00:00:00Z"}
        for n in range(20)
    ]
    log = open_log(ingest_rows(rows))
    path = tmp_path / f"orders{ending}"
    export_events(log, path, "xes", force=False)
    if ending == ".xes":
        frame = pm4py.read_xes(str(path))
    else:
        frame = pd.read_csv(path) if ending == ".csv" else pd.read_parquet(path)
        frame["time:timestamp"] = pd.to_datetime(frame["time:timestamp"], utc=True)
        frame["case:concept:name"] = frame["case:concept:name"].astype(str)
    graph, starts, ends = pm4py.discover_dfg(frame)
    counted = count_graph(log)
    assert {(e.source, e.target): e.events for e in counted.edges} == dict(graph)
    assert (dict(counted.starts), dict(counted.ends)) == (dict(starts), dict(ends))
    assert set(frame["org:group"]) == {"Sales"}
