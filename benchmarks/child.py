"""Run a command as a whole process and say what it took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

POLL_S = 0.02
PAGE_BYTES = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took; of several runs, the quickest."""

    wall_s: float
    cpu_s: float
    """User and system time of all its processes."""
    peak_bytes: int
    """Resident memory of all its processes together, at its highest."""
    output: str


def run(command: Sequence[str], *, times: int = 1) -> Taken:
    """Run a command several times; return the quickest run by wall time.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    return min((_run_once(command) for _ in range(times)), key=lambda taken: taken.wall_s)


def _run_once(command: Sequence[str]) -> Taken:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    # Compiled modules are kept, as they are wherever ordermine is installed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    peaks = [0]
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    output, errors = process.communicate()
    taken = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{errors[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(taken, cpu, peaks[0], output)


def _watch(process: subprocess.Popen[str], peaks: list[int]) -> None:
    while process.poll() is None:
        peaks[0] = max(peaks[0], sum(_resident(pid) for pid in _tree(process.pid)))
        time.sleep(POLL_S)


def _tree(pid: int) -> list[int]:
    """Return a process and all that it started, by way of /proc."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def python(script: str, *arguments: str | os.PathLike[str]) -> list[str]:
    """Return the command that runs a script of this folder."""
    return [sys.executable, str(Path(__file__).parent / script), *map(str, arguments)]


def ordermine(*arguments: str | os.PathLike[str]) -> list[str]:
    """Return the command that runs ordermine."""
    return [str(Path(sys.executable).with_name("ordermine")), *map(str, arguments)]
