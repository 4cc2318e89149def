"""Every command does what the contract says: data on stdout, the rest on stderr, exit codes, hints."""

from __future__ import annotations

import csv
import io
import json

import pytest

COMMANDS = ["inspect", "ingest", "discover", "map", "show", "sql", "export", "simulate"]
FILTERS = ["--from", "--to", "--where", "--variant", "--case", "--project", "--as-of", "--quiet", "--debug"]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_names_an_example(ordermine, command):
    said = ordermine(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert f"Example: ordermine {command}" in " ".join(said.out.split())


@pytest.mark.parametrize("command", ["discover", "map", "show", "sql", "export"])
def test_reading_commands_take_the_same_options(ordermine, command):
    text = ordermine(command, "--help").out
    expected = [*FILTERS, "--memory-limit", "--threads"]
    assert [option for option in expected if option not in text] == (["--case"] if command == "show" else [])


@pytest.mark.parametrize("shape", ["text", "json", "csv", "md"])
@pytest.mark.parametrize(
    "arguments", [["discover", "log", "--no-quality"], ["show", "log", "1"], ["sql", "log", "SELECT * FROM cases"]]
)
def test_formats(ordermine, log, arguments, shape):
    said = ordermine(*arguments, "--format", shape)
    assert said.code == 0
    assert said.err == ""
    if shape == "json":
        data = json.loads(said.out)
        assert data["schema"] == f"ordermine/{arguments[0]}/1"
        assert list(data) == ["schema", "log", "as_of", "result", "notes"]
    elif shape == "csv":
        rows = list(csv.reader(io.StringIO(said.out)))
        assert len({len(row) for row in rows}) == 1
        assert len(rows) > 1
    elif shape == "md":
        assert "| ---" in said.out
    else:
        assert max(map(len, said.out.splitlines())) <= 80
        assert "\x1b" not in said.out


def test_ingest_as_json(ordermine, export):
    result = json.loads(ordermine("ingest", export.name, "-o", "new", "--format", "json").out)["result"]
    assert {key: result[key] for key in ("rows_in", "events", "cases", "duplicates", "rejected")} == {
        "rows_in": 5,
        "events": 5,
        "cases": 2,
        "duplicates": 0,
        "rejected": 0,
    }


def test_inspect_writes_a_project_file(ordermine, export):
    said = ordermine("inspect", export.name, "-o", "ordermine.toml")
    assert said.code == 0
    written = (export.parent / "ordermine.toml").read_text(encoding="utf-8")
    assert 'case = "order"' in written
    assert ordermine("inspect", export.name, "-o", "ordermine.toml").code == 2
    assert ordermine("ingest", export.name, "-o", "new").code == 0
    assert ordermine("inspect", export.name, "--format", "json").out.startswith('{\n "schema": "ordermine/inspect/1"')


def test_inspect_to_stdout_is_the_project_file_alone(ordermine, export):
    import tomllib

    said = ordermine("inspect", export.name, "-o", "-")
    assert tomllib.loads(said.out)["source"][0]["timestamp"] == "timestamp"
    assert not (export.parent / "-").exists()


def test_discover_writes_its_files(ordermine, log, tmp_path):
    said = ordermine("discover", log, "-o", "process", "--format", "json")
    files = json.loads(said.out)["result"]["files"]
    assert sorted(files) == sorted(path.name for path in (tmp_path / "process").iterdir())
    assert {"map.svg", "map.html", "model.bpmn", "model.pnml", "discover.json"} <= set(files)
    assert str(tmp_path) not in (tmp_path / "process" / "discover.json").read_text(encoding="utf-8")
    again = ordermine("discover", log, "-o", "process")
    assert (again.code, again.out) == (2, "")
    assert "hint: add --force" in again.err
    assert ordermine("discover", log, "-o", "process", "--force").code == 0


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.dot", "a.bpmn", "a.pnml", "a.png", "a.pdf"])
def test_map_formats(ordermine, log, tmp_path, name):
    said = ordermine("map", log, "-o", name, "-q")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (tmp_path / name).stat().st_size > 100


def test_export_and_show_what_was_exported(ordermine, log):
    assert ordermine("export", log, "-o", "out.jsonl").out == ""
    assert "Order 1: 3 events" in ordermine("show", "out.jsonl", "1").out


def test_simulate(ordermine, tmp_path):
    said = ordermine("simulate", "demo", "--orders", "20", "-o", "demo")
    assert said.code == 0
    assert all((tmp_path / line).is_file() for line in said.out.splitlines())
    assert ordermine("simulate", "demo", "--orders", "20", "-o", "demo").code == 2
    assert ordermine("simulate", "nothing", "-o", "other").code == 2


def test_an_export_is_ingested_once(ordermine, export, tmp_path):
    first = ordermine("sql", export.name, "SELECT count(*) AS n FROM events", "--format", "csv")
    assert (first.code, first.out) == (0, "n\n5\n")
    (made,) = (tmp_path / "cache" / "ordermine" / "logs").iterdir()
    before = (made / "manifest.json").stat().st_mtime_ns
    assert ordermine("show", export.name, "1").code == 0
    assert (made / "manifest.json").stat().st_mtime_ns == before
    export.write_text(export.read_text(encoding="utf-8") + "3,Enter,2026-01-05T08:00:00Z,Sales,u1\n", encoding="utf-8")
    assert ordermine("sql", export.name, "SELECT count(*) AS n FROM events", "--format", "csv").out == "n\n6\n"


def test_the_project_file_beside_an_export_is_used(ordermine, export, tmp_path):
    (tmp_path / "ordermine.toml").write_text('[departments]\naliases = { "Ops" = "Warehouse" }\n', encoding="utf-8")
    query = "SELECT DISTINCT department FROM events WHERE department <> 'Sales'"
    assert ordermine("sql", export.name, query, "--format", "csv").out == "department\nWarehouse\n"


@pytest.mark.parametrize(
    ("code", "arguments", "message"),
    [
        (2, ["frobnicate"], "No such command"),
        (2, ["discover"], "Missing argument 'LOG'"),
        (2, ["discover", "log", "--nois", "1"], "No such option"),
        (2, ["discover", "log", "--noise", "3"], "not between 0 and 1"),
        (2, ["discover", "log", "--algorithm", "alpha"], "not one of"),
        (2, ["discover", "log", "-o", "-"], "folder"),
        (2, ["discover", "nowhere"], "nowhere: no such file or folder"),
        (2, ["discover", "log", "--where", "departement = 'x'"], "did you mean 'department'"),
        (2, ["discover", "log", "--as-of", "soon"], "--as-of 'soon'"),
        (2, ["discover", "log", "--memory-limit", "much"], "--memory-limit"),
        (2, ["discover", "log", "--memory-limit", "1MB"], "too little"),
        (2, ["discover", "log", "--project", "nowhere.toml"], "nowhere.toml"),
        (2, ["show", "log", "9"], "no order '9'"),
        (2, ["show", "log", "1", "--variant", "zz"], "no variant 'zz'"),
        (2, ["sql", "log", "SELECT 1", "--case", "9"], "no case '9'"),
        (2, ["sql", "log", "DROP VIEW events"], "not one SELECT"),
        (2, ["map", "log", "-o", "map.bmp"], "no map format"),
        (2, ["map", "log", "-o", "map.svg", "--paths", "many"], "--paths 'many'"),
        (2, ["export", "log", "-o", "orders.csv"], "orders.csv: exists"),
        (2, ["ingest", "orders.csv", "-o", "log"], "log: exists"),
        (2, ["ingest", "orders.csv", "-o", "log", "--append", "--force"], "exclude each other"),
        (2, ["ingest", "nowhere.csv", "-o", "new"], "nowhere.csv"),
        (2, ["ingest", "orders.csv", "-o", "new", "--case", "Ordr"], "did you mean 'order'"),
        (2, ["ingest", "orders.csv", "-o", "new", "--timezone", "Mars/Base"], "Mars/Base"),
        (3, ["ingest", "empty.csv", "-o", "new"], "empty"),
        (3, ["ingest", "header.csv", "-o", "new"], "no rows"),
        (3, ["ingest", "ambiguous.csv", "-o", "new"], "--date-order"),
        (3, ["ingest", "lying.csv", "-o", "new"], "lying.csv"),
        (3, ["ingest", "orders.csv", "holes.csv", "-o", "new", "--max-rejected", "0"], "rejected"),
        (5, ["map", "bare", "-o", "map.svg", "--level", "department"], "department"),
        (6, ["discover", "orders.csv"], "XDG_CACHE_HOME"),
    ],
)
def test_what_goes_wrong(ordermine, log, export, tmp_path, monkeypatch, code, arguments, message):
    header = export.read_text(encoding="utf-8").splitlines()[0]
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "header.csv").write_text(header + "\n", encoding="utf-8")
    (tmp_path / "ambiguous.csv").write_text(header + "\n1,A,01/02/2026,x,y\n1,B,03/04/2026,x,y\n", encoding="utf-8")
    (tmp_path / "lying.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    (tmp_path / "holes.csv").write_text(
        header + "\n,A,2026-01-01T00:00:00Z,x,y\n8,A,2026-01-01T00:00:00Z,x,y\n", encoding="utf-8"
    )
    if "bare" in arguments:
        (tmp_path / "bare.csv").write_text("order,activity,timestamp\n1,A,2026-01-01T00:00:00Z\n", encoding="utf-8")
        assert ordermine("ingest", "bare.csv", "-o", "bare", "-q").code == 0
    if code == 6:
        (tmp_path / "file").write_text("", encoding="utf-8")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    before = (tmp_path / "log" / "manifest.json").read_bytes()
    said = ordermine(*arguments)
    assert said.code == code
    assert said.out == ""
    assert message in " ".join(said.err.split())
    assert "Traceback" not in said.err
    if not said.err.startswith("Usage"):
        assert said.err.startswith("ordermine: ")
        assert "\nhint: " in said.err
    assert (tmp_path / "log" / "manifest.json").read_bytes() == before
    assert not (tmp_path / "new").exists()


