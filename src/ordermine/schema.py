"""The vocabulary: column names and types of the log, source keys, kinds of steps, stages, actor types. No logic."""

from __future__ import annotations

from typing import Final

FORMAT_VERSION: Final = 2
"""Version of the log's layout on disk, written to its manifest."""

REQUIRED_KEYS: Final = ("case", "activity", "timestamp")
"""Source keys without which a table is not an event log."""

KEY_COLUMNS: Final = {
    "case": "case_id",
    "activity": "activity",
    "timestamp": "timestamp",
    "start": "start_timestamp",
    "precision": "timestamp_precision",
    "lifecycle": "lifecycle",
    "department": "department",
    "resource": "resource",
    "actor_type": "actor_type",
    "field": "field",
    "old": "old_value",
    "new": "new_value",
    "reason": "reason",
    "reference": "reference",
    "object_type": "object_type",
    "object_id": "object_id",
    "customer": "customer",
    "item": "item",
    "channel": "channel",
    "amount": "amount",
    "currency": "currency",
    "quantity": "quantity",
}
"""Source key (what ``ingest --KEY COLUMN`` and ``[[source]]`` call it) → column of `events`."""

EVENT_COLUMNS: Final = {
    "case_id": "string",
    "case_no": "int32",
    "activity": "string",
    "timestamp": "timestamp[us, UTC]",
    "start_timestamp": "timestamp[us, UTC]",
    "timestamp_precision": "string",
    "lifecycle": "string",
    "department": "string",
    "resource": "string",
    "actor_type": "string",
    "field": "string",
    "old_value": "string",
    "new_value": "string",
    "reason": "string",
    "reference": "string",
    "object_type": "string",
    "object_id": "string",
    "customer": "string",
    "item": "string",
    "channel": "string",
    "amount": "decimal(28, 6)",
    "currency": "string",
    "quantity": "decimal(28, 6)",
    "seq": "int32",
    "occurrence": "int32",
    "next_activity": "string",
    "next_department": "string",
    "next_resource": "string",
    "seconds_to_next": "double",
    "tied": "bool",
    "source_file": "string",
    "source_row": "int64",
}
"""Columns of `events`, in order; every further source column follows under its own name, as text."""

DERIVED_COLUMNS: Final = (
    "case_no",
    "seq",
    "occurrence",
    "next_activity",
    "next_department",
    "next_resource",
    "seconds_to_next",
    "tied",
    "source_file",
    "source_row",
)
"""Columns that ingest computes; the others come from the source."""

XES_NAMES: Final = {
    "case_id": "case:concept:name",
    "activity": "concept:name",
    "timestamp": "time:timestamp",
    "start_timestamp": "start_timestamp",
    "lifecycle": "lifecycle:transition",
    "resource": "org:resource",
    "department": "org:group",
}
"""Column of `events` → the name XES and pm4py use for it."""

PRECISIONS: Final = ("us", "s", "min", "day")

ACTOR_TYPES: Final = ("human", "system", "batch", "integration", "customer", "unknown")

SYSTEM_ACTORS: Final = ("system", "batch", "integration")
"""Actor types that handoff questions skip, transparently."""

KINDS: Final = (
    "create",
    "submit",
    "confirm",
    "change",
    "approve",
    "reject",
    "restore",
    "resubmit",
    "block",
    "unblock",
    "deliver",
    "invoice",
    "credit",
    "cancel",
    "return",
    "pay",
    "contact",
    "complaint",
    "note",
    "system",
    "other",
)
"""What a step does to an order."""

STAGES: Final = (
    "lead",
    "qualify",
    "quote",
    "contract",
    "order",
    "credit",
    "fulfil",
    "deliver",
    "invoice",
    "pay",
    "support",
    "renew",
)
"""Where in lead-to-cash a step belongs, in order."""

NOT_RECORDED: Final = frozenset(
    {
        "",
        "empty",
        "missing",
        "undefined",
        "unknown",
        "not assigned",
        "n/a",
        "na",
        "#n/a",
        "nan",
        "null",
        "none",
        "?",
        "-",
        "--",
    }
)
"""Spellings (in lower case) by which exports say that a department or resource was not recorded."""

REPETITION: Final = "repetition"
"""What exports with one date per milestone can't show: a step that is done again overwrites its date."""

MEASURABLE: Final = {
    "departments": frozenset({"department"}),
    "people": frozenset({"resource"}),
    "processing time": frozenset({"start_timestamp"}),
    "field changes": frozenset({"field", "old_value", "new_value"}),
    "reasons": frozenset({"reason"}),
    "resubmission by reference": frozenset({"reference"}),
    "resubmission by similarity": frozenset({"customer", "item", "amount"}),
    "customers": frozenset({"customer"}),
    "value": frozenset({"amount"}),
}
"""What a log can show → columns that must be recorded for it."""
