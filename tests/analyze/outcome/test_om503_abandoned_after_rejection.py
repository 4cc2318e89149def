from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.outcome.om503_abandoned_after_rejection import abandoned_after_rejection

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = '[activities]\n"Reject" = { kind = "reject" }\n"Restore" = { kind = "restore" }'


def rejections(**values: str) -> list[dict[str, str]]:
    """Thirty abandoned, ten restored, sixty too young to tell."""
    events = []
    for number in range(100):
        day = "2026-03-01" if number < 40 else "2026-05-30"
        events.append({"case": f"O{number:02d}", "activity": "Reject", "at": f"{day} 09:00", **values})
        if 30 <= number < 40:
            events.append({"case": f"O{number:02d}", "activity": "Restore", "at": "2026-03-02 09:00", **values})
    return events


def test_young_rejections_count_on_neither_side(make_log: MakeLog) -> None:
    log = make_log(rejections(reference="none"), MEANINGS)
    assert abandoned_after_rejection.measure(log).totals == {"abandoned": 30, "cases": 40, "too_young": 60}
    [found] = abandoned_after_rejection.run(log)
    assert (found.value, found.confidence, found.severity) == (0.75, "high", "warning")


def test_without_a_way_to_recognise_new_orders_it_is_an_upper_bound(make_log: MakeLog) -> None:
    [found] = abandoned_after_rejection.run(make_log(rejections(), MEANINGS))
    assert (found.low, found.confidence) == (0.0, "low")
    assert "at most" in found.message
