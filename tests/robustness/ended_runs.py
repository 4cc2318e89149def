"""Runs command lines that end before their time: ``ended_runs.py``, which takes its task on stdin.

The task, as JSON: ``start``, a folder, of which every run works in a copy; and ``runs``, each with ``arguments`` and

* ``phase`` and ``signals``: the phase of `PHASES` that never ends, and the signals that are sent once it has begun; or
* ``stdout``: ``closed``, a pipe that nobody reads, or ``full``, a disk without space.

A line of JSON on stdout says of each how it ended: ``arguments``, ``phase``, ``code`` (negative: a signal), ``seconds``
since the first signal, ``said`` on stderr, ``before`` and ``after``, what was in the folder, and ``alive``, whether a
process that it started still is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import fault_runs

BEGUN = "begun.txt"
CHILD = "child.txt"
ENDLESS = f"""import os, pathlib, time
pathlib.Path({CHILD!r}).write_text(str(os.getpid()))
pathlib.Path({BEGUN!r}).write_text("")
time.sleep(60)
"""


def begin() -> None:
    Path(BEGUN).write_text("", encoding="ascii")


def in_python(*_: Any, **__: Any) -> None:
    """Work on in Python for ever."""
    begin()
    while True:
        pass


def in_library(*_: Any, **__: Any) -> None:
    """Stay in a library for ever, where Python can't handle signals."""
    begin()
    hashlib.pbkdf2_hmac("sha256", b"", b"", 1 << 30)


def replace(module: str, name: str, value: Any) -> None:
    setattr(__import__(module, fromlist=[name]), name, value)


def endless_query() -> None:
    from ordermine.report import queried

    run = queried.run

    def announced(*arguments: Any) -> Any:
        begin()
        return run(*arguments)

    queried.run = announced


def endless_child(module: str, name: str, value: Any) -> None:
    Path("endless.py").write_text(ENDLESS, encoding="ascii")
    os.environ["PYTHONPATH"] = str(Path.cwd())
    replace(module, name, value)


PHASES = {
    "reading": lambda: replace("ordermine.pipeline.run", "encode", in_python),
    "linking": lambda: replace("ordermine.eventlog.store", "link", in_library),
    "publishing": lambda: replace("ordermine.pipeline.flow", "publish", in_python),
    "querying": endless_query,
    "discovering": lambda: replace("ordermine.discover.process", "discover_model", in_python),
    "workbook": lambda: endless_child("ordermine.ingest.readers.excel", "WORKER", "endless"),
    "layout": lambda: endless_child("ordermine.report.drawing.layout", "_CHILD", Path("endless.py")),
    "": lambda: None,
}


def run(folder: Path, asked: dict[str, Any]) -> dict[str, Any]:
    """Run a command line in a fork, as asked; return how it ended."""
    child = os.fork()
    if not child:
        fault_runs.call_main(folder, asked["arguments"], lambda: prepare(asked))
    begun = time.monotonic()
    ended = status = 0
    if asked.get("signals"):
        while not (folder / BEGUN).exists() and not ended:
            ended, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.01)
        # A query, or a wait for a process, begins a moment later.
        time.sleep(0.2)
        begun = time.monotonic()
        for number in asked["signals"] if not ended else ():
            os.kill(child, number)
            time.sleep(0.1)
    if not ended:
        _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - begun}


def prepare(asked: dict[str, Any]) -> None:
    """Make this fork what a user's shell makes: streams, limits, and the phase that never ends."""
    PHASES[asked.get("phase", "")]()
    if asked.get("stdout") == "closed":
        reading, writing = os.pipe()
        os.close(reading)
        os.dup2(writing, 1)
    elif asked.get("stdout") == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)


def is_alive(folder: Path) -> bool:
    told = folder / CHILD
    if not told.exists() or not told.read_text():
        return False
    try:
        os.kill(int(told.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    """Run what stdin lists."""
    task = json.load(sys.stdin)
    fault_runs.import_everything()
    with tempfile.TemporaryDirectory(dir=fault_runs.IN_MEMORY) as place:
        for asked in task["runs"]:
            folder = Path(place) / "run"
            shutil.copytree(task["start"], folder)
            (folder / "tmp").mkdir()
            before = fault_runs.held(folder)
            found = run(folder, asked)
            found |= {"said": (folder / fault_runs.STDERR).read_text(), "alive": is_alive(folder)}
            for name in (BEGUN, CHILD, "endless.py"):
                (folder / name).unlink(missing_ok=True)
            report = {"arguments": asked["arguments"], "phase": asked.get("phase", ""), **found}
            sys.stdout.write(json.dumps({**report, "before": before, "after": fault_runs.held(folder)}) + "\n")
            sys.stdout.flush()
            shutil.rmtree(folder)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
