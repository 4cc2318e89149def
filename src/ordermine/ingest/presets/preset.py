"""A preset as it stands in its TOML file, and which one a set of exported files is for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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
    key: Sequence[str] = ()
    """Columns by which queries look something up in it; what stands there twice and differs is looked up by none."""


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

    def table_of(self, source: Source) -> str | None:
        """Return the table that a file is, None where it is none."""
        columns = {column.strip().upper() for column in source.columns}
        fitting = [name for name, table in self.tables.items() if {one.upper() for one in table.columns} <= columns]
        # The table with most columns is the one that says most about the file.
        return max(fitting, key=lambda name: (len(self.tables[name].columns), name), default=None)

    def complete(self, tables: Collection[str]) -> bool:
        """Whether these tables give events."""
        return {name for name, _ in needed(self)} <= {*tables} and any(one.table in tables for one in self.events)

    def assign(self, sources: Sequence[Source]) -> dict[int, str] | None:
        """Return the position of a source → name of its table; None where they aren't an export of this system."""
        tables = [self.table_of(source) for source in sources]
        found = {at: table for at, table in enumerate(tables) if table is not None}
        return found if len(found) == len(tables) and self.complete(found.values()) else None


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


def recognise(sources: Mapping[int, Source]) -> list[tuple[Preset, dict[int, str]]]:
    """Return the systems of which files are tables, and which file (by position) is which; others may be among them.

    A file that could be a table of several systems is one of the system that has all the files of the others besides;
    where there is no such system, what it is has to be declared.

    Raises
    ------
    UsageError
        Files could be tables of several systems, each of which has others for itself.
    """
    found = []
    for preset in presets():
        tables = {at: table for at, source in sources.items() if (table := preset.table_of(source)) is not None}
        if preset.complete(tables.values()):
            found.append((preset, tables))
    found = [one for one in found if not any(one[1].keys() < other[1].keys() for other in found)]
    alike = [sorted(tables) for _, tables in found]
    found = [one for one in found if alike.count(sorted(one[1])) == 1]
    for at, (preset, tables) in enumerate(found):
        for other, its in found[at + 1 :]:
            shared = sorted(sources[position].name for position in tables.keys() & its.keys())
            if shared:
                raise UsageError(
                    f"{', '.join(shared)}: may be of {preset.name} or of {other.name}, and both systems are here",
                    hint=f'say in ordermine.toml which files are whose: [[source]] files = ["{shared[0]}", …] '
                    f'preset = "{preset.name}"; or make a log of each',
                )
    return found
