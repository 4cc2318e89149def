"""Tables of departments by departments, without what is about too few or would give it away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.stats.suppress import FEWEST_CASES, FEWEST_PEOPLE, HiddenTable, suppress_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_NAMED: Final = 10
"""Departments that have a row and a column of their own; the others share one, which keeps the table legible."""
OTHERS: Final = None
"""Name of the row and the column that the others share."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts by two departments; a hidden one is None."""

    rows: tuple[str | None, ...]
    """Names, most first; `OTHERS` for the others together, last."""
    columns: tuple[str | None, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None
    others: int
    """How many departments share a row and a column."""

    @property
    def hides(self) -> bool:
        """Whether a cell is hidden."""
        return any(cell is None for row in self.cells for cell in row)


def matrix(times: Sequence[tuple[str, str, int, int]], people: Mapping[str, int], *, totals: bool) -> Matrix:
    """Return a matrix of the departments that stand in it most often, suppressed.

    Parameters
    ----------
    times
        (row, column, case_no, how often).
    people
        Department → people who work there, where people are recorded.
    totals
        Whether totals are to be shown, too. Then more has to be hidden: what they would give away.
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
    crew = [None if name is OTHERS else people.get(name) for name in names]
    behind = [[_people(len(cases[i][j]), crew[i], crew[j]) for j in range(size)] for i in range(size)]
    if totals:
        hidden = suppress_table(
            cells,
            behind,
            row_people=[_people(len(set().union(*row)), crew[i]) for i, row in enumerate(cases)],
            column_people=[_people(len(set().union(*column)), crew[j]) for j, column in enumerate(zip(*cases))],
        )
    else:
        few = {(i, j) for i, row in enumerate(behind) for j, n in enumerate(row) if n is not None and n < FEWEST_PEOPLE}
        every = frozenset(range(size))
        hidden = HiddenTable(frozenset(at for at in few if cells[at[0]][at[1]]), every, every, True)
    row_sums = [sum(row) for row in cells]
    column_sums = [sum(column) for column in zip(*cells, strict=True)]
    kept_rows = [i for i in range(size) if row_sums[i]]
    kept_columns = [j for j in range(size) if column_sums[j]]
    if totals:
        # The order of rows must not tell what is hidden.
        kept_rows.sort(key=lambda i: (names[i] is OTHERS, i in hidden.rows, 0 if i in hidden.rows else -row_sums[i], i))
    return Matrix(
        rows=tuple(names[i] for i in kept_rows),
        columns=tuple(names[j] for j in kept_columns),
        cells=tuple(tuple(None if (i, j) in hidden.cells else cells[i][j] for j in kept_columns) for i in kept_rows),
        row_totals=tuple(None if i in hidden.rows else row_sums[i] for i in kept_rows),
        column_totals=tuple(None if j in hidden.columns else column_sums[j] for j in kept_columns),
        total=None if hidden.total else sum(row_sums),
        others=len(ranked) - len(named),
    )


def _people(orders: int, *crews: int | None) -> int | None:
    """Return how many people stand behind a count, for the rule about people; none behind one of too few orders.

    So a cell is hidden for its few orders even where these were counted often.
    """
    known = [crew for crew in crews if crew is not None]
    if 0 < orders < FEWEST_CASES:
        return 0
    return min(known) if known else None
