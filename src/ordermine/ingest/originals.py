"""Exported files as they lie on disk: their digests, and proof that they stayed the same while they were read."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError
from ordermine.ingest.readers.files import faults_explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

PIECE = 1 << 20
CHANGED = "it changed while it was read"
LATER = "wait until the export is done"


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when somebody writes to a file, or puts another in its place."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int
    """Unlike the time of modification, nobody can set it back."""


def state_of(path: Path) -> FileState:
    """Return the state of a file.

    Raises
    ------
    EnvironmentFault
        It can't be looked at any more.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise EnvironmentFault(
            f"{path.name}: {error.strerror or error}", hint="check the file and try again"
        ) from error
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@contextlib.contextmanager
def unchanged(files: Sequence[tuple[Path, str, FileState]]) -> Iterator[Callable[[], None]]:
    """Let the body read files; whatever comes of it doesn't count if one of them changed meanwhile.

    Parameters
    ----------
    files
        Path, name for messages, and state before anything was read of it.

    Yields
    ------
    Callable
        Raises InputError if a file isn't as it was; to be called when all is read.

    Raises
    ------
    InputError
        The body failed and a file isn't as it was: what the body says of it has no meaning then.
    """

    def check(cause: Exception | None = None) -> None:
        for path, name, before in files:
            try:
                same = state_of(path) == before
            except EnvironmentFault:
                same = False
            if not same:
                raise InputError(f"{name}: {CHANGED}", hint=LATER) from cause

    try:
        yield check
    except Exception as error:
        check(error)
        raise


@contextlib.contextmanager
def digests(paths: Sequence[Path]) -> Iterator[list[Future[str]]]:
    """Compute the SHA-256 of files on a thread of its own; what isn't done at the end of the body isn't needed."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        try:
            yield [pool.submit(_digest, path, over) for path in paths]
        finally:
            over.set()


def _digest(path: Path, over: threading.Event) -> str:
    digest = hashlib.sha256()
    with faults_explained(path.name, lambda: "part of it"), path.open("rb") as file:
        while not over.is_set() and (piece := file.read(PIECE)):
            digest.update(piece)
    return digest.hexdigest()
