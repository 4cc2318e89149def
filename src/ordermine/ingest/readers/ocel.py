"""OCEL 2.0 (JSON, XML, SQLite), flattened to one object type: a row per event and related object of it.

An event that is related to two orders gives two rows, as everywhere where object-centric logs are flattened
(van der Aalst, "Object-centric process mining", 2019: convergence); an event without an order gives none
and is left out with that reason. Rows are numbered over both.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.errors import InputError, UsageError, near
from ordermine.ingest.readers.files import counted, read_head
from ordermine.ingest.readers.ocel_json import OcelJson, is_ocel_json
from ordermine.ingest.readers.ocel_sqlite import OcelSqlite, is_ocel_sqlite
from ordermine.ingest.readers.ocel_xml import OcelXml, is_ocel_xml
from ordermine.ingest.readers.spool import Spool, SpooledSource
from ordermine.ingest.readers.sqlite_file import SQLITE_MAGIC
from ordermine.ingest.readers.text import json_text
from ordermine.ingest.source import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ordermine.ingest.readers.ocel_parts import OcelEvent, OcelFile, OcelObject

EVENT_ID = "ocel:eid"
FIXED = ("case:concept:name", "concept:name", "time:timestamp", EVENT_ID)
OBJECT = "object:"
SEPARATOR = "|"
UNDECLARED = "event type not declared"
ALWAYS = dt.datetime.min.replace(tzinfo=dt.UTC)


def is_ocel(path: Path) -> bool:
    """Return whether a file is OCEL, by its content; False for what is no JSON, XML or SQLite at all."""
    kind = _serialisation(path)
    known = {"json": is_ocel_json, "sqlite": is_ocel_sqlite, "xml": is_ocel_xml}
    return kind in known and known[kind](path, path.name)


def object_types(path: Path) -> dict[str, int]:
    """Return the object types of a file, each with the number of events that are directly related to one.

    The type with the most events comes first; types of equal number are sorted by name.
    """
    file = _open(path, path.name)
    counts: Counter[str] = Counter(dict.fromkeys(file.object_types(), 0))
    types: dict[str, str] = {}
    for found in file.objects():
        counts[types.setdefault(found.id, found.type)] += 0
    for event in file.events(lambda: "nothing"):
        counts.update({types[identifier] for identifier in event.objects if identifier in types})
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def open_ocel(path: Path, name: str, case_type: str) -> SpooledSource:
    """Read an OCEL 2.0 file, flattened to the objects of one type.

    Columns: ``case:concept:name`` (the object's id), ``concept:name`` (type of the event),
    ``time:timestamp``, ``ocel:eid`` (id of the event), ``case:<attribute>`` (the object's attributes, as
    they stood at the time of the event), the attributes of events, and one column per object type with the
    ids of the other related objects, sorted and joined by ``|``. Where an object type is named like an
    attribute, its column is ``object:<type>``.

    Raises
    ------
    UsageError
        There is no such object type.
    InputError
        The file is not OCEL 2.0, or it ends early.
    """
    file = _open(path, name)
    objects = _Objects(case_type)
    for found in file.objects():
        objects.add(found)
    if not objects.histories:
        known = {*file.object_types(), *objects.types.values()}
        if case_type not in known:
            raise UsageError(f"{name}: no object type {case_type!r}", hint=near(case_type, known))
    spool = Spool(name)
    flattening = _Flattening(objects, spool, frozenset(file.event_types()))
    for event in file.events(flattening.progress):
        flattening.add(event)
    spool.finish()
    described = {
        "case": case_type,
        "events": str(flattening.events),
        "format": file.format,
        "objects": str(len(objects.types)),
    }
    notes = {
        "dangling object ids": len(flattening.dangling),
        "event ids given twice": flattening.repeated,
        "object ids given twice": objects.repeated,
        "objects of types that aren't declared": objects.undeclared(file.object_types()),
        "attribute values without a readable time": objects.untimed,
    }
    described |= {key: str(count) for key, count in notes.items() if count}
    return SpooledSource(name, spool, False, dict(sorted(described.items())), _column_names(spool.keys))


def _column_names(keys: tuple[str, ...]) -> dict[str, str]:
    """Return the keys of the spool in the order of the columns, each with its column's name."""
    groups: tuple[list[str], ...] = ([], [], [], [])
    for key in keys:
        group = 0 if key in FIXED else 1 if key.startswith("case:") else 3 if key.startswith(OBJECT) else 2
        groups[group].append(key)
    fixed, case, event, other = groups
    fixed.sort(key=FIXED.index)
    taken = {*fixed, *case, *event}
    names = {key: key for key in (*fixed, *case, *event)}
    for key in sorted(other):
        kind = key.removeprefix(OBJECT)
        names[key] = key if kind in taken else kind
    return names


@dataclass(slots=True)
class _History:
    """The values of one attribute of one object over time."""

    times: list[dt.datetime] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)

    def at(self, time: dt.datetime) -> str | None:
        """Return the value that was valid at a time; None before the first."""
        index = bisect_right(self.times, time)
        return self.values[index - 1] if index else None


