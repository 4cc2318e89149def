"""The project file, ``ordermine.toml``: what the data can't say, as frozen values.

Everything has a default. Unknown keys, wrong types and unknown words are reported together, each with its
place and the nearest known spelling.

Importing this module loads pydantic, which takes longer than ``ordermine --help`` may: do it in functions.
"""

from __future__ import annotations

import hashlib
import re
import zoneinfo
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (  # noqa: TID253  (the models are this module; its users import it lazily)
    AfterValidator,
    BaseModel,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

from ordermine.errors import near
from ordermine.schema import KEY_COLUMNS, KINDS, NOT_RECORDED, STAGES
from ordermine.toml_file import CHECKED, COLUMN, PARTS, Day, Text, inline, key_text, load_toml, parse_toml

if TYPE_CHECKING:
    from pathlib import Path

SHAPES: Final = ("events", "field_history", "documents", "snapshots", "wide")
"""Shapes of an export: how its rows become events."""

DATE_ORDERS: Final = ("dmy", "mdy", "ymd")

WORKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _one_of(words: Sequence[str], what: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words:
            raise ValueError(f"unknown {what} {value!r}; {near(value, words)}")
        return value

    return AfterValidator(check)


def _known_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        hint = near(value, zoneinfo.available_timezones())
        raise ValueError(f"unknown time zone {value!r}; {hint}") from None
    return value


def _currency_code(value: str) -> str:
    if not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"not an ISO 4217 code such as 'EUR': {value!r}")
    return value


def _minutes(hours: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", hours)
    if found:
        opens, closes = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if int(found[2]) < 60 and int(found[4]) < 60 and opens < closes <= 24 * 60:
            return opens, closes
    raise ValueError(f"not working hours such as '08:00-17:00': {hours!r}")


def _working_hours(value: str) -> str:
    _minutes(value)
    return value


def _at_least_two(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) < 2:
        raise ValueError("a loop names at least two departments")
    return value


Kind = Annotated[str, _one_of(KINDS, "kind")]
Stage = Annotated[str, _one_of(STAGES, "stage")]
Shape = Annotated[str, _one_of(SHAPES, "shape")]
DateOrder = Annotated[str, _one_of(DATE_ORDERS, "date order")]
Workday = Annotated[str, _one_of(WORKDAYS, "workday")]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = CHECKED


class SplitTimestamp(_Section):
    """A timestamp recorded in two columns."""

    date: Text
    time: Text


Timestamp = Annotated[
    Annotated[Text, Tag(COLUMN)] | Annotated[SplitTimestamp, Tag(PARTS)],
    Discriminator(lambda value: PARTS if isinstance(value, Mapping | SplitTimestamp) else COLUMN),
]
"""One column, or ``{ date = …, time = … }``."""


class Log(_Section):
    """``[log]``: what holds for all sources."""

    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """IANA name, for stamps without an offset."""
    currency: Annotated[str, AfterValidator(_currency_code)] | None = None
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


class FieldSteps(_Section):
    """What a change of a field is called: ``{field}``, ``{old}`` and ``{new}`` stand for what they say."""

    set: Text = "Set {field}"
    """Where it was empty."""
    clear: Text = "Clear {field}"
    """Where it is empty afterwards."""
    change: Text = "Change {field}"

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, value: object) -> object:
        return {"set": value, "clear": value, "change": value} if isinstance(value, str) else value


class Milestone(_Section):
    """A step of a wide export, of which each row has one date."""

    activity: Text
    department: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, value: object) -> object:
        return {"activity": value} if isinstance(value, str) else value


