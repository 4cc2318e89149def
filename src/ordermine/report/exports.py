"""What exported files are together, for machines and for people, and the project file that they suggest."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.ingest.lookup.suggest import suggest
from ordermine.ingest.parts import assign_parts
from ordermine.lexicon import meanings
from ordermine.report import inspected, recognised
from ordermine.report.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.source import Source
    from ordermine.project import Lookup, Project
    from ordermine.report.inspected import Inspected
    from ordermine.report.recognised import Recognised


@dataclass(frozen=True, slots=True)
class Exports:
    """Exported files, each in its part."""

    systems: tuple[Recognised, ...]
    files: tuple[Inspected, ...]
    """Those that are read by themselves."""
    further: dict[str, str]
    """Name of a file that only tells something about events → what it is there for."""
    lookups: dict[str, tuple[Lookup, ...]]
    """Name of a preset or of a file → what could be looked up for its events."""


def look(sources: Sequence[Source], project: Project, case: str | None = None) -> Exports:
    """Look at exported files: which are tables of a system, and what is in the others.

    Parameters
    ----------
    sources
        In source order.
    project
        What is declared of them.
    case
        What ``--case`` says.
    """
    parts = assign_parts(sources, project)
    told = project.further_files()
    systems = tuple(recognised.look(system, sources) for system in parts.systems)
    files = tuple(inspected.look(sources[at], project, case) for at in sorted((*parts.alone, *parts.documents)))
    lookups = _lookups(systems, files)
    proposed = {lookup.file: f"could be {lookup.use}" for found in lookups.values() for lookup in found}
    return Exports(
        systems,
        tuple(item for item in files if item.source.name not in proposed),
        {**{sources[at].name: told[sources[at].name].use for at in parts.further}, **proposed},
        lookups,
    )


def _lookups(systems: Sequence[Recognised], files: Sequence[Inspected]) -> dict[str, tuple[Lookup, ...]]:
    """Return what could be looked up for each system and each file, in files that can't be read by themselves."""
    hosts: dict[str, tuple[Mapping[str, Sequence[str | None]], list[str]]] = {
        one.preset.name: ({"resource": one.people}, []) for one in systems
    }
    hosts |= {item.source.name: (item.values, list(item.mapping.columns)) for item in files if item.mapping}
    asked = [item for item in files if item.mapping is None]
    return {
        host: found
        for host, (columns, keys) in hosts.items()
        if (found := tuple(one for item in asked if (one := suggest(item.source.name, item.values, columns, keys))))
    }


def proposed_project(found: Exports, project: Project) -> str:
    """Return a first project file: what each file is, and what each step is assumed to mean.

    What the project file declares already stays as it is.
    """
    from ordermine.project import DeclaredSource, Step

    log = project.log
    declared: list[DeclaredSource] = []
    if len(found.systems) == 1 and not found.files and not found.further and not project.source:
        log = log.model_copy(update={"preset": found.systems[0].preset.name})
    elif log.preset is None:
        for one in found.systems:
            lookup = found.lookups.get(one.preset.name, ())
            declared.append(DeclaredSource(files=tuple(map(escape, one.tables)), preset=one.preset.name, lookup=lookup))
        for item in found.files:
            proposed = inspected.proposed_source(item)
            if proposed is not None:
                lookup = found.lookups.get(item.source.name, ())
                declared.append(proposed.model_copy(update={"lookup": lookup}))
        declared = [*project.source, *(one for one in declared if project.source_of(one.files[0]) is None)]
    steps = {step for item in found.files for step in item.steps} | {
        step for one in found.systems for step in one.steps
    }
    assumed = {
        name: Step(kind=meaning.kind, stage=meaning.stage)
        for name, meaning in meanings(sorted(steps), project).items()
        if meaning.kind or meaning.stage
    }
    activities = {**assumed, **project.activities}
    source = tuple(declared) or project.source
    return project.model_copy(update={"log": log, "source": source, "activities": activities}).to_toml()


def result(found: Exports, proposed: str) -> dict[str, Any]:
    """Return the `result` of the JSON."""
    return {
        "systems": [recognised.result(one) for one in found.systems],
        "files": [inspected.result(item) for item in found.files],
        "further": [{"name": name, "use": use} for name, use in found.further.items()],
        "project": proposed,
    }


def heading(found: Exports) -> list[str]:
    """Return a line for each system and for each other file."""
    return [
        *(recognised.heading(one) for one in found.systems),
        *(inspected.heading(item) for item in found.files),
        *(f"{name}: {use}" for name, use in found.further.items()),
    ]


def tables(found: Exports) -> list[Table]:
    """Return what is in each system and in each other file."""
    shown = [table for one in found.systems for table in recognised.tables(one)]
    return shown + [table for item in found.files for table in inspected.tables(item)]


def project_table(proposed: str) -> Table:
    """Return the proposed project file, for reading."""
    return Table(
        "Proposed ordermine.toml (write it with -o ordermine.toml)",
        (),
        (),
        notes=tuple(proposed.rstrip().split("\n")),
        verbatim=True,
    )


def next_step(found: Exports, names: Sequence[str], query: str | None = None, sheet: str | None = None) -> Table:
    """Return the command that makes a log of the files, but for those of which isn't known what they are.

    Parameters
    ----------
    found
        What is in the files.
    names
        The files, as they were named.
    query, sheet
        What of them was asked for.
    """
    unknown = {item.source.name for item in found.files if item.mapping is None}
    known = [name for name in names if Path(name).name not in unknown]
    notes = [f"{name} isn't in it: what it holds isn't known" for name in names if known and Path(name).name in unknown]
    asked = {"--query": query, "--sheet": sheet}
    words = [*(known or names), *(word for option, value in asked.items() if value for word in (option, value))]
    command = " ".join(["ordermine ingest", *map(shlex.quote, words), "-o LOG"])
    return Table("Next", (), (), notes=(command, *notes), verbatim=True)
