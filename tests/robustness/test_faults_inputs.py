"""F11, F14: exports that change while they are read, logs of other versions and damaged ones."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.errors import InputError
from ordermine.eventlog.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"99,Create,2027-01-01T00:00:00Z,Sales\n")


def overwrite(path: Path) -> None:
    """Write other content of the same size, and set the time back."""
    before = path.stat()
    content = path.read_bytes()
    path.write_bytes(content.replace(b"Ship", b"Shop"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace(path: Path) -> None:
    """Put a copy in its place."""
    other = path.with_suffix(".other")
    shutil.copy2(path, other)
    other.replace(path)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


CHANGES = [append, overwrite, replace, truncate, os.unlink]


@pytest.mark.parametrize("change", CHANGES)
def test_f11_an_export_that_changes(
    start: Path, ordermine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """When an export changes while it is read, the exit code is 3 and nothing comes of it: whether it grows, is
    overwritten, truncated, removed, or another file takes its place, even one of the same size and time.
    """
    from ordermine.pipeline import flow

    make_plans, before = flow.make_plans, (start / "log" / "manifest.json").read_bytes()

    def meanwhile(*arguments: Any) -> Any:
        change(start / "more.csv")
        return make_plans(*arguments)

    monkeypatch.setattr(flow, "make_plans", meanwhile)
    said = ordermine("ingest", start / "more.csv", "-o", start / "log", "--force", "-q")
    assert said.code == 3, said.err
    assert "more.csv: it changed while it was read" in said.err
    assert (start / "log" / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in (start / "log").iterdir()) == ["000001", "manifest.json"]


def test_f11_a_workbook_that_changes_while_it_is_parsed(
    workbook: Path, ordermine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is for formats that are parsed as soon as they are opened."""
    from ordermine.ingest.readers import excel

    check = excel.check_workbook

    def meanwhile(path: Path, name: str) -> int:
        found = check(path, name)
        replace(path)
        return found

    monkeypatch.setattr(excel, "check_workbook", meanwhile)
    said = ordermine("ingest", workbook, "-o", workbook.parent / "new", "-q")
    assert said.code == 3
    assert "book.xlsx: it changed while it was read" in said.err
    assert not (workbook.parent / "new").exists()


def test_f11_nothing_wrong_is_kept_in_the_cache(
    start: Path, ordermine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that changes before its log is in the cache leaves no log of one content under the name of another."""
    from ordermine.cli import cache

    look = cache._is_whole

    def meanwhile(log: Path) -> bool:
        append(start / "more.csv")
        return look(log)

    count = ("sql", start / "more.csv", "SELECT count(*) AS n FROM events", "--format", "csv", "-q")
    with monkeypatch.context() as patched:
        patched.setattr(cache, "_is_whole", meanwhile)
        said = ordermine(*count)
    assert said.code == 3
    assert "it changed while it was read" in said.err
    assert ordermine(*count).out == "n\n37\n"


@pytest.mark.parametrize(("version", "words"), [(99, "newer ordermine (format 99"), (1, "older ordermine (format 1")])
def test_f14_a_log_of_another_version(start: Path, ordermine: Callable[..., Any], version: int, words: str) -> None:
    """A log that another version of ordermine made, in another format, is refused with exit code 3, and the message
    says what to do; ingesting the export again with `--force` replaces it.
    """
    path = start / "log" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, "format_version": version, "unheard of": 1}), encoding="utf-8")
    said = ordermine("discover", start / "log")
    assert said.code == 3
    assert words in said.err
    assert "ingest the export again with --force" in said.err
    assert ("update ordermine" in said.err) == (version == 99)
    assert ordermine("ingest", start / "orders.csv", "-o", start / "log", "--force", "-q").code == 0
    assert ordermine("discover", start / "log", "-q").code == 0


def test_f14_a_damaged_manifest(start: Path) -> None:
    """A manifest of which a byte was changed, wherever it is, or that ends too early, counts as damaged."""
    path = start / "log" / "manifest.json"
    whole = path.read_bytes()
    read_manifest(start / "log")
    damages = [whole[:at] + bytes([byte ^ 0x11]) + whole[at + 1 :] for at, byte in list(enumerate(whole))[::5]]
    damages += [whole[:at] for at in range(0, len(whole) - 2, 50)]
    for damage in damages:
        path.write_bytes(damage)
        with pytest.raises(InputError, match=r"damaged|made by") as caught:
            read_manifest(start / "log")
        assert "ingest the export again with --force" in caught.value.hint


def test_f14_a_damaged_log(start: Path, ordermine: Callable[..., Any]) -> None:
    """A log of which a file is missing or cut off is refused with exit code 3 and a message that says what to do."""
    files = sorted((start / "log" / "000001").rglob("*.parquet"))
    assert len(files) == 4
    for path in files:
        whole = path.read_bytes()
        # `analyze` doesn't read the rows that were left out, only how many they are.
        shifted = [] if path.name == "left_out.parquet" else [whole[1:]]
        for damage in (None, b"", whole[: len(whole) // 2], whole[:-1], *shifted):
            if damage is None:
                path.unlink()
            else:
                path.write_bytes(damage)
            said = ordermine("analyze", start / "log", "-q")
            assert said.code == 3, (path.name, said.err)
            assert "damaged" in said.err
            assert "ingest the export again with --force" in said.err
        path.write_bytes(whole)
    assert ordermine("analyze", start / "log", "-q").code == 0
