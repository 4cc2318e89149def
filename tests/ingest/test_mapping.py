from __future__ import annotations

import csv
import gzip
import io
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import UsageError
from ordermine.ingest.mapping import Column, ColumnMapping, Declared, Samples, declared_source, propose
from ordermine.project import Project, parse_project
from ordermine.schema import KEY_COLUMNS, XES_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

DATA = Path(__file__).parents[2].parent / "shared" / "data"

CASES = ["A1", "A1", "A2", "A2"]
STEPS = ["Create order", "Confirm order", "Create order", "Confirm order"]
TIMES = ["2026-01-05 08:00:00", "2026-01-05 09:30:00", "2026-01-06 10:00:00", "2026-01-07 11:15:00"]
DAYS = ["05.01.2026", "05.01.2026", "06.01.2026", "07.01.2026"]
CLOCK = ["08:00:00", "09:30:00", "10:00:00", "11:15:00"]
TEAMS = ["Sales", "Order Desk", "Sales", "Sales"]
USERS = ["u1", "u2", "u1", "u2"]


def table(**more: Sequence[str | None]) -> dict[str, Sequence[str | None]]:
    return {"case_id": CASES, "activity": STEPS, "timestamp": TIMES} | more


def columns(samples: Samples) -> dict[str, Column]:
    return propose(samples, {}).columns


@pytest.mark.parametrize(
    "names",
    [
        ("case:concept:name", "concept:name", "time:timestamp", "org:group", "org:resource"),
        ("Case ID", "Activity", "Complete Timestamp", "Department", "User"),
        ("Order no.", "Step", "Changed at", "Team", "Changed by"),
        ("Auftragsnummer", "Tätigkeit", "Zeitstempel", "Abteilung", "Bearbeiter"),
        ("AUFTRAGSNUMMER", "TÄTIGKEIT", "Geändert am", "Rolle", "Geändert von"),
        ("N° commande", "Activité", "Horodatage", "Équipe", "Utilisateur"),
        ("Nº pedido", "Actividad", "Fecha y hora", "Departamento", "Usuario"),
        ("Key", "Status", "Date", "Role", "Owner"),
    ],
)
def test_names_of_four_languages_and_systems(names: tuple[str, ...]) -> None:
    values = [CASES, STEPS, TIMES, TEAMS, USERS]
    samples = dict(zip(names, values, strict=True))
    keys = ["case", "activity", "timestamp", "department", "resource"]
    assert columns(samples) == dict(zip(keys, names, strict=True))


def test_our_own_exports_are_understood_whatever_names_they_carry() -> None:
    plain = dict.fromkeys(KEY_COLUMNS.values(), USERS)
    plain |= {"timestamp": TIMES, "start_timestamp": TIMES, "case_no": USERS, "next_department": TEAMS}
    assert columns(plain) == KEY_COLUMNS
    xes = dict.fromkeys(XES_NAMES.values(), USERS)
    xes |= {"time:timestamp": TIMES, "start_timestamp": TIMES}
    plain_name = {column: key for key, column in KEY_COLUMNS.items()}
    assert columns(xes) == {plain_name[column]: name for column, name in XES_NAMES.items()}


def test_a_reason_says_why() -> None:
    mapping = propose({"Key": CASES, "Activity": STEPS, "concept:name": STEPS, "Changed at": TIMES, "Date": DAYS}, {})
    assert mapping.reasons == {
        "case": "name 'Key' may mean case, and its content agrees: 2 different values in 4 rows",
        "activity": "name 'concept:name' means activity (XES); 'Activity' holds the same values",
        "timestamp": "name 'Changed at' means timestamp (en)",
    }
    assert mapping.unused == ["Activity", "Date"]
    assert propose(table(Team=TEAMS), {}).reasons["department"] == "name 'Team' means department (en)"
    assert mapping.shape == "events"


def test_what_is_declared_wins() -> None:
    samples = table(Order=CASES, Team=TEAMS, User=USERS)
    mapping = propose(samples, {"case": "Order"}, project={"case": "case_id", "department": "User"})
    assert mapping.columns == {
        "case": "Order",
        "activity": "activity",
        "timestamp": "timestamp",
        "department": "User",
    }
    assert mapping.reasons["case"] == "declared with --case"
    assert mapping.reasons["department"] == "declared in the project file"
    assert mapping.unused == ["case_id", "Team"]


def test_a_declared_date_and_time() -> None:
    samples = {"case": CASES, "activity": STEPS, "Tag": DAYS, "Zeit": CLOCK}
    both: list[Declared] = [{"timestamp": {"date": "tag", "time": " zeit "}}, {"timestamp": ("Tag", "Zeit")}]
    for declared in both:
        assert propose(samples, declared).columns["timestamp"] == ("Tag", "Zeit")


