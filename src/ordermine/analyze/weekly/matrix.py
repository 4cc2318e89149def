"""Tables of departments by departments, without the cells that are about too few."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.stats.suppress import FEWEST_CASES, FEWEST_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_NAMED: Final = 10
"""Departments that have a row and a column of their own; the others share one, which keeps the table legible."""
OTHERS: Final = None
"""Name of the row and the column that the others share."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by two departments; a hidden one is None. No totals: they would give hidden cells away."""

    rows: tuple[str | None, ...]
    """Names, `OTHERS` for the others together; the empty name for a department that isn't recorded."""
    columns: tuple[str | None, ...]
    cells: tuple[tuple[int | None, ...], ...]
    others: int = 0
    """How many departments share a row and a column."""

    @property
    def hides(self) -> bool:
        """Whether a cell is hidden."""
        return any(cell is None for row in self.cells for cell in row)


def count_between(times: Sequence[tuple[str, str, int, int]], people: Mapping[str, int]) -> Matrix:
    """Return how often something happened between two departments, of those with which it happened most.

    Parameters
    ----------
    times
        (row, column, case_no, how often).
    people
        Department → people who work there, where people are recorded.
    """
    weight: Counter[str] = Counter()
    for row, column, _, count in times:
        weight[row] += count
        weight[column] += count
    ranked = sorted(weight, key=lambda name: (-weight[name], name))
    # A row shared by a single department would name it.
    named = ranked if len(ranked) <= MOST_NAMED + 1 else ranked[:MOST_NAMED]
    place = {name: at for at, name in enumerate(named)}
    names: list[str | None] = [*named, *([OTHERS] if len(named) < len(ranked) else [])]
    size, last = len(names), len(named)
    cells = [[0] * size for _ in range(size)]
    cases: list[list[set[int]]] = [[set() for _ in range(size)] for _ in range(size)]
    for row, column, case, count in times:
        i, j = place.get(row, last), place.get(column, last)
        cells[i][j] += count
        cases[i][j].add(case)
    crew = [FEWEST_PEOPLE if name is OTHERS else people.get(name, FEWEST_PEOPLE) for name in names]

    def shown(i: int, j: int) -> int | None:
        few = len(cases[i][j]) < FEWEST_CASES or min(crew[i], crew[j]) < FEWEST_PEOPLE
        return None if cells[i][j] and few else cells[i][j]

    return trimmed(names, [[shown(i, j) for j in range(size)] for i in range(size)], len(ranked) - len(named))


def trimmed(names: Sequence[str | None], cells: Sequence[Sequence[int | None]], others: int = 0) -> Matrix:
    """Return a square table without the rows and columns in which nothing happened."""
    rows = [i for i, row in enumerate(cells) if any(cell != 0 for cell in row)]
    columns = [j for j, column in enumerate(zip(*cells, strict=True)) if any(cell != 0 for cell in column)]
    return Matrix(
        tuple(names[i] for i in rows),
        tuple(names[j] for j in columns),
        tuple(tuple(cells[i][j] for j in columns) for i in rows),
        others,
    )
