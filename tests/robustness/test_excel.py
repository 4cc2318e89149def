"""Workbooks as they come, and as nobody should send them."""

from __future__ import annotations

import io
import random
import re
import struct
import time
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from ordermine.errors import OrdermineError
from ordermine.ingest.open import open_sources
from ordermine.ingest.readers.workbook_check import OLE_MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.conftest import Ingest, Said

HEADER = ("Order", "Step", "Changed at")
SHEET = "xl/worksheets/sheet1.xml"
STYLE = {"num_format": "yyyy-mm-dd hh:mm:ss.000"}
DAY = 45_292
"""2024-01-01 in the calendar that starts in 1900."""


def workbook(sheets: Mapping[str, list[list[Any]]], hidden: tuple[str, ...] = (), **options: Any) -> bytes:
    """Write sheets below `HEADER`; the third cell of a row is a day as Excel counts it."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, **options}) as book:
        style = book.add_format(STYLE)
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            sheet.write_row(0, 0, HEADER)
            for at, cells in enumerate(rows, 1):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        sheet.write(at, column, cell, *[style] * (column == 2))
    return data.getvalue()


def plain() -> bytes:
    return workbook({"Orders": [["o1", "Create", DAY], ["o1", "Ship", DAY + 1]]})


def changed(data: bytes, change: Callable[[str, bytes], bytes], renamed: Mapping[str, str] | None = None) -> bytes:
    """Pack a workbook again, each part as `change` makes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr((renamed or {}).get(name, name), change(name, old.read(name)))
    return packed.getvalue()


def with_rows(rows: bytes, data: bytes | None = None) -> bytes:
    """Return a workbook with further rows in its first sheet, as XML."""
    end = b"</sheetData>"
    return changed(data or plain(), lambda name, part: part.replace(end, rows + end) if name == SHEET else part)


def test_b40_both_calendars_give_the_same_days(ingest_files: Ingest) -> None:
    """A workbook that counts days from 1904 gives the same times as one that counts from 1900, to the millisecond."""
    moment = DAY + (9 * 3600 + 17 * 60 + 18.125) / 86_400
    for name, since, flag in (("from-1900", 0, False), ("from-1904", 1462, True)):
        data = workbook({"Orders": [["o1", "Create", moment - since], ["o1", "Ship", DAY + 1 - since]]}, date_1904=flag)
        log = ingest_files({f"{name}.xlsx": data}, into=name)
        assert [str(stamp) for stamp in log.column("timestamp")] == [
            "2024-01-01 09:17:18.125000+00:00",
            "2024-01-02 00:00:00+00:00",
        ]


def test_b40_days_that_never_were_are_no_times(ingest_files: Ingest) -> None:
    """Excel's 29 February 1900, every day before it and days below zero are rejected as times, and counted."""
    days = [60, 1, 60.5, -1, 0, 0.25, 61, *range(DAY, DAY + 200)]
    log = ingest_files({"a.xlsx": workbook({"Orders": [[f"o{day}", "Create", day] for day in days]})})
    assert [str(stamp)[:10] for stamp in log.column("timestamp")[:2]] == ["1900-03-01", "2024-01-01"]
    assert [(line, reason) for line, reason, _ in log.left_out()] == [
        (line, "unreadable timestamp") for line in range(2, 8)
    ]
    assert "1900-02-28, before Excel's calendar is sound" in log.left_out()[0][2]


def test_b41_cells_that_hold_no_value_are_empty_and_counted(ingest_files: Ingest) -> None:
    """Errors such as #N/A and formulas whose value was never saved are empty cells, counted; where the order, step or
    time is such a cell, the row is rejected."""
    rows = (
        b'<row r="4"><c r="A4" t="e"><v>#N/A</v></c><c r="B4" t="inlineStr"><is><t>Ship</t></is></c>'
        b'<c r="C4" s="1"><v>45293</v></c></row>'
        b'<row r="5"><c r="A5" t="inlineStr"><is><t>o2</t></is></c><c r="B5"><f>A5&amp;"x"</f></c>'
        b'<c r="C5" s="1"><v>45293</v></c></row>'
        b'<row r="6"><c r="A6" t="inlineStr"><is><t>o2</t></is></c><c r="B6" t="str"><f>"B"</f><v>Bill</v></c>'
        b'<c r="C6" s="1"><f>45290+3</f><v>45293</v></c></row>'
    )
    log = ingest_files({"a.xlsx": with_rows(rows)})
    described = log.manifest.sources[0].described
    assert described["error cells"] == "1, read as empty"
    assert described["formulas without a saved value"] == "1, read as empty"
    assert log.column("activity") == ["Create", "Ship", "Bill"]
    assert [(line, reason) for line, reason, _ in log.left_out()] == [(4, "no case"), (5, "no activity")]


