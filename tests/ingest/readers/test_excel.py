from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.ingest.readers import excel, sheet_scan, workbook_check
from ordermine.ingest.readers.excel import open_excel
from ordermine.ingest.readers.excel_worker import convert
from ordermine.ingest.readers.sheet_scan import SheetFacts

if TYPE_CHECKING:
    from ordermine.ingest.source import Rows

DATA = Path(__file__).parents[4] / "shared" / "data" / "dirty" / "daqapo"
NOON = dt.datetime.fromisoformat("2024-01-02T12:00:00.250")
MIDNIGHT = dt.datetime.fromisoformat("2024-01-03T00:00:00")


def book(path: Path, sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = (), **options: Any) -> Path:
    """Write a workbook; a list in a cell is (number or date, format), a tuple (formula, its last value)."""
    with xlsxwriter.Workbook(path, options) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, list):
                        value, style = cell
                        write = sheet.write_number if isinstance(value, int | float) else sheet.write_datetime
                        write(row, column, value, workbook.add_format({"num_format": style}))
                    elif isinstance(cell, tuple):
                        sheet.write_formula(row, column, cell[0], None, cell[1])
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)
    return path


def read(path: Path, sheet: str | None = None) -> Rows:
    (piece,) = [batch.read() for batch in open_excel(path, path.name, sheet).batches()]
    return piece


@pytest.mark.parametrize("date_1904", [False, True])
def test_values(tmp_path: Path, date_1904: bool) -> None:
    cells: list[list[Any]] = [
        ["id", "when", "day", "time", "lasts", "big", "sum", "error", "text"],
        [
            123,
            [NOON, "yyyy-mm-dd hh:mm:ss.000"],
            [MIDNIGHT, "yyyy-mm-dd"],
            [dt.time(10, 30), "hh:mm"],
            [1.25, "[h]:mm:ss"],
            1234567890123456,
            ("=1.5+1", 2.5),
            ("=NA()", "#N/A"),
            "007 ",
        ],
        [124, [MIDNIGHT, "yyyy-mm-dd hh:mm:ss.000"]],
    ]
    path = book(tmp_path / "a.xlsx", {"s": cells}, date_1904=date_1904)
    assert read(path).table.to_pylist() == [
        {
            "id": "123",
            "when": "2024-01-02T12:00:00.25",
            "day": "2024-01-03",
            "time": "10:30:00",
            "lasts": "30:00:00",
            "big": "1234567890123456",
            "sum": "2.5",
            "error": None,
            "text": "007 ",
        },
        dict.fromkeys(cells[0]) | {"id": "124", "when": "2024-01-03T00:00:00"},
    ]
    assert open_excel(path, "a").described["error cells"] == "1, read as empty"


def test_header_is_the_first_row_with_something_and_numbers_are_the_sheets(tmp_path: Path) -> None:
    rows = [[], [], [None, "a", None, "a", "unused", None], [], [None, 1, "x", 2], [None, None], [None, 3]]
    path = book(tmp_path / "a.xlsx", {"s": rows})
    piece = read(path)
    assert piece.table.column_names == ["a", "column 2", "a (2)", "unused"]
    assert piece.numbers.tolist() == [5, 7]
    assert piece.table.to_pylist()[0] == {"a": "1", "column 2": "x", "a (2)": "2", "unused": None}
    source = open_excel(path, "a")
    assert (source.described["header"], source.described["sheet"]) == ("row 3", "s")


def test_the_sheet_with_data_is_read_and_a_hidden_one_is_not_in_the_way(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"none": [], "lookup": [["x"], [1]], "log": [["a"], [1]]}, hidden=("lookup",))
    assert open_excel(path, "a").described["sheet"] == "log"
    assert read(path, "lookup").table.column_names == ["x"]


def test_a_choice_of_sheets_is_the_users(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"one": [["a"], [1]], "two": [["b"], [2]], "none": []})
    with pytest.raises(UsageError, match="2 sheets with data: 'one', 'two'"):
        open_excel(path, "a")
    assert read(path, "two").table.column_names == ["b"]
    with pytest.raises(UsageError, match="no sheet 'Two'") as caught:
        open_excel(path, "a", "Two")
    assert "'two'" in caught.value.hint
    with pytest.raises(InputError, match="sheet 'none' has no data"):
        open_excel(path, "a", "none")


