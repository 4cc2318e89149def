"""Which names an output may have: looked at before the work begins, so that nothing is lost and no work in vain."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from ordermine.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable
    from pathlib import Path


def check_file(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Make sure that a file may be written at `path`.

    Parameters
    ----------
    path
        Where to.
    force
        Whether a file that is there may be replaced. A symbolic link counts as a file of its own: it is replaced and
        never followed.
    inputs
        What this run reads; it is replaced by no means.

    Raises
    ------
    UsageError
        Something is there that may not be replaced, or no file can have that name.
    """
    found = _look(path)
    for above in path.parents:
        is_there = _look(above, follow=True)
        if is_there is not None and not stat.S_ISDIR(is_there.st_mode):
            raise UsageError(f"{path}: {above} is a file", hint="name a file in a folder")
    if found is None:
        return
    if stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{path}: is a folder", hint="name a file")
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        raise UsageError(f"{path}: is a pipe or a device", hint="name a file")
    if any(_is(path, one) for one in inputs):
        raise UsageError(f"{path}: is what this command reads", hint="name another file")
    if not force:
        raise UsageError(f"{path}: exists", hint="add --force to replace it")


def check_files(folder: Path, names: Iterable[str], *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Make sure that files may be written into a folder; see `check_file`."""
    found = _look(folder, follow=True)
    if found is not None and not stat.S_ISDIR(found.st_mode):
        raise UsageError(f"{folder}: is a file", hint="name a folder")
    if found is None and _look(folder) is not None:
        raise UsageError(f"{folder}: is a link to nothing", hint="name a folder")
    for name in names:
        check_file(folder / name, force=force, inputs=inputs)


def _look(path: Path, *, follow: bool = False) -> os.stat_result | None:
    """Return what is at `path`, None where nothing is."""
    try:
        return path.stat() if follow else path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError):
            # Whoever writes there finds out, and says so.
            return None
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{str(path)[:100]}: no name for a file: {reason}", hint="choose another name") from error


def _is(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False
