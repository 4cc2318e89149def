"""Lookups in other files; every expected value is worked out by hand beside its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from ordermine.errors import InputError, UsageError
from ordermine.ingest.lookup.source import LookedUpSource
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options, make_plans
from ordermine.project import parse_project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Ingest, Ingested

ORDERS = """Order,Step,At,User
1,Create,2024-03-30 09:00,anna
1,Check,2024-03-31 23:59,anna
1,Approve,2024-04-01 00:00,anna
1,Ship,2024-07-01 10:00,anna
2,Create,2024-05-02 10:00, bert
2,Check,2024-05-03 10:00,Bert
2,Ship,2024-05-04 10:00,
"""

# Anna moves from Sales to Finance on 1 April and leaves at the end of June.
PEOPLE = """USER_ID,Team,Valid from,Valid to
anna,Sales,,2024-04-01
anna,Finance,2024-04-01,2024-07-01
bert,Logistics,,
"""

LOOKUP = """
[[source]]
files = "orders.csv"
[[source.lookup]]
file = "people.csv"
match = { User = "USER_ID" }
take = { department = "Team" }
"""
DATED = LOOKUP + 'since = "Valid from"\nuntil = "Valid to"\n'


def departments(found: Ingested) -> list[str | None]:
    rows = sorted(found.rows(), key=lambda row: row["source_row"])
    return [row["department"] for row in rows]


def read(ingest_files: Ingest, people: str, project: str, orders: str = ORDERS, **options: Any) -> Ingested:
    return ingest_files({"orders.csv": orders, "people.csv": people}, project=parse_project(project), **options)


def test_a_department_is_the_one_at_the_time_of_the_event(ingest_files: Ingest) -> None:
    found = read(ingest_files, PEOPLE, DATED)
    # The change itself belongs to the new department; after Anna left, nothing is known.
    assert departments(found) == ["Sales", "Sales", "Finance", None, "Logistics", None, None]
    # Bert with a capital letter is nobody, and it is said how he is spelt there; an empty user asks nothing.
    assert [note for note in found.manifest.notes if "people.csv" in note] == [
        "orders.csv: department can't be looked up for 1 of 7 rows: their User isn't in people.csv (1 different: "
        "'Bert' in 1); by case, blanks or zeros alone differ 1, such as 'Bert' from 'bert' there",
        "orders.csv: department can't be looked up for 1 of 7 rows: their User isn't in people.csv for that time (1 "
        "different: 'anna' in 1)",
    ]


def test_rows_of_the_other_file_are_accounted_for_but_no_events(ingest_files: Ingest) -> None:
    found = read(ingest_files, PEOPLE, DATED)
    assert found.manifest.ledger.rows_in == 7 + 3
    assert found.manifest.ledger.rejected_by_reason == {"looked up for department": 3}
    assert found.left_out()[1] == (3, "looked up for department", "anna,Finance,2024-04-01,2024-07-01")
    people = next(source for source in found.manifest.sources if source.name == "people.csv")
    assert len(people.sha256) == 64
    assert not people.mapping
    orders = next(source for source in found.manifest.sources if source.name == "orders.csv")
    assert orders.mapping["department"] == "Team in people.csv"


def test_a_user_that_is_spelt_as_not_recorded_is_missed_by_nobody(ingest_files: Ingest) -> None:
    orders = "Order,Step,At,User\n1,A,2024-01-13,?\n1,B,2024-01-14,NA\n"
    found = read(ingest_files, "USER_ID,Team\nanna,Sales\nNA,Namibia\n", LOOKUP, orders)
    assert departments(found) == [None, "Namibia"]
    assert not any("people.csv" in note for note in found.manifest.notes)


def test_a_list_from_a_spreadsheet_has_numbers_as_keys_and_midnights_as_days(
    ingest_files: Ingest, tmp_path: Path
) -> None:
    with xlsxwriter.Workbook(tmp_path / "people.xlsx", {"default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["No", "Team", "From", "Last day"])
        # 7 was in Sales up to and with 31 March (day 45382 of the sheet), from 1 April on in Finance.
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for row, (team, first, last) in enumerate([("Sales", 45292, 45382), ("Finance", 45383, None)], 1):
            sheet.write(row, 0, 7)
            sheet.write(row, 1, team)
            sheet.write_number(row, 2, first, day)
            if last:
                sheet.write_number(row, 3, last, day)
    orders = "Order,Step,At,User\n1,A,2024-03-31 23:00,7\n1,B,2024-04-01 00:00,7\n1,C,2024-04-02 00:00,007\n"
    project = parse_project(
        LOOKUP.replace("people.csv", "people.xlsx").replace("USER_ID", "No") + 'since = "From"\nthrough = "Last day"\n'
    )
    files = {"orders.csv": orders, "people.xlsx": (tmp_path / "people.xlsx").read_bytes()}
    found = ingest_files(files, project=project)
    assert departments(found) == ["Sales", "Finance", None]
    # A leading zero makes another key of it, and it is said that it looks alike.
    assert any("differ 1, such as '007' from '7' there" in note for note in found.manifest.notes)


def test_notes_can_do_without_names(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("Order,Step,At,User\n1,A,2024-01-13,zoe\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("USER_ID,Team\nanna,Sales\nZoe,Ops\n", encoding="utf-8")
    sources = [opened.source for opened in open_sources(sorted(tmp_path.glob("*.csv")))]
    source = make_plans(sources, parse_project(LOOKUP), Options())[0].source
    assert isinstance(source, LookedUpSource)
    for batch in source.batches():
        batch.read()
    [named], [nameless] = source.notes(), source.notes(named=False)
    assert "(1 different: 'zoe' in 1)" in named
    assert "'Zoe'" in named
    assert nameless.endswith("their User isn't in people.csv (1 different)")


def test_periods_are_read_in_the_zone_of_the_export(ingest_files: Ingest) -> None:
    # 1 April begins in Berlin at 22:00 UTC of 31 March; the stamps say so themselves.
    orders = "Order,Step,At,User\n1,A,2024-03-31T21:59:59Z,anna\n1,B,2024-03-31T22:00:00Z,anna\n"
    found = read(ingest_files, PEOPLE, DATED, orders, timezone="Europe/Berlin")
    assert departments(found) == ["Sales", "Finance"]
    assert departments(read(ingest_files, PEOPLE, DATED, orders, into="utc")) == ["Sales", "Sales"]


THROUGH = """USER_ID,Team,BEGDA,ENDDA
anna,Sales,01.01.2020,31.03.2024
anna,Finance,01.04.2024,30.06.2024
anna,Audit,01.07.2024,31.12.9999
bert,Logistics,00000000,
"""


def test_the_last_day_of_a_period_belongs_to_it_where_it_is_called_so(ingest_files: Ingest) -> None:
    project = LOOKUP + 'since = "BEGDA"\nthrough = "ENDDA"\n'
    found = read(ingest_files, THROUGH, project)
    assert departments(found)[:5] == ["Sales", "Sales", "Finance", "Audit", "Logistics"]
    # Read as the end, the last day is lost, and it is said that it looks so.
    wrong = read(ingest_files, THROUGH, project.replace("through", "until"), into="wrong")
    assert departments(wrong)[:4] == ["Sales", None, "Finance", "Audit"]
    assert any("2 of 2 periods end a day before the next one begins" in note for note in wrong.manifest.notes)


def test_ambiguous_dates_of_periods_are_an_error_unless_declared(ingest_files: Ingest) -> None:
    people = "USER_ID,Team,From\nanna,Sales,01.02.2024\nanna,Finance,01.04.2024\n"
    project = LOOKUP + 'since = "From"\n'
    with pytest.raises(InputError, match=r"people.csv: column 'From'.*ambiguous") as error:
        read(ingest_files, people, project)
    assert "date_order" in error.value.hint
    # Both rows hold from 1 April on: that nobody ended the first one doesn't make it the right one.
    found = read(ingest_files, people, project + 'date_order = "dmy"\n', into="declared")
    assert departments(found)[:4] == ["Sales", "Sales", None, None]


def test_what_holds_several_times_is_not_recorded_and_counted(ingest_files: Ingest) -> None:
    people = PEOPLE.replace("anna,Sales,,2024-04-01", "anna,Sales,,2024-04-02") + "anna,Finance,2024-04-01,2024-05-01\n"
    found = read(ingest_files, people, DATED)
    # On 1 April Sales and Finance both hold; that Finance stands there twice matters nowhere.
    assert departments(found)[:4] == ["Sales", "Sales", None, None]
    assert any("several values for that time (1 different: 'anna' in 1)" in one for one in found.manifest.notes)


def test_a_key_with_different_values_and_no_period_is_an_error_that_names_both_lines(ingest_files: Ingest) -> None:
    with pytest.raises(InputError, match="'anna' stands there twice with different Team, in line 2 and in line 3"):
        read(ingest_files, PEOPLE, LOOKUP)
    people = "USER_ID,Team,Note\nanna,Sales,a\nbert,Logistics,b\nanna, Sales,c\n"
    found = read(ingest_files, people, LOOKUP, into="same")
    assert departments(found)[:5] == ["Sales"] * 4 + ["Logistics"]


def test_rows_of_the_other_file_that_are_of_no_use_say_why(ingest_files: Ingest) -> None:
    people = PEOPLE + ",Sales,,\nanna,Ops,soon,\nanna,Ops,2024-02-02,2024-02-01\n"
    found = read(ingest_files, people, DATED)
    assert found.manifest.ledger.rejected_by_reason == {
        "looked up for department": 3,
        "looked up, but without a key": 1,
        "looked up, but its period can't be read": 1,
        "looked up, but its period ends before it begins": 1,
    }
    assert departments(found)[:3] == ["Sales", "Sales", "Finance"]


def test_several_columns_make_one_key_and_a_list_names_columns_called_the_same(ingest_files: Ingest) -> None:
    orders = "Order,Step,At,Plant,User\n1,A,2024-01-01,P1,x\n1,B,2024-01-02,P2,x\n1,C,2024-01-03,P3,x\n"
    people = "Plant,User,department,Region\nP1,x,North,N\nP2,x,South,S\n"
    project = """
    [[source]]
    files = "orders.csv"
    lookup = [{ file = "people.csv", match = ["Plant", "User"], take = ["department", "Region"] }]
    """
    found = read(ingest_files, people, project, orders)
    assert departments(found) == ["North", "South", None]
    assert found.column("Region") == ["N", "S", None]
    assert any("their Plant + User isn't in people.csv (1 different: 'P3 | x' in 1)" in n for n in found.manifest.notes)


def test_a_later_lookup_matches_by_what_an_earlier_one_took(ingest_files: Ingest) -> None:
    project = parse_project(
        """
        [[source]]
        files = "orders.csv"
        [[source.lookup]]
        file = "usr21.csv"
        match = { User = "BNAME" }
        take = { person = "PERSNUMBER" }
        [[source.lookup]]
        file = "adcp.csv"
        match = { person = "PERSNUMBER" }
        take = { department = "DEPARTMENT" }
        """
    )
    usr21, adcp = "BNAME,PERSNUMBER\nanna,007\nbert,8\n", "PERSNUMBER,DEPARTMENT\n007,Sales\n8,Ops\n"
    found = ingest_files({"orders.csv": ORDERS, "usr21.csv": usr21, "adcp.csv": adcp}, project=project)
    assert departments(found) == ["Sales"] * 4 + ["Ops", None, None]


def test_orders_of_two_systems_become_one_case_where_a_file_says_so(ingest_files: Ingest) -> None:
    project = parse_project(
        """
        [[source]]
        files = "crm.csv"
        case = "Id"
        lookup = [{ file = "numbers.csv", match = { Id = "CRM_ID" }, take = { case = "ERP_NO" } }]
        """
    )
    files = {
        "crm.csv": "Id,activity,timestamp\nA,Win,2024-01-01\nB,Win,2024-01-02\n",
        "erp.csv": "Order,activity,timestamp\n4711,Create order,2024-01-03\n",
        "numbers.csv": "CRM_ID,ERP_NO\nA,4711\n",
    }
    found = ingest_files(files, project=project)
    # B has no number in the other system: it stays a case of its own, under its own id.
    assert [(row["case_id"], row["activity"], row["Id"]) for row in found.rows()] == [
        ("4711", "Win", "A"),
        ("4711", "Create order", None),
        ("B", "Win", "B"),
    ]


def test_what_is_declared_twice_or_missing_is_an_error(ingest_files: Ingest) -> None:
    with pytest.raises(UsageError, match="department is declared as column 'User' and looked up"):
        read(ingest_files, PEOPLE, DATED.replace("[[source.lookup]]", 'department = "User"\n[[source.lookup]]'))
    wide = DATED.replace(
        "[[source.lookup]]", '[source.milestones]\nAt = { activity = "Do", department = "Sales" }\n[[source.lookup]]'
    ).replace('files = "orders.csv"', 'files = "orders.csv"\nshape = "wide"')
    with pytest.raises(UsageError, match=r"department is declared as column '\(department\)' and looked up"):
        read(ingest_files, PEOPLE, wide)
    with pytest.raises(UsageError, match="no column 'Usr' to match") as error:
        read(ingest_files, PEOPLE, DATED.replace("User =", "Usr ="))
    assert "'User'" in error.value.hint
    with pytest.raises(UsageError, match=r"people.csv: no column 'Teem' to look up") as error:
        read(ingest_files, PEOPLE, DATED.replace('"Team"', '"Teem"'))
    assert "'Team'" in error.value.hint
    with pytest.raises(UsageError, match="it has a column 'Step' already"):
        read(ingest_files, PEOPLE, DATED.replace("department =", "Step ="))
    with pytest.raises(UsageError, match=r"people.csv, in which department is to be looked up, isn't there"):
        ingest_files({"orders.csv": ORDERS}, project=parse_project(DATED))


def test_lookups_reach_every_shape(ingest_files: Ingest) -> None:
    wide = "order,User,ordered,delivered\n1,anna,2024-03-31,2024-04-02\n2,bert,2024-03-31,2024-04-02\n"
    found = read(ingest_files, PEOPLE, DATED, wide)
    assert [row["department"] for row in found.rows()] == ["Sales", "Finance", "Logistics", "Logistics"]
    history = (
        "Order No,Field,OldValue,NewValue,User,Changed at\n"
        "O1,Price,10,12,anna,2024-03-31T10:00:00Z\nO1,Price,12,13,anna,2024-04-02T10:00:00Z\n"
    )
    assert departments(read(ingest_files, PEOPLE, DATED, history, into="history")) == ["Sales", "Finance"]
    snapshots = "number,state,User,at\nI1,New,anna,2024-03-31\nI1,Done,anna,2024-04-02\n"
    watched = DATED.replace(
        "[[source.lookup]]",
        'shape = "snapshots"\ncase = "number"\ntimestamp = "at"\nwatch = ["state"]\n[[source.lookup]]',
    )
    assert departments(read(ingest_files, PEOPLE, watched, snapshots, into="shots")) == ["Sales", "Finance"]


def test_adding_to_a_log_equals_one_ingest_and_needs_the_same_file_to_look_up_in(ingest_files: Ingest) -> None:
    project = parse_project(DATED.replace("orders.csv", "orders*.csv"))
    head, *rows = ORDERS.splitlines(keepends=True)
    first, second = head + "".join(rows[:3]), head + "".join(rows[3:])
    whole = ingest_files({"orders1.csv": first, "orders2.csv": second, "people.csv": PEOPLE}, project=project)
    ingest_files({"orders1.csv": first, "people.csv": PEOPLE}, project=project, into="grown")
    later = {"orders2.csv": second, "people.csv": PEOPLE}
    grown = ingest_files(later, project=project, into="grown", run={"append": True})
    assert grown.rows() == whole.rows()
    assert grown.left_out() == whole.left_out()
    assert grown.manifest.ledger == whole.manifest.ledger
    later["people.csv"] += "carl,Ops,,\n"
    with pytest.raises(UsageError, match=r"people.csv: not as it was"):
        ingest_files({**later, "orders3.csv": second}, project=project, into="grown", run={"append": True})


@pytest.mark.usefixtures("tiny_pieces")
def test_a_file_read_in_small_pieces_tells_the_same(ingest_files: Ingest) -> None:
    found = read(ingest_files, PEOPLE, DATED)
    assert departments(found) == ["Sales", "Sales", "Finance", None, "Logistics", None, None]
    assert any("can't be looked up for 1 of 7 rows" in note for note in found.manifest.notes)


def test_rows_that_are_only_looked_up_in_are_none_too_many(ingest_files: Ingest) -> None:
    bad = ORDERS + "3,Create,soon,anna\n"
    project = DATED.replace("\n[[source.lookup]]", '\ntimestamp = "At"\n[[source.lookup]]')
    # 1 of the 8 rows of the export, however many people there are.
    assert read(ingest_files, PEOPLE, project, bad, run={"max_rejected": "1"}).manifest.ledger.rejected == 4
    with pytest.raises(InputError, match="1 of 8 rows are rejected, more than --max-rejected 12%"):
        read(ingest_files, PEOPLE, project, bad, run={"max_rejected": "12%", "force": True})
