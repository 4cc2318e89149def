"""Runs the command line with a fault at its N-th write, for every N: ``fault_runs.py``, which takes its task on stdin.

The task, as JSON:

* ``start``: a folder; every run works in a copy of it.
* ``commands``: command lines. A fault strikes while the first runs; unless everything is as before, the others run
  after it, undisturbed.
* ``fault``: ``kill``, or names of errors (``ENOSPC``, …), which take turns.

A write is a call of Python that changes something on disk: opening a file for writing, the first write to it, syncing,
renaming, linking, making or removing files and folders. Each run is a fork of this process, in which everything slow
is imported already. A line of JSON on stdout says how each ended:

* ``at``: N; ``what``: the call, empty in the last line, where the command was through before its N-th write;
* ``codes``: of the struck run and of those after it; negative is a signal; ``said``: stderr of the struck run;
* ``before``, ``struck``, ``after``: what was in the folder before and after the struck run, and in the end.
"""

from __future__ import annotations

import builtins
import errno
import hashlib
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable

STDERR = "stderr.txt"
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where syncing takes no time."""


class Fault:
    """Counts the writes of this process and strikes at one of them."""

    def __init__(self, at: int, kind: str) -> None:
        self.left = at
        self.kind = kind
        self.told = Path("struck.txt")
        sys.addaudithook(self.watch)
        self.fsync = os.fsync
        os.fsync = self.sync
        self.open = io.open
        io.open = builtins.open = self.open_counted

    def watch(self, event: str, arguments: Any) -> None:
        """Take part in what Python tells of itself before it does it."""
        if event == "open":
            path, _, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and "/dev/" not in str(path):
                self.strike(f"open {path}")
        elif event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"):
            self.strike(f"{event} {arguments[0]}")

    def sync(self, descriptor: int) -> None:
        self.strike("fsync")
        self.fsync(descriptor)

    def open_counted(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        """Open a file; the first write to it counts."""
        opened = self.open(file, mode, *arguments, **options)
        return FirstWrite(opened, self, str(file)) if set(mode) & set("wxa+") and not isinstance(file, int) else opened

    def strike(self, what: str) -> None:
        if "struck.txt" in what or STDERR in what:
            return
        self.left -= 1
        if self.left:
            return
        descriptor = os.open(self.told, os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, what.encode())
        os.close(descriptor)
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        number = getattr(errno, self.kind)
        raise OSError(number, os.strerror(number))


class FirstWrite:
    """A file that is open for writing, and may be struck at the first write."""

    def __init__(self, file: Any, fault: Fault, name: str) -> None:
        self.file = file
        self.fault = fault
        self.name = name
        self.counted = False

    def write(self, data: Any) -> Any:
        if not self.counted:
            self.counted = True
            self.fault.strike(f"write {self.name}")
        return self.file.write(data)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def __enter__(self) -> Any:
        self.file.__enter__()
        return self

    def __exit__(self, *failure: object) -> Any:
        return self.file.__exit__(*failure)


def run(folder: Path, arguments: list[str], fault: tuple[int, str] | None) -> int:
    """Run a command line in a fork; return how it ended."""
    child = os.fork()
    if not child:
        call_main(folder, arguments, lambda: Fault(*fault) if fault else None)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def call_main(folder: Path, arguments: list[str], prepare: Callable[[], object]) -> NoReturn:
    """Run the command line in a folder and end this fork as the interpreter would."""
    code = 99
    try:
        os.chdir(folder)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "tmp")
        for descriptor, name in ((1, os.devnull), (2, STDERR)):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        sys.argv = ["ordermine", *arguments]
        prepare()
        from ordermine.cli import main

        main()
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        from ordermine.temporary import remove_all

        sys.stderr.flush()
        remove_all()
        os._exit(code)


def held(folder: Path) -> dict[str, str]:
    """Return what is in a folder: path → digest; empty for a folder; for a manifest its generation, too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name in ("struck.txt", STDERR):
            continue
        content = path.read_bytes() if path.is_file() else b""
        generation = ""
        if path.name == "manifest.json":
            manifest = json.loads(content)
            generation = f"{manifest.pop('generation'):06d} "
            del manifest["sha256"]
            content = json.dumps(manifest).encode()
        found[name] = generation + hashlib.sha256(content).hexdigest()[:16] if content else ""
    return found


def main() -> None:
    task = json.load(sys.stdin)
    import_everything()
    kinds = ["kill"] if task["fault"] == "kill" else task["fault"]
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as place:
        at = 0
        while True:
            at += 1
            folder = Path(place) / "run"
            shutil.copytree(task["start"], folder)
            (folder / "tmp").mkdir()
            before = held(folder)
            codes = [run(folder, task["commands"][0], (at, kinds[at % len(kinds)]))]
            told = folder / "struck.txt"
            what = told.read_text() if told.exists() else ""
            told.unlink(missing_ok=True)
            said = (folder / STDERR).read_text()
            struck = held(folder)
            if struck != before:
                codes += [run(folder, arguments, None) for arguments in task["commands"][1:]]
            report = {"at": at, "what": what.replace(str(folder), ""), "codes": codes, "said": said}
            trees = {"before": before, "struck": struck, "after": held(folder)}
            sys.stdout.write(json.dumps({**report, **trees}) + "\n")
            shutil.rmtree(folder)
            if not what:
                return


def import_everything() -> None:
    """Import what commands import as they run, without starting a thread: they don't survive a fork."""
    import importlib

    import duckdb  # noqa: F401
    import numpy  # noqa: F401

    from ordermine.cli.arrow import spare_pandas

    spare_pandas()
    for name in (
        *("pyarrow.csv", "pyarrow.parquet", "pyarrow.compute"),
        *("ordermine.cli", "ordermine.cli.cache", "ordermine.pipeline", "ordermine.ingest.readers.csv"),
        *("ordermine.eventlog.log", "ordermine.report.render", "ordermine.report.ingested"),
        *("ordermine.report.queried", "ordermine.report.export", "ordermine.simulate.scenarios"),
    ):
        importlib.import_module(name)


if __name__ == "__main__":
    main()
