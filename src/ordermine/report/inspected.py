"""What is in an exported file, for machines and for people, and the project file that it suggests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError, OrdermineError
from ordermine.ingest.mapping import ColumnMapping, declared_source, propose
from ordermine.ingest.plan import STAMP_KEYS, Options, find_formats, read_head
from ordermine.lexicon import meanings
from ordermine.report.table import Column, Table, short
from ordermine.schema import KEY_COLUMNS, MEASURABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.ingest.source import Source
    from ordermine.project import Project

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
    """Distinct activities among the looked-at rows."""


def look(source: Source, project: Project, case: str | None = None) -> Inspected:
    """Look at a file: its first rows, and as much of its date columns as proves their format."""
    head = read_head(source)
    values = {name: head.column(name).to_pylist() for name in source.columns}
    problems: list[str] = []
    mapping = None
    formats: dict[str, str] = {}
    in_file = project.source_of(source.name)
    try:
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
                    problems.append(f"{error}; {error.hint}")
    except OrdermineError as error:
        problems.append(f"{error}; {error.hint}")
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
    return Inspected(source, head.num_rows, tuple(columns), mapping, tuple(problems), formats, tuple(sorted(steps)))


def proposed_project(found: Sequence[Inspected], project: Project) -> str:
    """Return a first project file: the columns as proposed, and what each step is assumed to mean."""
    from ordermine.project import Project, Step

    sources = [declared_source(item.mapping, item.source.name) for item in found if item.mapping]
    names = sorted({step for item in found for step in item.steps})
    assumed = meanings(names, project)
    steps = {
        name: Step(kind=meaning.kind, stage=meaning.stage)
        for name, meaning in assumed.items()
        if meaning.kind or meaning.stage
    }
    return Project(
        **{**dict(project), "source": tuple(sources), "activities": {**steps, **project.activities}}
    ).to_toml()


def _measurable(item: Inspected) -> dict[str, bool]:
    recorded = {KEY_COLUMNS[key] for key in item.mapping.columns} if item.mapping else set()
    return {what: columns <= recorded for what, columns in MEASURABLE.items()}


def result(found: Sequence[Inspected], proposed: str) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {
        "files": [
            {
                "name": item.source.name,
                "dialect": dict(item.source.described),
                "rows_looked_at": item.rows_looked_at,
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
            for item in found
        ],
        "project": proposed,
    }


def heading(found: Sequence[Inspected]) -> list[str]:
    """Return each file in one line."""
    lines = []
    for item in found:
        described = ", ".join(f"{key} {value}" for key, value in item.source.described.items())
        lines.append(f"{item.source.name}: {len(item.columns)} columns; {described}")
    return lines


def tables(found: Sequence[Inspected]) -> list[Table]:
    """Return columns, problems, and what will be measurable."""
    shown = []
    for item in found:
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
        shown.append(
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
        )
        if item.problems:
            shown.append(Table("What must be settled first", (), (), notes=item.problems))
        rows_measurable = [(what, "yes" if can else "no") for what, can in _measurable(item).items()]
        shown.append(
            Table("What this export can show", (Column("what", "what"), Column("shown", "shown")), rows_measurable)
        )
    return shown


def project_table(proposed: str) -> Table:
    """Return the proposed project file, for reading."""
    return Table(
        "Proposed ordermine.toml (write it with -o ordermine.toml)", (), (), notes=tuple(proposed.rstrip().split("\n"))
    )
