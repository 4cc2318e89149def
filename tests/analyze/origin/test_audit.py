from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.origin.audit import correct, draw_sample, read_labels
from ordermine.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    {"case_id": f"{name}{n}", "class": "error", "originated_by": name}
    for name, number in (("Sales", 60), ("Desk", 30), ("", 8), ("Legal", 2))
    for n in range(number)
] + [{"case_id": "X", "class": "change_request", "originated_by": ""}]


def test_every_department_gets_two_and_the_largest_pays_for_it() -> None:
    sample = draw_sample(ROWS, 20)
    assert Counter(row["originated_by"] for row in sample) == {"Sales": 10, "Desk": 6, "": 2, "Legal": 2}
    assert {row["true_department"] for row in sample} == {""}
    assert "X" not in {row["case_id"] for row in sample}


def test_sample_is_the_same_for_the_same_errors_and_holds_no_error_twice() -> None:
    sample = draw_sample(ROWS, 50)
    assert sample == draw_sample(ROWS, 50)
    assert len({row["case_id"] for row in sample}) == 50
    assert len(draw_sample(ROWS, 1000)) == 100


def test_sample_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="at least one"):
        draw_sample(ROWS, 0)


def test_labels_move_shares_towards_what_people_found() -> None:
    # People find every second error reported at Sales to be the Desk's: about 30 Sales, 30 + 30 Desk, 2 Legal of 92.
    labels = [("Sales", "Sales"), ("Sales", "Desk")] * 20
    labels += [("Desk", "Desk")] * 20 + [("", "")] * 8 + [("Legal", "Legal")] * 2
    shares = {one.department: one for one in correct(ROWS, labels, list(range(100)))}
    assert shares["Desk"].share == pytest.approx(60 / 92, abs=0.04)
    assert shares["Sales"].share == pytest.approx(30 / 92, abs=0.04)
    assert shares["Desk"].low < 60 / 92 < shares["Desk"].high


def test_department_that_no_label_confirms_may_have_made_none() -> None:
    labels = [("Sales", "Sales")] * 20 + [("Desk", "Desk")] * 10 + [("", "")] * 4 + [("Legal", "Sales")] * 2
    assert {one.department: one.low for one in correct(ROWS, labels, list(range(100)))}["Legal"] == 0


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_labels_are_read_as_a_spreadsheet_saves_them(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "labels.csv"
    lines = ["case_id,originated_by,true_department", "A,Sales,Desk", "B,Sales,"]
    path.write_text("\ufeff" + "\r\n".join(line.replace(",", delimiter) for line in lines), encoding="utf-8")
    assert read_labels(path) == [("Sales", "Desk"), ("Sales", "")]


def test_file_that_is_no_labelled_sample_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("case_id,originated_by\nA,Sales\n")
    with pytest.raises(InputError, match="no column 'true_department'"):
        read_labels(path)
    with pytest.raises(UsageError, match="No such file"):
        read_labels(tmp_path / "none.csv")
