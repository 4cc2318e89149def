"""Opening a file, plain or gzip, and saying in plain words why that doesn't work."""

from __future__ import annotations

import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from ordermine.errors import EnvironmentFault, InputError, UsageError, near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from pathlib import Path

GZIP_MAGIC = b"\x1f\x8b"
AGAIN = "export or transfer the file again"


def check_readable(path: Path) -> None:
    """Make sure that there is a file with something in it that this user may read.

    Raises
    ------
    UsageError
        There is no such file, or it is a folder.
    InputError
        The file is empty.
    EnvironmentFault
        The file can't be opened.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path.name} is a folder", hint="name the exported files in it")
        with path.open("rb") as stream:
            first = stream.read(1)
    except FileNotFoundError as error:
        folder = path.parent
        known = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise UsageError(f"no such file: {path}", hint=near(path.name, known)) from error
    except OSError as error:
        raise EnvironmentFault(
            f"{path.name}: {error.strerror or error}", hint="check the permissions of the file and its folder"
        ) from error
    if not first:
        raise InputError(f"{path.name} is empty (0 bytes)", hint=AGAIN)


def is_gzip(path: Path) -> bool:
    """Return whether the file is compressed with gzip, by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(2) == GZIP_MAGIC


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file's content, decompressed; fails as `check_readable` does."""
    check_readable(path)
    with faults_explained(path.name, lambda: "nothing"), open_binary(path) as stream:
        return stream.read1(size)


def open_binary(path: Path) -> BufferedReader:
    """Open a file for reading; gzip is decompressed, whatever the name says.

    Of a truncated gzip `read1` gives all there is before it fails; `read` loses what it had in hand.
    """
    return cast("BufferedReader", gzip.open(path)) if is_gzip(path) else path.open("rb")


@contextmanager
def faults_explained(name: str, progress: Callable[[], str]) -> Iterator[None]:
    """Turn what goes wrong while reading bytes into an error that says where.

    Parameters
    ----------
    name
        Name of the file, for the message.
    progress
        What had been read when it happened, e.g. ``1,204 rows``.

    Raises
    ------
    InputError
        The gzip file is truncated or damaged.
    EnvironmentFault
        The operating system could not read the file.
    """
    try:
        yield
    except EOFError as error:
        raise InputError(f"{name}: unexpected end of gzip after {progress()}", hint=AGAIN) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{name}: damaged gzip after {progress()}: {error}", hint=AGAIN) from error
    except OSError as error:
        raise EnvironmentFault(
            f"{name}: {error.strerror or error} after {progress()}", hint="check the disk and try again"
        ) from error


def counted(number: int, noun: str) -> str:
    """Return ``1,204 rows`` for (1204, "row")."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
