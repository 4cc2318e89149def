from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.origin.om603_leakage import leakage

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

PROJECT = """
[activities]
"Write" = { kind = "other" }
"Confirm" = { kind = "confirm" }
"Change" = { kind = "change" }
"""


def test_share_noticed_elsewhere_names_who_mostly_noticed(make_log: Callable[..., Log]) -> None:
    noticed = ["Sales"] * 3 + ["Finance"] * 5 + ["Logistics"] * 4
    history = [
        {"case": f"A{n:02d}", "activity": step, "at": f"{8 + hour:02d}:00", "department": by} | change
        for n, corrector in enumerate(noticed)
        for hour, (step, by, change) in enumerate(
            (
                ("Write", "Sales", {"field": "price", "old": "", "new": "90"}),
                ("Confirm", "Desk", {"field": "", "old": "", "new": ""}),
                ("Change", corrector, {"field": "price", "old": "90", "new": "100"}),
            )
        )
    ]
    [found] = leakage.run(make_log(history, PROJECT))
    assert (found.subject, found.value, found.cases, found.of_cases) == ("Sales", 0.75, 9, 12)
    assert found.message == "9 of 12 errors that started in Sales were noticed elsewhere, most of them in Finance"
