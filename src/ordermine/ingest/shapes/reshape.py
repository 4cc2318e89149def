"""From an export in any shape to event rows: start here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ordermine.errors import UsageError
from ordermine.ingest.mapping import ColumnMapping, holds_dates
from ordermine.ingest.shapes import statements
from ordermine.ingest.shapes.columns import check_columns, formats_of, names_of
from ordermine.ingest.shapes.shaped import EVENTS, PLACE, ShapedSource
from ordermine.ingest.shapes.table import ROW, connect, load
from ordermine.project import DeclaredSource, FieldSteps, Milestone
from ordermine.schema import KEY_COLUMNS, REPETITION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.source import Source

PROMISE: Final = re.compile(
    r"estimat|promis|plan|request|expect|due\b|deadline|target|limit|soll|geplant|wunsch|termin|zugesagt|pr[ée]vu"
    r"|souhait|[ée]ch[ée]ance|estimad|previst|prometid|vencimiento",
    re.IGNORECASE,
)
"""Names of columns whose dates say when something should happen, not when it did."""


@dataclass(frozen=True, slots=True)
class Reshaped:
    """Event rows, and which of their columns plays which part."""

    source: Source
    mapping: ColumnMapping
    loses: tuple[str, ...] = ()
    """What the shape can't show, as analyzers need it."""
    unseen: str = ""
    """Events that happened and are missing, in words; empty where none are known to be."""


def reshape(
    source: Source,
    mapping: ColumnMapping,
    declared: DeclaredSource,
    date_order: str | None,
    samples: Mapping[str, Sequence[str | None]],
) -> Reshaped:
    """Return a file as event rows.

    Parameters
    ----------
    source
        The exported file.
    mapping
        Which column plays which part, as proposed or declared; its shape (wide, field_history or snapshots) says what
        the rows are.
    declared
        What the project file says of this file.
    date_order
        ``dmy``, ``mdy`` or ``ymd``, where declared.
    samples
        The first values of every column.

    Raises
    ------
    UsageError
        The shape needs what isn't declared, or a declared column isn't there.
    InputError
        The dates of a column are ambiguous or contradict each other.
    """
    if mapping.shape == "wide":
        return _wide(source, mapping, declared, date_order, samples)
    if mapping.shape == "field_history":
        return _field_history(source, mapping, declared)
    return _snapshots(source, mapping, declared, date_order)


def milestones_of(mapping: ColumnMapping, samples: Mapping[str, Sequence[str | None]]) -> dict[str, Milestone]:
    """Return the milestones of a wide export where none are declared: what holds dates and is no promise."""
    taken = {name for key, choice in mapping.columns.items() if key != "timestamp" for name in names_of(choice)}
    return {
        column: Milestone(activity=column)
        for column, values in samples.items()
        if column not in taken and holds_dates(values) and not PROMISE.search(column)
    }


def _wide(
    source: Source,
    mapping: ColumnMapping,
    declared: DeclaredSource,
    date_order: str | None,
    samples: Mapping[str, Sequence[str | None]],
) -> Reshaped:
    milestones = dict(declared.milestones)
    check_columns(source, milestones, "milestones")
    milestones = milestones or milestones_of(mapping, samples)
    if not milestones:
        raise UsageError(
            f"{source.name}: no column holds dates of milestones",
            hint='name them: milestones = { "Approved at" = "Approve" } under [[source]]',
        )
    kept = [column for column in source.columns if column not in milestones]
    formats = formats_of(source, milestones, date_order)
    connection = connect()
    load(connection, source, formats)
    connection.execute(_create(statements.wide(kept, milestones)))
    columns: dict[str, ColumnChoice] = {
        key: choice for key, choice in mapping.columns.items() if not set(names_of(choice)) & milestones.keys()
    }
    columns |= {"activity": statements.STEP, "timestamp": statements.MOMENT}
    reasons = {"activity": "the columns that hold dates", "timestamp": "the columns that hold dates"}
    if any(one.department for one in milestones.values()):
        columns["department"] = statements.DEPARTMENT
        reasons["department"] = "declared for each milestone"
    shaped = ShapedSource(source, connection, "no date in any milestone", "wide")
    return replace(_reshaped(shaped, mapping, columns, reasons), loses=(REPETITION,))


