from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from ordermine.errors import EnvironmentFault, InputError, OrdermineError, UsageError
from ordermine.ingest.open import open_sources, spool_stdin, unique_name

TEXT = "case,activity,timestamp\nc1,A,2024-01-01\n"


def test_sources_come_in_name_order_with_unique_names(tmp_path: Path) -> None:
    paths = []
    for number, name in enumerate(("b.csv", "x/a.csv", "y/a.csv", "a.csv")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT + f"c{number},A,2024-01-01\n")
        paths.append(path)
    opened = open_sources(paths)
    assert [one.source.name for one in opened] == ["a.csv", "a.csv (2)", "a.csv (3)", "b.csv"]
    assert [one.path for one in opened] == [paths[1], paths[2], paths[3], paths[0]]


def test_unique_name() -> None:
    assert unique_name("a", ()) == "a"
    assert unique_name("a", {"a", "a (2)"}) == "a (3)"


def test_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    path = spool_stdin(tmp_path)
    assert path.read_text() == TEXT
    assert open_sources([path])[0][1].name == "stdin"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(InputError, match="nothing came"):
        spool_stdin(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "kind", "says"),
    [
        ("absent.csv", None, UsageError, "no such file"),
        ("empty.csv", b"", InputError, r"empty \(0 bytes\)"),
        ("book.csv", b"PK\x03\x04" + bytes(60), InputError, "not what its name says"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(3) + b"\rIHDR" + bytes(8), InputError, "neither text nor a known"),
        ("plain.csv.gz", TEXT.encode(), InputError, "it is no gzip file"),
        ("packed.csv", b"\x1f\x8b\x08" + bytes(20), InputError, "it is a gzip file"),
    ],
)
def test_wrong_files(name: str, content: bytes | None, kind: type[OrdermineError], says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(kind, match=says) as caught:
        open_sources([path])
    assert caught.value.hint or name == "absent.csv"


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        open_sources([tmp_path])


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.csv"
    path.write_text(TEXT)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(EnvironmentFault, match=r"secret\.csv: Permission denied"):
        open_sources([path])
