"""The files that `discover -o` and `map -o` write, and how files are put into their place."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing.bpmn import bpmn_xml
from ordermine.report.drawing.map_file import draw
from ordermine.report.map_page.page import map_page
from ordermine.targets import check_file, check_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ordermine.discover.map_content import MapContent
    from ordermine.discover.process import Process


def process_files(process: Process, contents: Sequence[MapContent], title: str, subtitle: str) -> dict[str, bytes]:
    """Return file name → contents: maps, and the model in every notation it has.

    Parameters
    ----------
    process
        What was discovered.
    contents
        What ``map_content`` found.
    title, subtitle
        Name of the log; what it is and what of it is selected.
    """
    files = {
        "map.svg": draw(process.graph, "svg", title=title),
        "map.html": map_page(contents, title=title, subtitle=subtitle),
        "model.bpmn": bpmn_xml(*process.model.bpmn()).encode(),
        "model.pnml": process.model.pnml().encode(),
    }
    for content in contents:
        if content.level == "department":
            files["departments.svg"] = draw(content.graph, "svg", title=title, level="department")
    tree = process.model.ptml()
    if tree is not None:
        files["model.ptml"] = tree.encode()
    return files


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
    folder = folder.absolute()
    # Within a folder that exists, which may be a file system of its own.
    staged = (folder if folder.exists() else folder.parent) / f".{folder.name}.{os.getpid()}.new"
    try:
        staged.mkdir(parents=True)
        for name, contents in files.items():
            _write(staged / name, contents)
        if folder.exists():
            for name in files:
                (staged / name).replace(folder / name)
        else:
            staged.replace(folder)
    except OSError as error:
        raise EnvironmentFault(f"{folder}: {error.strerror or error}", hint="check space and permissions") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _write(path: Path, contents: bytes) -> None:
    with path.open("xb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


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
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(temporary, contents)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise EnvironmentFault(f"{path}: {error.strerror or error}", hint="check space and permissions") from error
