"""Which part each file plays: table of a system, document, export by itself, or something that is looked up in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import UsageError
from ordermine.ingest.presets.preset import find_preset, needed, recognise

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ordermine.ingest.presets.preset import Preset
    from ordermine.ingest.source import Source
    from ordermine.project import Project


@dataclass(frozen=True, slots=True)
class System:
    """The tables of one system."""

    preset: Preset
    tables: dict[int, str]
    """Position of the file → name of the table."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The files of one ingest, by position."""

    systems: tuple[System, ...]
    documents: tuple[int, ...]
    """Documents, whose flow may lead from file to file."""
    further: tuple[int, ...]
    """Files that only tell something about events."""
    alone: tuple[int, ...]
    """Files that are read by themselves."""


def assign_parts(
    sources: Sequence[Source], project: Project, *, preset: str | None = None, columns: Collection[str] = ()
) -> Parts:
    """Return which part each file plays.

    Parameters
    ----------
    sources
        In source order.
    project
        What it declares of files holds; files of which it says nothing may be recognised as tables of a system.
    preset
        Name of the system that all files are tables of, where the command line says so.
    columns
        Source keys that the command line declares: then files aren't tables of a system.

    Raises
    ------
    UsageError
        Files aren't tables of the system that they are said to be of, or may be of several.
    """
    further = [at for at, source in enumerate(sources) if not project.has_events(source.name)]
    left = [at for at in range(len(sources)) if at not in further]
    systems = []
    name = preset or project.log.preset
    if name is not None:
        systems.append(_system(name, left, sources))
    else:
        for declared in project.source:
            if declared.preset is not None:
                own = [at for at in left if project.source_of(sources[at].name) is declared]
                systems += [_system(declared.preset, own, sources)] if own else []
        undeclared = {at: sources[at] for at in left if project.source_of(sources[at].name) is None}
        if not columns:
            systems += [System(*found) for found in recognise(undeclared)]
    if further and not left:
        raise UsageError(
            f"{', '.join(sources[at].name for at in further)}: only looked up in, as the project file says: no events",
            hint="name the exports with the events, too",
        )
    taken = {at for system in systems for at in system.tables}
    left = [at for at in left if at not in taken]
    documents = [
        at for at in left if (its := project.source_of(sources[at].name)) is not None and its.shape == "documents"
    ]
    alone = [at for at in left if at not in documents]
    return Parts(tuple(systems), tuple(documents), tuple(further), tuple(alone))


def _system(name: str, positions: Sequence[int], sources: Sequence[Source]) -> System:
    preset = find_preset(name)
    tables = preset.assign([sources[at] for at in positions])
    if tables is None:
        strange = [sources[at].name for at in positions if preset.table_of(sources[at]) is None]
        which = f": {', '.join(strange)}" if strange else ""
        raise UsageError(
            f"preset {name}: these files are not its tables{which}",
            hint="it needs " + "; ".join(f"{table} with {', '.join(one.columns)}" for table, one in needed(preset)),
        )
    return System(preset, {positions[at]: table for at, table in tables.items()})
