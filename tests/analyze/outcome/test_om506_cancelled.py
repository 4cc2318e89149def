from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.outcome.om506_cancelled import cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = """
[activities]
"Cancel" = { kind = "cancel", stage = "order" }
"Cancel bill" = { kind = "cancel", stage = "invoice" }
"""


def test_customers_and_the_company_are_reported_apart(make_log: MakeLog) -> None:
    reasons = ["Cancelled by customer"] * 12 + ["Item not available"] * 10 + [""] * 18
    events = [
        {
            "case": f"O{number:02d}",
            "activity": "Cancel" if reason else "Look",
            "at": "09:00",
            "department": "Desk",
            "reason": reason,
        }
        for number, reason in enumerate(reasons)
    ]
    found = cancelled.run(make_log(events, MEANINGS))
    assert [(one.subject, one.value, one.severity) for one in found] == [
        ("cancelled by customers", 0.3, "info"),
        ("cancelled by the company", 0.25, "warning"),
    ]


def test_a_cancelled_invoice_is_no_cancelled_order(make_log: MakeLog) -> None:
    log = make_log([{"case": "A", "activity": "Cancel bill", "at": "09:00"}], MEANINGS)
    assert cancelled.measure(log).totals["cancelled"] == 0


def test_who_wanted_it_may_not_be_recorded(make_log: MakeLog) -> None:
    log = make_log([{"case": "A", "activity": "Cancel", "at": "09:00"}], MEANINGS)
    totals = cancelled.measure(log).totals
    assert (totals["by_customer"], totals["by_company"], totals["not_recorded"]) == (0, 0, 1)
