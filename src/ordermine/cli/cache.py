"""Logs of exported files that were named in place of a log: made once for each content and project file."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError, OrdermineError
from ordermine.eventlog.log import check_complete
from ordermine.eventlog.manifest import NAME, read_manifest
from ordermine.schema import FORMAT_VERSION
from ordermine.temporary import own, remove_abandoned, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.cli.progress import Progress

KEPT = 20
"""Logs kept; the ones unused for longest go first."""


def cache_folder() -> Path:
    """Return the folder of cached logs: below XDG_CACHE_HOME, by default ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "ordermine" / "logs"


def cached_log(
    export: Path, project: Path | None, *, threads: int | None, memory_limit: int | None, progress: Progress
) -> Path:
    """Return the log of an exported file, ingesting it unless that was done before.

    A project file ``ordermine.toml`` beside the export is used unless another is named. If it asks for pseudonyms, the
    key comes from the environment.
    """
    from importlib.metadata import version

    from ordermine.cli.ingest import find_project, with_further_files
    from ordermine.cli.privacy import find_privacy, silent_opening
    from ordermine.ingest.databases.choose import Wanted
    from ordermine.ingest.open import open_exports, spool_stdin
    from ordermine.ingest.originals import CHANGED, LATER, state_of
    from ordermine.ingest.plan import Options
    from ordermine.ingest.readers.files import check_readable
    from ordermine.pipeline import ingest

    with temporary_folder() as temporary:
        path = spool_stdin(temporary) if str(export) == "-" else export
        check_readable(path)
        declared = find_project(project, [str(export)])
        privacy = find_privacy(None, None, None, None, declared)
        progress("looking for a log of this file")
        paths = [Path(one) for one in with_further_files([str(path)], declared, project)]
        states = [state_of(one) for one in paths]
        named = "\n".join(f"{one.name}\n{_digest(one)}" for one in paths)
        content = f"{version('ordermine')}\n{FORMAT_VERSION}\n{named}\n{declared.fingerprint()}"
        if privacy is not None:
            content += f"\n{privacy.key.id}"
        log = cache_folder() / hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        if not _is_whole(log):
            _forget(log)
            with _place_for(log) as made:
                wanted = Wanted(preset=declared.log.preset, recognise=not declared.source)
                exports = [str(one) for one in paths]
                with silent_opening(privacy, exports):
                    opened = open_exports(exports, temporary, wanted=wanted, progress=progress)
                ingest(
                    opened,
                    made,
                    declared,
                    Options(),
                    privacy=privacy,
                    threads=threads or os.cpu_count() or 1,
                    memory_limit=memory_limit,
                    progress=progress,
                )
                if [state_of(one) for one in paths] != states:
                    raise InputError(f"{path.name}: {CHANGED}", hint=LATER)
            _forget_old(log.parent, log)
        with contextlib.suppress(OSError):
            remove_abandoned(log.parent)
            os.utime(log)
        return log


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _place_for(log: Path) -> Iterator[Path]:
    """Give a folder that becomes the log when it is complete, so that two runs at once don't meet."""
    hint = "point XDG_CACHE_HOME to a folder that can be written, or ingest the export into a log first"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFault(f"{log.parent}: {error.strerror or error}", hint=hint) from error
    with temporary_folder(log.parent) as place:
        yield place / "log"
        try:
            (place / "log").rename(log)
        except OSError as error:
            # Another run was faster; its log is the same.
            if not (log / NAME).exists():
                raise EnvironmentFault(f"{log.parent}: {error.strerror or error}", hint=hint) from error


def _is_whole(log: Path) -> bool:
    """Whether there is a log and nothing of it is missing; a damaged one is made again."""
    if not (log / NAME).exists():
        return False
    try:
        check_complete(log, read_manifest(log))
    except InputError:
        return False
    return True


def _forget(log: Path) -> None:
    """Remove a cached log, unless somebody reads it; it is gone in one step."""
    if not log.exists():
        return
    lock = None
    with contextlib.suppress(OSError, OrdermineError):
        # What is damaged has no such folder, and no readers.
        lock = own(read_manifest(log).folder(log))
        if lock is None:
            return
    with contextlib.suppress(OSError, EnvironmentFault), temporary_folder(log.parent) as place:
        log.rename(place / "log")
    if lock is not None:
        os.close(lock)


def _forget_old(folder: Path, current: Path) -> None:
    # Another run may be removing the same.
    with contextlib.suppress(FileNotFoundError):
        logs = sorted((log for log in folder.glob("[!.]*") if log != current), key=lambda log: -log.stat().st_mtime)
        for log in logs[KEPT - 1 :]:
            _forget(log)
