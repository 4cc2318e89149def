from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om003_duplicate_rows import duplicate_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def test_exact_duplicates_and_doubles_are_told_apart(make_log: Callable[..., Log]) -> None:
    events = []
    for number in range(20):
        row = {"case": f"O{number}", "activity": "Enter", "at": "09:00", "item": "1"}
        events += [row, row] if number < 5 else [row, {**row, "item": "2"}]
    exact, doubles = duplicate_rows.run(make_log(events))
    # 40 rows, of which 5 repeat another exactly; the 15 other orders have a double each.
    assert (exact.subject, exact.value, exact.severity) == ("exact duplicates", 0.125, "info")
    assert (doubles.subject, doubles.cases, doubles.of_cases, doubles.value) == ("doubles", 15, 20, 0.75)


def test_same_step_at_another_time_is_no_double(make_log: Callable[..., Log]) -> None:
    events = [{"case": "A", "activity": "Enter", "at": at} for at in ("09:00", "09:01")]
    measured = duplicate_rows.measure(make_log(events))
    assert measured.rows == []
    assert measured.totals["doubles"] == 0
