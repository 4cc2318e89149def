"""What the three serialisations of OCEL 2.0 have in common: objects, events, and a file that gives both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(slots=True)
class OcelObject:
    """An object and the values that its attributes took."""

    id: str
    type: str
    values: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    """(attribute, time from which it holds, value), in the order of the file."""


@dataclass(slots=True)
class OcelEvent:
    """An event and the objects that it is directly related to."""

    id: str | None
    type: str | None
    time: str | None
    attributes: dict[str, str | None] = field(default_factory=dict)
    objects: list[str] = field(default_factory=list)
    reason: str = ""
    """Why it must be left out; empty where nothing is wrong with it."""
    detail: str = ""
    raw: str | None = None


class OcelFile(Protocol):
    """A file of one serialisation."""

    @property
    def format(self) -> str:
        """Name of the serialisation, for people."""
        ...

    def object_types(self) -> list[str]:
        """Return the types that the file declares, whether or not there are objects of them."""
        ...

    def event_types(self) -> list[str]:
        """Return the types of events that the file declares."""
        ...

    def objects(self) -> Iterator[OcelObject]:
        """Iterate over the objects."""
        ...

    def events(self, progress: Callable[[], str]) -> Iterator[OcelEvent]:
        """Iterate over the events in the order of the file; `progress` tells messages how far that got."""
        ...
