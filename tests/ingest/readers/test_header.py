from __future__ import annotations

import pytest

from ordermine.ingest.readers.dialect import find_dialect

ROWS = "1,Ann,2024-03-01,5.50\n2,Ben,2024-03-02,7.25\n3,Cem,2024-03-03,9.00\n4,Dan,2024-03-04,1.00\n"
NAMES = ("No", "Who", "When", "Worth")


@pytest.mark.parametrize(
    ("above", "columns", "header_line", "data_line"),
    [
        ("No,Who,When,Worth\n", NAMES, 1, 2),
        ("Report,,,\nNo,Who,When,Worth\n", NAMES, 2, 3),
        ("What,,And when,\nNo,Who,When,Worth\n", NAMES, 2, 3),
        ("No,Who,When,Worth\n#,name,date,EUR\n", NAMES, 1, 3),
        ("Key,Name,Key,Name\nNo,Who,When,Worth\n", NAMES, 2, 3),
        ('No,"Who,When,Worth\n', NAMES, 1, 2),
        ("No,,Who,When,Worth\n", NAMES, 1, 2),
        ("NoWho,When,Worth\n", ("column 1", "column 2", "column 3", "column 4"), 1, 2),
        ("", ("column 1", "column 2", "column 3", "column 4"), 0, 1),
        ("\n\n", ("column 1", "column 2", "column 3", "column 4"), 0, 3),
        ("All orders\n\n", ("column 1", "column 2", "column 3", "column 4"), 0, 3),
    ],
)
def test_names_and_where_rows_begin(above: str, columns: tuple[str, ...], header_line: int, data_line: int) -> None:
    found = find_dialect(above + ROWS, "f", complete=True)
    assert (found.columns, found.header_line, found.data_line) == (columns, header_line, data_line)


def test_names_that_come_twice_are_completed_by_the_line_below() -> None:
    found = find_dialect("Plan,Plan,Real,Real\nkey,value,key,value\n" + ROWS, "f", complete=True)
    assert found.columns == ("Plan key", "Plan value", "Real key", "Real value")


@pytest.mark.parametrize("names", ["2021,2022,2023", "1,2,3", "x,y,5"])
def test_numbers_may_be_names(names: str) -> None:
    found = find_dialect(names + "\n12.5,13.5,14.5\n15.5,16.5,17.5\n", "f", complete=True)
    assert (found.columns, found.header_line) == (tuple(names.split(",")), 1)


def test_a_first_row_with_gaps_is_not_taken_for_names() -> None:
    found = find_dialect("No,Who,When,Worth\nn/a,Eve,,\n" + ROWS, "f", complete=True)
    assert (found.header_line, found.data_line) == (1, 2)


def test_words_alone_leave_the_first_line_the_names() -> None:
    found = find_dialect("from,via,to\nBonn,Gent,Reims\nGent,Bonn,Reims\n", "f", complete=True)
    assert (found.columns, found.header_line) == (("from", "via", "to"), 1)
