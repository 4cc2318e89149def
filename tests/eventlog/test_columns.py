"""Columns that are kept, up to a limit, and cut into pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordermine.eventlog import columns, scan
from ordermine.eventlog.columns import KeptColumns
from ordermine.eventlog.log import KEPT_BYTES, open_log
from ordermine.eventlog.visits import find_visits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ordermine.eventlog.log import Log

EXPORT = "case,activity,timestamp,department\n" + "".join(
    f"{case},{step},2026-01-{day:02d} 08:00:00,{unit}\n"
    for case in ("A", "B", "C")
    for day, step, unit in ((1, "Enter", "Sales"), (2, "Check", "Legal"), (3, "Enter", "Sales"))
)


@pytest.fixture
def log_folder(ingest_files: Any) -> Path:
    folder: Path = ingest_files(EXPORT).folder
    return folder


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    calls: list[list[str]] = []
    original = columns.read_arrays

    def noting(log: Log, names: Sequence[str], parts: Any) -> Any:
        calls.append([*names])
        return original(log, names, parts)

    monkeypatch.setattr(columns, "read_arrays", noting)
    return calls


def test_only_what_is_missing_is_read(log_folder: Path, read: list[list[str]]) -> None:
    log = open_log(log_folder)
    log.arrays(["case_no", "seq"])
    again = log.arrays(["seq", "activity", "case_no"])
    assert read == [["case_no", "seq"], ["activity"]]
    assert again.column_names == ["seq", "activity", "case_no"]
    assert again.column("seq").to_pylist() == [1, 2, 3] * 3


def test_beyond_the_limit_the_longest_unused_is_forgotten(log_folder: Path, read: list[list[str]]) -> None:
    log = open_log(log_folder)
    # Nine events of 4 bytes, and maybe a bit each for null: two such columns fit, not three.
    kept = KeptColumns(100)
    kept.table(log, ["case_no"])
    kept.table(log, ["seq"])
    kept.table(log, ["case_no"])
    assert kept.table(log, ["occurrence"]).column(0).to_pylist() == [1, 1, 2] * 3
    kept.table(log, ["case_no"])
    assert read == [["case_no"], ["seq"], ["occurrence"]]
    assert kept.table(log, ["seq"]).column(0).to_pylist() == [1, 2, 3] * 3
    assert read[3:] == [["seq"]]


def test_a_table_is_whole_even_where_nothing_can_be_kept(log_folder: Path) -> None:
    table = KeptColumns(0).table(open_log(log_folder), ["case_no", "activity"])
    assert table.column("activity").to_pylist() == ["Enter", "Check", "Enter"] * 3


@pytest.mark.parametrize(("limit", "kept"), [(None, KEPT_BYTES), ("1GB", 250_000_000)])
def test_a_quarter_of_the_memory_limit_is_for_columns(log_folder: Path, limit: str | None, kept: int) -> None:
    assert open_log(log_folder, memory_limit=limit).kept_columns.limit_bytes == kept


def test_pieces_are_cut_where_cases_begin(log_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = find_visits(open_log(log_folder), "department")
    monkeypatch.setattr(scan, "PIECE_EVENTS", 4)
    log = open_log(log_folder)
    pieces = list(scan.scan_kept(log, ["case_no"], lambda table: table.column("case_no").to_pylist()))
    assert [len(piece) for piece in pieces] == [6, 3]
    assert [case for piece in pieces for case in piece] == log.arrays(["case_no"]).column(0).to_pylist()
    cut = find_visits(log, "department")
    assert [a.tolist() for a in (cut.unit, cut.segment, cut.start)] == [
        a.tolist() for a in (whole.unit, whole.segment, whole.start)
    ]


def test_what_was_found_is_kept_by_level(log_folder: Path) -> None:
    log = open_log(log_folder)
    assert find_visits(log, "department") is find_visits(log, "department")
    assert find_visits(log, "department") is not find_visits(log, "activity")
