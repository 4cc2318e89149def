"""Progress and notes on stderr: quiet for what takes less than a second."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Sequence

from ordermine.report.table import visible

PATIENCE_S = 1.0
"""What takes less is not worth a line."""

MOST_ALIKE = 5
"""Notes that say the same of different files and are all shown; the JSON has all."""


class Progress:
    """Says what is going on, on one line of a terminal, or as a line for each new step where stderr is a file."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._started = time.monotonic()
        self._last = ""
        self._written = 0.0

    def __call__(self, what: str) -> None:
        """Tell what is going on now."""
        now = time.monotonic()
        if self._quiet or now - self._started < PATIENCE_S:
            return
        if self._terminal:
            if now - self._written >= 0.1:
                _tell(f"\r\x1b[2K{visible(what)[:79]}")
                self._written = now
        elif what.split(":")[0] != self._last.split(":")[0]:
            _tell(f"{visible(what)}\n")
        self._last = what

    def done(self) -> None:
        """Clear the line."""
        if self._written:
            _tell("\r\x1b[2K")
            self._written = 0.0

    def notes(self, notes: Sequence[str]) -> None:
        """Print notes, apart from what stands above them on a terminal."""
        self.done()
        if notes and not self._quiet:
            _tell("\n" + "".join(f"note: {visible(note)}\n" for note in _without_alike(notes)))


def _without_alike(notes: Sequence[str]) -> list[str]:
    """Return notes, of many that say the same of one file each only the first, with how many there are."""
    alike: dict[str, list[str]] = {}
    for note in notes:
        file, _, said = note.partition(": ")
        alike.setdefault(re.sub(r"[0-9]+", "0", said or file), []).append(note)
    shown = []
    for same in alike.values():
        shown += same if len(same) <= MOST_ALIKE else [f"{same[0]} (and {len(same) - 1:,} more such notes)"]
    return shown


def _tell(text: str) -> None:
    # That nobody reads it, or that its disk is full, is no reason to stop working.
    with contextlib.suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()
