"""A project file as a whole, and how it is read."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from ordermine.project.fields import Section, Stage
from ordermine.project.sections import Calendar, Departments, Errors, Expected, Log, Step, Target
from ordermine.project.sources import DeclaredSource, Flow, Lookup
from ordermine.project.written import project_toml
from ordermine.toml_file import Text, load_toml, parse_toml

if TYPE_CHECKING:
    from pathlib import Path


def _without_cycle(lineage: dict[str, str]) -> dict[str, str]:
    for start in lineage:
        path = [start]
        while (source := lineage.get(path[-1])) is not None:
            if source == start:
                raise ValueError("copied in a circle: " + " ← ".join([*path, start]))
            if source in path:
                break
            path.append(source)
    return lineage


class Project(Section):
    """A project file."""

    log: Log = Log()
    source: tuple[DeclaredSource, ...] = ()
    activities: dict[Text, Step] = {}
    """Name, or pattern with ``*``, → meaning; the first match wins."""
    departments: Departments = Departments()
    lineage: Annotated[dict[Text, Text], AfterValidator(_without_cycle)] = {}
    """Field → field that it is copied from."""
    required: dict[Stage, tuple[Text, ...]] = {}
    """Stage → fields that must be filled when an order leaves it."""
    expected: Expected = Expected()
    errors: Errors = Errors()
    calendar: Calendar | None = None
    """None: no working hours are known, so times are elapsed times."""
    targets: dict[Text, Target] = {}

    def matching(self, activity: str) -> Step | None:
        """Return what the project file says about an activity, None where it says nothing.

        Outer blanks do not count, everything else does; ``*`` stands for any text.
        """
        name = activity.strip()
        for written, step in self.activities.items():
            if written.strip() == name or ("*" in written and _wildcard(written.strip()).fullmatch(name)):
                return step
        return None

    def source_of(self, file_name: str) -> DeclaredSource | None:
        """Return the ``[[source]]`` that names the file (without folders), else the first whose pattern fits."""
        named = (source for source in self.source if file_name in source.files)
        fitting = (source for source in self.source if source.fits(file_name))
        return next(named, None) or next(fitting, None)

    def further_files(self) -> dict[str, Lookup | Flow]:
        """Return the files that only tell something about events, by name; of several uses the first."""
        told: list[Lookup | Flow] = []
        for source in self.source:
            told += [*source.lookup, *([source.flow] if source.flow else [])]
        return {one.name: one for one in reversed(told)}

    def has_events(self, file_name: str) -> bool:
        """Whether a file is read for events: one of `further_files` is not, unless a ``[[source]]`` spells its name."""
        return file_name not in self.further_files() or any(file_name in source.files for source in self.source)

    def to_toml(self) -> str:
        """Return the project file: what differs from the defaults, sections in a fixed order."""
        return project_toml(self.model_dump(mode="json", exclude_defaults=True))

    def fingerprint(self) -> str:
        """Return a SHA-256 of the content, as hexadecimal digits; layout and comments do not count."""
        return hashlib.sha256(self.to_toml().encode()).hexdigest()


@cache
def _wildcard(written: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, written.split("*"))), re.DOTALL)


def load_project(path: str | Path) -> Project:
    """Read a project file.

    Raises
    ------
    UsageError
        No such file, not UTF-8, not TOML, or not a project file; the message lists every problem.
    EnvironmentFault
        The file is there and can't be read.
    """
    hint = "`ordermine inspect EXPORT -o ordermine.toml` writes a first version"
    return load_toml(path, Project, "project file", hint)


def parse_project(text: str, where: str = "ordermine.toml") -> Project:
    """Read a project file from its text; `where` names it in messages.

    Raises
    ------
    UsageError
        Not TOML, or not a project file; the message lists every problem.
    """
    return parse_toml(text, Project, where)
