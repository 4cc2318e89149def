"""What is decided before anything is read: headers, date orders, notations, and what flags and the project file say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError, UsageError
from ordermine.ingest.readers import csv as csv_module
from ordermine.project import parse_project

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from tests.conftest import Ingest

HEAD = "case,activity,timestamp\n"


def days(column: list[object]) -> list[str]:
    return [str(stamp)[:10] for stamp in column]


@pytest.mark.parametrize(("last", "order"), [("25/02/2024", "dmy"), ("02/25/2024", "mdy")])
def test_one_late_row_proves_the_order_of_all(
    last: str, order: str, ingest_files: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_module, "PIECE_BYTES", 1 << 16)
    rows = "".join(f"c{number},A,03/04/2024\n" for number in range(30_000))
    found = ingest_files(HEAD + rows + f"last,A,{last}\n")
    assert found.manifest.date_orders == {"timestamp": f"{'day' if order == 'dmy' else 'month'} first ({order})"}
    assert found.manifest.ledger.events == 30_001
    assert set(days(found.column("timestamp"))) == {
        "2024-04-03" if order == "dmy" else "2024-03-04",
        "2024-02-25",
    }


def test_ambiguous_order_is_an_error_with_its_way_out(ingest_files: Ingest, tmp_path: Path) -> None:
    text = HEAD + "c1,A,03/04/2024\nc1,B,05/06/2024\nc1,C,07/08/2024\nc1,D,09/10/2024\n"
    with pytest.raises(InputError) as caught:
        ingest_files(text)
    assert caught.value.exit_code == 3
    message = str(caught.value)
    assert "export.csv: column 'timestamp'" in message
    assert "'03/04/2024', '05/06/2024', '07/08/2024'" in message
    assert "--date-order dmy" in caught.value.hint
    assert not (tmp_path / "log").exists()
    assert days(ingest_files(text, into="dmy", date_order="dmy").column("timestamp"))[0] == "2024-04-03"
    assert days(ingest_files(text, into="mdy", date_order="mdy").column("timestamp"))[0] == "2024-03-04"


def test_project_file_declares_the_order_and_the_flag_wins(ingest_files: Ingest) -> None:
    project = parse_project('[[source]]\nfiles = "*.csv"\ndate_order = "mdy"\n', "test")
    text = HEAD + "c1,A,03/04/2024\n"
    assert days(ingest_files(text, project=project).column("timestamp")) == ["2024-03-04"]
    found = ingest_files(text, project=project, date_order="dmy", into="flag")
    assert days(found.column("timestamp")) == ["2024-04-03"]


def test_another_file_of_the_export_may_prove_the_order(ingest_files: Ingest) -> None:
    found = ingest_files({"a.csv": HEAD + "c1,A,03/04/2024\n", "b.csv": HEAD + "c1,B,25/04/2024\n"})
    assert days(found.column("timestamp")) == ["2024-04-03", "2024-04-25"]


def test_files_that_prove_different_orders_prove_nothing_for_a_third(ingest_files: Ingest) -> None:
    files = {"a.csv": "25/04/2024", "b.csv": "04/26/2024", "c.csv": "03/04/2024"}
    with pytest.raises(InputError, match=r"c\.csv: column 'timestamp'.* ambiguous"):
        ingest_files({name: HEAD + f"c1,A,{stamp}\n" for name, stamp in files.items()})
    found = ingest_files({name: HEAD + f"c1,A,{files[name]}\n" for name in ("a.csv", "b.csv")}, into="two")
    assert days(found.column("timestamp")) == ["2024-04-25", "2024-04-26"]


def test_contradiction_in_the_first_piece(ingest_files: Ingest) -> None:
    with pytest.raises(InputError, match="contradict each other"):
        ingest_files(HEAD + "c1,A,25/02/2024\nc1,B,02/26/2024\n")


@pytest.mark.usefixtures("tiny_pieces")
def test_contradiction_further_down(ingest_files: Ingest) -> None:
    text = HEAD + "c1,A,25/02/2024\n" * 50 + "c1,B,02/26/2024\n"
    with pytest.raises(InputError, match=r"prove dmy, but '02/26/2024' in row 52 can only be mdy") as caught:
        ingest_files(text)
    assert "--date-order dmy" in caught.value.hint
    found = ingest_files(text, date_order="dmy")
    assert found.manifest.ledger.rejected_by_reason == {"unreadable timestamp": 1}


def test_date_and_time_in_two_columns(ingest_files: Ingest) -> None:
    head = "case,activity,ERDAT,ERZET\n"
    expected = ["2024-01-31 00:00:00", "2024-01-31 10:20:30", "2024-02-01 00:00:00"]
    for number, rows in enumerate(
        (
            "c,A,31.01.2024,00:00:00\nc,B,31.01.2024,10:20:30\nc,C,31.01.2024,24:00:00\n",
            "c,A,20240131,000000\nc,B,20240131,102030\nc,C,20240131,240000\n",
            "c,A,31.01.2024,000000\nc,B,31.01.2024,102030\nc,C,31.01.2024,240000\n",
            "c,A,2024-01-31 00:00:00,00:00:00\nc,B,2024-01-31 00:00:00,10:20:30\nc,C,2024-02-01 00:00:00,00:00:00\n",
        )
    ):
        found = ingest_files(head + rows, into=str(number))
        assert [str(stamp)[:19] for stamp in found.column("timestamp")] == expected
        assert found.manifest.sources[0].mapping["timestamp"] == "ERDAT + ERZET"
    project = parse_project('[[source]]\ntimestamp = { date = "D", time = "T" }\n', "test")
    found = ingest_files("case,activity,D,T\nc,A,31/01/2024,\nc,B,,10:00\n", project=project, into="declared")
    assert days(found.column("timestamp")) == ["2024-01-31"]
    assert found.left_out() == [(3, "no timestamp", "c,B,,10:00")]


def test_header_only_and_no_header(ingest_files: Ingest) -> None:
    with pytest.raises(InputError, match="has a header but no rows"):
        ingest_files(HEAD)
    with pytest.raises(InputError, match="no header: the first line holds values: 'c1', 'A', '2024-01-01 10:00'"):
        ingest_files("c1,A,2024-01-01 10:00\nc1,B,2024-01-02 10:00\n")


def test_nothing_but_rows_that_cannot_be_read(ingest_files: Ingest) -> None:
    with pytest.raises(InputError, match="none of its 2 rows can be read"):
        ingest_files('case,activity,timestamp\nc1,"A,2024-01-01,x\nc1,2024-01-01\n')


@pytest.mark.parametrize("column", ["Case", "no such column"])
def test_column_that_does_not_exist(column: str, ingest_files: Ingest) -> None:
    text = HEAD + "c1,A,2024-01-01\n"
    if column == "Case":  # only letter case differs, and nothing else is called so
        assert ingest_files(text, columns={"case": column}).manifest.cases == 1
        return
    with pytest.raises(UsageError, match="there is no column 'no such column'") as caught:
        ingest_files(text, columns={"case": column})
    assert caught.value.exit_code == 2


def amounts(found: object) -> list[Decimal | None]:
    return found.column("amount")  # type: ignore[attr-defined,no-any-return]


def test_amounts_in_one_proven_notation(ingest_files: Ingest) -> None:
    head = "case;activity;timestamp;amount\n"
    rows = "c;A;2024-01-01;1.234\nc;B;2024-01-02;12,50\nc;C;2024-01-03;155,22-\nc;D;2024-01-04;\nc;E;2024-01-05;free\n"
    found = ingest_files(head + rows)
    assert [None if value is None else str(value) for value in amounts(found)] == [
        "1234.000000",
        "12.500000",
        "-155.220000",
        None,
        None,
    ]
    assert [note for note in found.manifest.notes if "amount" in note] == [
        "export.csv: 1 values of amount are no numbers in a provable notation and count as not recorded"
    ]


@pytest.mark.usefixtures("tiny_pieces")
def test_notation_that_is_proven_late(ingest_files: Ingest) -> None:
    head = "case;activity;timestamp;amount\n"
    rows = "".join(f"c{number};A;2024-01-01;1.234\n" for number in range(20))
    found = ingest_files(head + rows + "d;A;2024-01-01;12,50\n")
    assert {str(value) for value in amounts(found)} == {"1234.000000", "12.500000"}
    open_ = ingest_files(head + rows, into="open")
    assert set(amounts(open_)) == {None}


def test_further_columns_keep_their_names_unless_taken(ingest_files: Ingest) -> None:
    found = ingest_files("case,activity,timestamp,Seq,x,X,,x\nc,A,2024-01-01,1,2,3,4,5\n")
    row = found.rows()[0]
    assert (row["seq"], row["source_Seq"], row["x"], row["source_X"]) == (1, "1", "2", "3")
    assert (row["column 7"], row["x (2)"]) == ("4", "5")
