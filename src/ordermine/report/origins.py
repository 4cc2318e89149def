"""Where errors start, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ordermine.analyze.origin.suppression import Guarded, guard
from ordermine.report.table import Column, Table, share_text
from ordermine.stats.suppress import FEWEST_CASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.analyze.origin.audit import CorrectedDepartment
    from ordermine.analyze.origin.summary import DepartmentOrigins, Origins

ERROR_COLUMNS: Final = (
    "case_id",
    "field",
    "error_type",
    "class",
    "wrong_value",
    "detected_at",
    "detected_by",
    "originated_at",
    "originated_by",
    "method",
    "confidence",
    "reason",
)
HIDDEN: Final = "·"
"""Stands in the table where a number is about too few orders or people."""


def result(origins: Origins, corrected: Sequence[CorrectedDepartment] = ()) -> dict[str, Any]:
    """Return the `result` of the JSON; with labels, shares and limits are the corrected ones."""
    rows = []
    audited = {one.department: one for one in corrected}
    for one in origins.departments:
        label = audited.pop(one.department, None)
        rows.append(_department(one, label))
    for label in audited.values():
        rows.append({**_unreported(label.department), **_limits(label)})
    return {
        "errors": origins.errors,
        "attributed": origins.attributed,
        "unattributable": dict(origins.unattributable),
        "change_requests": origins.change_requests,
        "matrix": [
            {"origin": origin, "detected": detected, "errors": count}
            for (origin, detected), count in origins.matrix.items()
        ],
        "departments": rows,
    }


def _department(one: DepartmentOrigins, label: CorrectedDepartment | None) -> dict[str, Any]:
    shares = (
        _limits(label)
        if label
        else {"share": one.share.share, "share_low": one.share.low, "share_high": one.share.high}
    )
    return {
        "department": one.department,
        "originated": one.originated,
        "detected": one.detected,
        **shares,
        "bound_low": one.bound_low,
        "bound_high": one.bound_high,
        "exposure": one.rate.of,
        "rate": one.rate.share,
        "rate_low": one.rate.low,
        "rate_high": one.rate.high,
        "containment": one.containment,
    }


def _limits(label: CorrectedDepartment) -> dict[str, Any]:
    return {"share": label.share, "share_low": label.low, "share_high": label.high}


def _unreported(department: str) -> dict[str, Any]:
    """Return the row of a department that only the labels name."""
    numbers = ("bound_low", "bound_high", "rate", "rate_low", "rate_high", "containment")
    return {
        "department": department,
        "originated": 0,
        "detected": 0,
        "share": None,
        "share_low": None,
        "share_high": None,
        "exposure": 0,
        **dict.fromkeys(numbers),
    }


def heading(origins: Origins, name: str, labelled: int = 0) -> list[str]:
    """Return what was found, in a few lines."""
    lost = origins.errors - origins.attributed
    lines = [
        f"{name}: {origins.errors:,} errors; where they started is known for {origins.attributed:,}"
        + (f" ({share_text(origins.attributed / origins.errors)})" if origins.errors else "")
    ]
    if lost:
        reasons = ", ".join(f"{reason} ({count:,})" for reason, count in origins.unattributable.items())
        lines.append(f"not known for {lost:,}: {reasons}")
    if origins.change_requests:
        lines.append(f"{origins.change_requests:,} further changes were asked for by customers and are no errors")
    if labelled:
        lines.append(f"shares are corrected by {labelled:,} errors that people looked up")
    return lines


def tables(origins: Origins, people: Mapping[str, int], corrected: Sequence[CorrectedDepartment] = ()) -> list[Table]:
    """Return the departments, and the matrix of origin by detection, without what could point at single people.

    Parameters
    ----------
    origins
        What was found.
    people
        Department → people who work there, where people are recorded.
    corrected
        Corrected shares, where there are labels.
    """
    if not origins.errors:
        return []
    found = guard(origins.matrix, people)
    spoken = [one for one in origins.departments if one.originated or one.detected]
    return [
        _department_table(spoken, corrected, found),
        _rate_table([one for one in spoken if one.rate.of and one.department not in found.started]),
        _matrix_table(found),
    ]


def _department_table(
    departments: Sequence[DepartmentOrigins],
    corrected: Sequence[CorrectedDepartment],
    found: Guarded,
) -> Table:
    audited = {one.department: one for one in corrected}
    rows = []
    for one in departments:
        noticed = HIDDEN if one.department in found.noticed else f"{one.detected:,}"
        if one.department in found.started:
            rows.append((one.department, HIDDEN, noticed, HIDDEN, HIDDEN, HIDDEN))
            continue
        label = audited.get(one.department)
        limits = (label.share, label.low, label.high) if label else (one.share.share, one.share.low, one.share.high)
        contained = (
            HIDDEN
            if one.department in found.itself
            else "–"
            if one.containment is None
            else f"{100 * one.containment:.0f} %"
        )
        rows.append(
            (
                one.department,
                f"{one.originated:,}",
                noticed,
                _range(*limits),
                f"{100 * one.bound_low:.0f} to {100 * one.bound_high:.0f} %",
                contained,
            )
        )
    notes = [
        "share: of the errors whose origin is known, with its 95 % interval; of all: if none, and if all, of the "
        "others started there; itself: share of its own errors that it noticed"
    ]
    if any(HIDDEN in row for row in rows):
        notes.append(f"{HIDDEN} about too few orders or people, or would give such a number away")
    return Table(
        "Where do errors start?",
        (
            Column("department", "department"),
            Column("originated", "started", "number"),
            Column("detected", "noticed", "number"),
            Column("share", "share", "number"),
            Column("bounds", "of all", "number"),
            Column("containment", "itself", "number"),
        ),
        rows,
        notes=tuple(notes),
    )


def _rate_table(departments: Sequence[DepartmentOrigins]) -> Table:
    return Table(
        "How often, for what they write?",
        (
            Column("department", "department"),
            Column("exposure", "fields written", "count"),
            Column("hits", "wrong", "number"),
            Column("rate", "rate", "number"),
        ),
        [
            (one.department, one.rate.of, HIDDEN, HIDDEN)
            if 0 < one.rate.hits < FEWEST_CASES
            else (
                one.department,
                one.rate.of,
                f"{one.rate.hits:,}",
                _range(one.rate.share, one.rate.low, one.rate.high),
            )
            for one in departments
        ],
        notes=("fields written: in matured orders, each once per order; wrong: an error started there",),
    )


def _range(share: float | None, low: float | None, high: float | None) -> str:
    """Return a share with its interval, in percent."""
    if share is None or low is None or high is None:
        return "–"
    decimals = 0 if high >= 0.1 else 1
    return f"{100 * share:.1f} % [{100 * low:.{decimals}f}, {100 * high:.{decimals}f}]"


def _matrix_table(found: Guarded) -> Table:
    named, counts, hidden = found.names, found.counts, found.cells
    started = [at for at, row in enumerate(counts) if sum(row)]
    started.sort(key=lambda at: (named[at] in found.started, -sum(counts[at]), named[at]))
    rows = []
    for at in started:
        cells = [other for other in range(len(named)) if counts[at][other]]
        shown = sorted((other for other in cells if (at, other) not in hidden), key=lambda other: -counts[at][other])
        said = [f"{named[other] or 'not recorded'} {counts[at][other]:,}" for other in shown]
        kept_back = [named[other] or "not recorded" for other in cells if (at, other) in hidden]
        if kept_back:
            said.append(f"{HIDDEN} {', '.join(kept_back)}")
        rows.append((named[at], "; ".join(said)))
    return Table("And who noticed them?", (Column("origin", "started in"), Column("detected", "noticed by")), rows)


def error_table(rows: Sequence[Mapping[str, Any]], further: Sequence[str] = ()) -> Table:
    """Return the errors one by one: a work table, nothing is suppressed."""
    columns = (*ERROR_COLUMNS, *further)
    return Table("Errors", tuple(Column(name, name) for name in columns), [[row[c] for c in columns] for row in rows])
