"""The JSON that every command prints: schema, log, as-of, result, notes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ordermine.quoting import spelled_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.manifest import Manifest


def envelope(
    command: str,
    manifest: Manifest | None,
    result: Mapping[str, Any],
    notes: Sequence[str] = (),
    *,
    log: Log | None = None,
) -> str:
    """Return the JSON of a command.

    Parameters
    ----------
    command
        Its name.
    manifest
        Of the log that was written or read; None for commands without a log.
    result
        What was found.
    notes
        What has to be said with it.
    log
        The open log, for commands that read one.
    """
    as_of = log.as_of.isoformat().replace("+00:00", "Z") if log is not None and log.as_of is not None else None
    about = None if manifest is None else log_facts(manifest)
    if log is not None and about is not None and log.filters.any:
        about["filters"] = log.filters.describe()
    data = {
        "schema": f"ordermine/{command}/1",
        "log": about,
        "as_of": as_of,
        "result": result,
        "notes": list(notes),
    }
    return spelled_out(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


def log_facts(manifest: Manifest) -> dict[str, Any]:
    """Return what identifies a log: its sources by digest, its size, its period."""
    return {
        "sources": [{"name": source.name, "sha256": source.sha256} for source in manifest.sources],
        "events": manifest.ledger.events,
        "cases": manifest.cases,
        "first": manifest.first,
        "last": manifest.last,
        "timezone": manifest.timezone,
    }