def test_a_declared_name_may_differ_in_case_and_outer_blanks() -> None:
    samples = table() | {" Team ": TEAMS, "TEAM X": USERS, "Team x": USERS}
    assert propose(samples, {"department": "team"}).columns["department"] == " Team "
    assert propose(samples, {"department": "Team x"}).columns["department"] == "Team x"
    with pytest.raises(UsageError, match=r"several columns are called 'team x'.*they are 'TEAM X', 'Team x'"):
        propose(samples, {"department": "team x"})


def test_a_declared_column_that_is_not_there() -> None:
    with pytest.raises(UsageError) as caught:
        propose(table(Team=TEAMS), {"department": "Teem"}, where="orders.csv")
    assert str(caught.value) == (
        "orders.csv: there is no column 'Teem', declared with --department; "
        "the columns are 'case_id', 'activity', 'timestamp', 'Team'"
    )
    assert caught.value.hint == "did you mean 'Team'?"


def test_one_column_cannot_play_two_main_parts() -> None:
    with pytest.raises(UsageError, match="column 'Team' is declared both as department and as resource"):
        propose(table(Team=TEAMS), {"department": "Team", "resource": "Team"})
    mapping = propose(table(Role=TEAMS), {"resource": "Role"})
    assert "department" not in mapping.columns
    assert propose(table(Team=TEAMS), {"department": "Team", "channel": "Team"}).columns["channel"] == "Team"


def test_the_group_is_the_department_else_the_role() -> None:
    groups: Samples = {"org:group": TEAMS}
    roles: Samples = {"org:role": TEAMS}
    nothing: Samples = {"org:group": ["EMPTY", None, "-", ""]}
    assert columns({**table(), **roles, **groups})["department"] == "org:group"
    assert columns({**table(), **roles})["department"] == "org:role"
    assert columns({**table(), **roles, **nothing})["department"] == "org:role"


def test_a_known_column_that_is_filled_only_later_is_still_known() -> None:
    assert columns(table(Department=[None] * 4))["department"] == "Department"


def test_a_start_and_an_end() -> None:
    samples = {"case": CASES, "activity": STEPS, "start": TIMES, "end": TIMES}
    assert columns(samples)["timestamp"] == "end"
    assert columns(samples)["start"] == "start"
    del samples["end"]
    assert columns(samples)["timestamp"] == "start"
    assert "start" not in columns(samples)


def test_a_date_without_its_time_is_not_taken_where_both_are_there() -> None:
    names = ("Date", "Time"), ("Datum", "Uhrzeit"), ("ERDAT", "ERZET")
    for date, time in names:
        assert columns({"case": CASES, "activity": STEPS, date: DAYS, time: CLOCK})["timestamp"] == (
            date,
            time,
        )
    raw = {"UDATE": ["20260105"] * 4, "UTIME": ["080000", "093000", "100000", "111500"]}
    assert columns({"case": CASES, "activity": STEPS} | raw)["timestamp"] == ("UDATE", "UTIME")
    full = {"case": CASES, "activity": STEPS, "Date": TIMES, "Time": CLOCK}
    assert columns(full)["timestamp"] == "Date"


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-05",
        "2026-01-05T08:00:00.123Z",
        "2026/01/05 08:00",
        "05.01.2026 08:00:00",
        "5/1/26 8:00 AM",
        "20260105",
        "20260105080000",
        "5 Jan 2026 08:00",
        "05-JAN-26",
        "January 5, 2026 8:00 PM",
    ],
)
def test_the_only_column_with_dates_is_the_time(value: str) -> None:
    mapping = propose({"case": CASES, "activity": STEPS, "Wann": [value] * 4}, {})
    assert mapping.columns["timestamp"] == "Wann"
    assert mapping.reasons["timestamp"] == "'Wann' is the only column that holds dates"


@pytest.mark.parametrize("value", ["7020029105", "1452812400000.0", "4.50", "12", "1-2-3", "0 days 02:00:00", "x"])
def test_numbers_are_no_dates(value: str) -> None:
    with pytest.raises(UsageError, match="no column is convincing as the timestamp"):
        propose({"case": CASES, "activity": STEPS, "Wann": [value] * 4}, {})


def test_two_columns_with_dates_are_no_proof() -> None:
    with pytest.raises(UsageError, match="no column is convincing as the timestamp"):
        propose({"case": CASES, "activity": STEPS, "Wann": TIMES, "Bis": TIMES}, {})


