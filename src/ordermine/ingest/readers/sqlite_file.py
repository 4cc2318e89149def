"""Opening a SQLite file that may come from anywhere: nothing in it can run or be changed, and damage is found first."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.readers.files import AGAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SQLITE_MAGIC = b"SQLite format 3\0"
LONGEST_VALUE = 1 << 24
"""Bytes of one value, and of one row: a view can make any number of bytes out of nothing."""
ABOUT_VALUES = re.compile(r"\w+ value in |CHECK constraint failed")
"""What SQLite's check finds where a table's own rules don't hold; sometimes wrongly, with computed columns."""
UNFINISHED = ("-wal", "-journal")
"""Files beside it in which changes stand that aren't in it yet, or are to be taken back."""


@contextmanager
def open_sqlite_file(
    path: Path, name: str, progress: Callable[[], str] = lambda: "nothing"
) -> Iterator[sqlite3.Connection]:
    """Open a SQLite file for reading.

    Parameters
    ----------
    path, name
        The file, and how it is called in messages.
    progress
        Says what had been read when an error came.

    Raises
    ------
    InputError
        It is damaged, no SQLite file, or changes to it still stand beside it.
    """
    for ending in UNFINISHED:
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise InputError(
                f"{name}: changes to the database still stand beside it, in {beside.name}",
                hint="close the program that writes it, then try again",
            )
    before = path.stat()
    try:
        # Immutable: no lock is taken and no file is made beside it, as on a medium that can't be written.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.execute("PRAGMA mmap_size = 0")
            yield database
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise InputError(
            f"{name}: can't read the database: {error}; read before that: {progress()}", hint=AGAIN
        ) from error
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(
            f"{name}: it changed while it was read", hint="close the program that writes it, then try again"
        )


def check_intact(database: sqlite3.Connection, name: str) -> None:
    """Raise InputError unless all of a file's pages and rows can be read; what the values are is not checked."""
    found = [line for (text,) in database.execute("PRAGMA quick_check").fetchall() for line in text.splitlines()]
    damage = [line for line in found if line != "ok" and not ABOUT_VALUES.match(line)]
    if damage:
        raise InputError(f"{name}: the database is damaged: {damage[-1]}", hint=AGAIN)
