from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured
from ordermine.analyze.quality.om009_day_month_swapped import day_month_swapped

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

import datetime as dt


def orders(swapped: range) -> tuple[list[dict[str, str]], int]:
    """Return 300 orders of four steps within nine days, and in how many dates day and month were swapped.

    Order n begins n // 2 days after 2 January; the dates of the orders in `swapped` are written as a spreadsheet would.
    """
    events, count = [], 0
    for number in range(300):
        begin = dt.datetime(2026, 1, 2, 9, tzinfo=dt.UTC) + dt.timedelta(days=number // 2)
        for position, (step, day) in enumerate((("Enter", 0), ("Check", 2), ("Ship", 5), ("Bill", 9))):
            at = begin + dt.timedelta(days=day, minutes=number + position)
            if number in swapped and at.day <= 12 and at.day != at.month:
                at = at.replace(month=at.day, day=at.month)
                count += 1
            events.append({"case": f"O{number:03d}", "activity": step, "at": f"{at:%Y-%m-%d %H:%M}"})
    return events, count


def test_swapped_part_is_found_with_its_rows(make_log: Callable[..., Log]) -> None:
    events, count = orders(range(100, 160))
    measured = day_month_swapped.measure(make_log(events))
    wrong = {row["source_row"] for row in measured.rows if not 402 <= row["source_row"] <= 641}
    assert not wrong
    # Orders that lie wholly within the first twelve days of a month have no date to compare with.
    assert len(measured.rows) > count * 0.4
    for row in measured.rows:
        assert row["recorded"].month == row["swapped"].day
        assert row["recorded"].day == row["swapped"].month
    [found] = day_month_swapped.run(make_log(events))
    assert (found.subject, found.severity) == ("export.csv", "error")


def test_log_in_order_gives_nothing(make_log: Callable[..., Log]) -> None:
    events, count = orders(range(0))
    assert count == 0
    log = make_log(events)
    assert day_month_swapped.measure(log).rows == []
    assert day_month_swapped.run(log) == []


def test_what_chance_explains_is_not_said(make_log: Callable[..., Log]) -> None:
    log = make_log(orders(range(0))[0])
    recorded, swapped = (dt.datetime(2026, month, day, tzinfo=dt.UTC) for month, day in ((3, 5), (5, 3)))
    values = ("O001", "Ship", recorded, swapped, "its order", "export.csv", 7)
    rows = [dict(zip(day_month_swapped.columns, values, strict=True))] * 10

    def found(control: float) -> int:
        totals = {"control_share": control, "sound in export.csv": 490}
        measured = Measured(day_month_swapped.columns, rows, totals)
        return len(list(day_month_swapped.judge(measured, day_month_swapped.params, Context(log))))

    # 10 of 500 are 2 %: three times the control or not.
    assert found(0.006) == 1
    assert found(0.007) == 0