def _field_history(source: Source, mapping: ColumnMapping, declared: DeclaredSource) -> Reshaped:
    field, old, new = (mapping.columns.get(key) for key in ("field", "old", "new"))
    if not (isinstance(field, str) and isinstance(old, str) and isinstance(new, str)):
        raise UsageError(
            f"{source.name}: field history needs the columns of field, old and new value",
            hint="name them with --field, --old and --new",
        )
    connection = connect()
    load(connection, source, {})
    query = statements.field_history(source.columns, field, old, new, _steps(declared))
    connection.execute(_create(query))
    shaped = ShapedSource(source, connection, "no field", "field_history")
    columns: dict[str, ColumnChoice] = {**mapping.columns, "activity": statements.STEP}
    return _reshaped(shaped, mapping, columns, {"activity": "made from field, old and new value"})


def _snapshots(source: Source, mapping: ColumnMapping, declared: DeclaredSource, date_order: str | None) -> Reshaped:
    case, timestamp = mapping.columns.get("case"), mapping.columns.get("timestamp")
    if not isinstance(case, str) or timestamp is None:
        raise UsageError(
            f"{source.name}: snapshots need the columns of the record and of its time",
            hint="name them with --case and --timestamp",
        )
    check_columns(source, declared.watch, "watch")
    check_columns(source, [declared.sequence] if declared.sequence else [], "sequence")
    connection = connect()
    load(connection, source, formats_of(source, [timestamp], date_order))
    if not declared.watch:
        others = [column for column in source.columns if column not in {case, *names_of(timestamp)}]
        [counts] = connection.execute(statements.changing(case, others)).fetchall()
        changing = sorted(zip(others, counts, strict=True), key=lambda one: -one[1])
        shown = ", ".join(f"{column!r} in {count:,}" for column, count in changing[:8] if count)
        raise UsageError(
            f"{source.name}: which columns' changes are steps? Of the records, {shown} change",
            hint='say so under [[source]]: watch = ["state", "assignment_group"]',
        )
    query = statements.snapshots(source.columns, case, declared.watch, declared.sequence, _steps(declared))
    connection.execute(_create(query))
    unseen = ""
    if declared.sequence:
        [(with_gaps, records)] = connection.execute(statements.gaps(case, declared.sequence)).fetchall()
        if with_gaps:
            unseen = (
                f"changes between snapshots of {source.name}, of which some are missing in {with_gaps:,} of "
                f"{records:,} records by {declared.sequence!r}"
            )
    shaped = ShapedSource(source, connection, "no change", "snapshots")
    columns: dict[str, ColumnChoice] = {
        **{key: choice for key, choice in mapping.columns.items() if key not in ("field", "old", "new")},
        "activity": statements.STEP,
        "field": statements.FIELD,
        "old": statements.OLD,
        "new": statements.NEW,
    }
    made = "made from the differences between snapshots"
    reshaped = _reshaped(shaped, mapping, columns, dict.fromkeys(("activity", "field", "old", "new"), made))
    return replace(reshaped, unseen=unseen)


def _create(query: str) -> str:
    return f"CREATE TABLE {EVENTS} AS {query} ORDER BY {ROW}, {PLACE}"


def _steps(declared: DeclaredSource) -> dict[str, FieldSteps]:
    return {"*": FieldSteps(), **declared.steps}


def _reshaped(
    shaped: ShapedSource, mapping: ColumnMapping, columns: dict[str, ColumnChoice], reasons: dict[str, str]
) -> Reshaped:
    taken = {name for choice in columns.values() for name in names_of(choice)}
    return Reshaped(
        shaped,
        ColumnMapping(
            columns={key: columns[key] for key in KEY_COLUMNS if key in columns},
            reasons={key: reasons.get(key) or mapping.reasons[key] for key in KEY_COLUMNS if key in columns},
            unused=[column for column in shaped.columns if column not in taken],
            shape="events",
        ),
    )
