"""All analyzers together read every column once, and ask no more of a log that is longer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.analyze.run import analyze
from ordermine.eventlog import columns, scan
from ordermine.eventlog.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ORDER = (
    ("Create order", "08:00", "Sales", "", ""),
    ("Submit order", "09:00", "Sales", "", "Berlin"),
    ("Reject order", "10:00", "Credit", "", ""),
    ("Restore order", "11:00", "Sales", "", ""),
    ("Confirm order", "12:00", "Orders", "", ""),
    ("Change order", "13:00", "Logistics", "Berlin", "Bonn"),
    ("Confirm order", "14:00", "Orders", "", ""),
    ("Change order", "15:00", "Logistics", "Bonn", "Köln"),
    ("Ship goods", "16:00", "Logistics", "", ""),
    ("Create invoice", "16:00", "Billing", "", ""),
)


def orders(number: int) -> list[dict[str, str]]:
    return [
        {
            "case": f"O{order:03d}",
            "activity": step,
            "at": at,
            "department": department,
            "resource": f"{department} {order % 7}",
            "field": "ship_to" if old or new else "",
            "old": old,
            "new": new,
        }
        for order in range(number)
        for step, at, department, old, new in ORDER
    ]


@pytest.mark.parametrize("project", ["", '[departments]\nsystem = ["Billing"]\naliases = { "Orders" = "Sales" }'])
def test_every_column_is_read_once(make_log: Callable[..., Log], monkeypatch: pytest.MonkeyPatch, project: str) -> None:
    read: Counter[str] = Counter()
    original = columns.read_arrays

    def counting(log: Log, names: Sequence[str], parts: Any) -> Any:
        read.update(names)
        return original(log, names, parts)

    monkeypatch.setattr(columns, "read_arrays", counting)
    monkeypatch.setattr(scan, "read_arrays", counting)
    done = analyze(make_log(orders(40), project))
    assert {"OM101", "OM401", "OM501", "OM601"} <= {one.code for one in done.findings}
    assert {"case_no", "timestamp", "activity", "department", "actor_type", "field", "new_value"} <= read.keys()
    assert {name: times for name, times in read.items() if times > 1} == {}


def test_a_longer_log_takes_no_more_queries(make_log: Callable[..., Log], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[int] = Counter()
    number = 0
    for method in ("rows", "table"):
        original = getattr(Log, method)

        def counting(log: Log, *given: Any, original: Any = original) -> Any:
            asked[number] += 1
            return original(log, *given)

        monkeypatch.setattr(Log, method, counting)
    for number in (40, 120):
        analyze(make_log(orders(number)))
    assert asked[40] == asked[120] > 0
