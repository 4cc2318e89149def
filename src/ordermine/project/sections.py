"""What a project file says about the log as a whole: a class for each section."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import model_validator

from ordermine.project.fields import (
    CurrencyCode,
    Kind,
    Loop,
    Number,
    Section,
    Stage,
    Workday,
    WorkingHours,
    Zone,
    opening_minutes,
)
from ordermine.schema import NOT_RECORDED
from ordermine.toml_file import Day, Text

if TYPE_CHECKING:
    from collections.abc import Collection


class Log(Section):
    """``[log]``: what holds for all sources."""

    timezone: Zone | None = None
    """IANA name, for stamps without an offset."""
    currency: CurrencyCode | None = None
    """ISO 4217 code, for amounts without a currency."""
    cluster: Text | None = None
    """Column, or pattern on `case_id`, that says which cases are not independent of each other."""

    preset: Text | None = None
    """Name of the system that all files are tables of; see ``ordermine inspect``."""

    pseudonymise: tuple[Text, ...] = ()
    """Source keys and columns whose values become pseudonyms when an export is read."""
    keep_text: tuple[Text, ...] = ()
    """Source keys, columns and fields whose free text stays when others are pseudonymised."""

    def cluster_pattern(self, columns: Collection[str] = ()) -> re.Pattern[str] | None:
        """Return the pattern on `case_id` whose first group is the cluster; None where it names a column.

        A pattern contains a group. A name that is among `columns` is that column, whatever it looks like.
        """
        if self.cluster is None or self.cluster in columns:
            return None
        try:
            pattern = re.compile(self.cluster)
        except re.error:
            return None
        return pattern if pattern.groups else None


class Step(Section):
    """What an activity means."""

    kind: Kind | None = None
    stage: Stage | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Step:
        if self.kind is None and self.stage is None:
            raise ValueError("needs a kind, a stage or both")
        return self


class Departments(Section):
    """``[departments]``: how departments are spelt, and which of them are machines."""

    aliases: dict[Text, Text] = {}
    """Spelling in the export → name to use."""
    system: tuple[Text, ...] = ()
    """Departments whose events have actor_type system."""
    not_recorded: tuple[str, ...] = ()
    """Further spellings by which the export says that nothing was recorded."""

    @model_validator(mode="after")
    def _one_step(self) -> Departments:
        for alias, name in self.aliases.items():
            if self.aliases.get(name, name) != name:
                raise ValueError(f"alias {alias!r} leads to {name!r}, which is itself an alias")
        return self

    def recorded_nothing(self) -> frozenset[str]:
        """Return every spelling, in lower case, that means a department or resource was not recorded."""
        return NOT_RECORDED | {spelling.strip().lower() for spelling in self.not_recorded}


class Expected(Section):
    """``[expected]``: repetition and loops that are no waste."""

    repeat: tuple[Text, ...] = ()
    loops: tuple[Loop, ...] = ()


class Errors(Section):
    """``[errors]``: which fields count, and how they are classed."""

    protected: tuple[Text, ...] | None = None
    """Fields whose change after confirmation is an error; None stands for every field."""
    types: dict[Text, Text] = {}
    """Field → type of error."""


class Calendar(Section):
    """``[calendar]``: when people work."""

    workdays: tuple[Workday, ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: WorkingHours = "08:00-17:00"
    holidays: tuple[Day, ...] = ()

    def minutes(self) -> tuple[int, int]:
        """Return when work opens and closes, in minutes since midnight."""
        return opening_minutes(self.hours)


class Target(Section):
    """What a measure should reach: its value, not a percentage."""

    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Target:
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs at_least, at_most or both")
        return self
