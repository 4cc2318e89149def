"""F07, F08, F09, F12, F13: processes that die, runs that meet, clocks that jump, maps that can't be drawn."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest
from ordermine.report.drawing import layout
from ordermine.temporary import PREFIX, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = [sys.executable, "-c", "from ordermine.cli import main; main()"]


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_f07_a_parser_that_dies(
    workbook: Path,
    ordermine: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    """When the process that parses a workbook dies, the exit code is 6, and the message names the file and the signal;
    no log comes of it.
    """
    (tmp_path / "dying.py").write_text(f"import os\nos.kill(os.getpid(), {number})\n", encoding="ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("ordermine.ingest.readers.excel.WORKER", "dying")
    said = ordermine("ingest", workbook, "-o", "new", "-q")
    assert said.code == 6
    assert f"book.xlsx: the process that reads it died (signal {number.value}, {number.name})" in said.err
    assert not Path("new").exists()


def test_f08_two_runs_on_one_log(start: Path, ordermine: Callable[..., Any]) -> None:
    """While a run writes a log, another one that is to write it says that it is locked, with exit code 6; the log stays
    as it was.
    """
    log = start / "log"
    before = files_of(log)
    holder = os.open(log, os.O_RDONLY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        said = ordermine("ingest", start / "more.csv", "-o", log, "--force", "-q")
    finally:
        os.close(holder)
    assert said.code == 6
    assert "locked: another run is writing it" in said.err
    assert files_of(log) == before


def test_f08_a_run_that_was_killed_holds_no_lock(start: Path, ordermine: Callable[..., Any]) -> None:
    """A run that was killed while it wrote a log blocks nobody: the next run goes ahead."""
    script = f"""
