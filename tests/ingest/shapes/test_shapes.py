from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordermine.analyze.registry import find
from ordermine.errors import InputError, UsageError
from ordermine.eventlog.log import open_log
from ordermine.project import parse_project

if TYPE_CHECKING:
    from tests.conftest import Ingest, Ingested

WIDE = """order,customer,ordered,approved on,delivered,estimated delivery,status
1,A,2017-10-02 10:56:33,02.10.2017 11:07,2017-10-10 21:25:13,2017-10-18,delivered
2,B,2017-10-03 10:00:00,,2017-10-09 08:00:00,2017-10-19,delivered
3,C,,,,2017-10-20,canceled
4,D,2017-10-05 10:00:00,25.10.2017 09:00,,2017-10-21,approved
"""


def events(found: Ingested, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in found.rows()]


def times(found: Ingested) -> list[tuple[str, str, str]]:
    rows = events(found, "case_id", "activity", "timestamp")
    return [(case, activity, f"{stamp:%Y-%m-%d %H:%M:%S}") for case, activity, stamp in rows]


def test_wide_rows_become_an_event_per_date(ingest_files: Ingest) -> None:
    found = ingest_files(WIDE)
    assert times(found) == [
        ("1", "ordered", "2017-10-02 10:56:33"),
        ("1", "approved on", "2017-10-02 11:07:00"),
        ("1", "delivered", "2017-10-10 21:25:13"),
        ("2", "ordered", "2017-10-03 10:00:00"),
        ("2", "delivered", "2017-10-09 08:00:00"),
        ("4", "ordered", "2017-10-05 10:00:00"),
        ("4", "approved on", "2017-10-25 09:00:00"),
    ]
    # A promise is no event; what isn't a milestone goes on with every event.
    assert set(found.column("estimated delivery")) == {"2017-10-18", "2017-10-19", "2017-10-21"}
    assert found.left_out() == [(4, "no date in any milestone", "3,C,,,,2017-10-20,canceled")]
    # 7 dates and the row without any.
    assert found.manifest.ledger.rows_in == 8


def test_milestones_are_called_as_declared_and_belong_to_departments(ingest_files: Ingest) -> None:
    project = parse_project(
        """
        [[source]]
        shape = "wide"
        case = "order"
        [source.milestones]
        "ordered" = { activity = "Place order", department = "Customer" }
        "delivered" = "Deliver"
        """
    )
    found = ingest_files(WIDE, project=project)
    assert events(found, "case_id", "activity", "department") == [
        ("1", "Place order", "Customer"),
        ("1", "Deliver", None),
        ("2", "Place order", "Customer"),
        ("2", "Deliver", None),
        ("4", "Place order", "Customer"),
    ]
    assert set(found.column("approved on")) == {"02.10.2017 11:07", None, "25.10.2017 09:00"}


def test_a_date_that_cannot_be_read_is_a_counted_reject(ingest_files: Ingest) -> None:
    found = ingest_files(WIDE.replace("2017-10-09 08:00:00", "2017-10-39 08:00:00"))
    assert [(line, reason) for line, reason, _ in found.left_out()] == [
        (3, "unreadable timestamp"),
        (4, "no date in any milestone"),
    ]


def test_ambiguous_dates_of_one_milestone_are_an_error(ingest_files: Ingest) -> None:
    text = "order,ordered,delivered\n1,03.04.2024,2024-04-05\n2,05.06.2024,2024-06-07\n"
    with pytest.raises(InputError, match="'ordered'"):
        ingest_files(text)


def test_milestones_that_are_written_alike_prove_the_order_of_day_and_month_for_each_other(
    ingest_files: Ingest,
) -> None:
    text = "order,ordered,delivered,paid\n1,13.04.2024,05.06.2024,{paid}\n"
    assert times(ingest_files(text.format(paid="2024-06-07")))[1][2] == "2024-06-05 00:00:00"
    # Written with other signs, a date may be by another hand.
    with pytest.raises(InputError, match=r"export.csv: column 'paid': the order of day and month is ambiguous"):
        ingest_files(text.format(paid="06/07/2024"), into="other")


def test_a_wide_export_cannot_show_repetition(ingest_files: Ingest) -> None:
    log = open_log(ingest_files(WIDE).folder)
    for code in ("OM101", "OM102", "OM103"):
        assert "one date per milestone" in find(code).missing(log)
    assert not find("OM202").missing(log)


def test_events_of_one_row_with_the_same_time_stay_in_the_order_of_the_columns(ingest_files: Ingest) -> None:
    text = "order,zulu,alpha\n1,2024-04-13,2024-04-13\n2,2024-04-14,2024-04-15\n"
    assert [(case, step) for case, step, _ in times(ingest_files(text))][:2] == [("1", "zulu"), ("1", "alpha")]


HISTORY = """Order No,Field,OldValue,NewValue,User,Changed at
O1,Status,,Draft,u1,2024-01-15T10:30:00.000+0000
O1,Status,Draft,Activated,u2,2024-01-16T10:30:00.000+0000
O1,Price,10,12,u1,2024-01-17T10:30:00.000+0000
O2,,,,u1,2024-01-17T10:30:00.000+0000
O2,Block,X, ,u1,2024-01-17T10:30:00.000+0000
"""


