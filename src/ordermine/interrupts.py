"""Stop queries that are running when a signal asks the program to end."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

_running: weakref.WeakSet[Any] = weakref.WeakSet()


def watch(connection: Any) -> None:
    """Remember a database connection whose queries a signal must be able to stop."""
    _running.add(connection)


def stop_queries() -> None:
    """Interrupt whatever the watched connections are doing."""
    for connection in list(_running):
        with contextlib.suppress(Exception):
            connection.interrupt()
