"""OCEL 2.0 in JSON, plain or gzip."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.files import faults_explained, is_gzip
from ordermine.ingest.readers.json_feed import JsonFeed, open_text
from ordermine.ingest.readers.ocel_parts import OcelEvent, OcelObject
from ordermine.ingest.readers.text import text_of
from ordermine.quoting import writable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class OcelJson:
    """A file; every question is a pass over it, because events may stand before their objects."""

    path: Path
    name: str

    @property
    def format(self) -> str:
        """Name of the serialisation."""
        return "OCEL 2.0 JSON, gzip" if is_gzip(self.path) else "OCEL 2.0 JSON"

    def object_types(self) -> list[str]:
        """Return the declared types of objects."""
        return self._declared("objectTypes")

    def event_types(self) -> list[str]:
        """Return the declared types of events."""
        return self._declared("eventTypes")

    def _declared(self, wanted: str) -> list[str]:
        """Return the names in one of the arrays of types; reads no further than that."""
        with _feed(self.path, self.name, lambda: "nothing") as feed:
            for key in feed.members():
                if feed.peek() != "[":
                    feed.skip()
                    continue
                elements = feed.elements()
                if key == wanted:
                    types = (value for value, _ in elements if isinstance(value, dict) and "name" in value)
                    return [writable(str(value["name"])) for value in types]
                for _ in elements:
                    pass
        return []

    def objects(self) -> Iterator[OcelObject]:
        """Iterate over the objects; what has no id or type is none."""
        for value, _, _ in self._members("objects", lambda: "its objects in part"):
            if not isinstance(value, dict) or not value.get("id") or not value.get("type"):
                continue
            found = OcelObject(str(value["id"]), writable(str(value["type"])))
            for attribute in _dicts(value.get("attributes")):
                cell = text_of(attribute.get("value"))
                name = writable(str(attribute.get("name")))
                found.values.append((name, text_of(attribute.get("time")), cell and writable(cell)))
            yield found

    def events(self, progress: Callable[[], str]) -> Iterator[OcelEvent]:
        """Iterate over the events."""
        for value, raw, feed in self._members("events", progress):
            if feed.decoder.reason or not isinstance(value, dict):
                reason = feed.decoder.reason or "not a JSON object"
                yield OcelEvent(None, None, None, reason=reason, detail=feed.decoder.detail, raw=writable(raw))
                continue
            yield OcelEvent(
                text_of(value.get("id")),
                text_of(value.get("type")),
                text_of(value.get("time")),
                {str(a.get("name")): text_of(a.get("value")) for a in _dicts(value.get("attributes"))},
                [str(relation.get("objectId")) for relation in _dicts(value.get("relationships"))],
                raw=raw,
            )

    def _members(self, wanted: str, progress: Callable[[], str]) -> Iterator[tuple[Any, str, JsonFeed]]:
        """Iterate over the elements of one of the file's arrays, as (value, its text, feed)."""
        with _feed(self.path, self.name, progress) as feed:
            for key in feed.members():
                if key.startswith("ocel:"):
                    raise InputError(
                        f"{self.name}: OCEL 1.0 (key {key!r}), not OCEL 2.0",
                        hint="convert the log to OCEL 2.0",
                    )
                if feed.peek() != "[":
                    feed.skip()
                    continue
                for value, raw in feed.elements():
                    if key == wanted:
                        yield value, raw, feed
            feed.end()


def is_ocel_json(path: Path, name: str) -> bool:
    """Return whether a JSON file has the keys of OCEL; reads no further than it must.

    JSON that is broken before that is none: its own reader says where.
    """
    try:
        return _has_ocel_keys(path, name)
    except InputError:
        return False


def _has_ocel_keys(path: Path, name: str) -> bool:
    with _feed(path, name, lambda: "its first keys") as feed:
        if feed.peek() != "{":
            return False
        for key in feed.members():
            if key in ("eventTypes", "objectTypes") or key.startswith("ocel:"):
                return True
            if feed.peek() != "[":
                feed.skip()
                continue
            elements = feed.elements()
            first, _ = next(elements, (None, ""))
            if not isinstance(first, dict):
                for _ in elements:
                    pass
                continue
            known = {"events": {"id", "type", "time", "relationships"}, "objects": {"id", "type"}}
            return key in known and known[key] <= first.keys()
    return False


@contextmanager
def _feed(path: Path, name: str, progress: Callable[[], str]) -> Iterator[JsonFeed]:
    with faults_explained(name, progress):
        text, encoding = open_text(path, name)
        with text:
            yield JsonFeed(text, name, encoding)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []
