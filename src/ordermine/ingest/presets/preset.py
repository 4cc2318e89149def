"""A preset as it stands in its TOML file, and which one a set of exported files is for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.source import Source


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the system, as its export names the columns."""

    columns: Sequence[str]
    """By these it is recognised, whatever the file is called."""
    further: Sequence[str] = ()
    """Columns that the queries know and an export may lack."""
    optional: bool = False
    idle: str = "no event"
    """Why a row of it has become no event."""
    where: str = ""
    """Of the system's own database, only rows for which this SQL condition holds are read."""


@dataclass(frozen=True, slots=True)
class Events:
    """One query for events."""

    table: str
    """Whose rows they are: the query gives its ``_file`` and ``_row``."""
    sql: str
    """One SELECT over the tables by name; its columns are called as source keys (case, activity, date, time, …)."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a system."""

    name: str
    title: str
    export: str
    """How to export the tables from the system."""
    traps: Sequence[str]
    """What an export of it can't show, or shows wrongly."""
    tables: Mapping[str, Table]
    events: Sequence[Events]
    views: Mapping[str, str] = field(default_factory=dict)
    """Name → SELECT over the tables that several queries for events use."""
    database_in_utc: bool = False
    """Whether times without a zone in the system's own database are UTC."""

    def assign(self, sources: Sequence[Source]) -> dict[int, str] | None:
        """Return the position of a source → name of its table; None where they aren't an export of this system."""
        found: dict[int, str] = {}
        for at, source in enumerate(sources):
            columns = {column.strip().upper() for column in source.columns}
            fitting = [
                name for name, table in self.tables.items() if {column.upper() for column in table.columns} <= columns
            ]
            if not fitting:
                return None
            # The table with most columns is the one that says most about the file.
            found[at] = max(fitting, key=lambda name: (len(self.tables[name].columns), name))
        there = set(found.values())
        complete = {name for name, _ in needed(self)} <= there
        return found if complete and any(one.table in there for one in self.events) else None


def needed(preset: Preset) -> list[tuple[str, Table]]:
    """Return the tables without which there are no events."""
    return [(name, table) for name, table in preset.tables.items() if not table.optional]


@cache
def presets() -> tuple[Preset, ...]:
    """Return all presets by name."""
    folder = files("ordermine.ingest.presets")
    texts = [entry.read_text(encoding="utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(map(parse_preset, texts), key=lambda preset: preset.name))


def parse_preset(text: str) -> Preset:
    """Return a preset from the text of its file."""
    written = tomllib.loads(text)
    tables = {name: Table(**table) for name, table in written.pop("tables").items()}
    events = [Events(**one) for one in written.pop("events")]
    return Preset(**written, tables=tables, events=events)


def find_preset(name: str) -> Preset:
    """Return the preset of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    for preset in presets():
        if preset.name == name:
            return preset
    raise UsageError(f"no preset {name!r}", hint=near(name, [preset.name for preset in presets()]))


def recognise(sources: Sequence[Source]) -> tuple[Preset, dict[int, str]] | None:
    """Return the preset that all of the files are tables of, and which file is which; None unless there is just one."""
    found = [(preset, tables) for preset in presets() if (tables := preset.assign(sources)) is not None]
    return found[0] if len(found) == 1 else None
