"""The structure of delimited files: cases B01 to B17."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Ingest, Said

HEAD = "Order,Activity,Timestamp,Department"
NAMES = ("Created", "Approved", "Shipped", "Billed")


def rows(count: int, delimiter: str = ",") -> list[str]:
    """Return rows of orders of four events each."""
    return [
        delimiter.join((f"SO{n // 4:04d}", NAMES[n % 4], f"2024-01-{n % 28 + 1:02d} 10:00:00", f"Team {n % 3}"))
        for n in range(count)
    ]


def text(lines: list[str], end: str = "\n") -> str:
    """Return a file of these lines below the usual header."""
    return end.join([HEAD, *lines]) + end


def outcome(said: Said) -> dict[str, Any]:
    """Return the `result` that a command printed as JSON."""
    assert said.code == 0, said.err
    result: dict[str, Any] = json.loads(said.out)["result"]
    return result


@pytest.fixture
def run(ordermine: Callable[..., Said], tmp_path: Path) -> Callable[..., Said]:
    """Return a function that writes a file and ingests it."""

    def write_and_ingest(content: str | bytes, *arguments: str, name: str = "export.csv") -> Said:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return ordermine("ingest", name, "-o", "log", "--force", "--format", "json", *arguments)

    return write_and_ingest


def test_b01_an_empty_file_is_named_and_nothing_is_written(run: Callable[..., Said], tmp_path: Path) -> None:
    """A file of 0 bytes stops the run before anything is written, and the message names it; the log that was there
    stays.
    """
    assert run(text(rows(8))).code == 0
    before = (tmp_path / "log" / "manifest.json").read_bytes()
    said = run(b"")
    assert said.code == 3
    assert "export.csv is empty (0 bytes)" in said.err
    assert (tmp_path / "log" / "manifest.json").read_bytes() == before


def test_b02_a_header_without_rows_is_said_to_be_one(run: Callable[..., Said]) -> None:
    """A header without rows stops the run: nothing can be said about no orders."""
    said = run(HEAD + "\n")
    assert said.code == 3
    assert "export.csv: it has a header but no rows" in said.err


def test_b03_a_row_with_too_few_fields_is_left_out_alone(ingest_files: Ingest) -> None:
    """A row with a field too few is left out with what was expected and found; all others are read."""
    lines = rows(12)
    lines[5] = "SO0001,Approved,2024-01-06 10:00:00"
    found = ingest_files(text(lines))
    assert [(row["line"], row["reason"], row["detail"], row["raw"]) for row in found.rows("left_out.parquet")] == [
        (7, "wrong number of fields", "expected 4 fields, found 3", lines[5])
    ]
    assert found.manifest.ledger.events == 11


def test_b04_a_row_with_too_many_fields_is_left_out_alone(ingest_files: Ingest) -> None:
    """A row with a field too many is left out, never cut to size; one that only ends in a delimiter too many is read,
    and a note says so.
    """
    lines = rows(12)
    lines[3] += ",surplus"
    lines[8] += ","
    found = ingest_files(text(lines))
    assert found.left_out() == [(5, "wrong number of fields", lines[3])]
    assert found.manifest.ledger.events == 11
    assert any("an empty field too many was left off (rows 10)" in note for note in found.manifest.notes)


def test_b04_a_delimiter_inside_a_name_shifts_no_column(ingest_files: Ingest) -> None:
    """Where an empty last field may as well be the row's own, as behind an unquoted comma, the row is left out rather
    than read one column off.
    """
    lines = [line if at % 3 else line.rpartition(",")[0] + "," for at, line in enumerate(rows(12))]
    lines[3] = "SO0000,Billed, late,2024-01-04 10:00:00,"
    found = ingest_files(text(lines))
    assert found.left_out() == [(5, "wrong number of fields", lines[3])]


def test_b04_an_unquoted_comma_beside_other_text_shifts_no_column(ingest_files: Ingest) -> None:
    """Where columns of text stand side by side, a field too many may be a comma in any of them: the row is left out."""
    lines = [f"SO{n},2024-01-0{n},Created,Sales,{'x' * (n % 2)}" for n in range(1, 9)]
    lines[3] = "SO4,2024-01-04,Created, again,Sales,"
    found = ingest_files("\n".join(["Order,Timestamp,Activity,Department,Note", *lines]) + "\n")
    assert found.left_out() == [(5, "wrong number of fields", lines[3])]


@pytest.mark.parametrize("at", range(0, 82, 9))
@pytest.mark.parametrize("column", range(4))
def test_b05_a_stray_quote_costs_no_other_row(at: int, column: int, ingest_files: Ingest) -> None:
    """A quote too many in one field of one row changes nothing in the other rows, wherever it stands: every other event
    is as in the clean file.
    """
    lines = rows(83)
    clean = [line.split(",") for place, line in enumerate(lines) if place != at]
    cells = lines[at].split(",")
    cells[column] = cells[column][:2] + '"' + cells[column][2:]
    lines[at] = ",".join(cells)
    found = ingest_files(text(lines))
    came = [(row["case_id"], row["activity"]) for row in found.rows() if row["source_row"] != at + 2]
    assert sorted(came) == sorted((cells[0], cells[1]) for cells in clean)
    assert found.manifest.sources[0].described["delimiter"] == "','"


@pytest.mark.parametrize("header", ['Order,"Activity,Timestamp,Department', 'Order,Activity,Timestamp,Department"'])
def test_b06_an_open_quote_in_the_header_swallows_no_row(header: str, ingest_files: Ingest) -> None:
    """A quote in the header that is never closed loses no row: the names are read without it, and the description says
    so.
    """
    found = ingest_files("\n".join([header, *rows(83)]) + "\n")
    assert found.manifest.ledger.events == 83
    assert found.manifest.sources[0].mapping["activity"] == "Activity"
    assert found.left_out() == []


@pytest.mark.parametrize("others", ["plain", "quoted"])
def test_b07_a_quote_that_is_never_closed_costs_its_row(others: str, ingest_files: Ingest) -> None:
    """A quote that opens in the middle of the file and is never closed ends with its line; every later line is read,
    and the line is named.
    """
    lines = rows(3000)
    if others == "quoted":
        lines = ['"' + line.replace(",", '","') + '"' for line in lines]
    lines[1500] = 'SO0375,"Created,2024-01-17 10:00:00'
    found = ingest_files(text(lines))
    assert found.left_out() == [(1502, "quote out of place", lines[1500])]
    assert found.manifest.ledger.events == 2999


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("last", ["", "once", "twice"])
def test_b08_every_line_end_is_one(end: str, last: str, ingest_files: Ingest) -> None:
    """Lines may end in LF, CRLF or CR, the last one in none or two: the events are the same."""
    content = end.join([HEAD, *rows(12)]) + end * ["", "once", "twice"].index(last)
    found = ingest_files(content)
    assert (found.manifest.ledger.events, found.left_out()) == (12, [])
    assert sorted(found.column("source_row")) == list(range(2, 14))


def test_b08_line_ends_may_be_mixed(ingest_files: Ingest) -> None:
    """Line ends may differ from line to line of one file."""
    content = "".join(line + ("\n", "\r\n", "\r")[at % 3] for at, line in enumerate([HEAD, *rows(12)]))
    found = ingest_files(content)
    assert (found.manifest.ledger.events, found.left_out()) == (12, [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_b09_excels_sep_line_is_honoured(delimiter: str, ingest_files: Ingest) -> None:
    """A first line `sep=;` names the delimiter and is no row."""
    content = "\n".join([f"sep={delimiter}", HEAD.replace(",", delimiter), *rows(8, delimiter)]) + "\n"
    found = ingest_files(content)
    described = found.manifest.sources[0].described
    assert (found.manifest.ledger.events, described["header"]) == (8, "line 2")
    assert described["delimiter"] == ("tab" if delimiter == "\t" else repr(delimiter))


def test_b10_what_is_not_a_row_is_told_apart_and_listed(ingest_files: Ingest) -> None:
    """Lines above the header are shown, a total at the end and a header that comes again are left out with reasons of
    their own.
    """
    lines = ["Orders of 2024", "created by nobody", "", HEAD, *rows(8), HEAD, *rows(16)[8:], "Total,,,16"]
    found = ingest_files("\n".join(lines) + "\n")
    described = found.manifest.sources[0].described
    assert described["above the header"] == "2 lines: 'Orders of 2024', 'created by nobody'"
    assert described["header"] == "line 4"
    assert found.left_out() == [(13, "header again", HEAD), (22, "total line", "Total,,,16")]
    assert found.manifest.ledger.events == 16


def test_b10_lines_above_the_header_are_not_quoted_beside_pseudonyms(run: Callable[..., Said], tmp_path: Path) -> None:
    """Where names are replaced by pseudonyms, lines above the header are counted, not quoted: they may hold names."""
    (tmp_path / "key").write_bytes(b"k" * 40)
    (tmp_path / "key").chmod(0o600)
    content = "\n".join(["Exported by Jane Roe", HEAD, *rows(8)]) + "\n"
    said = run(content, "--pseudonymise", "department", "--key-file", "key")
    assert outcome(said)["dialect"]["export.csv"]["above the header"] == "1 line: '…'"
    assert "Jane" not in (tmp_path / "log" / "manifest.json").read_text()


@pytest.mark.parametrize("total", ["Total;16", "Gesamt:,,,", "Grand total,,,16,,"])
def test_b10_totals_of_any_width_are_called_so(total: str, ingest_files: Ingest) -> None:
    """A total line is called one in other languages and with other numbers of fields, too."""
    found = ingest_files(text([*rows(8), total]))
    assert [(row["line"], row["reason"]) for row in found.rows("left_out.parquet")] == [(10, "total line")]


@pytest.mark.parametrize(
    "other",
    [["Region,Head,Sales", "North,Ann,12", "South,Ben,15"], ["Region,Head,Since when,Town", "North,Ann,x,Bonn"]],
)
def test_b11_a_second_table_is_not_mixed_in(other: list[str], ingest_files: Ingest) -> None:
    """Another table below the first, behind a blank line, is left out whole, with the line on which it starts, even
    where it has as many columns.
    """
    found = ingest_files(text([*rows(20), "", *other]))
    assert found.manifest.ledger.events == 20
    assert found.left_out() == [(23 + at, "another table", line) for at, line in enumerate(other)]
    assert found.manifest.sources[0].described["another table"] == "from line 23"
    details = {row["detail"] for row in found.rows("left_out.parquet")}
    assert details == {"it starts at line 23"}


def test_b11_a_blank_line_within_a_field_begins_no_table(ingest_files: Ingest) -> None:
    """A letter in a quoted field, with blank lines and lists in it, is part of its row and begins no table."""
    letter = '"Dear all,\n\nname,town\nAnn,Bonn\nBen,Gent\nCem,Reims\nDan,Lund\nEve,Graz"'
    lines = [f"{line},{letter if at == 3 else 'none'}" for at, line in enumerate(rows(12))]
    found = ingest_files("\n".join([HEAD + ",Letter", *lines]) + "\n")
    assert (found.manifest.ledger.events, found.left_out()) == (12, [])


def test_b11_a_header_of_several_lines_makes_no_events(ingest_files: Ingest) -> None:
    """A line of groups above the names and a line of units below them are no events."""
    wide = [f"{line},{at}.50" for at, line in enumerate(rows(12))]
    groups, names, units = "What,,When,Who,Worth", HEAD + ",Amount", "key,text,date,name,EUR"
    found = ingest_files("\n".join([groups, names, units, *wide]) + "\n")
    assert found.manifest.ledger.events == 12
    assert found.manifest.sources[0].mapping["amount"] == "Amount"
    described = found.manifest.sources[0].described
    assert (described["above the header"], described["header"]) == (f"1 line: {groups!r}", "lines 2 to 3")
    assert found.left_out() == []


def test_b12_a_file_without_a_header_is_refused_until_columns_are_named(run: Callable[..., Said]) -> None:
    """A file without a header is refused: its first line is shown, with what to do; columns named by position make it
    readable, and then the first line is an event.
    """
    content = "\n".join(rows(12)) + "\n"
    said = run(content)
    assert said.code == 3
    assert "no header: the first line holds values: 'SO0000', 'Created', '2024-01-01 10:00:00', 'Team 0'" in said.err
    assert "--case 'column 1'" in said.err
    named = ("--case", "column 1", "--activity", "column 2", "--timestamp", "#3", "--department", "#4")
    assert outcome(run(content, *named))["events"] == 12


@pytest.mark.parametrize("delimiter", [";", "\t", "|", ", ", " ", "^", "||", "\x1f", "~|~"])
@pytest.mark.parametrize(("quote", "escape"), [('"', '"'), ("'", "'"), ('"', "\\")])
def test_b13_dialects_are_found_and_told(delimiter: str, quote: str, escape: str, ingest_files: Ingest) -> None:
    """Delimiters of one or several characters, other quotes and backslashes before quotes are found without a flag, and
    the evidence is shown.
    """

    def cell(value: str) -> str:
        plain = delimiter not in value and quote not in value and delimiter[0] not in value
        return value if plain else quote + value.replace(quote, escape + quote) + quote

    names = [f"Call {quote}first{quote}{delimiter} then ship", "Created", "Approved", "Billed"]
    made = [[f"SO{n // 4}", names[n % 4], f"2024-01-{n % 28 + 1:02d} 10:00:00", f"Team {n % 3}"] for n in range(40)]
    content = "".join(delimiter.join(map(cell, row)) + "\n" for row in [HEAD.split(","), *made])
    found = ingest_files(content)
    assert sorted((row["case_id"], row["activity"]) for row in found.rows()) == sorted((r[0], r[1]) for r in made)
    described = found.manifest.sources[0].described
    assert described["evidence"] == "41 of the first 41 lines have 4 fields"
    assert described["delimiter"] == {" ": "blank", "\t": "tab"}.get(delimiter, repr(delimiter))


def test_b14_a_column_that_comes_twice_is_not_guessed(ingest_files: Ingest) -> None:
    """Where two columns of the same name differ, neither is taken for a key unasked, nor by that name: both positions
    are shown, and `#3` says which is meant.
    """
    content = "Order,Timestamp,Activity,Activity\n" + "".join(f"SO{n},2024-01-0{n},A{n % 2},B\n" for n in range(1, 9))
    for named in ({}, {"activity": "Activity"}):
        with pytest.raises(
            UsageError, match=r"several columns are called 'Activity', .*: at positions 3 and 4"
        ) as told:
            ingest_files(content, columns=named)
        assert told.value.hint == "say which by its position, e.g. '#4'"
    found = ingest_files(content, columns={"activity": "#3"})
    assert set(found.column("activity")) == {"A0", "A1"}


def test_b14_names_that_are_missing_or_come_again_are_completed(ingest_files: Ingest) -> None:
    """A column without a name is called by its position; further columns of one name are numbered."""
    content = "Order,Activity,Timestamp,Note,,Note\n" + "SO1,A,2024-01-01,x,y,z\n" * 2
    found = ingest_files(content, keep_duplicates=True)
    assert [found.rows()[0][name] for name in ("Note", "column 5", "Note (2)")] == ["x", "y", "z"]


def test_b15_ten_thousand_columns_are_read_within_seconds(tmp_path: Path) -> None:
    """10,000 columns are read; the rows of such a file take seconds."""
    from ordermine.ingest.readers.csv import open_csv

    names = [f"Column {number}" for number in range(10_000)]
    path = tmp_path / "wide.csv"
    path.write_text("\n".join([",".join(names)] + [",".join(["x1"] * 10_000)] * 50) + "\n")
    started = time.perf_counter()
    source = open_csv(path, "wide.csv")
    assert len(source.columns) == 10_000
    assert sum(batch.read().table.num_rows for batch in source.batches()) == 50
    assert time.perf_counter() - started < 20


def test_b15_more_columns_than_the_limit_are_refused(tmp_path: Path) -> None:
    """More than 100,000 columns are refused, and the limit is named."""
    from ordermine.ingest.readers.csv import open_csv

    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{number}" for number in range(100_001)) + "\n" + ",".join("1" * 100_001) + "\n")
    with pytest.raises(InputError, match=r"100,001 columns, more than the 100,000 that can be read"):
        open_csv(path, "wide.csv")


def test_b16_a_field_of_3_mb_is_kept_and_one_beyond_the_limit_costs_its_row(ingest_files: Ingest) -> None:
    """A field of 3 MB is kept whole; one of more than 16 MB costs its row, whose length is told, not the run."""
    lines = [f"{line},n" for line in rows(6)]
    long = lines[1][:-1] + "x" * 3_000_000
    longer = lines[3][:-1] + "y" * ((1 << 24) + 1)
    lines[1], lines[3] = long, longer
    found = ingest_files("\n".join([HEAD + ",Note", *lines]) + "\n")
    assert [len(note) for note in found.column("Note") if note and len(note) > 1] == [3_000_000]
    assert found.manifest.ledger.events == 5
    assert [(row["line"], row["reason"], row["detail"]) for row in found.rows("left_out.parquet")] == [
        (5, "field too long", "16,777,217 bytes, more than 16,777,216")
    ]


def test_b16_a_line_that_never_seems_to_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of more than 64 MB is not kept whole: its start is, with its length, and the rows behind it are read."""
    from ordermine.ingest.readers import csv as module

    monkeypatch.setattr(module, "LONGEST_RECORD", 1 << 20)
    monkeypatch.setattr(module, "PIECE_BYTES", 1 << 19)
    path = tmp_path / "long.csv"
    path.write_text("a,b\n1,x\n2," + "y" * 3_000_000 + "\n3,z\n")
    source = module.open_csv(path, "long.csv")
    read = [batch.read() for batch in source.batches()]
    assert [number for found in read for number in found.numbers.tolist()] == [2, 4]
    (row,) = (row for found in read for row in found.left_out)
    assert (row.row, row.reason) == (3, "field too long")
    assert row.detail.startswith("3,000,002 bytes")


@pytest.mark.parametrize("defect", [",surplus", '"x'])
def test_b17_a_rejected_row_of_50_kb_is_kept_whole(defect: str, ingest_files: Ingest) -> None:
    """What is left out is kept to the last character, however long the row."""
    lines = rows(8)
    lines[2] += "z" * 50_000 + "," + defect
    found = ingest_files(text(lines))
    assert [(line, raw) for line, _, raw in found.left_out()] == [(4, lines[2])]


def test_b17_many_rejected_rows_cost_no_more_than_their_own_parse(tmp_path: Path) -> None:
    """A file of which every row is defective takes a few times as long as a clean one, not a multiple that grows with
    the file.
    """
    from ordermine.ingest.readers.csv import open_csv

    def seconds(lines: list[str]) -> float:
        path = tmp_path / "many.csv"
        path.write_text(text(lines))
        started = time.process_time()
        source = open_csv(path, "many.csv")
        left_out = sum(len(batch.read().left_out) for batch in source.batches())
        assert left_out == sum(line.count(",") == 4 for line in lines)
        return time.process_time() - started

    clean = rows(20_000)
    few, many = (seconds([line + ",x" if at % 2 else line for at, line in enumerate(clean * n)]) for n in (1, 4))
    assert many < 12 * few
