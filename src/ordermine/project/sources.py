"""``[[source]]``: which files are exported, what their columns are, and what other files tell about them."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Final

from pydantic import (
    Discriminator,
    Tag,
    model_serializer,
    model_validator,
)

from ordermine.project.fields import DateOrder, FileNames, Renamed, Section, Shape, Zone
from ordermine.schema import KEY_COLUMNS
from ordermine.toml_file import COLUMN, PARTS, Text

NOT_LOOKED_UP: Final = ("timestamp", "start", "precision")
"""Source keys that no other file can know."""


class SplitTimestamp(Section):
    """A timestamp recorded in two columns."""

    date: Text
    time: Text


Timestamp = Annotated[
    Annotated[Text, Tag(COLUMN)] | Annotated[SplitTimestamp, Tag(PARTS)],
    Discriminator(lambda value: PARTS if isinstance(value, Mapping | SplitTimestamp) else COLUMN),
]
"""One column, or ``{ date = …, time = … }``."""


class FieldSteps(Section):
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


class Milestone(Section):
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


class _FurtherFile(Section):
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


class DeclaredSource(Section):
    """One ``[[source]]``: which files, and which of their columns plays which part."""

    files: FileNames = ("*",)
    """Patterns on file names; one of them suffices."""
    preset: Text | None = None
    """Name of the system that these files are tables of; see ``ordermine inspect``."""
    timezone: Zone | None = None
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
