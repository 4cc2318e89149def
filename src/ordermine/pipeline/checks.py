"""What must hold before a log is written or added to."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.eventlog.manifest import NAME, UNPUBLISHED
from ordermine.ingest.timestamps import DAY_OR_MONTH, ORDERS, Format
from ordermine.quoting import check_text
from ordermine.schema import KEY_COLUMNS
from ordermine.temporary import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ordermine.eventlog.manifest import Manifest
    from ordermine.ingest.open import Opened
    from ordermine.ingest.plan import Options, Plan
    from ordermine.project import Project


def check_place(out: Path, sources: Sequence[Opened], *, force: bool, append: bool) -> bool:
    """Make sure that a log may be written into a folder.

    Returns
    -------
    bool
        Whether there is a log already.

    Raises
    ------
    UsageError
        Something is there that may not be replaced, or a source is a part of the log.
    """
    check_text(str(out.absolute()), "folder of the log")
    exists = (out / NAME).exists()
    if out.exists() and not exists and not _holds_nothing(out):
        raise UsageError(f"{out}: exists and is not a log", hint="name another folder with -o")
    if exists and not (force or append):
        raise UsageError(f"{out}: exists", hint="add --force to replace it, or --append to add to it")
    for opened in sources:
        if exists and _is_of_log(opened.path, out):
            raise UsageError(
                f"{opened.source.name}: is a part of {out}, which the next run removes",
                hint="ingest the export that the log was made of, or name another log with -o",
            )
    return exists


def refuse_changed(names: Sequence[str]) -> None:
    """Raise if files in which something is looked up aren't those that the log was made with."""
    if names:
        raise UsageError(
            f"{', '.join(names)}: not as it was when the log was made, so that its events would be told otherwise now",
            hint="ingest all files again, with --force in place of --append",
        )


def case_attributes(project: Project, plans: Sequence[Plan]) -> list[str]:
    """Return the declared case attributes by the names they have in the log."""
    names: dict[str, None] = {}
    for plan in plans:
        declared = project.source_of(plan.record.name)
        canonical = {column: KEY_COLUMNS[key] for key, column in plan.reading.columns.items()}
        for column in declared.case_attributes if declared else ():
            stored = plan.reading.extras.get(column) or canonical.get(column)
            if stored is None:
                raise UsageError(
                    f"{plan.record.name}: no column {column!r} for case_attributes",
                    hint=near(column, plan.source.columns),
                )
            names.setdefault(stored)
    return list(names)


def _holds_nothing(out: Path) -> bool:
    """Whether a folder is empty but for what a run that was killed left behind."""
    return out.is_dir() and all(
        (entry.is_dir() and entry.name.isdigit()) or entry.name == UNPUBLISHED or entry.name.startswith(PREFIX)
        for entry in out.iterdir()
    )


def _is_of_log(path: Path, out: Path) -> bool:
    """Whether a file is in one of the generations of a log."""
    folders = (
        path.resolve().relative_to(out.resolve()).parts[:-1] if path.resolve().is_relative_to(out.resolve()) else ()
    )
    return bool(folders) and folders[0].isdigit()


def with_remembered(options: Options, old: Manifest) -> Options:
    """Return the options completed by those that the log was made with."""
    before = old.options
    formats = {
        column: Format(DAY_OR_MONTH, order)
        for column, shown in old.date_orders.items()
        for order in ORDERS
        if shown.endswith(f"({order})")
    }
    return replace(
        options,
        timezone=options.timezone or before["timezone"],
        not_recorded=tuple({*options.not_recorded, *before["not_recorded"]}),
        lifecycle=before["lifecycle"] if options.lifecycle == "all" else options.lifecycle,
        keep_duplicates=options.keep_duplicates or before["keep_duplicates"],
        remembered_columns=before["columns"],
        remembered_formats=formats,
    )


def allowed_rejects(limit: str | None) -> Callable[[int], float]:
    """Return how many of so many rows ``--max-rejected`` allows to be rejected."""
    if limit is None:
        return lambda rows: rows
    found = re.fullmatch(r"(\d+(?:\.\d+)?)%|(\d+)", limit)
    if not found:
        raise UsageError(f"--max-rejected {limit!r}: not a number of rows or a percentage", hint="e.g. 10 or 0.5%")
    percent, number = found.groups()
    return (lambda rows: rows * float(percent) / 100) if percent else (lambda _: int(number))
