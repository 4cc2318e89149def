from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordermine.errors import OrdermineError
from ordermine.stats.suppress import HiddenList, HiddenTable, suppress_list, suppress_table

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    import numpy.typing as npt


def test_nothing_small_nothing_hidden() -> None:
    assert suppress_list([10, 200]) == HiddenList(frozenset(), False)
    assert suppress_table([[10, 20], [30, 40]]) == HiddenTable(frozenset(), frozenset(), frozenset(), False)
    assert suppress_list([]) == HiddenList(frozenset(), False)
    assert suppress_table([]) == HiddenTable(frozenset(), frozenset(), frozenset(), False)


def test_one_small_cell_takes_its_cheapest_partner_along() -> None:
    # 9 alone would be the total less the others; of 40, 25 and 300, hiding 25 loses least.
    assert suppress_list([40, 9, 25, 300]) == HiddenList(frozenset({1, 2}), False)


def test_two_small_cells_that_add_up_to_a_small_one_need_a_third() -> None:
    # 3 + 2 hidden: both are at most 4, and their sum 5 is small itself.
    assert suppress_list([3, 2, 50, 90]) == HiddenList(frozenset({0, 1, 2}), False)


def test_cells_without_cases_stay_visible_and_protect_nobody() -> None:
    assert suppress_list([0, 4, 0, 60]) == HiddenList(frozenset({1, 3}), False)
    # Nothing else to hide but the total.
    assert suppress_list([0, 4, 0]) == HiddenList(frozenset({1}), True)


def test_few_people_are_hidden_however_many_cases_they_handle() -> None:
    assert suppress_list([500, 200, 90], [40, 4, 30]) == HiddenList(frozenset({1, 2}), False)
    assert suppress_list([500, 200], [None, 5]) == HiddenList(frozenset(), False)
    assert suppress_list([20, 30], [5, 5], total_people=4).total


def test_one_small_cell_of_a_table_needs_a_rectangle() -> None:
    # Hiding (0,0), another cell of its row, another of its column and their corner loses 5 + 20 + 30 + 40 cases.
    found = suppress_table([[5, 20, 90], [30, 40, 90], [80, 80, 90]])
    assert found == HiddenTable(frozenset({(0, 0), (0, 1), (1, 0), (1, 1)}), frozenset(), frozenset(), False)


def test_small_totals_are_hidden_too() -> None:
    found = suppress_table([[3, 4], [50, 60]])
    assert 0 in found.rows
    assert {(0, 0), (0, 1)} <= found.cells


def test_people_behind_totals() -> None:
    found = suppress_table([[50, 60], [70, 80]], row_people=[3, 9], column_people=[9, 9], total_people=12)
    assert 0 in found.rows
    assert found.rows == {0, 1} or found.total


def test_tables_that_are_none_are_refused() -> None:
    with pytest.raises(OrdermineError, match="row: 1 values where the table has 2"):
        suppress_table([[1, 2], [3]])
    with pytest.raises(OrdermineError, match="-1 cases"):
        suppress_list([-1])
    with pytest.raises(OrdermineError, match="people: 1 values where the table has 2"):
        suppress_list([1, 2], [3])


def _grid(cases: list[int], hidden: Collection[int]) -> npt.NDArray[np.int64]:
    """Return every way to fill the hidden cells with 1 to 24, one column per cell."""
    import numpy as np

    ranges = [np.arange(1, 25) if i in hidden else np.array([n]) for i, n in enumerate(cases)]
    return np.stack([values.ravel() for values in np.meshgrid(*ranges, indexing="ij")], axis=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=4))
def test_no_hidden_cell_of_a_list_can_be_solved_for(cases: list[int]) -> None:
    hidden = suppress_list(cases)
    small = {i for i, n in enumerate(cases) if 0 < n < 10}
    assert small <= hidden.cells
    assert hidden.total or not 0 < sum(cases) < 10
    possible = _grid(cases, hidden.cells)
    if not hidden.total:
        possible = possible[possible.sum(axis=1) == sum(cases)]
    for i in hidden.cells:
        assert len(set(possible[:, i].tolist())) > 1
    for i in small:
        assert possible[:, i].max() >= cases[i] + 10
    if hidden.total:
        assert len(set(possible.sum(axis=1).tolist())) > 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 13), min_size=4, max_size=4))
