"""How outputs get into their place: made beside it and moved, so that nobody ever sees a half-written one.

A file, or a folder that is new, appears in one step. In a folder that exists files are replaced one by one, each in one
step, after all of them have been written; a step that fails takes back those before it. A run that is killed between
two steps leaves whole files, of which some are new.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, BinaryIO

from ordermine.errors import EnvironmentFault
from ordermine.targets import check_file, check_files
from ordermine.temporary import remove_abandoned, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path


def write_folder(folder: Path, files: Mapping[str, bytes], *, force: bool) -> None:
    """Write files into a folder: all of them are written before the first one is put into its place.

    Raises
    ------
    UsageError
        One of them exists and `force` isn't given; nothing is written then.
    EnvironmentFault
        The folder can't be written; what was there before is untouched.
    """
    check_files(folder, files, force=force)
    with filling(folder) as staged:
        for name, contents in files.items():
            (staged / name).write_bytes(contents)


def write_file(path: Path, contents: bytes, *, force: bool) -> None:
    """Write a file in one step: readers see the old contents or the new.

    Raises
    ------
    UsageError
        It exists and `force` isn't given, or is a folder.
    EnvironmentFault
        It can't be written.
    """
    check_file(path, force=force)
    with replacing(path) as file:
        file.write(contents)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the place of `path` once it is complete; if the body fails, nothing happens.

    Raises
    ------
    EnvironmentFault
        It can't be written.
    """
    path = path.absolute()
    with _faults_named(path), parents_of(path), temporary_folder(path.parent) as staged:
        written = staged / path.name
        with written.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)


@contextlib.contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Give an empty folder whose files get into `folder` once all are there; if the body fails, nothing happens.

    Raises
    ------
    EnvironmentFault
        It can't be written.
    """
    folder = folder.absolute()
    # Within a folder that exists, which may be a file system of its own.
    beside = folder if folder.exists() else folder.parent
    with _faults_named(folder), parents_of(folder), temporary_folder(beside) as made:
        # What a killed run left when the folder was new.
        remove_abandoned(folder.parent)
        staged, before = made / "new", made / "old"
        staged.mkdir()
        yield staged
        names = sorted(path.name for path in staged.iterdir())
        for name in names:
            with (staged / name).open("rb") as file:
                os.fsync(file.fileno())
        if folder.exists():
            before.mkdir()
            _replace_each(folder, names, staged, before)
        else:
            staged.replace(folder)


def _replace_each(folder: Path, names: Iterable[str], staged: Path, before: Path) -> None:
    """Replace the files of these names, or none."""
    done = []
    try:
        for name in names:
            if (folder / name).exists():
                # Not a link, which not every file system has.
                shutil.copy2(folder / name, before / name)
            done.append(name)
            (staged / name).replace(folder / name)
    except BaseException:
        for name in done:
            if (before / name).exists():
                (before / name).replace(folder / name)
            else:
                (folder / name).unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def parents_of(path: Path) -> Iterator[None]:
    """Make the folders above `path`; if the body fails, those that were made are removed."""
    missing = [parent for parent in path.parents if not parent.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise


@contextlib.contextmanager
def _faults_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{path}: {error.strerror or error}", hint="check space and permissions") from error
