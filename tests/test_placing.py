"""Outputs appear as a whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ordermine.errors import EnvironmentFault, UsageError
from ordermine.placing import filling, replacing, write_file, write_folder


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk be full when the second file is written."""
    write, written = Path.write_bytes, []

    def until_full(path: Path, contents: bytes) -> int:
        if written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        return write(path, contents)

    monkeypatch.setattr(Path, "write_bytes", until_full)


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="No space left"):
        write_folder(tmp_path / "new" / "out", {"a": b"1", "b": b"2"}, force=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_up_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(EnvironmentFault):
        write_folder(tmp_path / "mine", {"a": b"1", "b": b"2"}, force=True)
    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]


def test_files_that_were_replaced_come_back_when_a_later_one_cant_be(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"a": b"old"}, force=False)
    (tmp_path / "out" / "c").mkdir()
    with pytest.raises(EnvironmentFault, match="directory"):
        write_three(tmp_path / "out")
    assert held(tmp_path) == {"out/a": b"old"}
    assert (tmp_path / "out" / "c").is_dir()


def test_other_files_of_a_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    write_folder(tmp_path, {"a": b"1"}, force=False)
    with pytest.raises(UsageError, match="exists"):
        write_folder(tmp_path, {"b": b"2", "a": b"3"}, force=False)
    assert held(tmp_path) == {"a": b"1", "mine": b"mine"}


def write_three(folder: Path) -> None:
    with filling(folder) as staged:
        for name in "abc":
            (staged / name).write_bytes(b"new")


def write_half(folder: Path) -> None:
    with filling(folder) as staged:
        (staged / "a").write_bytes(b"half")
        raise RuntimeError


def write_half_a_file(path: Path) -> None:
    with replacing(path) as file:
        file.write(b"half")
        raise RuntimeError


def test_what_a_body_that_fails_has_written_is_gone(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        write_half(tmp_path / "new" / "out")
    with pytest.raises(RuntimeError):
        write_half_a_file(tmp_path / "new" / "file")
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_can_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_folder(tmp_path / "out", {"a": b"1"}, force=False)
        write_file(tmp_path / "file", b"1", force=False)
    finally:
        os.umask(before)
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / "out", tmp_path / "out" / "a", tmp_path / "file")]
    assert modes == [0o755, 0o644, 0o644]
