"""Which cells of a table to hide: those about too few, and as many more as keep them from being computed.

Cells are counts with their totals. A reader knows every shown number, that rows and columns add up to their
totals, and that a hidden cell holds at least one case: cells with no case are about nobody and stay visible.
Rates, shares and other tables made from a hidden count must be hidden with it.

Source for the terms and the method: A. Hundepool et al., Statistical Disclosure Control (2012), chapter 4;
every sensitive cell is protected by the cheapest flow through the table that could raise it, found by linear
programming (J. P. Kelly, B. L. Golden and A. A. Assad, Networks 22 (1992) 397–417).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ordermine.errors import OrdermineError

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_CASES: Final = 10
FEWEST_PEOPLE: Final = 5

_MOVED: Final = 1e-6
"""A flow below this is rounding of the solver."""


@dataclass(frozen=True, slots=True)
class HiddenList:
    """Positions to hide in a list of counts, and whether to hide its total."""

    cells: frozenset[int]
    total: bool


@dataclass(frozen=True, slots=True)
class HiddenTable:
    """Cells (row, column), row totals, column totals and grand total to hide in a table of counts."""

    cells: frozenset[tuple[int, int]]
    rows: frozenset[int]
    columns: frozenset[int]
    total: bool


def suppress_list(
    cases: Sequence[int], people: Sequence[int | None] | None = None, *, total_people: int | None = None
) -> HiddenList:
    """Return what to hide in a list of counts that is shown with its total.

    `people` counts the different people behind every count, `total_people` those behind the total (a person
    may be behind several counts); None where people aren't recorded.
    """
    _check_shape("people", people, len(cases))
    counts = _Counts()
    cells = [counts.add(n, people[i] if people else None) for i, n in enumerate(cases)]
    total = counts.add(sum(cases), total_people, cells)
    hidden = _hide(counts)
    return HiddenList(frozenset(i for i, cell in enumerate(cells) if cell in hidden), total in hidden)


def suppress_table(
    cases: Sequence[Sequence[int]],
    people: Sequence[Sequence[int | None]] | None = None,
    *,
    row_people: Sequence[int | None] | None = None,
    column_people: Sequence[int | None] | None = None,
    total_people: int | None = None,
) -> HiddenTable:
    """Return what to hide in a table of counts (a list of rows) that is shown with row, column and grand totals.

    People as in `suppress_list`.
    """
    width = len(cases[0]) if cases else 0
    for row in cases:
        _check_shape("row", row, width)
    _check_shape("people", people, len(cases))
    for people_row in people or ():
        _check_shape("row of people", people_row, width)
    _check_shape("row_people", row_people, len(cases))
    _check_shape("column_people", column_people, width)
    counts = _Counts()
    cells = [
        [counts.add(n, people[i][j] if people else None) for j, n in enumerate(row)] for i, row in enumerate(cases)
    ]
    rows = [counts.add(sum(cases[i]), row_people[i] if row_people else None, parts) for i, parts in enumerate(cells)]
    columns = [
        counts.add(
            sum(row[j] for row in cases),
            column_people[j] if column_people else None,
            [parts[j] for parts in cells],
        )
        for j in range(width)
    ]
    # That the column totals add up to it too follows from the other sums.
    total = counts.add(sum(map(sum, cases)), total_people, rows)
    hidden = _hide(counts)
    return HiddenTable(
        frozenset((i, j) for i, parts in enumerate(cells) for j, cell in enumerate(parts) if cell in hidden),
        frozenset(i for i, cell in enumerate(rows) if cell in hidden),
        frozenset(j for j, cell in enumerate(columns) if cell in hidden),
        total in hidden,
    )


@dataclass(slots=True)
class _Counts:
    """All counts of a table, totals included, numbered from 0, and which of them are sums of which."""

    cases: list[int] = field(default_factory=list)
    people: list[int | None] = field(default_factory=list)
    sums: list[tuple[int, Sequence[int]]] = field(default_factory=list)

    def add(self, cases: int, people: int | None, parts: Sequence[int] = ()) -> int:
        """Add a count, the sum of `parts` if it has any, and return its number."""
        if cases < 0:
            raise OrdermineError(f"a cell holds {cases} cases", hint="tables to suppress hold counts")
        number = len(self.cases)
        self.cases.append(cases)
        self.people.append(people)
        if parts:
            self.sums.append((number, parts))
        return number

    def sensitive(self) -> list[int]:
        """Return the numbers of the counts that are about too few, the largest first."""
        found = [
            number
            for number, (cases, people) in enumerate(zip(self.cases, self.people, strict=True))
            if cases and (cases < FEWEST_CASES or (people is not None and people < FEWEST_PEOPLE))
        ]
        return sorted(found, key=lambda number: (-self.cases[number], number))


def _check_shape(what: str, values: Sequence[object] | None, length: int) -> None:
    if values is not None and len(values) != length:
        raise OrdermineError(f"{what}: {len(values)} values where the table has {length}", hint="give one per cell")


def _hide(counts: _Counts) -> set[int]:
    """Return the numbers of the counts to hide."""
    sensitive = counts.sensitive()
    hidden = set(sensitive)
    protected: set[int] = set()
    for number in sensitive:
        if number not in protected:
            flow = _cheapest_flow(counts, number, hidden)
            hidden |= {other for other, change in enumerate(flow) if abs(change) > _MOVED}
            protected |= {other for other, change in enumerate(flow) if change > FEWEST_CASES - _MOVED}
    return hidden


def _cheapest_flow(counts: _Counts, number: int, hidden: set[int]) -> list[float]:
    """Return the cheapest change of the counts that raises `number` by FEWEST_CASES.

    It keeps all sums right and everything that is changed at least 1. Hidden and changed, they admit another
    table: the count can't be computed, nor can it be told that it is small. Changing what is hidden already
    is free; otherwise a count costs its cases, and a total the cases of the whole table more, so totals go
    last. Raising a count with all its totals is always possible.
    """
    import numpy as np
    from scipy.optimize import linprog

    cases = np.array(counts.cases, dtype=float)
    size = len(cases)
    cost = cases.copy()
    for total, _ in counts.sums:
        cost[total] += cases.max()
    cost[sorted(hidden)] = 0
    balance = np.zeros((len(counts.sums), size))
    for row, (total, parts) in enumerate(counts.sums):
        balance[row, list(parts)] += 1
        balance[row, total] -= 1
    # The change is up − down; a count of 0 stays.
    up = [(0, None if n else 0) for n in counts.cases]
    down = [(0, max(0, n - 1)) for n in counts.cases]
    up[number], down[number] = (FEWEST_CASES, FEWEST_CASES), (0, 0)
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=np.hstack([balance, -balance]),
        b_eq=np.zeros(len(balance)),
        bounds=up + down,
        method="highs-ds",
    )
    change: list[float] = (found.x[:size] - found.x[size:]).tolist()
    return change
