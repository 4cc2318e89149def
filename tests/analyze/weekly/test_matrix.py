"""Counts between departments, without those about too few."""

from __future__ import annotations

from ordermine.analyze.weekly.matrix import MOST_NAMED, OTHERS, count_between


def times(row: str, column: str, orders: int, each: int = 1, start: int = 0) -> list[tuple[str, str, int, int]]:
    return [(row, column, start + case, each) for case in range(orders)]


def test_cells_of_fewer_than_ten_orders_are_hidden_however_often_they_count() -> None:
    found = count_between([*times("Sales", "Credit", 12), *times("Credit", "Sales", 9, each=5)], {})
    shown = dict(zip(found.rows, found.cells, strict=True))
    assert found.columns == ("Credit", "Sales")
    assert shown == {"Sales": (12, 0), "Credit": (0, None)}
    assert found.hides


def test_departments_of_fewer_than_five_people_are_hidden() -> None:
    counted = times("Sales", "Credit", 12)
    assert count_between(counted, {"Sales": 5, "Credit": 5}).cells == ((12,),)
    assert count_between(counted, {"Sales": 5, "Credit": 4}).cells == ((None,),)


def test_small_departments_share_a_row_unless_there_is_only_one() -> None:
    large = [row for at in range(MOST_NAMED) for row in times(f"D{at:02}", "D00", 20, each=9)]
    one = count_between([*large, *times("X", "D00", 10)], {})
    two = count_between([*large, *times("X", "D00", 10), *times("Y", "D00", 10, start=5)], {})
    assert one.others == 0
    assert "X" in one.rows
    assert (two.others, two.rows[-1], two.cells[-1][0]) == (2, OTHERS, 20)


def test_orders_are_counted_once_where_departments_are_put_together() -> None:
    # Five orders with each of two small departments: together they are still only five orders.
    large = [row for at in range(MOST_NAMED) for row in times(f"D{at:02}", "D00", 20, each=9)]
    found = count_between([*large, *times("X", "D00", 5), *times("Y", "D00", 5)], {})
    assert found.cells[found.rows.index(OTHERS)] == (None,)


def test_nothing() -> None:
    assert count_between([], {}).rows == ()
