"""The project file is applied when reading: in the views and in arrays alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from ordermine.eventlog.log import open_log
from ordermine.eventlog.views import create_steps, file_literal
from ordermine.quoting import identifier, literal

ROWS = [
    {"order": "1", "activity": "Order entered", "timestamp": "2026-01-01T00:00:00Z", "department": "CSR", "user": "u1"},
    {
        "order": "1",
        "activity": "Print",
        "timestamp": "2026-01-01T01:00:00Z",
        "department": "Batch Job",
        "user": "Nobody",
    },
    {"order": "1", "activity": "Ship", "timestamp": "2026-01-01T02:00:00Z", "department": "TBD", "user": "u2"},
    {"order": "1", "activity": "Bill", "timestamp": "2026-01-01T03:00:00Z", "department": "Robot", "user": "u3"},
]
PROJECT = """
[activities]
"Order entered" = { kind = "create", stage = "order" }
[departments]
aliases = { "CSR" = "Customer Service", "Robot" = "Batch Job" }
system = ["Batch Job"]
not_recorded = ["tbd", "Nobody"]
"""
COLUMNS = ["department", "next_department", "resource", "next_resource", "actor_type"]
AS_DECLARED = [
    ("Customer Service", "Batch Job", "u1", None, "unknown"),
    ("Batch Job", None, None, "u2", "system"),
    (None, "Batch Job", "u2", "u3", "unknown"),
    ("Batch Job", None, "u3", None, "system"),
]


@pytest.fixture
def log(ingest_rows) -> Path:
    return ingest_rows(ROWS, project=PROJECT)


def test_views(log):
    assert open_log(log).rows(f"SELECT {', '.join(COLUMNS)} FROM events ORDER BY seq") == AS_DECLARED


def test_arrays(log):
    table = open_log(log).arrays(COLUMNS)
    assert list(zip(*(table.column(name).to_pylist() for name in COLUMNS), strict=True)) == AS_DECLARED


def test_another_project_file_needs_no_new_ingest(log, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text('[departments]\naliases = { "CSR" = "Sales" }\n', encoding="utf-8")
    opened = open_log(log, project=other)
    assert opened.rows("SELECT DISTINCT department FROM events ORDER BY 1") == [
        ("Batch Job",),
        ("Robot",),
        ("Sales",),
        (None,),
    ]
    assert opened.arrays(["actor_type"]).column(0).to_pylist() == ["unknown"] * 4


def test_steps_say_what_events_mean(log):
    opened = open_log(log)
    create_steps(opened)
    create_steps(opened)
    assert opened.rows("SELECT activity, kind, stage, by_system FROM steps ORDER BY seq LIMIT 2") == [
        ("Order entered", "create", "order", False),
        opened.rows("SELECT 'Print', kind, stage, true FROM meanings WHERE activity = 'Print'")[0],
    ]


def test_names_with_metacharacters(ingest_rows):
    name = 'O\'Brien "& Co"; DROP TABLE x --'
    rows = [{**row, "department": name if row["department"] == "CSR" else "B"} for row in ROWS]
    aliases = f"[departments]\naliases = {{ 'B' = '''{name}''' }}\nsystem = ['''{name}''']\n"
    opened = open_log(ingest_rows(rows, project=aliases))
    assert opened.rows("SELECT DISTINCT department, actor_type FROM events") == [(name, "system")]


def test_quoting():
    assert identifier('a"b') == '"a""b"'
    assert literal("o'brien") == "'o''brien'"
    assert file_literal(Path("/x[1]*?/o'b")) == "'/x[[]1][*][?]/o''b'"


@pytest.mark.parametrize(
    "name", ["exp[1]", "o'brien", "a*b?", "a\\b", 'q"; x', "year=2026", "Aufträge", "{a,b}", "a%20b"]
)
def test_logs_in_folders_of_any_name(ingest_rows, tmp_path, name):
    log = ingest_rows(ROWS)
    folder = tmp_path / name
    folder.mkdir()
    moved = log.rename(folder / name)
    opened = open_log(moved)
    assert opened.rows("SELECT count(*) FROM events JOIN cases USING (case_no) JOIN variants USING (variant_id)") == [
        (4,)
    ]
    assert [column for (column,) in opened.rows("SELECT column_name FROM (DESCRIBE events)")] == list(opened.columns)
    assert opened.rows("SELECT count(*) FROM left_out") == [(0,)]
    assert opened.arrays(["activity"]).num_rows == 4


def test_the_default_as_of_ignores_placeholders(ingest_rows):
    rows = [{**ROWS[0], "order": str(n)} for n in range(2000)]
    rows.append({**ROWS[0], "timestamp": "9999-12-31T00:00:00Z"})
    rows.append({**ROWS[0], "timestamp": "2026-03-01T00:00:00Z"})
    assert open_log(ingest_rows(rows)).as_of.isoformat() == "2026-03-01T00:00:00+00:00"
