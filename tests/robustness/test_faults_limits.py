"""F04, F06: a disk without space as Arrow and DuckDB meet it, and little memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-c", "from ordermine.cli import main; main()"]
MB = 1 << 20


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def run(folder: Path, *arguments: object, limits: dict[int, int] | None = None, **environment: str) -> Any:
    """Run a command line under limits; what Python can't be asked to fail at, the system can."""

    def limit() -> None:
        for what, number in (limits or {}).items():
            resource.setrlimit(what, (number, number))

    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
        check=False,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root alone, where the system allows it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path, free: int) -> None:
    """Leave so many bytes on a disk."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    space = os.statvfs(disk)
    filler.write_bytes(b"\0" * (space.f_bavail * space.f_frsize - free))


def many_orders(path: Path, orders: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("order,activity,timestamp,note\n")
        for order in range(orders):
            for step in range(4):
                file.write(f"{order},step {step},2026-01-0{step + 1}T00:00:00Z,{order * 7919 % 10007:x}\n")


def test_f04_the_disk_of_the_log_is_full(small_disk: Path, tmp_path: Path) -> None:
    """When the disk fills up while a log is written, whatever file it is at, the exit code is 6, the old log stays as
    it was, byte by byte, and no half of the new one is left.
    """
    many_orders(tmp_path / "orders.csv", 1500)
    log = small_disk / "log"
    assert run(tmp_path, "ingest", "orders.csv", "-o", log, "-q").returncode == 0
    before = files_of(log)
    new = sum(map(len, before.values()))
    codes = []
    for free in (0, 4096, new // 4, new // 2, new * 3 // 4, new * 2):
        fill(small_disk, free)
        done = run(tmp_path, "ingest", "orders.csv", "-o", log, "--force", "-q", "--threads", "1")
        codes.append(done.returncode)
        if done.returncode:
            assert "No space left on device" in done.stderr
            assert files_of(log) == before
    assert codes == [6, 6, 6, 6, 6, 0]


def test_f04_the_disk_of_an_output_is_full(small_disk: Path, tmp_path: Path) -> None:
    """When the disk fills up while an export is written, in any format, the exit code is 6, the old file stays,
    and nothing else is left.
    """
    many_orders(tmp_path / "orders.csv", 1500)
    assert run(tmp_path, "ingest", "orders.csv", "-o", "log", "-q").returncode == 0
    for name in ("events.csv", "events.parquet", "events.xes.gz", "events.jsonl", "events.xes"):
        (small_disk / name).write_text("old", encoding="ascii")
        fill(small_disk, 8192)
        done = run(tmp_path, "export", "log", "-o", small_disk / name, "--force", "-q")
        assert done.returncode == 6, (name, done.stderr)
        assert "No space left on device" in done.stderr
        assert sorted(path.name for path in small_disk.iterdir()) == [name, "filler"]
        assert (small_disk / name).read_text(encoding="ascii") == "old"
        (small_disk / name).unlink()


def test_f04_no_room_for_temporary_files(small_disk: Path, tmp_path: Path) -> None:
    """When there is no room for temporary files, neither for what a query spills nor for rows of a JSON file, the exit
    code is 6 and the message says which folder it is.
    """
    many_orders(tmp_path / "orders.csv", 10)
    assert run(tmp_path, "ingest", "orders.csv", "-o", "log", "-q").returncode == 0
    (tmp_path / "orders.json").write_text(
        "["
        + ",".join(f'{{"order": "{n}", "activity": "A", "timestamp": "2026-01-01T00:00:00Z"}}' for n in range(30_000))
        + "]",
        encoding="utf-8",
    )
    fill(small_disk, 65_536)
    spilling = "SELECT count(*) FROM (SELECT DISTINCT range, hash(range) FROM range(4000000))"
    for words in (["sql", "log", spilling, "--memory-limit", "100MB"], ["ingest", "orders.json", "-o", "new"]):
        done = run(tmp_path, *words, "-q", TMPDIR=str(small_disk))
        assert done.returncode == 6, done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()


def test_f05_a_file_may_not_grow(tmp_path: Path) -> None:
    """When no file may grow beyond a limit (`ulimit -f`), the exit code is 6 and no log comes of it."""
    many_orders(tmp_path / "orders.csv", 1500)
    done = run(tmp_path, "ingest", "orders.csv", "-o", "log", "-q", limits={resource.RLIMIT_FSIZE: 4_000})
    assert done.returncode == 6, done.stderr
    assert "File too large" in done.stderr
    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("mb", [300, 1000, 4095, 6000])
def test_f06_little_address_space(start: Path, mb: int) -> None:
    """Under a limit of address space (`ulimit -v`) a command succeeds, or says that there isn't enough memory, with
    exit code 6; it never crashes.
    """
    for words in (["ingest", "more.csv", "-o", "new"], ["discover", "log"], ["inspect", "orders.csv"]):
        done = run(start, *words, "-q", limits={resource.RLIMIT_AS: mb * MB})
        assert done.returncode == (6 if mb < 4096 else 0), (words, done.stderr)
        assert done.returncode == 0 or done.stderr.startswith("ordermine: not enough memory: "), words


def test_f06_a_small_limit_of_our_own(tmp_path: Path) -> None:
    """With the smallest `--memory-limit` a log is written from disk instead, the same byte by byte."""
    many_orders(tmp_path / "orders.csv", 1500)
    assert run(tmp_path, "ingest", "orders.csv", "-o", "usual", "-q").returncode == 0
    assert run(tmp_path, "ingest", "orders.csv", "-o", "small", "-q", "--memory-limit", "100MB").returncode == 0
    assert files_of(tmp_path / "usual") == files_of(tmp_path / "small")
