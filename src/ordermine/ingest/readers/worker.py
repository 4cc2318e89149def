"""Processes of their own for parsers in native code, which a damaged file can make end the process they run in."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ordermine.errors import EnvironmentFault
from ordermine.interrupts import how_it_ended, watch_process

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = Path(__file__).parents[3]
"""The folder that holds the package: the worker may run where it isn't installed."""

SECONDS = 900
"""Processor time that no honest file needs."""


@contextmanager
def running(
    module: str, *arguments: str, errors: IO[bytes] | int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of ordermine; what it writes is at `stdout`. It ends at the latest with the block."""
    found = [str(PACKAGES), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(found)}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
    ) as process:
        watch_process(process)
        try:
            yield process
        finally:
            process.kill()


def died(code: int, name: str, hint: str) -> EnvironmentFault:
    """Return the error of a worker that ended with a code other than 0."""
    return EnvironmentFault(
        f"{name}: the process that reads it died ({how_it_ended(code)}): the file is damaged, or needs more memory "
        "than its size lets expect",
        hint=hint,
    )


def limit(memory: int) -> None:
    """Let this process take no more memory and processor time than an honest file needs, where the system can do so."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