def test_no_hidden_cell_of_a_small_table_can_be_solved_for(flat: list[int]) -> None:
    hidden = suppress_table([flat[:2], flat[2:]])
    possible = _grid(flat, {2 * i + j for i, j in hidden.cells})
    sums: list[tuple[tuple[int, ...], bool]] = [((2 * i, 2 * i + 1), i in hidden.rows) for i in range(2)]
    sums += [((j, 2 + j), j in hidden.columns) for j in range(2)]
    sums += [((0, 1, 2, 3), hidden.total)]
    for parts, secret in sums:
        if not secret:
            possible = possible[possible[:, parts].sum(axis=1) == sum(flat[part] for part in parts)]
    for i, j in hidden.cells:
        found = possible[:, 2 * i + j]
        assert found.min() < found.max()
        assert flat[2 * i + j] >= 10 or found.max() >= flat[2 * i + j] + 10
    for parts, secret in sums:
        total = sum(flat[part] for part in parts)
        assert secret or not 0 < total < 10
        if secret:
            found = possible[:, parts].sum(axis=1)
            assert found.min() < found.max()
            assert total >= 10 or found.max() >= total + 10


def _solved(table: list[list[int]], hidden: HiddenTable) -> set[tuple[int, int]]:
    """Return the hidden numbers that the shown ones determine, by elimination; totals are row or column −1."""
    import numpy as np

    height, width = len(table), len(table[0])
    unknown = {cell: k for k, cell in enumerate(sorted(hidden.cells))}
    for cell in (
        *((i, -1) for i in sorted(hidden.rows)),
        *((-1, j) for j in sorted(hidden.columns)),
        *([(-1, -1)] if hidden.total else []),
    ):
        unknown[cell] = len(unknown)
    sums = [([(i, j) for j in range(width)], (i, -1)) for i in range(height)]
    sums += [([(i, j) for i in range(height)], (-1, j)) for j in range(width)]
    sums += [([(i, -1) for i in range(height)], (-1, -1)), ([(-1, j) for j in range(width)], (-1, -1))]
    equations = np.zeros((len(sums), len(unknown)))
    for row, (parts, total) in enumerate(sums):
        for cell in parts:
            if cell in unknown:
                equations[row, unknown[cell]] += 1
        if total in unknown:
            equations[row, unknown[total]] -= 1
    _, sizes, directions = np.linalg.svd(equations)
    free = directions[int((sizes > 1e-9).sum()) :]
    return {cell for cell, k in unknown.items() if not len(free) or abs(free[:, k]).max() < 1e-9}


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 6).flatmap(
        lambda width: st.lists(
            st.lists(st.one_of(st.integers(0, 12), st.integers(10, 500)), min_size=width, max_size=width),
            min_size=2,
            max_size=6,
        )
    )
)
def test_no_hidden_cell_of_a_table_is_determined(table: list[list[int]]) -> None:
    hidden = suppress_table(table)
    assert {(i, j) for i, row in enumerate(table) for j, n in enumerate(row) if 0 < n < 10} <= hidden.cells
    assert not any(table[i][j] == 0 for i, j in hidden.cells)
    assert _solved(table, hidden) == set()


def test_the_check_above_finds_what_can_be_solved_for() -> None:
    table = [[5, 20, 30], [40, 50, 60]]
    naive = HiddenTable(frozenset({(0, 0)}), frozenset(), frozenset(), False)
    assert _solved(table, naive) == {(0, 0)}
    # Two in the row are not enough: the column gives the cell away.
    row_only = HiddenTable(frozenset({(0, 0), (0, 1)}), frozenset(), frozenset(), False)
    assert _solved(table, row_only) == {(0, 0), (0, 1)}
