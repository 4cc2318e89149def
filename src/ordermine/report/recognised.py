"""What a set of exported files is when it is the tables of one system: which file is what, and what to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.ingest.presets.join import join, steps_of
from ordermine.ingest.presets.preset import recognise
from ordermine.lexicon import meanings
from ordermine.report.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.presets.preset import Preset
    from ordermine.ingest.source import Source
    from ordermine.project import Project


@dataclass(frozen=True, slots=True)
class Recognised:
    """A system's tables."""

    preset: Preset
    tables: Mapping[str, str]
    """Name of the file → name of the table."""
    steps: Mapping[str, int]
    """Step → how many events, most frequent first."""


def look(sources: Sequence[Source], project: Project) -> Recognised | None:
    """Return the system that files are tables of; None where they aren't, or the project file says what they are."""
    found = None if project.source else recognise(sources)
    if found is None:
        return None
    preset, tables = found
    joined = join(sources, tables, preset)
    return Recognised(preset, {sources[at].name: table for at, table in sorted(tables.items())}, steps_of(joined[0]))


def proposed_project(found: Recognised, project: Project) -> str:
    """Return a first project file: the system, and what each step is assumed to mean."""
    from ordermine.project import Log, Project, Step

    assumed = meanings(sorted(found.steps), project)
    steps = {
        name: Step(kind=meaning.kind, stage=meaning.stage)
        for name, meaning in assumed.items()
        if meaning.kind or meaning.stage
    }
    log = Log(**{**dict(project.log), "preset": found.preset.name})
    return Project(**{**dict(project), "log": log, "activities": {**steps, **project.activities}}).to_toml()


def result(found: Recognised, proposed: str) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {
        "preset": found.preset.name,
        "title": found.preset.title,
        "files": [{"name": name, "table": table} for name, table in found.tables.items()],
        "steps": [{"activity": step, "events": events} for step, events in found.steps.items()],
        "traps": list(found.preset.traps),
        "project": proposed,
    }


def heading(found: Recognised) -> list[str]:
    """Return what the files are, in a line, and what to do with them."""
    return [
        f"{found.preset.title} (preset {found.preset.name}), recognised by the columns of {len(found.tables)} tables",
        "ingest them together: ordermine ingest EXPORT… -o LOG",
    ]


def tables(found: Recognised) -> list[Table]:
    """Return which file is which table, which steps they give, and what they can't show."""
    return [
        Table("Files", (Column("name", "file"), Column("table", "table")), list(found.tables.items())),
        Table(
            "Steps that they give",
            (Column("activity", "step"), Column("events", "events", "count")),
            list(found.steps.items()),
        ),
        Table("What to know of such an export", (), (), notes=tuple(found.preset.traps)),
    ]
