"""What is to be pseudonymised, under which key, and what happens to texts and to rows that are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ordermine.ingest.privacy.disguise import Disguise
    from ordermine.ingest.privacy.key import Key
    from ordermine.project import Project

ALLOWED: Final = ("case", "department", "resource", "reference", "object_id", "customer", "item", "channel")
"""Source keys that can be pseudonymised: those of identifiers. What steps and fields are called has a meaning."""


@dataclass(frozen=True, slots=True)
class Privacy:
    """How one ingest keeps names out of its log."""

    columns: tuple[str, ...]
    """Source keys (of `ALLOWED`) and names of columns, as asked."""
    key: Key
    keep_text: frozenset[str] = frozenset()
    """Source keys and names of columns whose free text stays."""
    left_out: Path | None = None
    """File for the raw text of rows that are left out; None for nowhere."""


def check_left_out(file: Path, out: Path) -> None:
    """Raise UsageError unless the raw text of rows that are left out may be written to `file`, for a log in `out`."""
    if file.is_symlink() or file.exists():
        raise UsageError(f"--left-out {file}: exists", hint="name a new file; what is there is never overwritten")
    if not file.parent.is_dir():
        raise UsageError(f"--left-out {file}: there is no folder {file.parent}", hint="make it, or name another file")
    if out.resolve() in file.resolve().parents:
        raise UsageError(
            f"--left-out {file}: lies within the log, which is to hold no raw values",
            hint="name a file outside it, that only you may read",
        )


def check_privacy(privacy: Privacy | None, project: Project, earlier: Mapping[str, Any] | None, *, added: bool) -> None:
    """Raise UsageError unless what is asked agrees with the project file, and with the log that is added to.

    Parameters
    ----------
    privacy
        What is asked.
    project
        The project file.
    earlier
        What the log's manifest says of its privacy; None where its names stayed, or there is no log yet.
    added
        Whether a log is added to.
    """
    if privacy is None:
        if earlier is not None:
            raise UsageError(
                "this log is pseudonymised, and so must be what is added to it",
                hint=f"give its key (id {earlier['key_id']}) with --key-file",
            )
        if project.log.pseudonymise:
            raise UsageError("[log] pseudonymise in the project file needs a key", hint="give it with --key-file")
        return
    if not added:
        return
    if earlier is None:
        raise UsageError(
            "the log that is to be added to holds raw values",
            hint="ingest all its exports again, with --force in place of --append",
        )
    if earlier["key_id"] != privacy.key.id:
        raise UsageError(
            f"the log was pseudonymised with another key (id {earlier['key_id']}, this one is {privacy.key.id})",
            hint="give its key, or ingest all exports again with --force",
        )
    if set(earlier["keys"]) != set(privacy.columns):
        raise UsageError(
            f"the log has pseudonyms for {', '.join(earlier['keys'])}, not for {', '.join(privacy.columns)}",
            hint="leave --pseudonymise out, or ingest all exports again with --force",
        )


def check_clusters(project: Project, disguise: Disguise, columns: Sequence[str]) -> None:
    """Raise UsageError if the project file reads clusters off case ids that are not in the log."""
    hidden = "case" in disguise.decided.values() or disguise.searched_out["case_id"] > 0
    if hidden and project.log.cluster_pattern(columns) is not None:
        raise UsageError(
            "[log] cluster is a pattern on case_id, and the case ids of this log are pseudonymised",
            hint="name a column there, or leave what case ids hold out of --pseudonymise",
        )
