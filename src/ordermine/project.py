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
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (  # noqa: TID253  (the models are this module; its users import it lazily)
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    model_serializer,
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

NOT_LOOKED_UP: Final = ("timestamp", "start", "precision")
"""Source keys that no other file can know."""

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


def _same_names(value: object) -> object:
    return {name: name for name in value} if isinstance(value, list | tuple) else value


def _listed_if_same(value: dict[str, str]) -> dict[str, str] | list[str]:
    return list(value) if all(here == there for here, there in value.items()) else value


def _not_empty(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError("names no column")
    return value


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("names no file")
    return value


def _unlisted(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


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

    @model_serializer
    def _shortest(self) -> object:
        return {"activity": self.activity, "department": self.department} if self.department else self.activity


Renamed = Annotated[
    dict[Text, Text], BeforeValidator(_same_names), AfterValidator(_not_empty), PlainSerializer(_listed_if_same)
]
"""Name here → name there; a list names columns that are called the same in both."""


class _FurtherFile(_Section):
    """A file that only tells something about events."""

    file: Text
    """One of the exported files, or a path from the folder of the project file."""

    @property
    def name(self) -> str:
        """Name of the file without folders, as sources are called."""
        return PurePosixPath(self.file).name


class Lookup(_FurtherFile):
    """A ``[[source.lookup]]``: another file in which something is looked up for each event."""

    match: Renamed
    """Column of the export → column of the file that holds the same; all of them together are the key."""
    take: Renamed
    """Source key, or name of a further column → column of the file that it is taken from."""
    since: Text | None = None
    """Column with the instant from which on a row holds, that instant included; empty: always."""
    until: Text | None = None
    """Column with the instant at which a row no longer holds; empty: never."""
    through: Text | None = None
    """Column with the last day on which a row holds, where the file gives that in place of `until`."""
    date_order: DateOrder | None = None

    @property
    def use(self) -> str:
        """What rows of the file are there for."""
        return f"looked up for {', '.join(self.take)}"

    @model_validator(mode="after")
    def _sound(self) -> Lookup:
        for key in self.take:
            if key in NOT_LOOKED_UP:
                raise ValueError(f"take: {key} can't be looked up: it belongs to the event itself")
        if self.until is not None and self.through is not None:
            raise ValueError("until and through exclude each other: name the column that the file has")
        return self


class Flow(_FurtherFile):
    """Shape documents: the file that says which document follows which."""

    preceding: Text
    """Column with the document that comes first."""
    subsequent: Text
    """Column with the document that comes of it."""

    @property
    def use(self) -> str:
        """What rows of the file are there for."""
        return "says which document follows which"


class DeclaredSource(_Section):
    """One ``[[source]]``: which files, and which of their columns plays which part."""

    files: Annotated[tuple[Text, ...], BeforeValidator(_listed), AfterValidator(_some), PlainSerializer(_unlisted)] = (
        "*",
    )
    """Patterns on file names; one of them suffices."""
    preset: Text | None = None
    """Name of the system that these files are tables of; see ``ordermine inspect``."""
    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """IANA name, for stamps of these files without an offset; what ``[log]`` says holds for the others."""
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
    """Shapes field_history and snapshots: field → name of the step that its change is; ``*`` stands for all others.

    Shape documents: kind of document → name of the step that its creation is; ``{kind}`` stands for what it is.
    """
    milestones: dict[Text, Milestone] = {}
    """Shape wide: column with a date → the step that happened then; by default every column that holds dates."""
    watch: tuple[Text, ...] = ()
    """Shape snapshots: columns whose changes are events."""
    sequence: Text | None = None
    """Shape snapshots: column that numbers the snapshots of a record without gaps."""
    document: Text | None = None
    """Shape documents: what each row is, such as ``invoice``, where no column (`object_type`) says it."""
    predecessor: Text | None = None
    """Shape documents: column with the document that a document came of."""
    flow: Flow | None = None
    """Shape documents: the file that says which document follows which."""
    roots: tuple[Text, ...] = ()
    """Shape documents: types of document that are cases; by default whatever came of no other document."""
    lookup: tuple[Lookup, ...] = ()
    """What is looked up in other files, whatever the shape."""

    def fits(self, file_name: str) -> bool:
        """Whether a file's name (without folders) is one of `files`."""
        return any(fnmatchcase(file_name, pattern) for pattern in self.files)

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

_LISTED_SUBTABLES: Final = ("steps", "milestones", "lookup")
"""The same within one of several tables of a kind."""


def _to_toml(data: Mapping[str, Any]) -> str:
    """Write a project's plain data as TOML."""
    blocks = []
    for section, content in data.items():
        if isinstance(content, list):
            for table in content:
                grown = [key for key in table if key in _LISTED_SUBTABLES]
                blocks.append([f"[[{section}]]", *_lines({key: table[key] for key in table if key not in grown})])
                for key in grown:
                    its = table[key] if isinstance(table[key], list) else [table[key]]
                    header = f"[[{section}.{key}]]" if isinstance(table[key], list) else f"[{section}.{key}]"
                    blocks += [[header, *_lines(one)] for one in its]
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
