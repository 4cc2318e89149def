"""The queries that make event rows of an exported table, one for each shape.

Each gives the columns of the file that go on as they are, the derived ones, `ROW` and `PLACE`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.ingest.shapes.shaped import PLACE
from ordermine.ingest.shapes.table import INSTANT, ROW, TABLE, WRITTEN
from ordermine.quoting import identifier, literal
from ordermine.schema import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.project import FieldSteps, Milestone

STEP: Final = "(step)"
MOMENT: Final = "(moment)"
DEPARTMENT: Final = "(department)"
FIELD: Final = "(field)"
OLD: Final = "(old value)"
NEW: Final = "(new value)"
"""Names of derived columns."""


def filled(column: str) -> str:
    """Return SQL for the value of a column, null where there are only blanks."""
    return f"nullif(trim({column}), '')"


def recorded(column: str) -> str:
    """Return SQL for the value of a column, null where it is spelled as not recorded."""
    spellings = ", ".join(literal(spelling) for spelling in sorted(NOT_RECORDED))
    return f"CASE WHEN lower(trim({column})) NOT IN ({spellings}) THEN trim({column}) END"


def wide(kept: Sequence[str], milestones: Mapping[str, Milestone]) -> str:
    """Return the query for one row per order with a date for each milestone.

    Parameters
    ----------
    kept
        Columns that go on as they are.
    milestones
        Column → its step, in the order in which the stamps were loaded.
    """
    entries = ", ".join(
        f"{{'place': {at}, 'step': {literal(one.activity)}, 'department': {literal(one.department)}::VARCHAR, "
        f"'moment': {WRITTEN.format(at)}}}"
        for at, one in enumerate(milestones.values())
    )
    department = (
        f", m.department AS {identifier(DEPARTMENT)}" if any(one.department for one in milestones.values()) else ""
    )
    return f"""
    SELECT {_list(kept)}{ROW}, m.place AS {PLACE}, m.step AS {identifier(STEP)}, m.moment AS {identifier(MOMENT)}
           {department}
    FROM {TABLE}, unnest([{entries}]) AS u(m)
    WHERE {filled("m.moment")} IS NOT NULL
    """


def field_history(kept: Sequence[str], field: str, old: str, new: str, steps: Mapping[str, FieldSteps]) -> str:
    """Return the query for one row per change of a field.

    Parameters
    ----------
    kept
        Columns that go on as they are, those of the field and its values among them.
    field, old, new
        Columns.
    steps
        Field → what its changes are called; ``*`` for those not named.
    """
    step = _step(identifier(field), filled(identifier(old)), filled(identifier(new)), steps)
    return f"SELECT {_list(kept)}{ROW}, 0 AS {PLACE}, {step} AS {identifier(STEP)} FROM {TABLE}"


def snapshots(
    kept: Sequence[str], case: str, watch: Sequence[str], sequence: str | None, steps: Mapping[str, FieldSteps]
) -> str:
    """Return the query for rows that repeat a record after every change: events are the differences.

    The first snapshot of a record sets all its watched columns that hold a value.

    Parameters
    ----------
    kept
        Columns that go on as they are.
    case
        Column of the record.
    watch
        Columns whose changes are events.
    sequence
        Column that numbers the snapshots; without it they are taken in order of time, then of the file.
    steps
        Watched column → what its changes are called; ``*`` for those not named.
    """
    number = f"try_cast({identifier(sequence)} AS BIGINT), " if sequence else ""
    window = f"(PARTITION BY {identifier(case)} ORDER BY {number}{INSTANT.format(0)}, {ROW})"
    values = [recorded(identifier(column)) for column in watch]
    before = "".join(f", lag({value}) OVER ordered AS _before_{at}" for at, value in enumerate(values))
    entries = ", ".join(
        f"{{'place': {at}, 'field': {literal(column)}, 'old': _before_{at}, 'new': {value}}}"
        for at, (column, value) in enumerate(zip(watch, values, strict=True))
    )
    return f"""
    SELECT {_list(kept)}{ROW}, m.place AS {PLACE}, m.field AS {identifier(FIELD)}, m.old AS {identifier(OLD)},
           m.new AS {identifier(NEW)}, {_step("m.field", "m.old", "m.new", steps)} AS {identifier(STEP)}
    FROM (SELECT *{before} FROM {TABLE} WINDOW ordered AS {window}), unnest([{entries}]) AS u(m)
    WHERE m.old IS DISTINCT FROM m.new
    """


def gaps(case: str, sequence: str) -> str:
    """Return the query that counts records whose snapshots aren't numbered without gaps, and all records."""
    number = f"try_cast({identifier(sequence)} AS BIGINT)"
    return f"""
    SELECT count(*) FILTER (WHERE missing > 0), count(*) FROM (
      SELECT max({number}) - min({number}) + 1 - count(DISTINCT {number}) AS missing FROM {TABLE}
      WHERE {filled(identifier(case))} IS NOT NULL GROUP BY {identifier(case)}
    )
    """


def changing(case: str, columns: Sequence[str]) -> str:
    """Return the query that counts, for each column, the records in which it changes."""
    counts = ", ".join(f"count(DISTINCT {identifier(column)}) > 1" for column in columns)
    sums = ", ".join(f"count(*) FILTER (WHERE c[{at}])" for at in range(1, len(columns) + 1))
    return f"SELECT {sums} FROM (SELECT [{counts}] AS c FROM {TABLE} GROUP BY {identifier(case)})"


def _list(kept: Sequence[str]) -> str:
    return "".join(f"{identifier(column)}, " for column in kept)


def _step(field: str, old: str, new: str, steps: Mapping[str, FieldSteps]) -> str:
    """Return SQL for the name of a step."""

    def named(template: str) -> str:
        text = literal(template)
        for mark, value in (("{field}", field), ("{old}", old), ("{new}", new)):
            if mark in template:
                text = f"replace({text}, {literal(mark)}, coalesce({value}, ''))"
        return text

    def of(one: FieldSteps) -> str:
        return (
            f"CASE WHEN {new} IS NULL THEN {named(one.clear)} WHEN {old} IS NULL THEN {named(one.set)} "
            f"ELSE {named(one.change)} END"
        )

    cases = " ".join(f"WHEN {field} = {literal(name)} THEN {of(one)}" for name, one in steps.items() if name != "*")
    others = of(steps["*"])
    return f"CASE WHEN {filled(field)} IS NULL THEN NULL {cases} ELSE {others} END"
