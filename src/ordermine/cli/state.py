"""What `main` must know about the command that runs: whether to show tracebacks, what signal it was sent."""

from __future__ import annotations

debug = False
signal = 0


def set_debug(value: bool) -> bool:
    """Remember ``--debug``."""
    global debug
    debug = debug or value
    return value
