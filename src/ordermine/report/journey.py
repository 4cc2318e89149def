"""One order's journey, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.errors import UsageError, near
from ordermine.quoting import check_text
from ordermine.report.table import Column, Table, counted, duration_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.eventlog.log import Log

COLUMNS = (
    "seq",
    "timestamp",
    "timestamp_precision",
    "activity",
    "department",
    "resource",
    "field",
    "old_value",
    "new_value",
    "reason",
    "seconds_to_next",
    "tied",
    "source_file",
    "source_row",
)
SHOWN_CHARACTERS = {"day": 10, "min": 16, "s": 19, "us": 23}
"""How much of an ISO stamp each precision has."""


def events(log: Log, case: str) -> list[dict[str, Any]]:
    """Return the events of an order, in order.

    Raises
    ------
    UsageError
        There is no such order among the selected ones.
    """
    check_text(case, "order")
    chosen = ", ".join(
        "strftime(timestamp, '%Y-%m-%dT%H:%M:%S.%f') AS timestamp" if c == "timestamp" else c for c in COLUMNS
    )
    rows = log.rows(f"SELECT {chosen} FROM events WHERE case_id = ? ORDER BY seq", [case])
    if not rows:
        like = log.rows(
            "SELECT case_id FROM cases ORDER BY levenshtein(left(case_id, 40), left(?, 40)), 1 LIMIT 3", [case]
        )
        raise UsageError(f"no order {case!r}", hint=near(case, [row[0] for row in like]))
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def result(case: str, found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {"case_id": case, "events": [{**event, "timestamp": event["timestamp"] + "Z"} for event in found]}


def heading(case: str, found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the order in one line."""
    total = sum(event["seconds_to_next"] or 0 for event in found)
    ties = (
        " Steps marked ~ share their time with a neighbour: their order is that of the export."
        if any(event["tied"] for event in found)
        else ""
    )
    return [f"Order {case}: {counted(len(found), 'event')} in {duration_text(total)}; times are UTC.{ties}"]


def table(case: str, found: Sequence[dict[str, Any]]) -> Table:
    """Return the journey as a table: who did what when, how long the order then waited, and where the row stands."""
    changes = any(event["field"] for event in found)
    several_files = len({event["source_file"] for event in found}) > 1
    rows = []
    for event in found:
        stamp = event["timestamp"].replace("T", " ")[: SHOWN_CHARACTERS[event["timestamp_precision"]]]
        row = [stamp + (" ~" if event["tied"] else ""), event["activity"], event["department"], event["resource"]]
        if changes:
            change = (
                f"{event['field']}: {event['old_value'] or '–'} → {event['new_value'] or '–'}"
                if event["field"]
                else None
            )
            row.append(change)
        row.append(event["seconds_to_next"])
        row.append(f"{event['source_file']}:{event['source_row']}" if several_files else event["source_row"])
        rows.append(row)
    return Table(
        f"Journey of {case}",
        (
            Column("timestamp", "when"),
            Column("activity", "step"),
            Column("department", "department"),
            Column("resource", "who"),
            *((Column("change", "change"),) if changes else ()),
            Column("seconds_to_next", "then waits", "seconds"),
            Column("source_row", "row"),
        ),
        rows,
        notes=() if several_files else (f"rows are those of {found[0]['source_file']}",),
    )


def raw_table(found: Sequence[dict[str, Any]]) -> Table:
    """Return the journey with values as they are, for programs."""
    rows = [[event["timestamp"] + "Z" if name == "timestamp" else event[name] for name in COLUMNS] for event in found]
    return Table("Journey", tuple(Column(name, name) for name in COLUMNS), rows)
