"""XES (IEEE 1849), plain or gzip: a row per event, with the attributes of its trace under ``case:``.

Values stand as they are written, whatever their type. The values of a ``<global>`` are not filled in: the
standard gives them for elements that are created later, not for attributes that an event lacks. Lists and
containers become JSON; the attributes of an attribute become JSON in a column of their own,
``<key>:attributes``, so that its value stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.files import check_readable, counted, is_gzip, open_binary
from ordermine.ingest.readers.spool import Spool, SpooledSource
from ordermine.ingest.readers.text import json_text
from ordermine.ingest.readers.xml import discard, elements, local_name, opening, syntax_explained
from ordermine.ingest.source import LeftOut

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GIVEN_TWICE = "attribute given twice"


def open_xes(path: Path, name: str) -> SpooledSource:
    """Read an XES file, memory for one trace and one piece of rows at a time.

    Rows are numbered by event, from 1. An event whose attribute, or whose trace's attribute, is given twice
    with different values is left out. An event attribute whose key starts with ``case:`` becomes
    ``event:<key>``.

    Raises
    ------
    InputError
        The file is not XES, declares a document type, or ends early.
    """
    check_readable(path)
    root, _ = opening(path, name)
    if local_name(root) != "log":
        raise InputError(
            f"{name}: not an XES log: its root element is <{local_name(root)}>",
            hint="name an XES or OCEL file",
        )
    reading = _Reading(Spool(name))
    with syntax_explained(name, reading.progress), open_binary(path) as stream:
        for _, element in elements(stream, name, ("end",), ("trace", "event")):
            if local_name(element) == "trace":
                reading.end_trace(element)
            else:
                reading.end_event(element)
    reading.spool.finish()
    described = {
        "events": str(reading.events),
        "format": "XES, gzip" if is_gzip(path) else "XES",
        "traces": str(reading.traces),
    }
    if reading.empty_traces:
        described["traces without events"] = str(reading.empty_traces)
    if root.get("xes.version"):
        described["version"] = root.get("xes.version")
    columns = sorted(reading.spool.keys, key=lambda key: not key.startswith("case:"))
    return SpooledSource(name, reading.spool, False, described, dict(zip(columns, columns, strict=True)))


@dataclass(slots=True)
class _Attributes:
    """The attributes of an event or a trace, under the names of their columns."""

    cells: dict[str, str | None]
    twice: str = ""
    """The attribute that is given twice, with both values; empty where there is none."""


class _ColumnNames(dict[str, str]):
    """Attribute key → name of the column; keeps one string for each, however often it occurs."""

    def __init__(self, level: str) -> None:
        self.level = level

    def __missing__(self, key: str) -> str:
        name = f"case:{key}" if self.level == "trace" else f"event:{key}" if key.startswith("case:") else key
        self[key] = name
        return name


@dataclass(slots=True)
class _Reading:
    spool: Spool
    events: int = 0
    traces: int = 0
    empty_traces: int = 0
    pending: list[tuple[int, _Attributes]] = field(default_factory=list)
    """Events of the trace that is being read; its own attributes may come after them."""
    event_names: _ColumnNames = field(default_factory=lambda: _ColumnNames("event"))
    trace_names: _ColumnNames = field(default_factory=lambda: _ColumnNames("trace"))

    def progress(self) -> str:
        complete = self.events - len(self.pending)
        return f"{counted(self.traces, 'complete trace')} with {counted(complete, 'event')}"

    def end_event(self, element: Any) -> None:
        self.events += 1
        self.pending.append((self.events, _attributes(element, self.event_names)))
        if local_name(element.getparent()) == "trace":
            element.clear(keep_tail=False)
        else:
            self._keep(_Attributes({}))
            discard(element)

    def end_trace(self, element: Any) -> None:
        self.traces += 1
        self.empty_traces += not self.pending
        self._keep(_attributes(element, self.trace_names))
        discard(element)

    def _keep(self, trace: _Attributes) -> None:
        for number, event in self.pending:
            cells = trace.cells | event.cells
            twice = trace.twice or event.twice
            if twice:
                self.spool.leave_out(LeftOut(number, GIVEN_TWICE, json_text(cells), twice))
            else:
                self.spool.add(number, cells)
        self.pending.clear()


def _attributes(element: Any, names: _ColumnNames) -> _Attributes:
    """Return the attributes of an event or a trace."""
    found = _Attributes({})
    cells = found.cells
    for child in element:
        key = child.get("key")
        if key is None:
            continue
        name = names[key]
        value = child.get("value")
        if value is None or len(child):
            if local_name(child) in ("list", "container"):
                value = json_text(_nested(child))
            elif len(child):
                cells[names[f"{key}:attributes"]] = json_text(_object(child))
        if name in cells and cells[name] != value:
            found.twice = f"{name}: {json_text(cells[name])} and {json_text(value)}"
        cells[name] = value
    return found


def _nested(element: Any) -> Any:
    """Return the value of an attribute that is nested in another, for JSON."""
    kind = local_name(element)
    if kind == "list":
        inner = [child for child in element if child.get("key") is None]
        members: Iterable[Any] = inner[0] if inner else element
        return [{member.get("key"): _nested(member)} for member in members if member.get("key") is not None]
    if kind == "container":
        return _object(element)
    if len(element):
        return {"value": element.get("value"), "attributes": _object(element)}
    return element.get("value")


def _object(element: Any) -> Any:
    """Return nested attributes as an object; as a list of objects where a key repeats."""
    pairs = [(child.get("key"), _nested(child)) for child in element if child.get("key") is not None]
    if len({key for key, _ in pairs}) < len(pairs):
        return [{key: value} for key, value in pairs]
    return dict(pairs)