def test_messages_of_several_lines_stay_so(ordermine, tmp_path):
    (tmp_path / "odd.csv").write_text("a,b\nx,y\n", encoding="utf-8")
    said = ordermine("ingest", "odd.csv", "-o", "new")
    assert said.code in (2, 3)
    assert "\\n" not in said.err
    assert len(said.err.splitlines()) > 2


def test_debug_shows_a_traceback_and_keeps_the_code(ordermine, log):
    said = ordermine("show", log, "9", "--debug")
    assert said.code == 2
    assert "Traceback" in said.err
    assert "hint: " in said.err


def test_an_unexpected_error_is_one_line(ordermine, log, monkeypatch):
    from ordermine.report import journey

    def broken(*_):
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr(journey, "events", broken)
    said = ordermine("show", log, "1")
    assert said.code == 1
    assert said.err.splitlines() == [
        "ordermine: unexpected error: ZeroDivisionError: first",
        "hint: run it again with --debug and report what it prints",
    ]


def test_notes_go_to_stderr_unless_quiet(ordermine, tmp_path):
    (tmp_path / "naive.csv").write_text("order,activity,timestamp\n1,A,2026-01-01 00:00:00\n", encoding="utf-8")
    assert "note: naive.csv: 1 stamps have no offset" in ordermine("ingest", "naive.csv", "-o", "log").err
    assert "note:" in ordermine("discover", "log", "--no-quality").err
    assert ordermine("discover", "log", "--no-quality", "-q").err == ""
    said = ordermine("discover", "log", "--no-quality", "--format", "json")
    assert said.err == ""
    assert "no offset" in json.loads(said.out)["notes"][0]


def test_messages_do_not_command_the_terminal(ordermine, log):
    said = ordermine("show", log, "\x1b[31m9")
    assert said.code == 2
    assert "\x1b" not in said.err
