"""Documents and their flow; the flow of every example is drawn beside it, and its events are worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordermine.analyze.registry import find
from ordermine.analyze.run import analyze
from ordermine.errors import InputError, UsageError
from ordermine.eventlog.log import open_log
from ordermine.ingest.shapes.flow import CIRCLE, FURTHER_ROW, NO_DOCUMENT, NO_ROOT, ORPHAN, OTHER_DATES
from ordermine.project import parse_project

if TYPE_CHECKING:
    from tests.conftest import Ingest, Ingested

# O1 ── D1 ── I1        O2 ── D2 ─┐
#   └── D3 ────────────────────── I2 (one invoice over deliveries of both orders)
ONE_TABLE = """No,Type,Came of,Created at,By,Team,Goods issue
O1,order,,2024-01-02 08:00,u1,Sales,
O2,order,,2024-01-02 09:00,u1,Sales,
D1,delivery,O1,2024-01-03 08:00,u2,Logistics,2024-01-04
D2,delivery,O2,2024-01-03 09:00,u2,Logistics,
D3,delivery,O1,2024-01-05 08:00,u2,Logistics,2024-01-06
I1,invoice,D1,2024-01-07 08:00,u3,Billing,
I2,invoice,D2,2024-01-08 08:00,u3,Billing,
I2,invoice,D3,2024-01-08 08:00,u3,Billing,
"""

DECLARED = """
[[source]]
shape = "documents"
object_id = "No"
object_type = "Type"
timestamp = "Created at"
predecessor = "Came of"
"""


def steps(found: Ingested, *columns: str) -> list[tuple[Any, ...]]:
    rows = sorted(found.rows(), key=lambda row: (row["case_id"], row["seq"]))
    return [tuple(row[name] for name in ("case_id", "activity", *columns)) for row in rows]


def test_documents_are_followed_to_the_order_that_they_came_of(ingest_files: Ingest) -> None:
    project = parse_project(DECLARED + '[source.milestones]\n"Goods issue" = "Post goods issue"\n')
    found = ingest_files(ONE_TABLE, project=project)
    assert steps(found, "object_id", "department", "reference", "source_row") == [
        ("O1", "Create order", "O1", "Sales", None, 2),
        ("O1", "Create delivery", "D1", "Logistics", "O1", 4),
        ("O1", "Post goods issue", "D1", "Logistics", "O1", 4),
        ("O1", "Create delivery", "D3", "Logistics", "O1", 6),
        ("O1", "Post goods issue", "D3", "Logistics", "O1", 6),
        ("O1", "Create invoice", "I1", "Billing", "D1", 7),
        ("O1", "Create invoice", "I2", "Billing", "D2", 8),
        ("O2", "Create order", "O2", "Sales", None, 3),
        ("O2", "Create delivery", "D2", "Logistics", "O2", 5),
        ("O2", "Create invoice", "I2", "Billing", "D2", 8),
    ]
    # The second row of I2 is there for its predecessor alone.
    assert found.left_out() == [(9, FURTHER_ROW, "I2,invoice,D3,2024-01-08 08:00,u3,Billing,")]
    assert "1 documents belong to several orders: each has an event in every one of them" in found.manifest.notes
    assert found.manifest.ledger.rows_in == 10 + 1


def test_each_kind_may_have_a_file_of_its_own_and_the_flow_another_one(ingest_files: Ingest) -> None:
    files = {
        "orders.csv": "Order No,Entered,Clerk\n1,2024-01-02 08:00,u1\n2,2024-01-02 09:00,u1\n",
        "deliveries.csv": "Delivery No,Packed\n80,03.01.2024\n81,13.01.2024\n",
        "flow.csv": "From,To\n1,80\n2,81\n81,99\n",
    }
    project = parse_project(
        """
        [[source]]
        files = "orders.csv"
        shape = "documents"
        document = "order"
        object_id = "Order No"
        timestamp = "Entered"
        resource = "Clerk"
        [source.steps]
        order = "Enter order"
        [[source]]
        files = "deliveries.csv"
        shape = "documents"
        document = "delivery"
        object_id = "Delivery No"
        timestamp = "Packed"
        flow = { file = "flow.csv", preceding = "From", subsequent = "To" }
        [source.steps]
        "*" = "Pack {kind}"
        """
    )
    found = ingest_files(files, project=project)
    assert steps(found, "resource", "object_type", "timestamp_precision") == [
        ("1", "Enter order", "u1", "order", "min"),
        ("1", "Pack delivery", None, "delivery", "day"),
        ("2", "Enter order", "u1", "order", "min"),
        ("2", "Pack delivery", None, "delivery", "day"),
    ]
    assert found.manifest.ledger.rejected_by_reason == {"says which document follows which": 3}


# Q1 ── Q2 (no order came of it)     Q3 ── O1 ── D1      O1 ── O2 ── D2 (O2 is a case of its own)
QUOTES = """No,Type,Came of,Created at
Q1,quote,,2024-01-01
Q2,quote,Q1,2024-01-02
Q3,quote,,2024-01-03
O1,order,Q3,2024-01-13
D1,delivery,O1,2024-01-14
O2,order,O1,2024-01-15
D2,delivery,O2,2024-01-16
"""


def test_where_orders_are_the_cases_what_came_before_belongs_to_them(ingest_files: Ingest) -> None:
    found = ingest_files(QUOTES, project=parse_project(DECLARED + 'roots = ["order"]\n'))
    assert steps(found) == [
        ("O1", "Create quote"),
        ("O1", "Create order"),
        ("O1", "Create delivery"),
        ("O2", "Create order"),
        ("O2", "Create delivery"),
    ]
    assert [(line, reason) for line, reason, _ in found.left_out()] == [(2, NO_ROOT), (3, NO_ROOT)]
    # Without, the first documents are the cases, and both orders belong to the quote.
    first = ingest_files(QUOTES, project=parse_project(DECLARED), into="first")
    assert {case for case, _ in steps(first)} == {"Q1", "Q3"}
    assert len([case for case, _ in steps(first) if case == "Q3"]) == 5


def test_what_belongs_to_no_order_says_why(ingest_files: Ingest) -> None:
    table = """No,Type,Came of,Created at
