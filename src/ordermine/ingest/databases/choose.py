"""What to read of a database: what a query says, else the tables of a system, else its only table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import UsageError
from ordermine.ingest.databases.database import what_there_is
from ordermine.ingest.databases.statement import check_reads
from ordermine.ingest.presets.preset import find_preset, needed, presets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.ingest.databases.database import Database, Relation
    from ordermine.ingest.presets.preset import Preset


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line and the project file say about it."""

    query: str | None = None
    preset: str | None = None
    recognise: bool = True
    """Whether the tables of a system may be recognised; not where columns are declared."""
    tell: bool = True
    """Whether the log may hold the query; not where names are replaced in it: a query may name people."""


@dataclass(frozen=True, slots=True)
class Selection:
    """One SELECT, whose rows become one source of the log."""

    name: str
    query: str
    described: str
    """Where the rows are from, for people: the query, or which table."""
    utc: bool = False
    """Whether times without a zone are UTC."""


def choose(database: Database, wanted: Wanted) -> list[Selection]:
    """Return what is to be read.

    Raises
    ------
    UsageError
        The query isn't one, the preset's tables aren't there, or there are several tables and nothing says which.
    """
    if wanted.query is not None:
        query = check_reads(wanted.query)
        return [Selection(f"{database.name}:query", query, query.strip() if wanted.tell else "by a query")]
    relations = database.relations()
    if wanted.preset is not None:
        preset = find_preset(wanted.preset)
        tables = tables_of(preset, relations)
        if tables is None:
            raise UsageError(
                f"{database.name}: not the tables of preset {preset.name}",
                hint="it needs " + "; ".join(f"{table} with {', '.join(one.columns)}" for table, one in needed(preset)),
            )
        return _selections(database, preset, tables)
    fitting = [(preset, tables) for preset in presets() if (tables := tables_of(preset, relations)) is not None]
    if wanted.recognise and len(fitting) == 1:
        return _selections(database, *fitting[0])
    if len(relations) == 1:
        only = relations[0]
        return [Selection(f"{database.name}:{only.shown}", only.select(only.columns), f"table {only.shown}")]
    raise _which(database, relations, [preset for preset, _ in fitting])


def tables_of(preset: Preset, relations: Sequence[Relation]) -> dict[str, Relation] | None:
    """Return the name of each of the preset's tables → the relation that is it; None where a needed one is missing."""
    known = {relation.name.lower(): relation for relation in relations if relation.schema is None}
    found = {
        name: known[name.lower()]
        for name, table in preset.tables.items()
        if name.lower() in known
        and {column.lower() for column in table.columns} <= {column.lower() for column in known[name.lower()].columns}
    }
    complete = {name for name, _ in needed(preset)} <= found.keys()
    return found if complete and any(one.table in found for one in preset.events) else None


def _selections(database: Database, preset: Preset, tables: dict[str, Relation]) -> list[Selection]:
    """Return the columns and rows of the tables that the preset's queries know."""
    selections = []
    for name, relation in tables.items():
        table = preset.tables[name]
        known = {column.lower() for column in (*table.columns, *table.further)}
        columns = [column for column in relation.columns if column.lower() in known]
        described = f"table {relation.shown}" + (f" where {table.where}" if table.where else "")
        selections.append(
            Selection(
                f"{database.name}:{relation.shown}",
                relation.select(columns, table.where),
                described,
                utc=preset.database_in_utc,
            )
        )
    return selections


def _which(database: Database, relations: Sequence[Relation], fitting: Sequence[Preset]) -> UsageError:
    if not relations:
        return UsageError(
            f"{database.name}: no table that can be read",
            hint="check the name of the database and the rights of the user",
        )
    biggest = max(relations, key=lambda relation: relation.rows or 0)
    hint = f"say what to read, e.g.: --query 'SELECT * FROM {biggest.shown}'"
    if fitting:
        hint += f"; or a preset whose tables are all there: --preset {' or '.join(preset.name for preset in fitting)}"
    return UsageError(f"{database.name}: which table? {what_there_is(relations)}", hint=hint)