class DeclaredSource(_Section):
    """One ``[[source]]``: which files, and which of their columns plays which part."""

    files: Text = "*"
    """Pattern on file names."""
    shape: Shape = "events"
    case: Text | None = None
    activity: Text | None = None
    timestamp: Timestamp | None = None
    date_order: DateOrder | None = None
    department: Text | None = None
    resource: Text | None = None
    start: Timestamp | None = None
    precision: Text | None = None
    lifecycle: Text | None = None
    field: Text | None = None
    old: Text | None = None
    new: Text | None = None
    reason: Text | None = None
    reference: Text | None = None
    object_type: Text | None = None
    object_id: Text | None = None
    customer: Text | None = None
    item: Text | None = None
    quantity: Text | None = None
    amount: Text | None = None
    currency: Text | None = None
    channel: Text | None = None
    actor_type: Text | None = None
    case_attributes: tuple[Text, ...] = ()
    steps: dict[Text, FieldSteps] = {}
    """Shapes field_history and snapshots: field → name of the step that its change is; ``*`` stands for all others."""
    milestones: dict[Text, Milestone] = {}
    """Shape wide: column with a date → the step that happened then; by default every column that holds dates."""
    watch: tuple[Text, ...] = ()
    """Shape snapshots: columns whose changes are events."""
    sequence: Text | None = None
    """Shape snapshots: column that numbers the snapshots of a record without gaps."""

    def columns(self) -> dict[str, str | tuple[str, str]]:
        """Return source key → column, or (date column, time column), of every key that is declared here."""
        declared: dict[str, str | tuple[str, str]] = {}
        for key in KEY_COLUMNS:
            column = getattr(self, key)
            if isinstance(column, SplitTimestamp):
                declared[key] = (column.date, column.time)
            elif column is not None:
                declared[key] = column
        return declared


class Step(_Section):
    """What an activity means."""

    kind: Kind | None = None
    stage: Stage | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Step:
        if self.kind is None and self.stage is None:
            raise ValueError("needs a kind, a stage or both")
        return self


class Departments(_Section):
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


class Expected(_Section):
    """``[expected]``: repetition and loops that are no waste."""

    repeat: tuple[Text, ...] = ()
    loops: tuple[Annotated[tuple[Text, ...], AfterValidator(_at_least_two)], ...] = ()


class Errors(_Section):
    """``[errors]``: which fields count, and how they are classed."""

    protected: tuple[Text, ...] | None = None
    """Fields whose change after confirmation is an error; None stands for every field."""
    types: dict[Text, Text] = {}
    """Field → type of error."""


class Calendar(_Section):
    """``[calendar]``: when people work."""

    workdays: tuple[Workday, ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: Annotated[str, AfterValidator(_working_hours)] = "08:00-17:00"
    holidays: tuple[Day, ...] = ()

    def minutes(self) -> tuple[int, int]:
        """Return when work opens and closes, in minutes since midnight."""
        return _minutes(self.hours)


class Target(_Section):
    """What a measure should reach: its value, not a percentage."""

    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Target:
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs at_least, at_most or both")
        return self


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


class Project(_Section):
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
        """Return the first ``[[source]]`` whose pattern fits the file's name (without folders)."""
        return next((source for source in self.source if fnmatchcase(file_name, source.files)), None)

    def to_toml(self) -> str:
        """Return the project file: what differs from the defaults, sections in a fixed order."""
        return _to_toml(self.model_dump(mode="json", exclude_defaults=True))

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


_SUBTABLES: Final = {("departments", "aliases"), ("errors", "types")}
"""Tables within a section that grow long: they get their own header."""


def _to_toml(data: Mapping[str, Any]) -> str:
    """Write a project's plain data as TOML."""
    blocks = []
    for section, content in data.items():
        if isinstance(content, list):
            blocks += [[f"[[{section}]]", *_lines(table)] for table in content]
            continue
        grown = [key for key in content if (section, key) in _SUBTABLES]
        own = {key: value for key, value in content.items() if key not in grown}
        if own or not grown:
            blocks.append([f"[{section}]", *_lines(own)])
        blocks += [[f"[{section}.{key}]", *_lines(content[key])] for key in grown]
    return "\n".join("\n".join(lines) + "\n" for lines in blocks)


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [_line(key, value) for key, value in table.items()]


def _line(key: str, value: Any) -> str:
    line = f"{key_text(key)} = {inline(value)}"
    if isinstance(value, list) and len(line) > 100:
        return "\n".join([f"{key_text(key)} = [", *(f"  {inline(entry)}," for entry in value), "]"])
    return line
