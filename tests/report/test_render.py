"""Tables as text, Markdown and CSV: readable at 80 columns, and harmless whatever the data says."""

from __future__ import annotations

import csv
import io

import pytest

from ordermine.report.render import csv_text, markdown, print_tables, terminal
from ordermine.report.table import Column, Table, counted, duration_text, share_text, short, value_text, visible


def text_of(capsys, *tables, heading=(), notes=()):
    print_tables(terminal(), heading, tables, notes)
    return capsys.readouterr().out


def one_column(values, unit="text"):
    return Table("T", (Column("name", "name", unit),), [(value,) for value in values])


def test_lines_to_be_copied_stay_whole(capsys):
    command = "ordermine ingest " + " ".join(f"orders-{number}.csv" for number in range(20)) + " -o LOG"
    assert f"\n{command}\n" in text_of(capsys, Table("Next", (), (), notes=(command,), verbatim=True))
    assert command not in text_of(capsys, Table("Next", (), (), notes=(command,)))


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0.0 %"),
        (1, "100.0 %"),
        (0.2014, "20.1 %"),
        (0.0002, "0.02 %"),
        (0.99996, "99.996 %"),
        (1e-9, "< 0.001 %"),
        (1 - 1e-9, "> 99.999 %"),
    ],
)
def test_shares(share, text):
    assert share_text(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.5, "0.5 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (3570, "1 h"),
        (3725, "1 h 2 min"),
        (86_390, "1 d"),
        (200_000, "2 d 8 h"),
        (99 * 86_400 + 86_000, "100 d"),
        (4e7, "463 d"),
        (-3725, "-1 h 2 min"),
    ],
)
def test_durations(seconds, text):
    assert duration_text(seconds) == text


def test_words():
    assert [counted(1, "order"), counted(2, "order"), counted(1000, "activity")] == [
        "1 order",
        "2 orders",
        "1,000 activities",
    ]
    assert (short("abcdef", 4), short("abcd", 4)) == ("abc…", "abcd")
    assert [value_text(value, "text") for value in (None, True, ["é", 1])] == ["–", "true", '["é", 1]']


@pytest.mark.parametrize(
    "hostile", ["\x1b[31mred", "a\nb", "a\rb", "a\tb", "\u202etxt", "\u2066x", "\x00", "\x9b31m", "\ud800"]
)
def test_data_cannot_command_a_terminal(capsys, hostile):
    table = Table(hostile, (Column("c", hostile), Column("n", "n", "count")), [(hostile, 1)], notes=(hostile,))
    out = text_of(capsys, table, heading=[hostile], notes=[hostile])
    assert hostile not in out
    assert visible(hostile) in out
    assert all(character.isprintable() or character == "\n" for character in out)


def test_no_line_is_wider_than_a_pipe_is_taken_to_be(capsys):
    long = Table(
        "T",
        (Column("a", "from"), Column("b", "to"), Column("n", "times", "count"), Column("s", "median", "seconds")),
        [("word " * 60, "x" * 300, 1_234_567, 4e9)],
    )
    out = text_of(capsys, long, one_column(["y" * 300]), notes=["z " * 200])
    assert max(map(len, out.splitlines())) <= 80
    assert out.replace("\n", "").count("x") == 300


def test_a_table_that_is_too_wide_is_written_row_by_row(capsys):
    columns = tuple(Column(f"column_{n}", f"column_{n}") for n in range(20))
    rows = [tuple(f"value {n}" for n in range(20)), (None,) * 19 + ("last",)]
    out = text_of(capsys, Table("T", columns, rows))
    assert "row 1\ncolumn_0   value 0" in out
    assert out.splitlines()[-2:] == ["row 2", "column_19  last"]


def test_numbers_stand_at_the_right_and_are_never_folded(capsys):
    out = text_of(capsys, Table("T", (Column("n", "n", "count"), Column("t", "t")), [(5, "a"), (12_345, "b")]))
    assert "     5  a" in out
    assert "12,345  b" in out


def test_what_is_not_shown_is_said(capsys):
    out = text_of(capsys, Table("T", (Column("t", "t"),), [("a",)], more=1200, notes=("n",)))
    assert out.split("\n")[-4:] == ["a", "… and 1,200 more", "n", ""]


def test_no_color_is_honoured(monkeypatch, capsys):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    out = text_of(capsys, one_column(["a"]))
    assert "\x1b[3" not in out


def test_markdown_keeps_cells_in_their_cells():
    text = markdown(["h"], [one_column(["a|b", "x\ny", "<script>", "*b* _i_ `c` [l](u)"])], ["n"])
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 6
    assert "<script>" not in text
    assert "a\\|b" in text


def test_csv_holds_raw_values_and_no_formulas():
    table = Table(
        "T",
        (Column("text", "Text"), Column("n", "N", "number"), Column("s", "S", "share")),
        [("=1+1", "-5.25", 0.5), (" @x", -1, None), ("-", "1", 1), ('a"b,\nc', True, 0)],
    )
    assert list(csv.reader(io.StringIO(csv_text(table)))) == [
        ["text", "n", "s"],
        ["'=1+1", "-5.25", "0.5"],
        ["' @x", "-1", ""],
        ["'-", "1", "1"],
        ['a"b,\nc', "true", "0"],
    ]
