from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.outcome.om507_credit_adjustment import credit_adjustment

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = """
[activities]
"Bill" = { kind = "invoice", stage = "invoice" }
"Credit" = { kind = "credit", stage = "invoice" }
"Cancel bill" = { kind = "cancel", stage = "invoice" }
"Cancel" = { kind = "cancel", stage = "order" }
"""


def orders(*steps: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"case": f"O{number:02d}", "activity": step, "at": f"{8 + at:02d}:00", "department": "Desk", "reason": "Price"}
        for number, taken in enumerate(steps)
        for at, step in enumerate(taken)
    ]


def test_share_of_the_invoiced_orders(make_log: MakeLog) -> None:
    steps = [("Bill", "Credit")] * 8 + [("Bill", "Cancel bill")] * 4 + [("Bill",)] * 12 + [("Cancel",)] * 6
    [found] = credit_adjustment.run(make_log(orders(*steps), MEANINGS))
    assert (found.value, found.cases, found.of_cases) == (0.5, 12, 24)
    assert "most often for “Price”" in found.message


def test_without_invoices_it_is_the_share_of_all_orders(make_log: MakeLog) -> None:
    log = make_log(orders(("Credit",), ("Look",)), MEANINGS)
    totals = credit_adjustment.measure(log).totals
    assert (totals["credited"], totals["cases"]) == (1, 2)
