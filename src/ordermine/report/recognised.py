"""What exported files are when they are the tables of one system: which file is what, and what to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.ingest.presets.join import join, people_of, steps_of
from ordermine.report.table import Column, Table, counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.parts import System
    from ordermine.ingest.presets.preset import Preset
    from ordermine.ingest.source import Source


@dataclass(frozen=True, slots=True)
class Recognised:
    """A system's tables."""

    preset: Preset
    tables: Mapping[str, str]
    """Name of the file → name of the table."""
    steps: Mapping[str, int]
    """Step → how many events, most frequent first."""
    people: tuple[str, ...]
    """Who did them, the first of them."""


def look(system: System, sources: Sequence[Source]) -> Recognised:
    """Return what the tables of a system are and which steps they give."""
    positions = sorted(system.tables)
    tables = {number: system.tables[at] for number, at in enumerate(positions)}
    joined = join([sources[at] for at in positions], tables, system.preset)
    named = {sources[at].name: system.tables[at] for at in positions}
    return Recognised(system.preset, named, steps_of(joined[0]), people_of(joined[0]))


def result(found: Recognised) -> dict[str, Any]:
    """Return what is said of it in the JSON."""
    return {
        "preset": found.preset.name,
        "title": found.preset.title,
        "files": [{"name": name, "table": table} for name, table in found.tables.items()],
        "steps": [{"activity": step, "events": events} for step, events in found.steps.items()],
        "traps": list(found.preset.traps),
    }


def heading(found: Recognised) -> str:
    """Return what the tables are, in a line."""
    tables = counted(len(found.tables), "table")
    return f"{found.preset.title} (preset {found.preset.name}), recognised by the columns of {tables}"


def tables(found: Recognised) -> list[Table]:
    """Return which file is which table, which steps they give, and what they can't show."""
    return [
        Table(
            f"Files of {found.preset.name}",
            (Column("name", "file"), Column("table", "table")),
            list(found.tables.items()),
        ),
        Table(
            "Steps that they give",
            (Column("activity", "step"), Column("events", "events", "count")),
            list(found.steps.items()),
        ),
        Table(f"What to know of an export from {found.preset.name}", (), (), notes=tuple(found.preset.traps)),
    ]
