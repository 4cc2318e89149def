"""Which numbers of the origin × detection matrix are about too few orders or people, or would give such a one away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.origin.summary import people_by_department
from ordermine.analyze.origin.tables import create_error_tables
from ordermine.eventlog.kept import once_per_log
from ordermine.stats.suppress import suppress_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.eventlog.log import Log

MATRIX = """
SELECT originated_by, detected_by, count(*) FROM errors WHERE originated_by IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Guarded:
    """The matrix with what to hide of it; departments by name, ``""`` for one that isn't recorded."""

    names: list[str]
    counts: list[list[int]]
    """Errors by origin (row) and detection (column), in the order of `names`."""
    cells: frozenset[tuple[int, int]]
    """Positions to hide."""
    started: frozenset[str]
    """Departments whose errors by origin are hidden."""
    noticed: frozenset[str]
    """Departments whose errors by detection are hidden."""
    itself: frozenset[str]
    """Departments of which it is hidden how many of their own errors they noticed."""


def guard(matrix: Mapping[tuple[str, str | None], int], people: Mapping[str, int]) -> Guarded:
    """Return what to hide.

    Parameters
    ----------
    matrix
        (origin, where noticed) → errors.
    people
        Department → people who work there, where people are recorded.
    """
    names = sorted({name for name, _ in matrix} | {name or "" for _, name in matrix})
    counts = [[matrix.get((origin, noticed or None), 0) for noticed in names] for origin in names]
    crew = [people.get(name) for name in names]
    hidden = suppress_table(
        counts, [[_fewer(own, other) for other in crew] for own in crew], row_people=crew, column_people=crew
    )
    return Guarded(
        names,
        counts,
        hidden.cells,
        frozenset(names[at] for at in hidden.rows),
        frozenset(names[at] for at in hidden.columns),
        frozenset(names[at] for at, noticed in hidden.cells if at == noticed),
    )


@once_per_log
def guarded_origins(log: Log) -> Guarded:
    """Return the matrix of a log with what to hide of it."""
    create_error_tables(log, "department")
    matrix = {(origin, noticed): count for origin, noticed, count in log.rows(MATRIX)}
    return guard(matrix, people_by_department(log))


def hidden_origins(log: Log) -> frozenset[str]:
    """Return the departments of which it must not be said how many errors started there."""
    return guarded_origins(log).started


def hidden_leaks(log: Log) -> frozenset[str]:
    """Return the departments of which it must not be said how many of their errors were noticed elsewhere."""
    found = guarded_origins(log)
    return found.started | found.itself


def _fewer(one: int | None, other: int | None) -> int | None:
    known = [number for number in (one, other) if number is not None]
    return min(known) if known else None
