"""What runs outside of Python, queries and processes of our own: how a signal stops it, and how it ended."""

from __future__ import annotations

import contextlib
import signal
import threading
import weakref
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

_connections: weakref.WeakSet[Any] = weakref.WeakSet()
_processes: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
_stopping = threading.Event()


def watch(connection: Any) -> None:
    """Remember a database connection whose queries a signal must be able to stop."""
    _connections.add(connection)


def watch_process(process: subprocess.Popen[bytes]) -> None:
    """Remember a process that must not outlive this one; once work is to stop, kill it."""
    _processes.add(process)
    if _stopping.is_set():
        process.kill()


def stop_work() -> None:
    """Interrupt whatever the watched connections are doing, and kill the watched processes, also those to come."""
    _stopping.set()
    for connection in list(_connections):
        with contextlib.suppress(Exception):
            connection.interrupt()
    for process in list(_processes):
        with contextlib.suppress(OSError):
            process.kill()


def how_it_ended(code: int) -> str:
    """Return what the exit code of a process says, e.g. ``signal 11, SIGSEGV``."""
    if code >= 0:
        return f"exit code {code}"
    known = {number.value: f", {number.name}" for number in signal.Signals}
    return f"signal {-code}{known.get(-code, '')}"
