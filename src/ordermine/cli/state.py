"""What `main` must know about the command that runs: whether to show tracebacks, its signal, a gate it breached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordermine.errors import GateBreached

debug = False
signal = 0
breached: GateBreached | None = None
"""What the command ends with once everything is written; counts even when nobody reads what is written."""


def set_debug(value: bool) -> bool:
    """Remember ``--debug``."""
    global debug
    debug = debug or value
    return value