def test_a_weak_name_needs_values_that_behave_like_the_key() -> None:
    unique = {"ID": ["1", "2", "3", "4"], "activity": STEPS, "timestamp": TIMES}
    with pytest.raises(UsageError, match="'ID' may be the case, but its values hardly repeat"):
        propose(unique, {})
    with pytest.raises(UsageError, match="'Status' may be the activity, but its values hardly repeat"):
        propose({"case": CASES, "Status": ["a", "b", "c", "a"], "timestamp": TIMES}, {})


def test_lines_of_orders_in_a_file_sorted_by_step() -> None:
    lines = ["7001_10", "7001_20", "7002_10", "7002_20"]
    first = {"Key": lines, "activity": ["Line Creation"] * 4, "timestamp": TIMES}
    assert propose(first, {}).reasons["case"] == (
        "name 'Key' may mean case, and its content agrees: 4 lines of 2 orders, all in the same step"
    )
    with pytest.raises(UsageError, match="'Key' may be the case"):
        propose(first | {"activity": STEPS}, {})


def test_further_keys_need_exactly_known_names() -> None:
    samples = table(Customer=USERS, NetValue=USERS, Delivery_Date=TIMES, Product_hierarchy=USERS, ABGRU=USERS)
    assert columns(samples) == {
        "case": "case_id",
        "activity": "activity",
        "timestamp": "timestamp",
        "reason": "ABGRU",
        "customer": "Customer",
    }


def test_names_that_are_a_number_in_one_export_and_a_step_in_another() -> None:
    further = {"Zeitpunkt": TIMES, "Abteilung": TEAMS, "Feld": USERS, "Alter Wert": USERS, "Neuer Wert": USERS}
    assert columns({"Belegnummer": CASES, "Vorgang": STEPS, **further}) == {
        "case": "Belegnummer",
        "activity": "Vorgang",
        "timestamp": "Zeitpunkt",
        "department": "Abteilung",
        "field": "Feld",
        "old": "Alter Wert",
        "new": "Neuer Wert",
    }
    numbers = ["2026-001", "2026-001", "2026-002", "2026-002"]
    found = columns({"Vorgang": numbers, "Status": ["a", "b", "a", "b"], "Zeitpunkt": TIMES})
    assert (found["case"], found["activity"]) == ("Vorgang", "Status")


def test_a_customer_is_not_the_same_throughout() -> None:
    assert columns(table(Client=["K1", "K1", "K2", "K2"]))["customer"] == "Client"
    assert "customer" not in columns(table(Client=["100"] * 4))  # SAP's client: its installation


def test_the_history_of_fields() -> None:
    samples = {
        "OrderId": CASES,
        "Field": ["Status"] * 4,
        "OldValue": USERS,
        "NewValue": USERS,
        "CreatedById": USERS,
        "CreatedDate": TIMES,
    }
    mapping = propose(samples, {})
    assert mapping.shape == "field_history"
    assert mapping.columns == {
        "case": "OrderId",
        "timestamp": "CreatedDate",
        "resource": "CreatedById",
        "field": "Field",
        "old": "OldValue",
        "new": "NewValue",
    }
    with pytest.raises(UsageError, match="convincing as the field"):
        propose({"OrderId": CASES, "CreatedDate": TIMES}, {}, shape="field_history")


def test_nothing_convincing_shows_what_there_is() -> None:
    samples: Samples = {
        "Ref": ["a", "b", "c", "d"],
        "Text": ["x" * 40, None, "x" * 40, None],
        "Note": [None] * 4,
    }
    with pytest.raises(UsageError) as caught:
        propose({**samples, "timestamp": ["soon"] * 4}, {}, where="orders.csv")
    assert str(caught.value).splitlines() == [
        "orders.csv: no column is convincing as the case or the activity or the timestamp",
        "  'timestamp' is called like the timestamp, but it holds no dates",
        "  'Ref': 'a', 'b', 'c'",
        f"  'Text': '{'x' * 29}…'",
        "  'Note': empty",
        "  'timestamp': 'soon'",
    ]
    assert caught.value.hint == "say which it is: --case COLUMN --activity COLUMN --timestamp COLUMN"


def test_a_header_without_rows_is_judged_by_its_names() -> None:
    assert columns({"case": [], "activity": [], "timestamp": []}).keys() == {"case", "activity", "timestamp"}


