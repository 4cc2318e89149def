"""From the raw files of three systems to one log with two commands, as somebody goes who has never seen the tool."""

from __future__ import annotations

import csv
import io
import json
import shlex
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[1] / "ingest" / "presets" / "samples"

# KLEIN goes from credit to sales between his two changes of an order, on 3 March at 10:00.
PEOPLE = """BNAME;Team;Valid from;Valid to
MEIER;Sales;;
KLEIN;Credit;;2026-03-03 10:00
KLEIN;Sales;2026-03-03 10:00;
LAGER;Warehouse;;
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Put files of Salesforce, SAP and a complaints list into the working folder, and who worked where."""
    for name in ("salesforce", "sap-sales"):
        for path in (SAMPLES / name).glob("*.csv"):
            shutil.copy(path, tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    with xlsxwriter.Workbook(tmp_path / "Complaints 2026.xlsx") as book:
        sheet = book.add_worksheet()
        rows = [
            ["Order", "Customer", "Complaint received", "Answered", "Promised by"],
            ["0000019068", "1000", "08.03.2026 09:00", "09.03.2026 09:00", "09.03.2026"],
            ["801A", "1001", "20.01.2026 09:00", None, "25.01.2026"],
            ["801B", "1001", None, None, "25.01.2026"],
        ]
        for number, row in enumerate(rows):
            for at, value in enumerate(row):
                if value is not None:
                    sheet.write(number, at, value)
    return sorted(path.name for path in tmp_path.iterdir())


def test_two_commands_lead_from_three_systems_to_one_log(ordermine: Callable[..., Any], files: list[str]) -> None:
    said = ordermine("inspect", *files, "-o", "ordermine.toml")
    assert said.code == 0
    assert "(preset salesforce), recognised by the columns of 5 tables" in " ".join(said.out.split())
    assert "(preset sap-sales), recognised by the columns of 11 tables" in " ".join(said.out.split())
    assert "people.csv: could be looked up for department" in said.out
    assert max(len(line) for line in said.out.splitlines() if not line.startswith("ordermine ingest ")) <= 80
    written = Path("ordermine.toml").read_text(encoding="utf-8")
    assert 'files = "Complaints 2026.xlsx"\nshape = "wide"\ncase = "Order"' in written
    assert (
        '[[source.lookup]]\nfile = "people.csv"\nmatch = { resource = "BNAME" }\ntake = { department = "Team" }\n'
        'since = "Valid from"\nuntil = "Valid to"'
    ) in written

    # Every file of the folder is named, as `*` does it; the project file among them is none of the exports.
    made = ordermine("ingest", *files, "ordermine.toml", "-o", "log", "--format", "json", "-q")
    assert made.code == 0, made.err
    facts = json.loads(made.out)["result"]
    assert facts["rows_in"] == facts["events"] + facts["duplicates"] + facts["rejected"]
    assert (facts["rows_in"], facts["events"], facts["duplicates"]) == (59, 27, 0)
    assert facts["by_source"]["Complaints 2026.xlsx"] == {
        "rows_in": 4,
        "events": 3,
        "left_out": {"no date in any milestone": 1},
    }
    assert facts["by_source"]["people.csv"] == {"rows_in": 4, "events": 0, "left_out": {"looked up for department": 4}}

    # Once more, when `*` names the log, too.
    again = ordermine("ingest", *files, "log", "ordermine.toml", "-o", "log", "--force", "--format", "json", "-q")
    assert json.loads(again.out)["result"] == facts

    # An order of SAP and the complaint about it are one case, and KLEIN's changes are those of two departments.
    shown = ordermine("show", "log", "0000019068", "--format", "json", "-q")
    steps = [(one["activity"], one["department"]) for one in json.loads(shown.out)["result"]["events"]]
    assert ("Change price", "Credit") in steps
    assert ("Remove delivery block", "Sales") in steps
    assert [step for step, _ in steps][-3:] == ["Complaint received", "Answered", "Create credit memo request"]


def test_the_next_command_can_be_copied(ordermine: Callable[..., Any], files: list[str], tmp_path: Path) -> None:
    """It is one line, however long, and leaves out what would stop it, and says so."""
    (tmp_path / "weather.csv").write_text("city,temp\nBerlin,3\nParis,4\n", encoding="utf-8")
    said = ordermine("inspect", *files, "weather.csv", "-o", "ordermine.toml").out
    [command] = [line for line in said.splitlines() if line.startswith("ordermine ingest ")]
    assert shlex.split(command) == ["ordermine", "ingest", *files, "-o", "LOG"]
    assert "weather.csv isn't in it: what it holds isn't known" in said
    made = ordermine(*shlex.split(command)[1:-1], "log")
    assert made.code == 0, made.err
    assert made.err.startswith("\nnote: ")


def test_the_next_command_asks_what_was_asked(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as erp:
        erp.execute("CREATE TABLE steps (order_no, step, done_at)")
        erp.execute("INSERT INTO steps VALUES ('1', 'Create order', '2026-01-01 08:00:00')")
        erp.execute("CREATE TABLE customers (id, name)")
    erp.close()
    said = ordermine("inspect", "erp.sqlite", "--query", "SELECT * FROM steps").out
    assert "ordermine ingest erp.sqlite --query 'SELECT * FROM steps' -o LOG" in said.splitlines()


def test_notes_on_many_files_are_one(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    names = [f"day{number}.csv" for number in range(1, 12)]
    for name in names:
        (tmp_path / name).write_text(f"order,step,time\n{name},Ship,2026-01-01 08:00:00\n", encoding="utf-8")
    said = ordermine("ingest", *names, "-o", "log").err
    assert said.count("no offset") == 1
    assert "note: day1.csv: 1 stamps have no offset" in said
    assert "(and 10 more such notes)\n" in said
    notes = json.loads(ordermine("discover", "log", "--format", "json", "-q").out)["notes"]
    assert sum("no offset" in note for note in notes) == 11


def test_ingest_says_what_is_a_row_of_a_wide_file(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    text = "Order,Received,Answered\n1,2026-02-13,2026-02-14\n2,2026-02-14,\n3,,\n"
    (tmp_path / "wide.csv").write_text(text, encoding="utf-8")
    said = " ".join(ordermine("ingest", "wide.csv", "-o", "log").out.split())
    assert "4 rows in = 3 events + 0 exact duplicates + 1 left out" in said
    assert "counted as a row: each date in a milestone, and each order without one" in said


def test_inspect_says_which_dates_of_a_wide_file_are_ambiguous(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    text = "Order,Received,Answered\n1,13.02.2026,2026-02-14\n2,14.02.2026,2026-02-15\n"
    (tmp_path / "wide.csv").write_text(text, encoding="utf-8")
    [file] = json.loads(ordermine("inspect", "wide.csv", "--format", "json").out)["result"]["files"]
    assert file["problems"] == []
    assert file["date_formats"] == {"Received": "day first (dmy)", "Answered": "year first"}
    (tmp_path / "wide.csv").write_text(text.replace("13.", "11.").replace("14.", "12."), encoding="utf-8")
    [file] = json.loads(ordermine("inspect", "wide.csv", "--format", "json").out)["result"]["files"]
    assert "column 'Received': the order of day and month is ambiguous" in file["problems"][0]


def test_snapshots_are_proposed_where_a_column_numbers_them(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    text = (
        "number,incident_state,assignment_group,urgency,sys_mod_count,sys_updated_at\n"
        "INC1,New,A,1,0,13/2/2016 01:16\nINC1,Active,B,2,2,13/2/2016 01:18\nINC2,New,?,1,0,14/2/2016 01:16\n"
    )
    (tmp_path / "incidents.csv").write_text(text, encoding="utf-8")
    assert ordermine("inspect", "incidents.csv", "-o", "ordermine.toml").code == 0
    written = Path("ordermine.toml").read_text(encoding="utf-8")
    assert 'shape = "snapshots"\ncase = "number"\ntimestamp = "sys_updated_at"' in written
    assert 'watch = ["incident_state", "assignment_group"]\nsequence = "sys_mod_count"' in written
    made = ordermine("ingest", "incidents.csv", "-o", "log", "--format", "json", "-q")
    assert json.loads(made.out)["result"]["events"] == 5
    assert "are missing in 1 of 2 records" in " ".join(json.loads(made.out)["notes"])
    # A version that doesn't number the rows of a record makes no snapshots of them.
    (tmp_path / "events.csv").write_text("case,activity,timestamp,version\n1,A,2024-01-13,1\n1,B,2024-01-14,1\n")
    [file] = json.loads(ordermine("inspect", "events.csv", "--format", "json").out)["result"]["files"]
    assert file["shape"] == "events"


def test_an_export_named_in_place_of_a_log_is_told_by_the_files_beside_it(
    ordermine: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text("case,activity,timestamp,user\n1,A,2024-01-13,anna\n1,B,2024-01-14,bert\n")
    (tmp_path / "people.csv").write_text("user,team\nanna,Sales\n")
    (tmp_path / "ordermine.toml").write_text(
        '[[source]]\nfiles = "orders.csv"\n'
        'lookup = [{ file = "people.csv", match = ["user"], take = { department = "team" } }]\n'
    )
    query = "SELECT department FROM events ORDER BY seq"
    assert ordermine("sql", "orders.csv", query, "--format", "csv").out == 'department\nSales\n""\n'
    # When the other file changes, the log is another one.
    (tmp_path / "people.csv").write_text("user,team\nanna,Sales\nbert,Ops\n")
    assert ordermine("sql", "orders.csv", query, "--format", "csv").out == "department\nSales\nOps\n"


def test_every_row_that_is_no_event_can_be_looked_at(ordermine: Callable[..., Any], files: list[str]) -> None:
    ordermine("inspect", *files, "-o", "ordermine.toml")
    said = ordermine("ingest", *files, "-o", "log")
    # What to type stands in the output.
    command = 'ordermine sql log "SELECT * FROM left_out"'
    assert command in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    listed = ordermine("sql", "log", "SELECT * FROM left_out", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(listed.out)))
    assert {"file", "line", "reason", "raw"} <= rows[0].keys()
    [open_ended] = [row for row in rows if row["file"] == "VBAP.csv"]
    assert (open_ended["line"], open_ended["reason"]) == ("5", "line of an order that isn't in VBAK")
    assert open_ended["raw"].startswith("0000099999;000010")


def test_a_file_that_could_be_of_two_systems_has_to_be_declared(ordermine: Callable[..., Any], tmp_path: Path) -> None:
    for path in (SAMPLES / "sap-sales").glob("*.csv"):
        shutil.copy(path, tmp_path)
    (tmp_path / "EKKO.csv").write_text("EBELN;BUKRS;BSART;ERNAM;AEDAT;LIFNR\n", encoding="utf-8")
    (tmp_path / "EKPO.csv").write_text("EBELN;EBELP;MATNR;MENGE\n", encoding="utf-8")
    said = ordermine("inspect", *sorted(path.name for path in tmp_path.glob("*.csv")))
    assert said.code == 2
    assert "CDHDR.csv, CDPOS.csv: may be of sap-purchasing or of sap-sales, and both systems are here" in said.err
    assert "[[source]]" in said.err


def test_a_file_that_says_nothing_of_events_is_named_with_what_to_do(
    ordermine: Callable[..., Any], files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "notes.csv").write_text("Topic,Text\nx,y\n", encoding="utf-8")
    said = ordermine("ingest", *files, "notes.csv", "-o", "log")
    assert said.code == 2
    assert "notes.csv: no column is convincing" in said.err
    assert "leave it out" in said.err


@pytest.mark.parametrize("command", [("ingest", "-o", "log"), ("inspect",), ("analyze",)])
def test_a_project_file_alone_is_no_export(ordermine: Callable[..., Any], tmp_path: Path, command: tuple[str]) -> None:
    (tmp_path / "ordermine.toml").write_text("[log]\n")
    said = ordermine(*command, "ordermine.toml")
    assert (said.code, said.err.splitlines()[0]) == (2, "ordermine: ordermine.toml: a project file is no export")
