"""OCEL 2.0 in SQLite."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.ocel_parts import OcelEvent, OcelObject
from ordermine.ingest.readers.sqlite_file import check_intact, open_sqlite_file
from ordermine.ingest.readers.text import text_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

ID_TWICE = "event id given twice"
"""Objects and attributes are found by the id of an event, so that only one event can have it."""

TABLES = {
    "event",
    "object",
    "event_object",
    "event_map_type",
    "object_map_type",
}
MAPS = {"event_map_type", "object_map_type"}
"""Those that no other database has."""


@dataclass(frozen=True, slots=True)
class OcelSqlite:
    """A database; one table per type holds the times and attributes."""

    path: Path
    name: str

    @property
    def format(self) -> str:
        """Name of the serialisation."""
        return "OCEL 2.0 SQLite"

    def object_types(self) -> list[str]:
        """Return the declared types of objects."""
        with _database(self.path, self.name) as database:
            return _declared(database, "object")

    def event_types(self) -> list[str]:
        """Return the declared types of events."""
        with _database(self.path, self.name) as database:
            return _declared(database, "event")

    def objects(self) -> Iterator[OcelObject]:
        """Iterate over the objects; a row with a changed field holds the new value of that field only."""
        with _database(self.path, self.name) as database:
            values = {
                name: _Values(_rows(database, f"object_{table}", "object"))
                for name, table in _types(database, "object")
            }
            listed = database.execute("SELECT rowid, ocel_id, ocel_type FROM object ORDER BY rowid")
            for number, identifier, kind in listed:
                if identifier is None or kind is None:
                    continue
                found = OcelObject(str(identifier), str(kind))
                for row in values[kind].take(number) if kind in values else ():
                    changed = row.get("ocel_changed_field")
                    for attribute, value in row.items():
                        if attribute.startswith("ocel_") or (changed and attribute != changed):
                            continue
                        if value is not None:
                            found.values.append((attribute, text_of(row.get("ocel_time")), text_of(value)))
                yield found

    def events(self, progress: Callable[[], str]) -> Iterator[OcelEvent]:
        """Iterate over the events in the order of their rows."""
        with _database(self.path, self.name, progress) as database:
            values = {
                name: _Values(_rows(database, f"event_{table}", "event")) for name, table in _types(database, "event")
            }
            related = _Values(
                database.execute(
                    f"SELECT e.number, r.ocel_object_id AS id FROM {_first('event')} e "
                    "JOIN event_object r ON r.ocel_event_id = e.ocel_id ORDER BY e.number, r.rowid"
                )
            )
            listed = database.execute(
                "SELECT rowid, ocel_id, ocel_type, rowid > min(rowid) OVER (PARTITION BY ocel_id) "
                "FROM event ORDER BY rowid"
            )
            for number, identifier, kind, repeated in listed:
                rows = values[kind].take(number) if kind in values else []
                row = rows[0] if rows else {}
                yield OcelEvent(
                    text_of(identifier),
                    text_of(kind),
                    text_of(row.get("ocel_time")),
                    {name: text_of(value) for name, value in row.items() if not name.startswith("ocel_")},
                    [str(relation["id"]) for relation in related.take(number)],
                    reason=ID_TWICE if repeated and identifier is not None else "",
                )


def is_ocel_sqlite(path: Path, name: str) -> bool:
    """Return whether a database is OCEL 2.0; fails where it is damaged, or has only a part of the tables."""
    with open_sqlite_file(path, name) as database:
        check_intact(database, name)
        there = _tables(database)
        if not there & MAPS:
            return False
        if missing := sorted(TABLES - there):
            raise InputError(
                f"{name}: a database without the tables of OCEL 2.0: no {', '.join(missing)}",
                hint="export the log as OCEL 2.0 again",
            )
        return True


class _Values:
    """Rows sorted by the number of what they belong to, taken in step with it."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._names = [column[0] for column in cursor.description]
        self._cursor = cursor
        self._next = cursor.fetchone()

    def take(self, number: int) -> list[dict[str, Any]]:
        """Return the rows that belong to this number; numbers must not fall."""
        taken = []
        while self._next is not None and self._next[0] <= number:
            if self._next[0] == number:
                taken.append(dict(zip(self._names[1:], self._next[1:], strict=True)))
            self._next = self._cursor.fetchone()
        return taken


def _rows(database: sqlite3.Connection, table: str, owner: str) -> sqlite3.Cursor:
    quoted = '"' + table.replace('"', '""') + '"'
    return database.execute(
        f"SELECT o.number, v.* FROM {_first(owner)} o "
        f"JOIN {quoted} v ON v.ocel_id = o.ocel_id ORDER BY o.number, v.rowid"
    )


def _first(owner: str) -> str:
    """Return a query for the first row of each id: a join over ids that many rows share would have no end."""
    return f"(SELECT min(rowid) AS number, ocel_id FROM {owner} GROUP BY ocel_id)"


def _declared(database: sqlite3.Connection, owner: str) -> list[str]:
    names = database.execute(f"SELECT DISTINCT ocel_type FROM {owner}_map_type WHERE ocel_type IS NOT NULL ORDER BY 1")
    return [str(name) for (name,) in names]


def _types(database: sqlite3.Connection, owner: str) -> list[tuple[str, str]]:
    """Return (type, its table's suffix) for those types that have a table."""
    known = _tables(database)
    mapped = database.execute(f"SELECT ocel_type, ocel_type_map FROM {owner}_map_type ORDER BY ocel_type")
    return [(str(name), str(table)) for name, table in mapped if f"{owner}_{table}" in known]


def _tables(database: sqlite3.Connection) -> set[str]:
    """Return the tables that hold what they show: no views, and no tables made up by a module of SQLite."""
    made = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    return {name for (name,) in database.execute(made)}


@contextmanager
def _database(path: Path, name: str, progress: Callable[[], str] = lambda: "nothing") -> Iterator[sqlite3.Connection]:
    """Open a database that must be OCEL 2.0."""
    with open_sqlite_file(path, name, progress) as database:
        missing = sorted(TABLES - _tables(database))
        if missing:
            raise InputError(
                f"{name}: not an OCEL 2.0 database: no table {', '.join(map(repr, missing))}",
                hint="export the log as OCEL 2.0, or export its table as CSV",
            )
        yield database
