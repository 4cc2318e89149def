from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.ingest.readers.files import check_readable, counted, faults_explained, open_binary, read_head


def test_missing_file_names_the_near_one(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("x")
    with pytest.raises(UsageError, match="no such file") as caught:
        check_readable(tmp_path / "order.csv")
    assert "orders.csv" in caught.value.hint


def test_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        check_readable(tmp_path)


def test_empty_file_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match="empty"):
        check_readable(tmp_path / "a.csv")


def test_unreadable_file_is_a_fault_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EnvironmentFault, match="Permission denied"):
        check_readable(path)


def test_gzip_is_recognised_by_content(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(gzip.compress(b"hello") + gzip.compress(b" world"))
    assert read_head(path, 5) == b"hello"
    with open_binary(path) as stream:
        assert stream.read() == b"hello world"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-20], "unexpected end of gzip after 3 rows"),
        (lambda data: data[:40] + b"\0" * 60, "damaged"),
    ],
)
def test_broken_gzip_is_an_input_error(tmp_path: Path, damage: object, message: str) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(damage(gzip.compress(bytes(range(256)) * 9)))  # type: ignore[operator]
    with (
        pytest.raises(InputError, match=message),
        faults_explained("a.gz", lambda: counted(3, "row")),
        open_binary(path) as stream,
    ):
        stream.read()


def test_counted() -> None:
    assert [counted(1, "row"), counted(1204, "row")] == ["1 row", "1,204 rows"]