def test_a_mapping_becomes_a_source_of_the_project_file() -> None:
    mapping = ColumnMapping({"case": "Order", "timestamp": ("ERDAT", "ERZET")}, {}, [], "field_history")
    text = Project(source=(declared_source(mapping, "orders*.csv"),)).to_toml()
    assert text == (
        '[[source]]\nfiles = "orders*.csv"\nshape = "field_history"\ncase = "Order"\n'
        'timestamp = { date = "ERDAT", time = "ERZET" }\n'
    )
    (source,) = parse_project(text).source
    samples = {"Order": CASES, "ERDAT": DAYS, "ERZET": CLOCK, "field": USERS}
    assert propose(samples, {}, project=source.columns(), shape=source.shape).columns == mapping.columns | {
        "field": "field"
    }


def head(log: str, rows: int = 200) -> dict[str, list[str | None]]:
    if not DATA.exists():
        pytest.skip("the real logs are not beside the checkout")
    path = DATA / log
    with io.TextIOWrapper(
        gzip.open(path) if log.endswith(".gz") else path.open("rb"), encoding="utf-8-sig", newline=""
    ) as file:
        reader = csv.reader(file, delimiter=";" if "mobis" in log else ",")
        names = next(reader)
        lines = list(islice(reader, rows))
    return {name: [line[i] or None for line in lines] for i, name in enumerate(names)}


XES = {
    "case": "case:concept:name",
    "activity": "concept:name",
    "timestamp": "time:timestamp",
    "resource": "org:resource",
}
WITH_START = XES | {"start": "start_timestamp"}
HANDOFFS = {
    "case": "case_id",
    "activity": "Activity",
    "timestamp": "end_time",
    "start": "start_time",
    "resource": "Resource",
}
BIMP = ("21", "272", "293", "409", "409_enabled", "409_enabled_2", "444")
RIGHT: dict[str, dict[str, str]] = {
    "o2c_sap/o2c_ibm_sap_dev12pct.csv.gz": {
        "case": "Key",
        "activity": "Activity",
        "timestamp": "Date",
        "department": "Role",
        "resource": "User",
        "customer": "Customer",
    },
    "csv/PurchasingExample.csv": WITH_START,
    "csv/running-example.csv": XES,
    "csv/receipt.csv": XES | {"lifecycle": "lifecycle:transition", "department": "org:group"},
    "csv/mobis_challenge_log_2019_snippet.csv": {
        "case": "case",
        "activity": "activity",
        "timestamp": "end",
        "start": "start",
        "department": "org:role",
        "resource": "org:resource",
    },
    "dirty/Credit-Distorted.csv": {
        "case": "Case",
        "activity": "Activity",
        "timestamp": "Timestamp",
        "resource": "Resource",
    },
    "sap_tables/ground_truth_log.csv": {
        "case": "case_id",
        "activity": "activity",
        "timestamp": "timestamp",
        "resource": "user",
    },
    "handoff_groundtruth/column_mapping.csv": {
        "case": "Contract_ID",
        "activity": "Activity_name",
        "timestamp": "Finish_time",
        "start": "Start_time",
        "resource": "Employee",
    },
    "handoff_groundtruth/manual_log_5.csv": WITH_START,
    "handoff_groundtruth/PurchasingExampleCase1.csv": WITH_START,
    "handoff_groundtruth/ping_pong_case.csv": WITH_START,
    "handoff_groundtruth/ping_pong_case_fake.csv": WITH_START,
    "handoff_groundtruth/two_ping_pongs_case.csv": WITH_START,
    "handoff_groundtruth/double_ping_pong_case.csv": WITH_START,
    "handoff_groundtruth/icpm__handoff-logs__handoff-test.csv": HANDOFFS,
    **{f"handoff_groundtruth/icpm__handoff-logs__manual_log_{i}.csv": HANDOFFS for i in range(1, 6)},
    **{f"handoff_groundtruth/bimp-example_case_{name}.csv": WITH_START for name in BIMP},
}


@pytest.mark.real
@pytest.mark.parametrize("log", RIGHT)
def test_real_logs_need_no_flag(log: str) -> None:
    assert columns(head(log)) == RIGHT[log]


@pytest.mark.real
@pytest.mark.parametrize(
    "log",
    [
        "handoff_groundtruth/bimp-example_handoffs.csv",
        "handoff_groundtruth/bimp-example_case_handoff_1.csv",
        "handoff_groundtruth/icpm__handoff-logs__manual_log_1_expected.csv",
        "crm/accounts.csv",
        "sap_tables/bkpf.csv",
    ],
)
def test_real_tables_that_are_no_logs_are_not_taken_for_one(log: str) -> None:
    with pytest.raises(UsageError, match="no column is convincing"):
        propose(head(log), {})
