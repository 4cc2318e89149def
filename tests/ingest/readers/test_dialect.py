from __future__ import annotations

import pytest

from ordermine.errors import InputError
from ordermine.ingest.readers.dialect import find_dialect, unique_names
from ordermine.ingest.readers.encoding import guess_encoding


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xef\xbb\xbfa,b", ("utf-8", 3)),
        (b"\xff\xfea\0,\0", ("utf-16-le", 2)),
        (b"\xfe\xff\0a\0,", ("utf-16-be", 2)),
        ("case,step".encode("utf-16-le"), ("utf-16-le", 0)),
        ("case,step".encode("utf-16-be"), ("utf-16-be", 0)),
        (b"case,step", ("utf-8", 0)),
        (b"", ("utf-8", 0)),
    ],
)
def test_encoding_by_mark_or_by_zero_bytes(head: bytes, expected: tuple[str, int]) -> None:
    assert guess_encoding(head) == expected


def test_names_are_trimmed_numbered_and_never_empty() -> None:
    assert unique_names([" Order ", "", "Date", "Date", "date", "Date (2)"]) == (
        "Order",
        "column 2",
        "Date",
        "Date (2)",
        "date",
        "Date (2) (2)",
    )


def test_decimal_commas_are_no_delimiters() -> None:
    text = "a;b;c\n1,5;2,5;x\n3,5;4,5;y\n"
    assert find_dialect(text, "f", complete=True).delimiter == ";"


def test_evidence_is_told() -> None:
    found = find_dialect("note\na,b\n1,2\n3,4\n5\n", "f", complete=True)
    assert (found.header_line, found.data_line) == (2, 3)
    assert found.explained == "3 of the first 4 lines have 2 fields"


def test_last_line_of_a_cut_sample_does_not_count() -> None:
    assert find_dialect("a,b\n1,2\n3", "f", complete=False).explained == "2 of the first 2 lines have 2 fields"


def test_header_may_run_over_lines() -> None:
    found = find_dialect('"a\nx",b\n1,2\n', "f", complete=True)
    assert found.columns == ("a\nx", "b")
    assert (found.header_line, found.data_line) == (1, 3)


def test_no_rows() -> None:
    with pytest.raises(InputError, match="f: the file holds no rows"):
        find_dialect("\n \n", "f", complete=True)
