"""Every number behind one analyzer, for machines and for people."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from ordermine.report.table import Column, Table, duration_text, share_text

if TYPE_CHECKING:
    from ordermine.analyze.base import Analyzer, Measured
    from ordermine.findings.finding import Unit
    from ordermine.report.table import Unit as TableUnit

SHOWN_ROWS = 25
TABLE_UNITS: dict[Unit, TableUnit] = {
    "share": "share",
    "seconds": "seconds",
    "count": "count",
    "score": "number",
    "text": "text",
}


def result(measured: Measured) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {
        "bound": "lower" if measured.unseen else None,
        "columns": [{"name": name, "unit": unit} for name, unit in measured.columns.items()],
        "rows": [{name: _plain(value) for name, value in row.items()} for row in measured.rows],
        "totals": {name: _plain(value) for name, value in measured.totals.items()},
    }


def table(analyzer: Analyzer, measured: Measured, most: int | None = None) -> Table:
    """Return the rows as a table; with `most` only so many of them, as people read them."""
    columns = tuple(Column(name, name, TABLE_UNITS[unit]) for name, unit in measured.columns.items())
    rows = measured.rows if most is None else measured.rows[:most]
    return Table(
        f"{analyzer.code} {analyzer.name}",
        columns,
        [[_plain(row[column.name]) for column in columns] for row in rows],
        len(measured.rows) - len(rows),
        notes=() if measured.rows else ("no rows: it doesn't occur in this log",),
    )


def heading(analyzer: Analyzer, measured: Measured) -> list[str]:
    """Return what was measured, and the totals."""
    lines = [analyzer.summary]
    if measured.unseen:
        lines.append(f"At least so many, since this log can't show {'; '.join(measured.unseen)}.")
    if measured.totals:
        lines.append(", ".join(f"{name.replace('_', ' ')} {_said(name, v)}" for name, v in measured.totals.items()))
    return lines


def _said(name: str, value: Any) -> str:
    """Return a total for people; its name tells its unit."""
    if value is None:
        return "–"
    if isinstance(value, float) and name.endswith(("share", "rate")):
        return share_text(value)
    if name.endswith(("_s", "seconds")) and isinstance(value, int | float):
        return duration_text(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(_plain(value))


def _plain(value: Any) -> Any:
    """Return a value that JSON can carry."""
    if isinstance(value, dt.datetime):
        instant = value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
        return instant.isoformat().replace("+00:00", "Z")
    return value
