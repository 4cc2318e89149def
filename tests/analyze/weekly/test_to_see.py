"""Which orders to look at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.weekly.report import weekly_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Ship" = { kind = "deliver" }
"Reject" = { kind = "reject" }
"Set block" = { kind = "block" }
"Complain" = { kind = "complaint" }
"""


def events(case: str, amount: str, *steps: tuple[str, str]) -> list[dict[str, str]]:
    return [{"case": case, "activity": what, "at": at, "amount": amount, "currency": "EUR"} for at, what in steps]


def test_what_can_still_be_put_right_comes_first_then_the_larger_amount(make_log: Callable[..., Log]) -> None:
    usual = [
        row
        for number in range(10)
        for row in events(f"U{number}", "5", ("2026-03-02 09:00", "Enter"), ("2026-03-03 09:00", "Ship"))
    ]
    log = make_log(
        [
            *usual,
            # Concluded in the week, and complained about; one that was rejected as well.
            *events(
                "A", "10", ("2026-03-09 09:00", "Enter"), ("2026-03-10 09:00", "Ship"), ("2026-03-11 09:00", "Complain")
            ),
            *events(
                "B", "90", ("2026-03-09 09:00", "Enter"), ("2026-03-10 09:00", "Ship"), ("2026-03-11 09:00", "Complain")
            ),
            # Rejected and nothing decided, and blocked: younger than 14 days, so not stuck.
            *events("C", "1", ("2026-03-10 09:00", "Enter"), ("2026-03-11 09:00", "Set block")),
            *events("D", "2", ("2026-03-10 09:00", "Enter"), ("2026-03-16 09:00", "Reject")),
            # The latest event, so that the second week is over.
            *events("E", "5", ("2026-03-16 09:00", "Enter"), ("2026-03-17 09:00", "Ship")),
        ],
        PROJECT,
    )
    report = weekly_report(log)
    assert report.week.name == "2026-W11"
    found = [(one.case_id, one.points, [reason.kind for reason in one.reasons]) for one in report.orders_to_see]
    assert found == [
        ("D", 2, ["rejected_open"]),
        ("C", 2, ["block_set"]),
        ("B", 1, ["contact"]),
        ("A", 1, ["contact"]),
    ]
    assert [one.amount for one in report.orders_to_see] == [2, 1, 90, 10]
    assert [one.concluded_in_week for one in report.orders_to_see] == [False, False, True, True]
