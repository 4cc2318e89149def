"""Folders that a run needs while it lasts: marked by their owner, and removed once nobody owns them.

The owner's mark is a lock (flock) on the folder itself, which the system takes back when a process ends, however it
ends. So what a killed run left behind is known from what a running one still needs, without process ids, which come
again, and without a clock. Every new folder begins by removing those beside it that nobody owns any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = ".ordermine-"
"""Of every such folder, in the temporary folder of the system and beside outputs."""

_owned: dict[Path, int | None] = {}
"""Folder → descriptor that holds its lock; None where the file system knows no locks."""
_removing = threading.Lock()


@contextlib.contextmanager
def temporary_folder(beside: Path | None = None) -> Iterator[Path]:
    """Give an empty folder that is removed at the end, whatever happens.

    Parameters
    ----------
    beside
        Folder in which it is made; by default the system's for temporary files.

    Raises
    ------
    EnvironmentFault
        It can't be made.
    """
    folder = _make(beside)
    try:
        yield folder
    finally:
        _remove(folder)


def folder_for(owner: Any) -> Path:
    """Return an empty folder in the system's for temporary files, which is removed when `owner` is no more.

    Raises
    ------
    EnvironmentFault
        It can't be made.
    """
    folder = _make(None)
    weakref.finalize(owner, _remove, folder)
    return folder


def remove_all() -> None:
    """Remove every folder that this process owns; for when it ends without cleaning up."""
    for folder in list(_owned):
        _remove(folder)


def own(folder: Path, *, shared: bool = False) -> int | None:
    """Lock a folder; return the descriptor that holds the lock until it is closed.

    Parameters
    ----------
    folder
        The folder.
    shared
        Own it together with others that do.

    Returns
    -------
    int or None
        None if somebody else owns the folder.

    Raises
    ------
    OSError
        There is no such folder, it may not be read, or its file system knows no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            return None
        raise
    return descriptor


def remove_unowned(folder: Path) -> None:
    """Remove a folder unless somebody owns it; what can't be removed is left to the next run."""
    with contextlib.suppress(OSError):
        descriptor = own(folder)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def remove_abandoned(parent: Path) -> None:
    """Remove those of a folder's temporary folders that are this user's and that nobody owns any more.

    Raises
    ------
    OSError
        The folder can't be read; a temporary folder that can't be removed is left to the next run.
    """
    with os.scandir(parent) as entries:
        found = [entry for entry in entries if entry.name.startswith(PREFIX)]
    for entry in found:
        with contextlib.suppress(OSError):
            if entry.is_dir(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_uid == os.geteuid():
                remove_unowned(parent / entry.name)


def _make(beside: Path | None) -> Path:
    # Loaded only here: commands that write nothing start without it.
    import tempfile

    parent = Path(tempfile.gettempdir()) if beside is None else beside
    try:
        remove_abandoned(parent)
        while True:
            folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            try:
                descriptor = own(folder)
            except FileNotFoundError:
                continue
            except OSError:
                # Without locks nobody can tell whether it is still needed, and nobody removes it.
                _owned[folder] = None
                return folder
            if descriptor is not None and folder.exists():
                _owned[folder] = descriptor
                return folder
            # Another run took it for abandoned before it had its mark.
            if descriptor is not None:
                os.close(descriptor)
    except OSError as error:
        raise EnvironmentFault(
            f"{parent}: {error.strerror or error}",
            hint="check space and permissions" if beside else "free some space, or set TMPDIR to a folder that has it",
        ) from error


def _remove(folder: Path) -> None:
    # Also called by the thread that ends the program while others may still be at work.
    with _removing:
        if folder not in _owned:
            return
        descriptor = _owned.pop(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if descriptor is not None:
        os.close(descriptor)
