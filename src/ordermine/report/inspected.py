"""What is in an exported file that is read by itself, for machines and for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from glob import escape
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError, OrdermineError
from ordermine.ingest.formats import STAMP_KEYS, find_formats
from ordermine.ingest.head import read_head
from ordermine.ingest.mapping import ColumnMapping, declared_source, propose
from ordermine.ingest.plan import Options
from ordermine.ingest.shapes.columns import formats_of
from ordermine.ingest.shapes.recognise import snapshots
from ordermine.ingest.shapes.reshape import milestones_of
from ordermine.report.table import Column, Table, short
from ordermine.schema import KEY_COLUMNS, MEASURABLE, REPETITION

if TYPE_CHECKING:
    from ordermine.ingest.source import Source
    from ordermine.project import DeclaredSource, Milestone, Project

EXAMPLES = 2
SHOWN_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of a file, as its first rows show it."""

    name: str
    filled: float
    """Share of the looked-at rows that have a value."""
    distinct: int
    examples: tuple[str, ...]
    key: str | None
    """Which part it is proposed to play."""
    reason: str


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file."""

    source: Source
    rows_looked_at: int
    columns: tuple[SourceColumn, ...]
    mapping: ColumnMapping | None
    problems: tuple[str, ...]
    """What would stop ingest, each with what to do."""
    date_formats: dict[str, str]
    steps: tuple[str, ...]
    """Distinct activities among the looked-at rows; of a wide export its milestones."""
    milestones: dict[str, Milestone]
    """Of a wide export."""
    watch: tuple[str, ...]
    sequence: str | None
    """Of snapshots: columns whose changes are steps, and the column that numbers them."""
    values: dict[str, list[str | None]] = field(repr=False)
    """The columns of the looked-at rows."""


def look(source: Source, project: Project, case: str | None = None) -> Inspected:
    """Look at a file: its first rows, and as much of its date columns as proves their format."""
    head = read_head(source)
    values = {name: head.column(name).to_pylist() for name in source.columns}
    problems: list[str] = []
    mapping = None
    formats: dict[str, str] = {}
    in_file = project.source_of(source.name)
    watch: tuple[str, ...] = in_file.watch if in_file else ()
    sequence = in_file.sequence if in_file else None
    recorded = snapshots(values, source.name) if in_file is None else None
    try:
        if recorded is not None:
            mapping, sequence, watch = recorded
        else:
            mapping = propose(
                values,
                {"case": case} if case and case in source.columns else {},
                project=in_file.columns() if in_file else None,
                shape=in_file.shape if in_file else "events",
                where=source.name,
            )
        finders = find_formats([source], [head], [mapping.columns], project, Options())[0]
        for key in STAMP_KEYS:
            if key in finders:
                try:
                    formats[key] = str(finders[key].decide())
                except InputError as error:
                    problems.append(_problem(error))
    except OrdermineError as error:
        problems.append(_problem(error))
    keys: dict[str, str] = {}
    for key, column in mapping.columns.items() if mapping else ():
        for name in (column,) if isinstance(column, str) else column:
            keys[name] = key
    columns = []
    for name, cells in values.items():
        present = [cell for cell in cells if cell is not None]
        found = tuple(dict.fromkeys(present))
        part = keys.get(name)
        reason = mapping.reasons.get(part, "") if mapping and part else ""
        share = len(present) / len(cells) if cells else 0.0
        columns.append(SourceColumn(name, share, len(found), found[:EXAMPLES], part, reason))
    activity = mapping.columns.get("activity") if mapping else None
    steps = {cell.strip() for cell in values[activity] if cell} if isinstance(activity, str) else set()
    milestones: dict[str, Milestone] = {}
    if mapping and mapping.shape == "wide":
        milestones = dict(in_file.milestones if in_file else {}) or milestones_of(mapping, values)
        steps = {one.activity for one in milestones.values()}
        try:
            found_formats = formats_of(source, milestones, in_file.date_order if in_file else None)
            formats = {str(column): str(form) for column, form in found_formats.items()}
        except InputError as error:
            problems.append(_problem(error))
    return Inspected(
        source,
        head.num_rows,
        tuple(columns),
        mapping,
        tuple(problems),
        formats,
        tuple(sorted(steps)),
        milestones,
        watch,
        sequence,
        values,
    )


def _problem(error: OrdermineError) -> str:
    """Return what is wrong and what to do; below what takes several lines, on a line of its own."""
    said = str(error)
    return f"{said}\n{error.hint}" if "\n" in said else f"{said}; {error.hint}"


def proposed_source(item: Inspected) -> DeclaredSource | None:
    """Return how the project file would declare a file, None where that isn't known."""
    if item.mapping is None:
        return None
    declared = declared_source(item.mapping, escape(item.source.name))
    told = {"milestones": item.milestones, "watch": item.watch, "sequence": item.sequence}
    return declared.model_copy(update={key: value for key, value in told.items() if value})


def _measurable(item: Inspected) -> dict[str, bool]:
    recorded = {KEY_COLUMNS[key] for key in item.mapping.columns} if item.mapping else set()
    if item.watch:
        recorded |= {"field", "old_value", "new_value"}
    repetition = item.mapping is not None and item.mapping.shape != "wide"
    return {**{what: columns <= recorded for what, columns in MEASURABLE.items()}, REPETITION: repetition}


def result(item: Inspected) -> dict[str, Any]:
    """Return what is said of a file in the JSON."""
    return {
        "name": item.source.name,
        "dialect": dict(item.source.described),
        "rows_looked_at": item.rows_looked_at,
        "shape": item.mapping.shape if item.mapping else None,
        "columns": [
            {
                "name": column.name,
                "filled": column.filled,
                "distinct": column.distinct,
                "examples": list(column.examples),
                "key": column.key,
                "reason": column.reason or None,
            }
            for column in item.columns
        ],
        "date_formats": item.date_formats,
        "measurable": _measurable(item),
        "problems": list(item.problems),
    }


def heading(item: Inspected) -> str:
    """Return a file in one line."""
    described = ", ".join(f"{key} {value}" for key, value in item.source.described.items())
    shape = f"; shape {item.mapping.shape}" if item.mapping else ""
    return f"{item.source.name}: {len(item.columns)} columns; {described}{shape}"


def tables(item: Inspected) -> list[Table]:
    """Return columns, problems, and what will be measurable."""
    rows = [
        (
            column.name,
            column.key,
            column.filled,
            column.distinct,
            ", ".join(short(example, SHOWN_CHARACTERS) for example in column.examples),
        )
        for column in item.columns
    ]
    shown = [
        Table(
            f"Columns of {item.source.name}",
            (
                Column("name", "column"),
                Column("key", "read as"),
                Column("filled", "filled", "share"),
                Column("distinct", "distinct", "count"),
                Column("examples", "examples"),
            ),
            rows,
            notes=(
                f"from the first {item.rows_looked_at:,} rows",
                *(f"{key}: {reason}" for key, reason in (item.mapping.reasons.items() if item.mapping else ())),
                *(f"{key}: dates are {form}" for key, form in item.date_formats.items()),
            ),
        )
    ]
    if item.problems:
        lines = tuple(line for problem in item.problems for line in problem.splitlines())
        shown.append(Table(f"{item.source.name}: what must be settled first", (), (), notes=lines))
    rows_measurable = [(what, "yes" if can else "no") for what, can in _measurable(item).items()]
    shown.append(
        Table(f"What {item.source.name} can show", (Column("what", "what"), Column("shown", "shown")), rows_measurable)
    )
    return shown
