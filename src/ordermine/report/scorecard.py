"""The scorecard, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.analyze.measures.base import AREAS
from ordermine.analyze.scorecard.beyond import BEYOND
from ordermine.report.ftr import sources
from ordermine.report.table import Column, Table, duration_text, share_text

if TYPE_CHECKING:
    from ordermine.analyze.measures.base import Unit
    from ordermine.analyze.scorecard.scorecard import Entry, Scorecard

SAID: Final = {"reached": "reached", "missed": "missed", "unclear": "not clear", None: "–"}
OTHERS: Final = "others, too small to name"


def result(found: Scorecard) -> dict[str, Any]:
    """Return the `result` of the JSON; numbers are shares, seconds or counts per order."""
    return {
        "orders": found.orders,
        "matured": found.matured,
        "maturity_days": found.maturity_days,
        "measures": [_measure(entry) for entry in found.entries],
        "not_measurable": [
            *(
                {"name": one.measure.name, "title": one.measure.title, "area": one.measure.area, "needs": one.reason}
                for one in found.not_measured
            ),
            *({"name": None, "title": one.title, "area": one.area, "needs": one.needs} for one in BEYOND),
        ],
        "contributions": [
            {
                "measure": one.measure,
                "parts": one.parts,
                "departments": [{"department": part.department, "share": part.share} for part in one.departments],
            }
            for one in found.contributions
        ],
    }


def _measure(entry: Entry) -> dict[str, Any]:
    measure, found, trend, target = entry.measure, entry.estimate, entry.trend, entry.target
    return {
        "name": measure.name,
        "title": measure.title,
        "area": measure.area,
        "unit": measure.unit,
        "better": measure.better,
        "n": found.n,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "p90": found.p90,
        "bound": "upper" if entry.unseen else None,
        "trend": None
        if trend is None
        else {
            "change": trend.change,
            "low": trend.low,
            "high": trend.high,
            "p_value": trend.p_value,
            "direction": entry.direction,
            "recent_weeks": trend.recent,
            "weeks_before": trend.before,
        },
        "target": None if target is None else {"at_least": target.at_least, "at_most": target.at_most},
        "verdict": entry.verdict,
        "definition": measure.definition,
    }


def heading(found: Scorecard, name: str) -> list[str]:
    """Return what the card is about, in a few lines."""
    which = "concluded" if found.concluded else "all"
    lines = [
        f"{name}: {found.matured:,} matured of {found.orders:,} {which} orders; an order has matured "
        f"{found.maturity_days:.0f} days after its conclusion, when errors have had time to show"
    ]
    missed = [entry.measure.title for entry in found.entries if entry.verdict == "missed"]
    worse = [entry.measure.title for entry in found.entries if entry.direction == "worse"]
    if unseen := next((entry.unseen for entry in found.entries if entry.unseen), ()):
        signals = sources(unseen)
        lines.append(f"≤: at most, because this log can't show {signals}")
    if missed:
        lines.append(f"target missed: {', '.join(missed)}")
    if worse:
        lines.append(f"worse in the last weeks than before: {', '.join(worse)}")
    return lines


def tables(found: Scorecard) -> list[Table]:
    """Return the card area by area, who contributes, and what can't be measured."""
    with_target = any(entry.target for entry in found.entries)
    columns = [
        Column("measure", "measure"),
        Column("value", "value", "number"),
        Column("interval", "95 % interval", "number"),
        Column("n", "orders", "count"),
        Column("trend", "last 4 weeks"),
    ]
    if with_target:
        columns.append(Column("target", "target"))
    made = []
    for area in AREAS:
        entries = [entry for entry in found.entries if entry.measure.area == area]
        if not entries:
            continue
        rows = [
            (
                entry.measure.title,
                ("≤ " if entry.unseen else "") + value_of(entry.measure.unit, entry.estimate.value),
                interval_of(entry),
                entry.estimate.n,
                trend_of(entry),
                *([target_of(entry)] if with_target else []),
            )
            for entry in entries
        ]
        made.append(Table(area.capitalize(), tuple(columns), rows))
    return [*made, *_contribution_tables(found), _missing_table(found)]


def _contribution_tables(found: Scorecard) -> list[Table]:
    columns = (Column("department", "department"), Column("share", "part", "share"))
    return [
        Table(
            f"Who has a part in it: {one.parts}",
            columns,
            [(part.department or OTHERS, part.share) for part in one.departments],
        )
        for one in found.contributions
    ]


def _missing_table(found: Scorecard) -> Table:
    rows = [(one.measure.area, one.measure.title, one.reason) for one in found.not_measured]
    rows += [(one.area, one.title, f"needs {one.needs}") for one in BEYOND]
    columns = (Column("area", "area"), Column("measure", "measure"), Column("needs", "why"))
    return Table("Not measurable here", columns, sorted(rows, key=lambda row: AREAS.index(row[0])))


def measure_table(found: Scorecard) -> Table:
    """Return the measures with raw values, for CSV."""
    names = ("area", "name", "unit", "n", "value", "low", "high", "p90", "direction", "verdict", "definition")
    rows = []
    for entry in found.entries:
        flat = _measure(entry) | {"direction": entry.direction}
        rows.append([flat[name] for name in names])
    return Table("Scorecard", tuple(Column(name, name) for name in names), rows)


def value_of(unit: Unit, value: float | None) -> str:
    """Return a value for people."""
    if value is None:
        return "–"
    if unit == "share":
        return share_text(value)
    return duration_text(value) if unit == "seconds" else f"{value:,.2f}"


def interval_of(entry: Entry) -> str:
    """Return the interval of an entry for people."""
    found, unit = entry.estimate, entry.measure.unit
    if found.low is None or found.high is None:
        return "–"
    if unit == "share":
        return f"{100 * found.low:.1f} to {100 * found.high:.1f} %"
    return f"{value_of(unit, found.low)} to {value_of(unit, found.high)}"


def trend_of(entry: Entry) -> str:
    """Return for people how the last weeks differ from those before."""
    trend, unit = entry.trend, entry.measure.unit
    if trend is None:
        return "too few weeks"
    if entry.direction == "unclear":
        return "no clear change"
    size = abs(trend.change)
    change = f"{100 * size:.1f} points" if unit == "share" else value_of(unit, size)
    return f"{entry.direction}: {'+' if trend.change > 0 else '−'}{change}"


def target_of(entry: Entry) -> str:
    """Return the target of an entry and whether it is reached."""
    if entry.target is None:
        return "–"
    limits = (("≥", entry.target.at_least), ("≤", entry.target.at_most))
    said = " ".join(f"{sign} {value_of(entry.measure.unit, limit)}" for sign, limit in limits if limit is not None)
    return f"{said}: {SAID[entry.verdict]}"