def test_b41_merged_cells_and_hidden_rows_are_told(ingest_files: Ingest) -> None:
    """Hidden rows are read like the others; of merged cells the first holds the value, the others are empty; both are
    said in what `inspect` and the log tell about the file."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, HEADER)
        for row in range(1, 5):
            sheet.write_row(row, 0, ["o1" if row != 2 else None, "Create", f"2024-01-0{row}"])
        sheet.merge_range(1, 0, 2, 0, "o1")
        sheet.set_row(3, None, None, {"hidden": True})
    log = ingest_files({"a.xlsx": data.getvalue()})
    described = log.manifest.sources[0].described
    assert described["merged ranges"] == "1, the value is in the first cell only"
    assert described["hidden rows"] == "1, read like the others"
    assert log.column("source_row") == [2, 4, 5]
    assert [(line, reason) for line, reason, _ in log.left_out()] == [(3, "no case")]


def test_b41_numbers_as_order_numbers(ingest_files: Ingest) -> None:
    """An order number that Excel keeps as a number has no decimals in the log; one with more digits than Excel keeps is
    no longer the number that was typed: the cell counts as empty."""
    rows = [[4711.0, "Create", DAY], [9007199254740991, "Ship", DAY], [12345678901234567890, "Bill", DAY]]
    log = ingest_files({"a.xlsx": workbook({"Orders": rows})})
    assert log.column("case_id") == ["4711", "9007199254740991"]
    assert [(line, reason) for line, reason, _ in log.left_out()] == [(4, "no case")]
    assert log.manifest.sources[0].described["numbers of more than 15 digits"] == "1, no longer exact, read as empty"


def test_b41_several_sheets_are_a_choice_that_is_the_users(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """With several sheets that hold data the tool doesn't guess: it lists them and takes the one named with --sheet. A
    hidden sheet is not in the way of the only visible one."""
    rows = [["o1", "Create", DAY], ["o1", "Ship", DAY + 1]]
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook({"2023": rows, "2024": rows[:1], "Old": rows}, hidden=("Old",)))
    said = ordermine("ingest", path, "-o", "log")
    assert said.code == 2
    assert "2 sheets with data: '2023', '2024'" in said.err
    assert "--sheet" in said.err
    assert not (tmp_path / "log").exists()
    assert "no sheet '2025'" in ordermine("inspect", path, "--sheet", "2025").err
    said = ordermine("ingest", path, "-o", "log", "--sheet", "2024")
    assert (said.code, "'2024'" in said.out or "1 event" in said.out) == (0, True)
    path.write_bytes(workbook({"2023": rows, "Old": rows}, hidden=("Old",)))
    assert ordermine("inspect", path).code == 0


def test_b41_naming_a_sheet_without_a_workbook_is_wrong_usage(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """--sheet with files that have no sheets is refused rather than ignored."""
    (tmp_path / "a.csv").write_text("Order,Step,Changed at\no1,Create,2024-01-01\n")
    said = ordermine("ingest", "a.csv", "-o", "log", "--sheet", "x")
    assert (said.code, "none of the files is a workbook" in said.err) == (2, True)


CORNER = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
GIANTS = {
    "plain": CORNER,
    "single quotes": CORNER.replace(b'"', b"'"),
    "blanks": CORNER.replace(b"<c r=", b"<c\n r = "),
    "small letters": CORNER.replace(b"XFD", b"xfd"),
    "no places": b'<row r="1048576">' + b"<c><v>1</v></c>" * 16_384 + b"</row>",
    "beyond Excel": CORNER.replace(b"XFD1048576", b"ZZZZ9999999999"),
    "prefixed": CORNER.replace(b"<c ", b"<x:c ").replace(b"</c", b"</x:c"),
}


@pytest.mark.parametrize("giant", GIANTS)
def test_b42_a_sheet_as_large_as_excel_allows_is_refused(
    ordermine: Callable[..., Said], tmp_path: Path, giant: str
) -> None:
    """A workbook of a few kilobytes with a cell in the last row and column is refused before a parser lays out its 17
    billion cells, however the cell is written; the message says how far the cells reach."""
    (tmp_path / "a.xlsx").write_bytes(with_rows(GIANTS[giant]))
    started = time.process_time()
    said = ordermine("ingest", "a.xlsx", "-o", "log")
    assert said.code == 3
    assert re.search(r"row [\d,]{9,} and column [\d,]{3,}: a table of [\d,]+ cells, more than 50,000,000", said.err)
    assert time.process_time() - started < 2


def test_b42_a_giant_under_another_name_is_refused(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """The same holds when the sheet stands in the archive under a name that no program would choose."""
    moved = changed(
        with_rows(CORNER), lambda _, part: part.replace(b"worksheets/sheet1.xml", b"other/a.b"), {SHEET: "xl/other/a.b"}
    )
    (tmp_path / "a.xlsx").write_bytes(moved)
    said = ordermine("ingest", "a.xlsx", "-o", "log")
    assert (said.code, "a table of 17,179,869,184 cells" in said.err) == (3, True)


@pytest.mark.parametrize("filler", [b"<c ", b'r="A1" ', b"<f>1</f>" + b" " * 1000])
def test_b42_no_sheet_keeps_the_check_busy(ordermine: Callable[..., Said], tmp_path: Path, filler: bytes) -> None:
    """Millions of broken tags cost no more time than their length."""
    (tmp_path / "a.xlsx").write_bytes(with_rows(b"<c " + filler * (1_500_000 // len(filler))))
    started = time.process_time()
    assert ordermine("inspect", "a.xlsx").code == 3
    assert time.process_time() - started < 4


def test_b42_a_workbook_that_needs_more_memory_than_its_size_lets_expect(
    ordermine: Callable[..., Said], tmp_path: Path
) -> None:
    """A text of 32,000 characters in every cell of 60,000 rows is 4 GB made of 600 kB: the process that parses it may
    take memory in proportion to the workbook only, ends, and the command says so."""
    cell = '<c r="{}{}" t="s"><v>0</v></c>'
    rows = "".join(f'<row r="{row}">{cell.format("A", row)}{cell.format("B", row)}</row>' for row in range(4, 60_000))
    text = b"<si><t>" + b"x" * 32_000 + b"</t></si>"
    data = changed(
        with_rows(rows.encode()),
        lambda name, part: re.sub(rb"<si>.*?</si>", text, part, count=1) if "Str" in name else part,
    )
    (tmp_path / "a.xlsx").write_bytes(data)
    said = ordermine("inspect", "a.xlsx")
    assert said.code == 6
    assert "the process that reads it died" in said.err
    assert "needs more memory" in said.err


def test_b43_a_compression_bomb_is_refused_by_its_size(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """A workbook that unpacks to more than two hundred times its size is refused with both sizes."""
    (tmp_path / "a.xlsx").write_bytes(
        changed(plain(), lambda name, part: part + b" " * (160 << 20) if name == "xl/styles.xml" else part)
    )
    said = ordermine("ingest", "a.xlsx", "-o", "log")
    assert said.code == 3
    assert re.search(r"unpacks to 160 MB from \d+ kB, more than 2,048 MB or 200 times its size", said.err)


def test_b43_an_archive_that_lies_about_its_sizes_is_refused(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """A part that is larger than the archive says is refused before it is unpacked whole."""
    part, claim = b"xl/sharedStrings.xml", 500
    content = b"<sst>" + b"x" * (64 << 20)
    data = bytearray(changed(plain(), lambda name, old: content if name.encode() == part else old))
    for found in re.finditer(b"PK\x03\x04|PK\x01\x02", bytes(data)):
        local = found[0] == b"PK\x03\x04"
        at, size = found.start() + (14 if local else 16), found.start() + (26 if local else 28)
        begin = found.start() + (30 if local else 46)
        if data[begin : begin + struct.unpack_from("<H", data, size)[0]] == part:
            struct.pack_into("<I", data, at, zlib.crc32(content[:claim]))
            struct.pack_into("<I", data, at + 8, claim)
    (tmp_path / "a.xlsx").write_bytes(data)
    said = ordermine("ingest", "a.xlsx", "-o", "log")
    assert (said.code, "damaged" in said.err) == (3, True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.xlsx",
            OLE_MAGIC + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(600),
            "protected by a password",
        ),
        ("a.xls", OLE_MAGIC + bytes(2000), "the workbook is damaged"),
        ("a.xlsx", b"PK\x03\x04" + bytes(2000), "not what its name says: .xlsx but it looks like a ZIP archive"),
        ("a.xlsx", b"Order;Step\no1;Create\n", "not what its name says: .xlsx but it looks like text"),
        ("a.csv", plain(), "not what its name says: .csv but it looks like an Excel workbook"),
    ],
)
def test_b43_what_is_no_readable_workbook_is_refused_with_the_reason(
    ordermine: Callable[..., Said], tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """An encrypted workbook, a damaged one, and a file that is none are refused, each with its reason."""
    (tmp_path / name).write_bytes(content)
    said = ordermine("ingest", name, "-o", "log")
    assert (said.code, message in said.err) == (3, True), said.err


def test_b43_macros_are_never_touched(ingest_files: Ingest) -> None:
    """Of a workbook with macros the cells are read; the macros are not even looked at: broken ones don't matter."""
    data = io.BytesIO(plain())
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"no macros at all")
    assert ingest_files({"a.xlsm": data.getvalue()}).column("activity") == ["Create", "Ship"]


def test_b43_a_flipped_bit_never_gives_other_events(tmp_path: Path) -> None:
    """With any one bit of a workbook flipped, it is refused, or read as if nothing had happened."""
    data, dice = plain(), random.Random(43)
    read, refused = 0, set()
    for _ in range(120):
        at, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        path = tmp_path / "a.xlsx"
        path.write_bytes(data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :])
        try:
            [(_, source, _)] = open_sources([path])
        except OrdermineError as error:
            refused.add(error.exit_code)
            continue
        (rows,) = (batch.read().table.to_pylist() for batch in source.batches())
        assert [list(row.values()) for row in rows] == [
            ["o1", "Create", "2024-01-01"],
            ["o1", "Ship", "2024-01-02"],
        ]
        read += 1
    assert 0 < read < 60
    assert refused <= {2, 3}
