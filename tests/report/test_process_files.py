"""Folders of files appear as a whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.errors import EnvironmentFault, UsageError
from ordermine.report import process_files
from ordermine.report.process_files import write_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full when the second file is written."""
    write, written = process_files._write, []

    def until_full(path: Path, contents: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        write(path, contents)

    monkeypatch.setattr(process_files, "_write", until_full)


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="No space left"):
        write_folder(tmp_path / "out", {"a": b"1", "b": b"2"}, force=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(EnvironmentFault):
        write_folder(tmp_path, {"a": b"1", "b": b"2"}, force=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_other_files_of_a_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    write_folder(tmp_path, {"a": b"1"}, force=False)
    with pytest.raises(UsageError, match="exists"):
        write_folder(tmp_path, {"b": b"2", "a": b"3"}, force=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "mine": b"mine"}