import os, time
from pathlib import Path
from ordermine.eventlog.store import generation
with generation(Path({str(start / "log")!r})):
    print("holding", flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holding\n"
        assert ordermine("ingest", start / "more.csv", "-o", start / "log", "--force", "-q").code == 6
        holder.kill()
    said = ordermine("ingest", start / "more.csv", "-o", start / "log", "--force", "-q")
    assert said.code == 0, said.err
    assert sorted(path.name for path in (start / "log").iterdir()) == ["000001", "000002", "manifest.json"]


def test_f08_a_reader_never_loses_what_it_reads(start: Path, ordermine: Callable[..., Any]) -> None:
    """A command that reads a log ends with what it began with, however many runs replace the log meanwhile; what they
    replaced is removed once nobody reads it.
    """
    reader = open_log(start / "log")
    for _ in range(3):
        assert ordermine("ingest", start / "more.csv", "-o", start / "log", "--force", "-q").code == 0
    assert reader.rows("SELECT min(timestamp)::VARCHAR FROM events")[0][0].startswith("2026")
    assert reader.arrays(["activity"]).num_rows == 36
    del reader
    assert ordermine("ingest", start / "more.csv", "-o", start / "log", "--force", "-q").code == 0
    assert sorted(path.name for path in (start / "log").iterdir()) == ["000004", "000005", "manifest.json"]


def test_f08_what_a_killed_run_needed_is_known_from_what_a_running_one_needs(tmp_path: Path) -> None:
    """Temporary folders of runs that are no more are removed by the next run, those of running ones never are."""
    script = f"""
import sys
from pathlib import Path
from ordermine.temporary import temporary_folder
with temporary_folder(Path({str(tmp_path)!r})) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""
    ask: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", script], **ask) as running:
        with subprocess.Popen([sys.executable, "-c", script], **ask) as killed:
            assert running.stdout is not None
            assert killed.stdout is not None
            needed, left = Path(running.stdout.readline().strip()), Path(killed.stdout.readline().strip())
            (left / "spilled").write_bytes(b"")
            killed.kill()
        assert left.exists()
        with temporary_folder(tmp_path) as own:
            assert sorted(tmp_path.iterdir()) == sorted([needed, own])
    assert list(tmp_path.iterdir()) == []


def test_f09_two_runs_on_one_export(start: Path, tmp_path: Path) -> None:
    """Two runs that read one export at the same time into two logs make the same log twice; so do two runs that make a
    log of it in the cache.
    """
    both = [
        subprocess.Popen(
            [*COMMAND, "ingest", start / "orders.csv", "-o", tmp_path / name, "-q"], stdout=subprocess.DEVNULL
        )
        for name in ("one", "two")
    ]
    cached = [
        subprocess.Popen(
            [*COMMAND, "sql", start / "orders.csv", "SELECT count(*) AS n FROM events", "--format", "csv", "-q"],
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert [process.communicate(timeout=60)[0] for process in cached] == [b"n\n36\n"] * 2
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    (kept,) = (tmp_path / "cache" / "ordermine" / "logs").iterdir()
    assert len(list(kept.iterdir())) == 2


def test_f09_a_cached_log_that_is_damaged_is_made_again(start: Path, ordermine: Callable[..., Any]) -> None:
    """A log in the cache of which something is missing is made again, without a word."""
    count = ("sql", start / "orders.csv", "SELECT count(*) AS n FROM events", "--format", "csv", "-q")
    assert ordermine(*count).out == "n\n36\n"
    for damaged in Path("cache").rglob("*.parquet"):
        damaged.write_bytes(damaged.read_bytes()[:100])
        again = ordermine(*count)
        assert (again.code, again.out) == (0, "n\n36\n"), damaged.name


def test_f12_no_output_knows_what_time_it_is(
    start: Path, tmp_path: Path, ordermine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No output depends on the clock or on the time zone of the machine, not even with a clock that jumps to and fro
    between 1970 and 2099 while a command runs.
    """

    def written(name: str) -> dict[str, bytes]:
        folder = tmp_path / name
        ordermine("ingest", start / "more.csv", "-o", folder / "log", "-q")
        for words in (["report"], ["discover", "--no-quality"]):
            assert ordermine(words[0], folder / "log", *words[1:], "-o", folder / words[0], "-q").code == 0
        assert ordermine("map", folder / "log", "-o", folder / "map.pdf", "-q").code == 0
        for file in ("events.xes.gz", "events.parquet"):
            assert ordermine("export", folder / "log", "-o", folder / file, "-q").code == 0
        return files_of(folder)

    usual = written("usual")
    jumps = itertools.cycle((0.0, 4.1e9))
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/St_Johns")
        time.tzset()
        patched.setattr(time, "time", lambda: next(jumps))
        moved = written("moved")
    time.tzset()
    assert [name for name in usual if usual[name] != moved[name]] == []
    assert len(usual) > 18


@pytest.fixture
def no_layout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let every layout fail."""
    (tmp_path / "failing.py").write_text("import sys\nsys.exit('out of ink')\n", encoding="ascii")
    monkeypatch.setattr(layout, "_CHILD", tmp_path / "failing.py")


@pytest.mark.usefixtures("no_layout")
def test_f13_a_report_without_its_map(start: Path, ordermine: Callable[..., Any]) -> None:
    """When the map can't be drawn, or not in time, the weekly report is written without it and says so in its page and
    in a note; the exit code is 0.
    """
    said = ordermine("report", start / "log", "-o", "report")
    assert said.code == 0, said.err
    assert "note: the map is left out: the layout of the map failed: out of ink" in said.err
    page = Path("report/report.html").read_text(encoding="utf-8")
    assert "The map is left out: the layout of the map failed: out of ink." in page
    assert "First-time-right" in page
    assert "the map is left out" in Path("report/report.json").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_layout")
def test_f13_a_process_without_its_pictures(start: Path, ordermine: Callable[..., Any]) -> None:
    """When maps can't be drawn, `discover -o` writes without them what needs no layout, and names what is left out;
    `map`, which would write nothing but the map, ends with exit code 6.
    """
    said = ordermine("discover", start / "log", "-o", "process", "--no-quality")
    assert said.code == 0, said.err
    left_out = re.findall(r"note: (\S+) is left out: the layout of the map failed: out of ink", said.err)
    assert left_out == ["map.svg", "map.html", "model.bpmn", "departments.svg"]
    assert sorted(path.name for path in Path("process").iterdir()) == [
        "discover.json",
        "model.pnml",
        "model.ptml",
    ]
    for name in ("map.svg", "map.html"):
        said = ordermine("map", start / "log", "-o", name)
        assert said.code == 6
        assert "the layout of the map failed: out of ink" in said.err
        assert not Path(name).exists()


def test_f13_a_layout_takes_no_longer_than_it_may(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout that isn't done in time is stopped; and the process that does it ends by itself when the one that is to
    stop it has been killed.
    """
    began = time.monotonic()
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n", encoding="ascii")
    with monkeypatch.context() as patched:
        patched.setattr(layout, "_CHILD", tmp_path / "slow.py")
        with pytest.raises(layout.LayoutTooHard, match="not finished within"):
            layout.svg("digraph { a -> b }", time_limit_s=0.5)
    with subprocess.Popen([sys.executable, "-P", layout._CHILD, "svg", "1"], stdin=subprocess.PIPE) as child:
        assert child.wait(30) == -signal.SIGALRM
    assert time.monotonic() - began < 30


def test_f01_no_command_leaves_a_temporary_folder(
    start: Path, tmp_path: Path, ordermine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command leaves a temporary folder behind when it ends as usual."""
    room = tmp_path / "room"
    room.mkdir()
    done = subprocess.run(
        [*COMMAND, "discover", "-", "-q", "-o", tmp_path / "out"],
        input=(start / "orders.csv").read_bytes(),
        env={**os.environ, "TMPDIR": str(room), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert done.returncode == 0
    assert list(room.iterdir()) == []
    assert list(tmp_path.rglob(f"{PREFIX}*")) == []
    assert read_manifest(next((tmp_path / "cache").rglob("manifest.json")).parent).ledger.events == 36
