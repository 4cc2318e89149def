"""What a log says about itself: `manifest.json`, the one file whose replacement publishes a new generation."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ordermine.canonical import SourceRecord
from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.schema import FORMAT_VERSION

if TYPE_CHECKING:
    from pathlib import Path

NAME = "manifest.json"
UNPUBLISHED = f"{NAME}.new"
SEAL = "sha256"
"""Key under which the manifest holds the digest of everything else in it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where every row went: ``rows_in = events + duplicates + rejected``."""

    rows_in: int
    events: int
    duplicates: int
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    by_source: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name of a source → ``rows_in``, ``events``, and ``left_out``: reason → rows, duplicates among them."""

    @property
    def rejected(self) -> int:
        """Rows left out for any reason other than being an exact duplicate."""
        return sum(self.rejected_by_reason.values())

    def adds_up(self) -> bool:
        """Whether every row is accounted for."""
        return self.rows_in == self.events + self.duplicates + self.rejected


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of `manifest.json`."""

    generation: int
    sources: tuple[SourceRecord, ...]
    project: str
    """The project file as used, as text."""
    ledger: Ledger
    cases: int
    activities: int
    variants: int
    first: str | None
    """First and last instant, ISO 8601 in UTC; None in an empty log."""
    last: str | None
    timezone: str
    """Zone by which stamps without an offset were read."""
    options: dict[str, Any]
    """Other settings of ingest that a later ``--append`` must repeat."""
    date_orders: dict[str, str]
    """Column → how its dates are written and, where it had to be proven, in which order."""
    not_recorded: dict[str, dict[str, int]]
    """Column → spelling that means "not recorded" → events."""
    precision: dict[str, int]
    """Timestamp precision → events."""
    measurable: dict[str, bool]
    """What this log records, e.g. ``department``, ``resource``, ``field changes``."""
    columns: tuple[str, ...]
    """Columns of `events`, in order."""
    recorded: tuple[str, ...]
    """Those that hold a value in at least one event."""
    case_attributes: tuple[str, ...]
    notes: tuple[str, ...]
    """What a person should know about how the export was read."""
    unseen: tuple[str, ...] = ()
    """Events that happened and that the log lacks, in words: counts of events are lower bounds then."""
    checksums: dict[str, int] = field(default_factory=dict)
    """File of the generation → CRC-32 of its bytes."""
    format_version: int = FORMAT_VERSION
    privacy: dict[str, Any] | None = None
    """What was pseudonymised and under which key, and how many cases are still unique; None where names stayed."""

    def folder(self, log: Path) -> Path:
        """Return the folder of the current generation."""
        return log / f"{self.generation:06d}"


def read_manifest(log: Path) -> Manifest:
    """Read the manifest of a log.

    Raises
    ------
    UsageError
        There is no log at that path.
    InputError
        The manifest is damaged or written by a newer version.
    EnvironmentFault
        It can't be read.
    """
    path = log / NAME
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        what = "not a log" if log.exists() else "no such file or folder"
        raise UsageError(f"{log}: {what}", hint="make one with: ordermine ingest EXPORT -o LOG") from None
    except OSError as error:
        raise EnvironmentFault(f"{path}: {error.strerror}", hint="check permissions") from error
    again = "ingest the export again with --force"
    try:
        data = json.loads(content.decode())
        made_by = data["format_version"]
        if made_by != FORMAT_VERSION:
            which = "a newer" if made_by > FORMAT_VERSION else "an older"
            raise InputError(
                f"{log}: made by {which} ordermine (format {made_by}; this one reads {FORMAT_VERSION})",
                hint=f"update ordermine, or {again}" if which == "a newer" else again,
            )
        if data.pop(SEAL) != _seal(data):
            raise ValueError("its contents were changed")
        data["sources"] = tuple(
            SourceRecord(**{**source, "columns": tuple(source["columns"])}) for source in data["sources"]
        )
        ledger = data.pop("ledger")
        ledger.pop("rejected")
        for name in ("columns", "recorded", "case_attributes", "notes", "unseen"):
            data[name] = tuple(data.get(name, ()))
        return Manifest(**data, ledger=Ledger(**ledger))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: damaged: {error}", hint=again) from error


def publish(log: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step, after which readers see the new generation."""
    data = asdict(manifest)
    data["ledger"]["rejected"] = manifest.ledger.rejected
    if manifest.privacy is None:
        del data["privacy"]
    data[SEAL] = _seal(data)
    temporary = log / UNPUBLISHED
    # What an earlier run left, or a link that somebody put there, is not written through.
    temporary.unlink(missing_ok=True)
    with temporary.open("x", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(log / NAME)
    # From here on the new generation is the log; what a power cut could undo is undone as a whole.
    with contextlib.suppress(OSError):
        sync_folder(log)


def _seal(data: dict[str, Any]) -> str:
    """Return what tells whether a manifest is as it was written."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make sure that names written to a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
