"""What to say when the files of a log can't be read: they are damaged, or the machine got in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError, OrdermineError, blames_machine

if TYPE_CHECKING:
    from pathlib import Path


def unreadable(log: Path, error: Exception) -> OrdermineError:
    """Return what to raise for an error of Arrow or DuckDB."""
    if blames_machine(error):
        return EnvironmentFault(
            f"{log}: {first_line(error)}", hint="check the disk, its space and permissions, and try again"
        )
    return InputError(f"{log}: damaged: {first_line(error)}", hint="ingest the export again with --force")


def first_line(error: Exception) -> str:
    """Return what DuckDB or Arrow complains about, without the class of its error."""
    return (str(error) or type(error).__name__).splitlines()[0].split(" Error: ", 1)[-1]
