"""Opening a file, plain or gzip, and saying in plain words why that doesn't work."""

from __future__ import annotations

import gzip
import stat
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

ALWAYS_ALLOWED = 1 << 30
"""Bytes that any compressed file may unpack to."""
LARGEST_RATIO = 200
"""Beyond those, how many times its size a file may unpack to. Exports shrink to a tenth or a fortieth."""


def check_readable(path: Path) -> None:
    """Make sure that there is a file with something in it that this user may read.

    Raises
    ------
    UsageError
        There is no such file, or it is a folder or a pipe.
    InputError
        The file is empty.
    EnvironmentFault
        The file can't be opened.
    """
    try:
        kind = path.stat().st_mode
        if stat.S_ISDIR(kind):
            raise UsageError(f"{path.name} is a folder", hint="name the exported files in it, or leave it out")
        if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
            # It would be waited for forever, and an export is read more than once.
            raise UsageError(f"{path.name} is a pipe", hint=f"read it from stdin: ordermine … - < {path.name}")
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
    return cast("BufferedReader", _Gzip(path)) if is_gzip(path) else path.open("rb")


class _Gzip(gzip.GzipFile):
    """A gzip file that gives no more than an export of its size holds."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._path = path
        self._stored = path.stat().st_size

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        refuse_bomb(self._path.name, self.tell(), self._stored, "unpack it with gunzip and name the unpacked file")
        return data

    def read1(self, size: int = -1) -> bytes:
        data = super().read1(size)
        refuse_bomb(self._path.name, self.tell(), self._stored, "unpack it with gunzip and name the unpacked file")
        return data


def refuse_bomb(name: str, unpacked: int, stored: int, hint: str) -> None:
    """Refuse a file that unpacks to far more bytes than it has.

    Parameters
    ----------
    name
        Name of the file.
    unpacked, stored
        Bytes so far, and bytes of the file.
    hint
        What to do if it is an export all the same.

    Raises
    ------
    InputError
        It is more than `ALWAYS_ALLOWED` and more than `LARGEST_RATIO` times the size of the file.
    """
    if unpacked > ALWAYS_ALLOWED and unpacked > LARGEST_RATIO * stored:
        raise InputError(
            f"{name}: it unpacks to more than {ALWAYS_ALLOWED >> 20:,} MB and more than {LARGEST_RATIO} times its size",
            hint=hint,
        )


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
