"""OCEL 2.0 in XML, plain or gzip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.files import is_gzip, open_binary
from ordermine.ingest.readers.ocel_parts import OcelEvent, OcelObject
from ordermine.ingest.readers.xml import discard, elements, local_name, opening, syntax_explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECTIONS = ("object-types", "event-types", "objects", "events")


@dataclass(frozen=True, slots=True)
class OcelXml:
    """A file; every question is a pass over it, because events may stand before their objects."""

    path: Path
    name: str

    @property
    def format(self) -> str:
        """Name of the serialisation."""
        return "OCEL 2.0 XML, gzip" if is_gzip(self.path) else "OCEL 2.0 XML"

    def object_types(self) -> list[str]:
        """Return the declared types of objects."""
        return self._declared("object-type")

    def event_types(self) -> list[str]:
        """Return the declared types of events."""
        return self._declared("event-type")

    def _declared(self, wanted: str) -> list[str]:
        """Return the names of the types of one kind; reads no further than the first section after them."""
        names = []
        for element in self._all(lambda: "nothing"):
            if local_name(element) == wanted:
                names.append(element.get("name"))
            elif names:
                break
        return [name for name in names if name]

    def objects(self) -> Iterator[OcelObject]:
        """Iterate over the objects; what has no id or type is none."""
        for element in self._elements("object", lambda: "its objects in part"):
            if not element.get("id") or not element.get("type"):
                continue
            found = OcelObject(element.get("id"), element.get("type"))
            for attribute in _children(element, "attributes"):
                found.values.append((attribute.get("name") or "", attribute.get("time"), _text(attribute)))
            yield found

    def events(self, progress: Callable[[], str]) -> Iterator[OcelEvent]:
        """Iterate over the events."""
        for element in self._elements("event", progress):
            yield OcelEvent(
                element.get("id"),
                element.get("type"),
                element.get("time"),
                {attribute.get("name") or "": _text(attribute) for attribute in _children(element, "attributes")},
                [
                    relation.get("object-id")
                    for relation in _children(element, "objects")
                    if relation.get("object-id") is not None
                ],
            )

    def _elements(self, tag: str, progress: Callable[[], str]) -> Iterator[Any]:
        return (element for element in self._all(progress) if local_name(element) == tag)

    def _all(self, progress: Callable[[], str]) -> Iterator[Any]:
        """Iterate over types, objects and events."""
        with syntax_explained(self.name, progress), open_binary(self.path) as stream:
            root, child = opening(self.path, self.name)
            if local_name(root) != "log" or (child and child not in SECTIONS):
                raise InputError(
                    f"{self.name}: not OCEL 2.0: it starts with <{local_name(root)}> and <{child}>",
                    hint="name an OCEL 2.0 file; convert OCEL 1.0 first",
                )
            for _, element in elements(stream, self.name, ("end",), ("object-type", "event-type", "object", "event")):
                yield element
                discard(element)


def is_ocel_xml(path: Path, name: str) -> bool:
    """Return whether an XML file starts like OCEL 2.0."""
    root, child = opening(path, name)
    return local_name(root) == "log" and child in SECTIONS


def _children(element: Any, section: str) -> list[Any]:
    return [member for child in element if local_name(child) == section for member in child]


def _text(element: Any) -> str | None:
    """Return the text of an element; blanks around it come from the layout of the file."""
    return (element.text or "").strip() or None
