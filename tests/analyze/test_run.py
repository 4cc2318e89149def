from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.analyze.run import analyze, too_small
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log


def handoffs(orders: int, people: int) -> list[dict[str, str]]:
    return [
        {"case": f"O{number:02d}", "activity": step, "at": at, "department": unit, "resource": f"{unit} {who}"}
        for number in range(orders)
        for step, at, unit, who in (
            ("Enter", "08:00", "Sales", number % 9),
            ("Check", f"10:{number:02d}", "Credit", number % people),
        )
    ]


def test_departments_of_few_people_are_not_spoken_of(make_log: Callable[..., Log]) -> None:
    spoken = analyze(make_log(handoffs(40, 5)), ["OM201"])
    assert [one.subject for one in spoken.findings] == ["Sales → Credit"]
    quiet = analyze(make_log(handoffs(40, 4)), ["OM201"])
    assert (quiet.findings, quiet.suppressed) == ([], 1)


def test_people_count_only_where_they_are_recorded(make_log: Callable[..., Log]) -> None:
    events = [{**event, "resource": ""} for event in handoffs(40, 4)]
    assert len(analyze(make_log(events), ["OM201"]).findings) == 1


def test_findings_come_with_definition_and_thresholds(make_log: Callable[..., Log]) -> None:
    [found] = analyze(make_log(handoffs(40, 5)), ["OM201"]).findings
    assert found.definition.startswith("The wait at a handoff is the time")
    assert found.thresholds["min_handoffs"] == 30


def test_what_cannot_be_measured_is_skipped_with_its_reason(make_log: Callable[..., Log]) -> None:
    log = make_log([{"case": "A", "activity": "Create order", "at": "09:00"}])
    done = analyze(log, ["OM201", "OM101"])
    assert [(one.code, one.reason) for one in done.skipped] == [
        ("OM201", "needs department, which this export doesn't record")
    ]
    assert [one.code for one in done.run] == ["OM101", "OM201"]
    assert (done.assumed.events, done.assumed.unknown_events, done.assumed.count("lexicon")) == (1, 0, 1)


def test_findings_about_fewer_than_ten_orders_are_too_small() -> None:
    one = Finding("OM201", "waiting at a handoff", "Sales → Credit", "said", 1.0, "seconds", None, None, 10, 10)
    assert not too_small(one, {"Sales": 5, "Credit": 5})
    assert too_small(replace(one, cases=9), {"Sales": 5, "Credit": 5})
    assert too_small(one, {"Sales": 5, "Credit": 4})
    assert not too_small(one, {})