def test_field_history_is_named_by_what_happened_to_the_field(ingest_files: Ingest) -> None:
    found = ingest_files(HISTORY)
    assert events(found, "case_id", "activity", "field", "old_value", "new_value", "source_row") == [
        ("O1", "Set Status", "Status", None, "Draft", 2),
        ("O1", "Change Status", "Status", "Draft", "Activated", 3),
        ("O1", "Change Price", "Price", "10", "12", 4),
        ("O2", "Clear Block", "Block", "X", " ", 6),
    ]
    assert [(line, reason) for line, reason, _ in found.left_out()] == [(5, "no activity")]


def test_steps_of_fields_are_called_as_declared(ingest_files: Ingest) -> None:
    project = parse_project(
        """
        [[source]]
        [source.steps]
        "Status" = "Status: {new}"
        "Block" = { set = "Set block", clear = "Remove block", change = "Change block" }
        "*" = "{field} {old}->{new}"
        """
    )
    steps = [row[0] for row in events(ingest_files(HISTORY, project=project), "activity")]
    assert steps == ["Status: Draft", "Status: Activated", "Price 10->12", "Remove block"]


def test_names_in_a_file_cannot_change_the_query(ingest_files: Ingest) -> None:
    text = HISTORY.replace("Price", "it's \"x\"'; DROP TABLE exported; --")
    assert "Change it's \"x\"'; DROP TABLE exported; --".replace('"', "") in {
        row[0].replace('"', "") for row in events(ingest_files(text.replace('"', "")), "activity")
    }


SNAPSHOTS = """number,state,group,sys_mod_count,sys_updated_at
INC1,Active,B,2,29/2/2016 01:18
INC1,New,A,0,29/2/2016 01:16
INC1,New,A,1,29/2/2016 01:18
INC1,Closed,B,4,1/3/2016 02:00
INC2,New,?,0,29/2/2016 01:16
"""

WATCH = """
[[source]]
shape = "snapshots"
case = "number"
timestamp = "sys_updated_at"
department = "group"
watch = ["state", "group"]
"""


def test_events_are_the_differences_between_snapshots(ingest_files: Ingest) -> None:
    project = parse_project(WATCH + 'sequence = "sys_mod_count"\n[source.steps]\nstate = "{new}"\n')
    found = ingest_files(SNAPSHOTS, project=project)
    # Taken in the order of the numbers: 2 stands before 0 in the file. "?" is nothing.
    assert events(found, "case_id", "activity", "field", "old_value", "new_value", "source_row") == [
        ("INC1", "New", "state", None, "New", 3),
        ("INC1", "Set group", "group", None, "A", 3),
        ("INC1", "Active", "state", "New", "Active", 2),
        ("INC1", "Change group", "group", "A", "B", 2),
        ("INC1", "Closed", "state", "Active", "Closed", 5),
        ("INC2", "New", "state", None, "New", 6),
    ]
    assert found.left_out() == [(4, "no change", "INC1,New,A,1,29/2/2016 01:18")]
    gap = "changes between snapshots of export.csv, of which some are missing in 1 of 2 records by 'sys_mod_count'"
    assert found.manifest.unseen == (gap,)
    assert f"counts of steps are at least so many, since this log can't show: {gap}" in found.manifest.notes


def test_without_a_number_snapshots_are_taken_in_order_of_time_then_of_the_file(ingest_files: Ingest) -> None:
    found = ingest_files(SNAPSHOTS, project=parse_project(WATCH))
    # At 01:18 the file says Active first, then New again.
    states = [row[1:] for row in events(found, "field", "old_value", "new_value") if row[0] == "state"]
    assert states == [(None, "New"), ("New", "Active"), ("Active", "New"), ("New", "Closed"), (None, "New")]


def test_columns_to_watch_are_suggested(ingest_files: Ingest) -> None:
    with pytest.raises(UsageError) as error:
        ingest_files(SNAPSHOTS, project=parse_project(WATCH.replace('watch = ["state", "group"]\n', "")))
    assert "'sys_mod_count' in 1, 'state' in 1" in str(error.value) or "'state' in 1" in str(error.value)
    assert "watch = " in error.value.hint
    with pytest.raises(UsageError, match="no column 'stat' for watch"):
        ingest_files(SNAPSHOTS, project=parse_project(WATCH.replace('"state"', '"stat"')))


def test_shapes_read_in_small_pieces_give_the_same(ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    from ordermine.ingest.readers import csv

    whole = {name: ingest_files(text, into=name).rows() for name, text in (("wide", WIDE), ("history", HISTORY))}
    monkeypatch.setattr(csv, "PIECE_BYTES", 7)
    monkeypatch.setattr(csv, "HEADER_BYTES", 3)
    for name, text in (("wide", WIDE), ("history", HISTORY)):
        assert ingest_files(text, into=f"{name}-pieces").rows() == whole[name]