@dataclass(slots=True)
class _Objects:
    """The types of all objects, and the attributes of those that are cases."""

    case_type: str
    types: dict[str, str] = field(default_factory=dict)
    histories: dict[str, dict[str, _History]] = field(default_factory=dict)
    repeated: int = 0
    untimed: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    def undeclared(self, declared: list[str]) -> int:
        """Return how many objects are of no declared type; 0 where none is declared."""
        return sum(kind not in declared for kind in self.types.values()) if declared else 0

    def add(self, found: OcelObject) -> None:
        if found.id in self.types:
            self.repeated += 1
            return
        self.types[found.id] = self._names.setdefault(found.type, found.type)
        if found.type != self.case_type:
            return
        timed: list[tuple[dt.datetime, str, str | None]] = []
        for attribute, time, value in found.values:
            since = ALWAYS if time is None else _instant(time)
            if since is None:
                self.untimed += 1
            else:
                timed.append((since, attribute, value))
        timed.sort(key=lambda entry: entry[0])
        histories: dict[str, _History] = {}
        for since, attribute, value in timed:
            history = histories.setdefault(attribute, _History())
            history.times.append(since)
            history.values.append(value)
        self.histories[found.id] = histories


@dataclass(slots=True)
class _Flattening:
    objects: _Objects
    spool: Spool
    declared: frozenset[str]
    """Types of events; empty where none is declared."""
    events: int = 0
    number: int = 0
    repeated: int = 0
    dangling: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def progress(self) -> str:
        return counted(self.events, "event")

    def add(self, event: OcelEvent) -> None:
        """Take an event: a row for each of its orders."""
        self.events += 1
        types = self.objects.types
        related = sorted(set(event.objects))
        self.dangling.update(identifier for identifier in related if identifier not in types)
        cases = [identifier for identifier in related if types.get(identifier) == self.objects.case_type]
        if event.id is not None:
            self.repeated += event.id in self.ids
            self.ids.add(event.id)
        reason = event.reason
        if not reason and self.declared and event.type is not None and event.type not in self.declared:
            reason = UNDECLARED
        if not reason and not cases:
            reason = f"no object of type {self.objects.case_type}"
        if reason:
            self.number += 1
            raw = event.raw if event.raw is not None else _event_json(event)
            self.spool.leave_out(LeftOut(self.number, reason, raw, event.detail))
            return
        for case in cases:
            self.number += 1
            self.spool.add(self.number, self._cells(event, case, related))

    def _cells(self, event: OcelEvent, case: str, related: list[str]) -> dict[str, str | None]:
        cells: dict[str, str | None] = {
            "case:concept:name": case,
            "concept:name": event.type,
            "time:timestamp": event.time,
            EVENT_ID: event.id,
        }
        cells.update(self._case_attributes(case, event.time))
        for attribute, value in event.attributes.items():
            taken = attribute in FIXED or attribute.startswith(("case:", OBJECT))
            cells[f"event:{attribute}" if taken else attribute] = value
        others: dict[str, list[str]] = {}
        for identifier in related:
            kind = self.objects.types.get(identifier)
            if kind is not None and identifier != case:
                others.setdefault(kind, []).append(identifier)
        for kind, identifiers in others.items():
            cells[OBJECT + kind] = SEPARATOR.join(identifiers)
        return cells

    def _case_attributes(self, case: str, time: str | None) -> Iterator[tuple[str, str | None]]:
        instant = None if time is None else _instant(time)
        for attribute, history in self.objects.histories.get(case, {}).items():
            key = "case:attribute:" if f"case:{attribute}" in FIXED else "case:"
            yield f"{key}{attribute}", None if instant is None else history.at(instant)


def _event_json(event: OcelEvent) -> str:
    return json_text(
        {
            "id": event.id,
            "type": event.type,
            "time": event.time,
            "attributes": event.attributes,
            "objects": event.objects,
        }
    )


def _instant(text: str) -> dt.datetime | None:
    """Return an ISO 8601 time as an instant, UTC where it has no offset; None where it isn't one."""
    try:
        time = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _serialisation(path: Path) -> str:
    """Return ``json``, ``xml`` or ``sqlite`` by the first bytes; the empty string for anything else."""
    head = read_head(path, 4096)
    if head.startswith(SQLITE_MAGIC):
        return "sqlite"
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return {b"<": "xml", b"{": "json"}.get(text[:1], "")


def _open(path: Path, name: str) -> OcelFile:
    kind = _serialisation(path)
    if kind == "json":
        return OcelJson(path, name)
    if kind == "xml":
        return OcelXml(path, name)
    if kind == "sqlite":
        return OcelSqlite(path, name)
    raise InputError(f"{name}: neither JSON nor XML nor SQLite", hint="name an OCEL 2.0 file")
