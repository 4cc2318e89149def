"""F01, F05: a run that is killed, or that fails at any of its writes, leaves the old or the new, and no trace."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.eventlog.log import open_log
from ordermine.eventlog.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FAULTS = ["ENOSPC", "EIO", "EACCES", "EROFS", "EDQUOT"]
SELECT = "SELECT count(*) FROM events"
QUIET = ["-q", "--threads", "1"]


@dataclass(frozen=True)
class Run:
    """A run that was struck at one of its writes; see ``fault_runs.py``."""

    at: int
    what: str
    codes: list[int]
    said: str
    before: dict[str, str]
    struck: dict[str, str]
    after: dict[str, str]


@pytest.fixture
def run_each(start: Path, run_script: Any) -> Callable[..., tuple[list[Run], Run]]:
    """Return a function that strikes at every write of the first command: those runs, and the one that got through."""

    def run(fault: str | list[str], *commands: list[str]) -> tuple[list[Run], Run]:
        runs = [Run(**found) for found in run_script("fault_runs.py", start=start, fault=fault, commands=commands)]
        assert runs[-1].codes[0] == 0, runs[-1].said
        return runs[:-1], runs[-1]

    return run


def seen(tree: dict[str, str], name: str) -> dict[str, str]:
    """Return the files that a user finds under a name: of a log what its manifest names, wherever that is."""
    generation, _, manifest = tree.get(f"{name}/manifest.json", "").partition(" ")
    inside = f"{name}/{generation}/" if manifest else f"{name}/"
    return {"": manifest or tree.get(name, "")} | {
        path.removeprefix(inside): content
        for path, content in tree.items()
        if content and path.startswith(inside) and path not in remains(tree)
    }


def remains(tree: dict[str, str]) -> list[str]:
    """Return what no run should leave behind."""
    return [path for path in tree if ".ordermine-" in path or path.endswith(".new")]


COMMANDS = {
    "a new log": (["ingest", "more.csv", "-o", "deep/new"], "deep/new"),
    "a log that is replaced": (["ingest", "more.csv", "-o", "log", "--force"], "log"),
    "a log that grows": (["ingest", "more.csv", "-o", "log", "--append"], "log"),
    "a log in the cache": (["sql", "more.csv", SELECT], "cache/ordermine/logs"),
    "a file that is new": (["export", "log", "-o", "deep/new.csv"], "deep"),
    "a file that is replaced": (["export", "log", "-o", "orders.csv", "--force"], "orders.csv"),
    "a folder that is new": (["simulate", "demo", "--orders", "1", "-o", "deep/new"], "deep"),
    "a folder that is replaced": (["simulate", "demo", "--orders", "2", "-o", "demo", "--force"], "demo"),
}


def of(*chosen: str) -> list[Any]:
    """Return the commands whose names hold one of these words."""
    return [pytest.param(*COMMANDS[name], id=name) for name in COMMANDS if any(word in name for word in chosen)]


def undisturbed(arguments: list[str]) -> list[str]:
    """Return the command for after the fault: what the struck run may have completed is replaced."""
    again = arguments[0] == "sql" or "--append" in arguments or "--force" in arguments
    return [*with_limits(arguments), *([] if again else ["--force"])]


def with_limits(arguments: list[str]) -> list[str]:
    return arguments if arguments[0] == "simulate" else [*arguments, *QUIET]


@pytest.mark.parametrize(("arguments", "name"), of("log that", "cache", "file that is replaced", "folder that is new"))
def test_f01_killed_at_any_write(run_each: Any, arguments: list[str], name: str) -> None:
    """A command that is killed at any of its writes leaves what was there before, or all of the new; what it leaves
    besides is removed by the next run, which gives what an undisturbed one gives. So it is for `ingest`, also with
    `--force` and `--append`, for the cache of logs, and for files and folders that other commands write.
    """
    runs, whole = run_each("kill", with_limits(arguments), undisturbed(arguments))
    old, new = seen(whole.before, name), seen(whole.struck, name)
    assert old != new
    for run in runs:
        assert run.codes in ([-9], [-9, 0]), run
        assert seen(run.struck, name) in (old, new), run.what
        if len(run.codes) > 1:
            assert seen(run.after, name) == new, run.what
            assert remains(run.after) == [], run.what


def test_f01_killed_while_files_of_a_folder_are_replaced(start: Path, run_each: Any, ordermine: Any) -> None:
    """A command that is killed while it replaces the files of a folder leaves whole files, each as it was or new; the
    next run makes all of them new.
    """
    assert ordermine("simulate", "demo", "--orders", "1", "-o", start / "demo").code == 0
    arguments, name = COMMANDS["a folder that is replaced"]
    runs, whole = run_each("kill", arguments, arguments)
    old, new = seen(whole.before, name), seen(whole.struck, name)
    mixed = 0
    for run in runs:
        found = seen(run.struck, name)
        assert found.keys() == old.keys() == new.keys()
        assert all(found[file] in (old[file], new[file]) for file in found), run.what
        mixed += found not in (old, new)
        assert run.codes[1:] in ([], [0])
        assert remains(run.after) == [], run.what
        assert run.codes[1:] == [] or seen(run.after, name) == new
    assert mixed


def test_f01_killed_at_any_time(start: Path, tmp_path: Path) -> None:
    """So it is when a run is killed at any moment in between, whatever a library is writing just then."""
    with (start / "big.csv").open("w", encoding="utf-8") as file:
        file.write("order,activity,timestamp\n")
        file.writelines(f"{n // 4},step {n % 4},2026-01-01T0{n % 4}:00:00Z\n" for n in range(300_000))
    command = [sys.executable, "-c", "from ordermine.cli import main; main()", "ingest", "big.csv", "-o", "log"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    def ingest() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*command, "--force", "-q"],
            cwd=start,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    before = read_manifest(start / "log")
    for share in (0.2, 0.5, 0.8):
        with ingest() as process:
            while not list((start / "log").glob("000002")) and process.poll() is None:
                time.sleep(0.005)
            time.sleep(share * 0.5)
            process.kill()
        found = read_manifest(start / "log")
        if found == before:
            assert open_log(start / "log").rows("SELECT count(*) FROM events") == [(36,)]
    assert ingest().wait(120) == 0
    assert open_log(start / "log").rows("SELECT count(*) FROM events") == [(300_000,)]
    assert remains(dict.fromkeys(str(path) for path in start.rglob("*"))) == []
    assert list(tmp_path.glob(".ordermine-*")) == []


@pytest.mark.parametrize(("arguments", "name"), of("new log", "file that is new", "folder that is replaced"))
def test_f05_any_write_that_fails(start: Path, ordermine: Any, run_each: Any, arguments: list[str], name: str) -> None:
    """A command of which any write fails, for lack of space, quota or permission, or since the disk is broken, says so
    and ends with exit code 6, and all is as it was; only where nothing but tidying up failed does it succeed.
    """
    assert ordermine("simulate", "demo", "--orders", "1", "-o", start / "demo").code == 0
    runs, whole = run_each(FAULTS, with_limits(arguments), undisturbed(arguments))
    new = seen(whole.struck, name)
    assert len(runs) >= 5
    for run in runs:
        assert run.codes[0] in (0, 6), run
        assert seen(run.struck, name) == seen(run.before if run.codes[0] else whole.struck, name), run.what
        if run.codes[0]:
            assert run.said.startswith("ordermine: "), run
            assert run.said.count("\n") == 2
        if "rmdir" not in run.what and "remove" not in run.what:
            assert remains(run.struck) == [], run.what
        if len(run.codes) > 1:
            assert run.codes[1:] == [0]
            assert seen(run.after, name) == new, run.what
            assert remains(run.after) == [], run.what
