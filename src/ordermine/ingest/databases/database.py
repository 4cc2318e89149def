"""What every database gives: its tables, and the rows of one SELECT as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ordermine.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pyarrow as pa


SHOWN = 12
"""Tables that a message lists."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view that may be read."""

    name: str
    schema: str | None
    """None where the name alone finds it."""
    columns: tuple[str, ...]
    """Those that may be read; empty where that isn't known, as of a broken view."""
    key: str | None
    """What to order its rows by so that they come in the same order every time; None: by all columns."""
    rows: int | None
    """About how many it has; None where that isn't known without counting."""

    @property
    def shown(self) -> str:
        """Name for people and for the log."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def select(self, columns: Sequence[str], where: str | None = None) -> str:
        """Return the query for some of its columns, and for those of its rows for which `where` holds."""
        table = ".".join(identifier(part) for part in (self.schema, self.name) if part)
        query = f"SELECT {', '.join(map(identifier, columns)) or '*'} FROM {table}"
        query += f" WHERE {where}" if where else ""
        return f"{query} ORDER BY {self.key}" if self.key else query


def what_there_is(relations: Sequence[Relation]) -> str:
    """Return a hint that lists the biggest tables."""
    biggest = sorted(relations, key=lambda relation: (-(relation.rows or 0), relation.shown))[:SHOWN]
    listed = ", ".join(
        relation.shown + (f" (about {relation.rows:,} rows)" if relation.rows else "") for relation in biggest
    )
    more = f", and {len(relations) - SHOWN:,} more" if len(relations) > SHOWN else ""
    return f"its tables: {listed or 'none'}{more}"


class Database(Protocol):
    """A database that is open for reading, in one snapshot."""

    @property
    def kind(self) -> str:
        """What it is, for people, e.g. ``PostgreSQL``."""
        ...

    @property
    def name(self) -> str:
        """Name that starts the names of its sources in the log: of the file, or ``postgresql``; never of a server."""
        ...

    def relations(self) -> list[Relation]:
        """Return what may be read, by name."""
        ...

    def rows(self, query: str, *, utc: bool = False) -> Generator[pa.RecordBatch]:
        """Iterate over the rows of one SELECT.

        Parameters
        ----------
        query
            The SELECT. Where it doesn't say in which order, rows are ordered by all columns, from left to right.
        utc
            Whether times that are stored without a zone are UTC.

        Yields
        ------
        pyarrow.RecordBatch
            At least one, all with the same columns: `pa.string()` by the rules of `readers.text`, uniquely named.

        Raises
        ------
        UsageError
            It isn't one SELECT, names what isn't there, or writes.
        InputError
            The database is damaged.
        EnvironmentFault
            The connection is lost, or the server refuses.
        """
        ...
