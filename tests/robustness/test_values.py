"""Ids, steps and numbers as they stand in the export: nothing is converted, merged or guessed."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Ingest

IDS = (
    *("00123", "123", "1E5", "100000", "12345678901234567890123", "00A17", "C1", "c1", "NA", "NULL", "nan", "None"),
    *("true", "1.0", "1", "0x10", "-5", "+5", "１２", "2024-01-01", "A-007", "A-7"),
)
STEPS = ("NA", "NULL", "nan", "None", "null", "true", "1E5", "007", "-")


def events() -> list[dict[str, str]]:
    """Return two events for each id, in steps whose names mean nothing or a number elsewhere."""
    return [
        {
            "order": case,
            "activity": STEPS[(at + step) % len(STEPS)],
            "timestamp": f"2024-01-{at + 1:02d}T0{step}:00:00Z",
        }
        for at, case in enumerate(IDS)
        for step in (1, 2)
    ]


def as_csv() -> bytes:
    rows = events()
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]).encode()


def as_json() -> bytes:
    return json.dumps(events()).encode()


def as_xlsx() -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink) as book:
        sheet = book.add_worksheet()
        rows = events()
        for number, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)
    return sink.getvalue()


def as_parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(events()), sink)
    return sink.getvalue()


# B26


@pytest.mark.parametrize(
    ("name", "content"),
    [("e.csv", as_csv()), ("e.json", as_json()), ("e.xlsx", as_xlsx()), ("e.parquet", as_parquet())],
    ids=["csv", "json", "xlsx", "parquet"],
)
def test_b26_ids_and_steps_are_text(ingest_files: Ingest, name: str, content: bytes) -> None:
    """Order numbers and steps stay the text that they are, whatever number, date or nothing they look like, in CSV,
    JSON, Excel and Parquet alike.
    """
    made = ingest_files({name: content})
    found = [(row["case_id"], row["activity"]) for row in made.rows()]
    assert found == [(row["order"], row["activity"]) for row in events()]
    assert made.left_out() == []


def test_b26_late_letters_and_blanks_around_ids(ingest_files: Ingest) -> None:
    """An id with letters after 30,000 plain numbers is read like them, and blanks around an id stay."""
    rows = [f"{at:05d},A,2024-01-01" for at in range(30_000)]
    made = ingest_files("\n".join(["order,activity,timestamp", *rows, "00A17,A,2024-01-02", " c1 ,A,2024-01-02"]))
    ids = made.column("case_id")
    assert len(ids) == 30_002
    assert ids[:2] == ["00000", "00001"]
    assert {"00A17", " c1 "} <= set(ids)


def test_b26_look_alike_ids_are_reported_and_kept_apart(ingest_files: Ingest) -> None:
    """Ids that differ in case, blanks or leading zeros alone are different orders, and a note says that they exist."""
    ids = ["00123", "123", "C1", "c1", " c1 ", "A-007", "A-7", "B1", "1.05", "1.5"]
    rows = [f"{case},A,2024-01-{at + 1:02d}" for at, case in enumerate(ids)]
    made = ingest_files("\n".join(["order,activity,timestamp", *rows]))
    assert made.column("case_id") == ids
    (note,) = [note for note in made.manifest.notes if "kept apart" in note]
    assert note.startswith("7 orders have ids that differ from another's in case, blanks or leading zeros alone")
    assert "'00123' and '123'" in note
    plain = ingest_files("order,activity,timestamp\n10,A,2024-01-01\n100,A,2024-01-02\nA1,A,2024-01-03\n", into="plain")
    assert not any("kept apart" in note for note in plain.manifest.notes)


# B27


def test_b27_what_is_missing_is_said_and_nothing_is_lost(ingest_files: Ingest) -> None:
    """A row without an order, a step or a time is left out with that reason, its line and its text."""
    rows = ["1,A,2024-01-01", ",A,2024-01-01", "1,,2024-01-01", "1,A,", "  ,A,2024-01-01", '1,"  ",2024-01-01', "1,A, "]
    made = ingest_files("\n".join(["order,activity,timestamp", *rows]))
    assert len(made.rows()) == 1
    assert [(line, reason) for line, reason, _ in sorted(made.left_out())] == [
        *((3, "no case"), (4, "no activity"), (5, "no timestamp")),
        *((6, "no case"), (7, "no activity"), (8, "no timestamp")),
    ]
    assert [raw for _, _, raw in sorted(made.left_out())] == rows[1:]
    ledger = made.manifest.ledger
    assert ledger.rows_in == ledger.events + ledger.duplicates + ledger.rejected == 7


# B28


def test_b28_exact_duplicates_are_left_out_and_counted(ingest_files: Ingest) -> None:
    """Rows that are equal in every column are left out but for the first, and kept with their lines; one that differs
    in any column, mapped or not, is no duplicate.
    """
    rows = ["1,A,2024-01-01,x", "1,A,2024-01-01,x", "1,A,2024-01-01,y", "1,A,2024-01-01,x", "2,A,2024-01-01,x"]
    content = "\n".join(["order,activity,timestamp,note", *rows])
    made = ingest_files(content)
    assert [row["source_row"] for row in made.rows()] == [2, 4, 6]
    assert [(line, reason) for line, reason, _ in sorted(made.left_out())] == [(3, "duplicate"), (5, "duplicate")]
    assert (made.manifest.ledger.duplicates, made.manifest.ledger.rejected) == (2, 0)
    kept = ingest_files(content, into="kept", keep_duplicates=True)
    assert len(kept.rows()) == 5
    assert any("exact duplicate events were kept" in note for note in kept.manifest.notes)


# B29


def amounts(ingest_files: Ingest, *values: str) -> tuple[list[Decimal | None], list[str]]:
    rows = [f'{at},A,2024-01-01,"{value}"' for at, value in enumerate(values)]
    made = ingest_files("\n".join(["order,activity,timestamp,amount", *rows]), columns={"amount": "amount"})
    notes = [note for note in made.manifest.notes if "amount" in note]
    return [row["amount"] for row in sorted(made.rows(), key=lambda row: int(row["case_id"]))], notes


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (["1.234,56", "12,5", "-7,00"], ["1234.56", "12.5", "-7"]),
        (["1,234.56", "12.5", "-7.00"], ["1234.56", "12.5", "-7"]),
        (["1.234.567,8", "0,125", "155,22-"], ["1234567.8", "0.125", "-155.22"]),
        (["1 234,50", "1\u00a0234,50", "1\u202f234,50", "1'234,50"], ["1234.5"] * 4),
        (["€ 1.234,56", "-€12,00", "12,50 €", "(€5,25)"], ["1234.56", "-12", "12.5", "-5.25"]),
        (["$1,234.56", "($12.00)", "-$5.10", "(7.25)"], ["1234.56", "-12", "-5.1", "-7.25"]),
        (["\u22123.50", "+3.50", "1e3"], ["-3.5", "3.5", "1000"]),
    ],
)
def test_b29_numbers_are_read_in_the_notation_that_the_column_proves(
    ingest_files: Ingest, values: list[str], meant: list[str]
) -> None:
    """Decimal comma or point is what some value of the column proves; separators of thousands, a currency's sign and
    negative numbers in parentheses are understood.
    """
    assert amounts(ingest_files, *values) == ([Decimal(one) for one in meant], [])


@pytest.mark.parametrize(
    "values",
    [["1.234,56", "1,234.56"], ["1.234", "5.678"], ["1,234"], ["NaN"], ["inf"], ["12 apples"], ["€ 1.50", "$ 2.50"]],
)
def test_b29_a_number_in_doubt_is_none(ingest_files: Ingest, values: list[str]) -> None:
    """Where a column proves both notations or none, where currencies differ, or where something is no number, nothing
    is guessed: the amount counts as not recorded, a note says how many, and the event stays.
    """
    found, notes = amounts(ingest_files, *values)
    assert found == [None] * len(values)
    assert notes == [
        f"export.csv: {len(values)} values of amount are no numbers in a provable notation and count as not recorded"
    ]


def test_b29_the_text_of_other_columns_is_never_a_number(ingest_files: Ingest) -> None:
    """Columns without a part in the log keep their text, decimal marks, signs, zeros and all."""
    texts: list[Any] = ["1.234,56", "007", "1E5", "-0", "  x", "NULL"]
    rows = [f'{at},A,2024-01-01,"{text}"' for at, text in enumerate(texts)]
    made = ingest_files("\n".join(["order,activity,timestamp,note", *rows]))
    assert made.column("note") == texts
