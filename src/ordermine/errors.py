"""Everything ordermine raises on purpose, and the exit code each one stands for.

* OrdermineError        1   an unexpected error in ordermine
  + UsageError          2   wrong usage or project file: no such file or column, unknown option, output exists
  + InputError          3   the input can't be used as it is: empty, ambiguous, truncated, not what its name says
  + GateBreached        4   a gate was breached
  + NotMeasurable       5   what was asked can't be measured in this log
  + EnvironmentFault    6   the machine got in the way: unreadable, disk full, locked, a parser process died

A message says what is wrong and where; the hint says what to do next. ``ordermine.cli.main`` is the one place that
turns them into text and exit codes.
"""

from __future__ import annotations

import difflib
import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class OrdermineError(Exception):
    """Base of all deliberate failures; carries its exit code and a hint."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(OrdermineError):
    """The command line or the project file asks for something that isn't there or makes no sense."""

    exit_code = 2


class InputError(OrdermineError):
    """The input can't be used as it is."""

    exit_code = 3


class GateBreached(OrdermineError):
    """A gate was breached."""

    exit_code = 4


class NotMeasurable(OrdermineError):
    """What was asked can't be measured in this log."""

    exit_code = 5


class EnvironmentFault(OrdermineError):
    """The machine got in the way."""

    exit_code = 6


OF_THE_MACHINE = (
    *map(
        os.strerror,
        (
            *(errno.EACCES, errno.EPERM, errno.EROFS),
            *(errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ESTALE),
            *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
        ),
    ),
    "can't start new thread",
    "failed to map segment",
    "std::bad_alloc",
)
"""What is said when no file and no code is to blame; libraries pass it on within longer messages."""


def blames_machine(error: BaseException) -> bool:
    """Whether a library's error says that the machine got in the way: no space, memory, permission, or a bad disk."""
    return any(text in str(error) for text in OF_THE_MACHINE)


def near(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the known spellings closest to `name`, or all of them when none is close."""
    names = sorted(set(known))
    matches = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    lowered = {other.lower(): other for other in names}
    if name.lower() in lowered and lowered[name.lower()] not in matches:
        matches.insert(0, lowered[name.lower()])
    if matches:
        return "did you mean " + " or ".join(repr(match) for match in matches) + "?"
    shown = ", ".join(repr(other) for other in names[:12])
    return f"known: {shown}{', …' if len(names) > 12 else ''}" if names else ""
