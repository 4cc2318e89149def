"""Messages and notes without values: what an export holds must not come out by what is said of it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Final

from ordermine.errors import OrdermineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

HIDDEN: Final = "'…'"

_QUOTED = re.compile(r"""(?<!\w)(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?!\w)""")


@contextlib.contextmanager
def without_values(harmless: Collection[str]) -> Iterator[None]:
    """Take everything that is quoted out of the messages of errors, except what is known to be harmless.

    Parameters
    ----------
    harmless
        Names of columns and files, and whatever else may be quoted.
    """
    try:
        yield
    except OrdermineError as error:
        silent = type(error)(masked(str(error), harmless), hint=masked(error.hint, harmless))
        raise silent from None
    except OSError:
        # Its message is about a file.
        raise
    except Exception as error:
        raise OrdermineError(
            f"unexpected error: {type(error).__name__}; its message isn't shown, since it may hold raw values",
            hint="run it again with --debug, and look before you pass on what it prints",
        ) from error


def without_quoted(text: str) -> str:
    """Return a text without what is quoted in it, except single signs such as a delimiter.

    >>> without_quoted("2 lines: 'Made by Ann', 'on Monday'; delimiter ','")
    "2 lines: '…', '…'; delimiter ','"
    """
    return _QUOTED.sub(lambda found: found[0] if len(found[0]) <= len(HIDDEN) else HIDDEN, text)


def masked(message: str, harmless: Collection[str]) -> str:
    """Return a message without what is quoted in it, except what is harmless."""
    return _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in harmless else HIDDEN, message)
