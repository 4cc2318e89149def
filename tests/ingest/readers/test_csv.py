from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import InputError
from ordermine.ingest.readers import csv as csv_module
from ordermine.ingest.readers.csv import open_csv

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[int, tuple[str | None, ...]]

ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}


def set_pieces(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(csv_module, "PIECE_BYTES", size)
    monkeypatch.setattr(csv_module, "HEADER_BYTES", size)


def read(folder: Path, content: str | bytes) -> tuple[tuple[str, ...], list[Row], list[tuple[int, str, str | None]]]:
    """Return columns, rows with their lines, and what was left out with its lines."""
    path = folder / "export.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = open_csv(path, "export.csv")
    rows: list[Row] = []
    left_out = []
    for batch in source.batches():
        found = batch.read()
        cells = zip(*(found.table.column(name).to_pylist() for name in source.columns), strict=True)
        rows += zip(found.numbers.tolist(), cells, strict=True)
        left_out += [(row.row, row.reason, row.raw) for row in found.left_out]
    return source.columns, rows, left_out


@pytest.fixture(params=["one piece", "tiny pieces"])
def piece(request: pytest.FixtureRequest) -> None:
    if request.param == "tiny pieces":
        request.getfixturevalue("tiny_pieces")


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("last", [True, False], ids=["last line ends", "last line open"])
def test_delimiters_and_line_ends(delimiter: str, end: str, last: bool, tmp_path: Path) -> None:
    lines = [delimiter.join(cells) for cells in (("a", "b", "c"), ("1", "", "3"), ("4", "x y", "6"))]
    columns, rows, left_out = read(tmp_path, end.join(lines) + end * last)
    assert columns == ("a", "b", "c")
    assert rows == [(2, ("1", None, "3")), (3, ("4", "x y", "6"))]
    assert left_out == []


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("first", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("second", ENDS.values(), ids=ENDS)
def test_mixed_line_ends_lose_no_row(first: str, second: str, tmp_path: Path) -> None:
    content = f"a,b{first}1,2{first}3,4{second}5,6{second}7,8{second}"
    assert read(tmp_path, content)[1:] == ([(2, ("1", "2")), (3, ("3", "4")), (4, ("5", "6")), (5, ("7", "8"))], [])


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_line_ends_in_fields_count_as_lines(end: str, tmp_path: Path) -> None:
    content = end.join(["a,b", '1,"x', 'y"', "2,z", '3,"', '"', "4,w", ""])
    _, rows, left_out = read(tmp_path, content)
    assert rows == [(2, ("1", f"x{end}y")), (4, ("2", "z")), (5, ("3", end)), (7, ("4", "w"))]
    assert left_out == []


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"], ids=lambda name: name
)
def test_encodings(encoding: str, tmp_path: Path) -> None:
    text = "Straße,Größe,c\n€ 5,ü,x\nplain,b,c\nnaïve,ÿ,z\n"
    columns, rows, left_out = read(tmp_path, text.encode(encoding))
    assert columns == ("Straße", "Größe", "c")
    assert rows == [(2, ("€ 5", "ü", "x")), (3, ("plain", "b", "c")), (4, ("naïve", "ÿ", "z"))]
    assert left_out == []


@pytest.mark.parametrize("mark", [True, False], ids=["with mark", "without mark"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_characters_beyond_two_bytes_survive_every_cut(
    encoding: str, mark: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_pieces(monkeypatch, 3)
    text = ("\ufeff" if mark else "") + "aaaa,bbbb\n1111,x\U0001f600\U0001f680y\n2222,z\n"
    assert read(tmp_path, text.encode(encoding))[1] == [(2, ("1111", "x\U0001f600\U0001f680y")), (3, ("2222", "z"))]


def test_utf8_character_on_a_cut_is_no_sign_of_another_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "a,b\n1,plain\n2,ü\n3,plain\n"
    for size in range(1, 12):
        set_pieces(monkeypatch, size)
        assert read(tmp_path, text)[1] == [(2, ("1", "plain")), (3, ("2", "ü")), (4, ("3", "plain"))]


def test_encoding_that_shows_late_is_the_same_on_every_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_pieces(monkeypatch, 10)
    path = tmp_path / "late.csv"
    path.write_bytes(("a,b\n" + "1,plain\n" * 20 + "2,Müller\n").encode("cp1252"))
    source = open_csv(path, "late.csv")
    for _ in range(2):
        cells = [batch.read().table.column("b").to_pylist() for batch in source.batches()]
        assert [cell for piece in cells for cell in piece] == ["plain"] * 20 + ["Müller"]
        assert source.described["encoding"] == "cp1252"


@pytest.mark.usefixtures("piece")
def test_one_bad_byte_costs_its_row_only(tmp_path: Path) -> None:
    _, rows, left_out = read(tmp_path, "a,b\n1,ü\n2,ö\n".encode() + b"3,\xe4\n" + "4,é\n".encode())
    assert rows == [(2, ("1", "ü")), (3, ("2", "ö")), (5, ("4", "é"))]
    assert left_out == [(4, "not valid text", r"3,\xe4")]


@pytest.mark.usefixtures("piece")
def test_zero_byte_costs_its_row_only(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b\n1,x\0y\n2,z\n")[1:] == ([(3, ("2", "z"))], [(2, "zero byte", "1,x\0y")])


def test_zero_bytes_all_over_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a text file"):
        read(tmp_path, b"a,b\n" + b"\0\1\2" * 30)


@pytest.mark.usefixtures("piece")
def test_wrong_field_counts_are_left_out_with_their_lines(tmp_path: Path) -> None:
    _, rows, left_out = read(tmp_path, "a,b,c\n1,2,3\n\n4,5\n6,7,8,9\n\r\n10,11,12\n   \n13,14,15\n")
    assert rows == [(2, ("1", "2", "3")), (7, ("10", "11", "12")), (9, ("13", "14", "15"))]
    assert left_out == [
        (4, "wrong number of fields", "4,5"),
        (5, "wrong number of fields", "6,7,8,9"),
        (8, "wrong number of fields", "   "),
    ]


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("bad", "cell"),
    [
        ('2,"x" y,z', '"x" y'),  # text after a closing quote
        ('2,"x,z', '"x'),  # never closed
        ('2,5" pipe,z', '5" pipe'),  # a quote in a field without quotes is a character
        ('2,x"y"z,z', 'x"y"z'),
        ('2,"",z', None),
        ('2,"a ""b"" c",z', 'a "b" c'),
        ('2,"a "b" c",z', 'a "b" c'),
        ('2,"a, "b", c",z', 'a, "b", c'),
        ('2,""a,b",z', '"a,b'),
        ('2,"a,b"",z', 'a,b"'),
        ('2, "a,b" ,z', "a,b"),
        ('2,"a,b",z', "a,b"),
    ],
)
def test_quotes_that_can_be_read_in_one_way_only(bad: str, cell: str | None, tmp_path: Path) -> None:
    _, rows, left_out = read(tmp_path, f'a,b,c\n1,"p, q",r\n{bad}\n3,"s, t",u\n4,v,w\n')
    assert rows == [
        (2, ("1", "p, q", "r")),
        (3, ("2", cell, "z")),
        (4, ("3", "s, t", "u")),
        (5, ("4", "v", "w")),
    ]
    assert left_out == []


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("bad", ['2,"x,y,z', '2,x,y",z', '2,"x,"y,"z', '"2,x'])
def test_quotes_that_leave_the_fields_open_cost_their_row(bad: str, tmp_path: Path) -> None:
    _, rows, left_out = read(tmp_path, f'a,b,c\n1,"p, q",r\n{bad}\n3,"s, t",u\n4,v,w\n')
    assert [line for line, _ in rows] == [2, 4, 5]
    assert [(line, raw) for line, _, raw in left_out] == [(3, bad)]


@pytest.mark.usefixtures("piece")
def test_two_stray_quotes_swallow_no_rows(tmp_path: Path) -> None:
    _, rows, left_out = read(tmp_path, 'a,b,c\n1,"x,y\n2,x,y\n3,x",y\n4,x,y\n')
    assert rows == [(2, ("1", '"x', "y")), (3, ("2", "x", "y")), (4, ("3", 'x"', "y")), (5, ("4", "x", "y"))]
    assert left_out == []


def test_stray_quote_in_a_large_file_costs_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_pieces(monkeypatch, 1 << 12)
    lines = [f"{number},x,y" for number in range(5000)]
    lines[2500] = '2500,"x,y'
    _, rows, left_out = read(tmp_path, "\n".join(["a,b,c", *lines]) + "\n")
    assert [line for line, _ in rows] == list(range(2, 5002))
    assert rows[2500] == (2502, ("2500", '"x', "y"))
    assert left_out == []


@pytest.mark.usefixtures("piece")
def test_escaped_and_single_quotes(tmp_path: Path) -> None:
    assert read(tmp_path, 'a,b\n1,"x \\"y\\", z"\n2,w\n')[1] == [(2, ("1", 'x "y", z')), (3, ("2", "w"))]
    assert read(tmp_path, "a,b\n'1','x, y'\n'2','O''Neil'\n")[1] == [(2, ("1", "x, y")), (3, ("2", "O'Neil"))]


@pytest.mark.usefixtures("piece")
def test_rows_above_the_header_are_skipped_and_lines_stay_right(tmp_path: Path) -> None:
    columns, rows, _ = read(tmp_path, "sep=;\na;b\n1;2,5\n")
    assert (columns, rows) == (("a", "b"), [(3, ("1", "2,5"))])
    columns, rows, _ = read(tmp_path, "Orders of 2024\nby: nobody\n\na,b,c\n1,2,3\n4,5,6\n")
    assert (columns, rows) == (("a", "b", "c"), [(5, ("1", "2", "3")), (6, ("4", "5", "6"))])
    columns, rows, _ = read(tmp_path, "\ufeffsep=,\r\na,b\r\n1,2\r\n")
    assert (columns, rows) == (("a", "b"), [(3, ("1", "2"))])


def test_rows_that_end_in_a_delimiter_below_a_header_that_does_not(tmp_path: Path) -> None:
    columns, rows, left_out = read(tmp_path, "a,b\n1,2,\n3,4,\n")
    assert columns == ("a", "b", "column 3")
    assert rows == [(2, ("1", "2", None)), (3, ("3", "4", None))]
    assert left_out == []


def test_long_fields_and_many_columns(tmp_path: Path) -> None:
    long = "x" * 300_000
    assert read(tmp_path, f"a,b\n1,{long}\n2,y\n")[1] == [(2, ("1", long)), (3, ("2", "y"))]
    names = [f"c{number}" for number in range(10_000)]
    columns, rows, _ = read(tmp_path, ",".join(names) + "\n" + ",".join("1" * 10_000) + "\n")
    assert columns == tuple(names)
    assert rows == [(2, ("1",) * 10_000)]


def test_cells_stay_text(tmp_path: Path) -> None:
    cells = ["00123", "1E5", "NA", "null", "12345678901234567890123", " c1 ", "true", "-0", "nan"]
    content = "id,x\n" + "".join(f"{cell},1\n" for cell in cells)
    assert [row[0] for _, row in read(tmp_path, content)[1]] == cells


def test_raw_text_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(b'a,b\r\n1,"x\r\ny"\r\n2,z\r\n')
    batch = next(open_csv(path, "raw.csv").batches())
    assert batch.raw_text([2, 4]) == {2: '1,"x\r\ny"', 4: "2,z"}


def test_gzip_and_truncated_gzip(tmp_path: Path) -> None:
    content = gzip.compress(b"a,b\n" + b"1,2\n" * 50_000)
    assert len(read(tmp_path, content)[1]) == 50_000
    with pytest.raises(InputError, match=r"export\.csv: unexpected end of gzip after (line \d|nothing)"):
        read(tmp_path, content[:-20])


@pytest.mark.parametrize("content", ["\n\n\r\n", " \n"])
def test_blank_file(content: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no rows"):
        read(tmp_path, content)


@pytest.mark.parametrize("end", ["", *ENDS.values()])
def test_header_only(end: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"a,b,c{end}") == (("a", "b", "c"), [], [])


def test_one_column(tmp_path: Path) -> None:
    assert read(tmp_path, "a\n1\n2\n") == (("a",), [(2, ("1",)), (3, ("2",))], [])