def test_workbook_without_data(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sheet has data"):
        open_excel(book(tmp_path / "a.xlsx", {"s": []}), "a")


def test_header_only(tmp_path: Path) -> None:
    source = open_excel(book(tmp_path / "a.xlsx", {"s": [["a", "b"]]}), "a")
    assert source.columns == ("a", "b")
    assert list(source.batches()) == []


def replaced(path: Path, part: str, change: Any) -> Path:
    """Rewrite one part of a workbook."""
    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    path.write_bytes(data.getvalue())
    return path


def test_a_cell_at_the_far_corner_is_refused_at_once(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = replaced(
        book(tmp_path / "a.xlsx", {"s": [["a"], [1]]}),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b"</sheetData>", far),
    )
    started = time.perf_counter()
    with pytest.raises(InputError, match="row 1,048,576 and column 16,384"):
        open_excel(path, "a.xlsx")
    assert time.perf_counter() - started < 1


def test_cells_are_found_across_the_pieces_that_are_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", {"s": [["a"], *[[("=NA()", "#N/A")] for _ in range(50)]]})
    for size in (7, 100, 1 << 20):
        monkeypatch.setattr(sheet_scan, "PIECE", size)
        assert workbook_check.check_workbook(path, "a.xlsx").sheets == {"s": SheetFacts(51, 1, errors=50)}


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_check, "SUSPICIOUS_FROM", 1 << 20)
    path = replaced(
        book(tmp_path / "a.xlsx", {"s": [["a"], [1]]}), "xl/styles.xml", lambda data: data + b" " * (4 << 20)
    )
    with pytest.raises(InputError, match="unpacks to 4 MB"):
        open_excel(path, "a.xlsx")


def test_damaged_encrypted_and_other_files(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"s": [["a"], [1]]})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        open_excel(path, "a.xlsx")
    path.write_bytes(whole)
    replaced(path, "xl/worksheets/sheet1.xml", lambda data: data[: len(data) // 2])
    with pytest.raises(InputError, match="damaged"):
        open_excel(path, "a.xlsx")
    path.write_bytes(workbook_check.OLE_MAGIC + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600))
    with pytest.raises(InputError, match="protected by a password"):
        open_excel(path, "a.xlsx")
    path.write_bytes(workbook_check.OLE_MAGIC + bytes(600))
    with pytest.raises(InputError, match="damaged"):
        open_excel(path, "a.xls")
    path.write_bytes(b"a;b\n")
    with pytest.raises(InputError, match="not an Excel workbook"):
        open_excel(path, "a.xls")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "a,b")
    with pytest.raises(InputError, match="a ZIP archive"):
        open_excel(path, "a.xlsx")


def test_a_worker_that_dies_is_a_fault_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", {"s": [["a"], [1]]})
    monkeypatch.setattr(excel, "WORKER", "ordermine.no_such_module")
    with pytest.raises(EnvironmentFault, match=r"died \(exit code 1\)") as caught:
        open_excel(path, "a.xlsx")
    assert caught.value.exit_code == 6


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
def test_a_worker_that_is_killed_between_rows_is_noticed() -> None:
    code = "import os; print('[1,[]]', flush=True); print('[2', end='', flush=True); os.abort()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        messages = excel._messages(process, "a.xlsx")
        assert next(messages) == [1, []]
        with pytest.raises(EnvironmentFault, match=r"signal 6"):
            next(messages)


def test_the_worker_writes_json_lines(tmp_path: Path) -> None:
    out = io.StringIO()
    convert(str(book(tmp_path / "a.xlsx", {"s": [["ä"], [True]]})), None, out)
    assert list(map(json.loads, out.getvalue().splitlines())) == [
        {"sheets": ["s"], "with_data": ["s"], "chosen": "s"},
        [1, ["ä"], 0],
        [2, ["true"], 0],
    ]


@pytest.mark.real
@pytest.mark.parametrize(("file", "rows"), [("hospital.xlsx", 53), ("hospital_events.xlsx", 106)])
def test_real_workbooks(file: str, rows: int) -> None:
    if not (DATA / file).exists():
        pytest.skip("the real logs are not beside the checkout")
    piece = read(DATA / file)
    assert piece.numbers.tolist() == list(range(2, rows + 2))
    assert piece.table["activity"].null_count == 0
