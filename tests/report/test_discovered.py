"""What `discover` says: JSON as the contract has it, text that answers a newcomer at 80 columns."""

from __future__ import annotations

import json

import pytest

from ordermine.discover.process import discover
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from ordermine.report import discovered
from ordermine.report.envelope import envelope
from ordermine.report.render import markdown, print_tables, terminal

NASTY = [
    "<script>alert(1)</script>",
    "\x1b[31mred",
    "two\nlines",
    "x" * 300,
    "\u05e9\u05dc\u05d5\u05dd \u202e",
    "=1+1",
    "a|b",
]


def rows(steps, department="Sales", case="1"):
    return [
        {
            "order": case,
            "activity": step,
            "timestamp": f"2026-01-{1 + at // 24:02}T{at % 24:02}:00:00Z",
            "department": department,
        }
        for at, step in enumerate(steps)
    ]


def text(capsys, path, **filters):
    log = open_log(path, filters=Filters(**filters))
    process = discover(log, quality=False)
    tables = [
        *discovered.tables(process),
        discovered.model_table(process),
        discovered.not_shown_table(log.manifest),
        discovered.files_table({"map.svg": "out/map.svg"}),
    ]
    heading = discovered.heading(process, log.manifest, "orders", log.filters.describe())
    print_tables(terminal(), heading, tables, ())
    assert markdown(heading, tables, ())
    return capsys.readouterr().out


def test_json_has_the_shape_of_the_contract(ingest_rows):
    log = open_log(ingest_rows([*rows("AB"), *rows("AAB", case="2")]))
    process = discover(log)
    data = json.loads(envelope("discover", log.manifest, discovered.result(process, {}), ["n"], log=log))
    assert list(data) == ["schema", "log", "as_of", "result", "notes"]
    assert data["schema"] == "ordermine/discover/1"
    assert data["as_of"] == "2026-01-01T02:00:00Z"
    assert data["notes"] == ["n"]
    result = data["result"]
    assert result["activities"] == [
        {"activity": "A", "events": 3, "cases": 2},
        {"activity": "B", "events": 2, "cases": 2},
    ]
    assert result["edges"] == [
        {"from": "A", "to": "B", "events": 2, "cases": 2, "median_s": 3600.0, "p90_s": 3600.0},
        {"from": "A", "to": "A", "events": 1, "cases": 1, "median_s": 3600.0, "p90_s": 3600.0},
    ]
    assert result["starts"] == [{"activity": "A", "cases": 2}]
    assert result["ends"] == [{"activity": "B", "cases": 2}]
    assert result["variants"]["count"] == 2
    assert [set(top) for top in result["variants"]["top"]] == [{"variant_id", "activities", "cases", "share"}] * 2
    assert result["departments"] == [{"department": "Sales", "events": 5, "cases": 2}]
    assert result["handoffs"] == []
    assert {"algorithm", "noise", "fitness", "precision", "fitting_cases_share", "tree"} <= set(result["model"])
    assert result["files"] == {}


def test_the_filters_are_part_of_what_the_json_is_about(ingest_rows):
    log = open_log(ingest_rows(rows("AB")), filters=Filters(case="1"))
    data = json.loads(envelope("sql", log.manifest, {}, log=log))
    assert data["log"]["filters"] == {"case": "1"}


@pytest.mark.parametrize(
    "steps", [NASTY, [f"Step {n}" for n in range(80)], ["A"], ["A"] * 100], ids=["nasty", "many", "one", "loop"]
)
def test_any_log_is_readable_at_80_columns(capsys, ingest_rows, steps):
    out = text(capsys, ingest_rows(rows(steps)))
    assert max(map(len, out.splitlines())) <= 80
    assert all(character.isprintable() or character == "\n" for character in out)
    assert len(out.splitlines()) < 100


def test_long_variants_are_shortened_in_the_middle(capsys, ingest_rows):
    out = " ".join(text(capsys, ingest_rows(rows([f"s{n}" for n in range(20)]))).split())
    assert "s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → (5 more steps) → s13" in out


def test_a_filter_is_said(capsys, ingest_rows):
    out = text(capsys, ingest_rows([*rows("AB"), *rows("C", case="2")]), where="activity = 'C'")
    assert "orders: 1 order, 1 event, 1 activity, 1 variant" in out
    assert "selected by --where activity = 'C': 1 of 2 orders" in out


def test_one_event(capsys, ingest_rows):
    out = text(capsys, ingest_rows(rows("A")))
    assert "no step follows another at a later time" in out
    assert "no order passes from one department to another" in out
    assert "1 events" not in out
    assert "1 orders" not in out


def test_without_departments(capsys, ingest_rows):
    out = text(capsys, ingest_rows(rows("AB", department="")))
    assert "not measurable: no department is recorded" in out
    assert "a department or team" in out


def test_what_is_missing_is_named_with_what_to_export(capsys, ingest_rows):
    daily = [{"order": "1", "activity": "A", "timestamp": f"2026-01-{day:02}"} for day in range(1, 29)]
    out = " ".join(text(capsys, ingest_rows(daily)).split())
    assert "what came first within a day" in out
    complete = {
        "start": "2026-01-01T00:00:00Z",
        "user": "u",
        "field": "f",
        "old_value": "a",
        "new_value": "b",
        "reason": "r",
    }
    out = text(capsys, ingest_rows([{**row, **complete} for row in rows("AB")]))
    assert "it has everything that ordermine asks for" in out