O1,order,,2024-01-13
D7,delivery,O7,2024-01-14
I7,invoice,D7,2024-01-15
A,order,C,2024-01-16
B,order,A,2024-01-17
C,order,B,2024-01-18
S,order,S,2024-01-19
,order,,2024-01-20
O1,order,,2024-01-13
O1,order,,2024-01-21
"""
    found = ingest_files(table, project=parse_project(DECLARED))
    assert steps(found) == [("O1", "Create order")]
    assert [(line, reason) for line, reason, _ in found.left_out()] == [
        (3, ORPHAN),
        (4, ORPHAN),
        (5, CIRCLE),
        (6, CIRCLE),
        (7, CIRCLE),
        (8, CIRCLE),
        (9, NO_DOCUMENT),
        (10, "duplicate"),
        (11, OTHER_DATES),
    ]
    ledger = found.manifest.ledger
    assert (ledger.rows_in, ledger.events, ledger.duplicates) == (10, 1, 1)


def test_a_document_that_an_order_leads_into_a_circle_has_its_order(ingest_files: Ingest) -> None:
    # O1 ── D1 ⇄ D2
    table = "No,Type,Came of,Created at\nO1,order,,2024-01-13\nD1,delivery,O1,2024-01-14\n"
    table += "D1,delivery,D2,2024-01-14\nD2,delivery,D1,2024-01-15\n"
    found = ingest_files(table, project=parse_project(DECLARED))
    assert steps(found) == [("O1", "Create order"), ("O1", "Create delivery"), ("O1", "Create delivery")]


def test_a_document_without_a_date_of_creation_is_a_counted_reject_with_its_other_dates_kept(
    ingest_files: Ingest,
) -> None:
    table = "No,Type,Came of,Created at,Sent\nO1,order,,2024-01-13,\nD1,delivery,O1,,2024-01-15\nD2,delivery,O1,soon,\n"
    found = ingest_files(table, project=parse_project(DECLARED + '[source.milestones]\nSent = "Send"\n'))
    assert steps(found) == [("O1", "Create order"), ("O1", "Send")]
    assert [(line, reason) for line, reason, _ in found.left_out()] == [
        (3, "no timestamp"),
        (4, "unreadable timestamp"),
    ]


def test_what_the_documents_are_has_to_be_said(ingest_files: Ingest) -> None:
    with pytest.raises(UsageError, match="what are these documents") as error:
        ingest_files(
            "No,Created at\n1,2024-01-13\n", project=parse_project('[[source]]\nshape = "documents"\nobject_id = "No"')
        )
    assert "document = " in error.value.hint
    with pytest.raises(UsageError, match="no column 'Came off' for predecessor") as error:
        ingest_files(ONE_TABLE, project=parse_project(DECLARED.replace("Came of", "Came off")))
    assert "'Came of'" in error.value.hint
    with pytest.raises(InputError, match=r"'O1' is order in row 2 of export.csv and delivery in row 4 of export.csv"):
        ingest_files(ONE_TABLE.replace("D1,delivery", "O1,delivery"), project=parse_project(DECLARED))


def test_documents_cannot_show_what_changes_within_them(ingest_files: Ingest) -> None:
    found = ingest_files(ONE_TABLE, project=parse_project(DECLARED))
    assert found.manifest.measurable["field changes"] is False
    skipped = {one.code: one.reason for one in analyze(open_log(found.folder)).skipped}
    needs_fields = {code for code, reason in skipped.items() if "needs field, new_value" in reason}
    assert needs_fields == {"OM405", "OM504", "OM601", "OM602", "OM603"}
    # That a step is done again does show: every document is an event.
    assert not find("OM101").missing(open_log(found.folder))


@pytest.mark.usefixtures("tiny_pieces")
def test_documents_read_in_small_pieces_give_the_same(ingest_files: Ingest) -> None:
    found = ingest_files(ONE_TABLE, project=parse_project(DECLARED))
    assert [case for case, _ in steps(found)] == ["O1"] * 5 + ["O2"] * 3
