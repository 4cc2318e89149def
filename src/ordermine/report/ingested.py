"""What `ingest` did, for machines and for people: the ledger, and how the files were read."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from ordermine.report.table import Column, Table, counted
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.eventlog.manifest import Manifest

COUNTED = {
    "wide": "counted as a row: each date in a milestone, and each order without one",
    "snapshots": "counted as a row: each change that a snapshot shows, and each snapshot that shows none",
}
"""Shapes of which a row of the file may be several events → what the ledger counts."""


def result(manifest: Manifest) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    ledger = manifest.ledger
    return {
        "rows_in": ledger.rows_in,
        "events": ledger.events,
        "cases": manifest.cases,
        "activities": manifest.activities,
        "variants": manifest.variants,
        "duplicates": ledger.duplicates,
        "rejected": ledger.rejected,
        "rejected_by_reason": ledger.rejected_by_reason,
        "by_source": ledger.by_source,
        "date_order": _date_order(manifest),
        "timezone": manifest.timezone,
        "dialect": {source.name: dict(source.described) for source in manifest.sources},
        "columns": {source.name: dict(source.mapping) for source in manifest.sources},
        "date_formats": manifest.date_orders,
        "not_recorded": manifest.not_recorded,
        "precision": manifest.precision,
        "measurable": manifest.measurable,
        "privacy": manifest.privacy,
    }


def _date_order(manifest: Manifest) -> str | None:
    """Return dmy, mdy or ymd where the timestamp column needed an order; ymd for stamps that start with the year."""
    for source in manifest.sources:
        shown = manifest.date_orders.get(source.mapping.get("timestamp", ""), "")
        if shown.endswith(")"):
            return shown[-4:-1]
        if shown in ("year first", "compact"):
            return "ymd"
    return None


def heading(manifest: Manifest, name: str) -> list[str]:
    """Return the ledger in two lines."""
    ledger = manifest.ledger
    lines = [
        f"{name}: {counted(ledger.events, 'event')} of {counted(manifest.cases, 'order')}, "
        f"{counted(manifest.activities, 'activity')}, {counted(manifest.variants, 'variant')}",
        f"{counted(ledger.rows_in, 'row')} in = {counted(ledger.events, 'event')} + "
        f"{counted(ledger.duplicates, 'exact duplicate')} + {ledger.rejected:,} left out",
    ]
    if manifest.first and manifest.last:
        lines.append(
            f"from {manifest.first[:19]} to {manifest.last[:19]} UTC; stamps without offset: {manifest.timezone}"
        )
    return lines


def tables(manifest: Manifest, name: str) -> list[Table]:
    """Return how the files were read and what was left out; `name` is the log's, for the command that shows more."""
    found = [_files(manifest)] if len(manifest.sources) > 1 else []
    for source in manifest.sources:
        described = ", ".join(f"{key} {value}" for key, value in source.described.items())
        rows = [
            (key, column, source.reasons.get(key, "") + _format_note(manifest, key, column))
            for key in KEY_COLUMNS
            if (column := source.mapping.get(key)) is not None
        ]
        # What is read as what in the tables of a system, its preset says.
        if rows and not source.described.get("shape", "").startswith("preset "):
            found.append(
                Table(
                    f"{source.name}",
                    (Column("key", "read as"), Column("column", "from column"), Column("reason", "because")),
                    rows,
                    notes=(
                        described,
                        *(told for shape, told in COUNTED.items() if source.described.get("shape") == shape),
                    ),
                )
            )
    if manifest.ledger.rejected or manifest.ledger.duplicates:
        found.append(_left_out(manifest, name))
    if manifest.not_recorded:
        found.append(
            Table(
                "Values that mean: not recorded",
                (Column("column", "column"), Column("spelling", "spelling"), Column("events", "rows", "count")),
                [
                    (column, spelling or "(empty)", count)
                    for column, counts in manifest.not_recorded.items()
                    for spelling, count in counts.items()
                ],
            )
        )
    if manifest.privacy is not None:
        found.append(_still_unique(manifest.privacy["unique"]))
    return found


def _still_unique(unique: Mapping[str, Any]) -> Table:
    """Return how many orders can still be told from all others."""
    cases, events = unique["cases"], unique["by_three_events"]
    rows = [
        ("its sequence of steps", unique["by_variant"] / cases, None, None),
        ("that, and the day of its first step", unique["by_variant_and_day"] / cases, None, None),
        ("three of its events: step and day", events["share"], events["low"], events["high"]),
    ]
    return Table(
        "Orders that are the only one for whoever knows",
        (
            Column("known", "what is known"),
            Column("share", "unique orders", "share"),
            Column("low", "at least", "share"),
            Column("high", "at most", "share"),
        ),
        rows,
        notes=("Pseudonymised data remain personal data: who knows enough about an order finds it.",),
    )


def _files(manifest: Manifest) -> Table:
    """Return what became of each file."""
    rows = []
    for source in manifest.sources:
        counts = manifest.ledger.by_source[source.name]
        kind = source.described.get("shape") or source.described.get("use") or "events"
        rows.append((source.name, kind, counts["rows_in"], counts["events"]))
    return Table(
        "Files",
        (
            Column("file", "file"),
            Column("as", "read as"),
            Column("rows_in", "rows", "count"),
            Column("events", "events", "count"),
        ),
        rows,
    )


def _left_out(manifest: Manifest, name: str) -> Table:
    """Return which rows are no events, and how to see them."""
    rows = [
        (file, reason, rows)
        for file, counts in manifest.ledger.by_source.items()
        for reason, rows in counts["left_out"].items()
    ]
    kept = "file, line and text" if manifest.privacy is None else "file and line, without its text"
    return Table(
        "Rows that are no event, and why",
        (Column("file", "file"), Column("reason", "reason"), Column("rows", "rows", "count")),
        rows,
        notes=(
            f"each is kept with its {kept}; look at them with:",
            f'ordermine sql {shlex.quote(name)} "SELECT * FROM left_out"',
        ),
        verbatim=True,
    )


def _format_note(manifest: Manifest, key: str, column: str) -> str:
    if key not in ("timestamp", "start") or column not in manifest.date_orders:
        return ""
    return f"; dates: {manifest.date_orders[column]}"
