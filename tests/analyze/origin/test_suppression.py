from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.origin.suppression import guard
from ordermine.analyze.run import analyze

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

PROJECT = """
[activities]
"Write" = { kind = "other" }
"Confirm" = { kind = "confirm" }
"Change" = { kind = "change" }
"Ship" = { kind = "deliver" }
"""


def test_the_next_smallest_is_hidden_with_a_small_one() -> None:
    # 73 in all, 42 of Desk's: if Sales' 26 were shown, Legal's 5 would be what is left.
    found = guard({("Desk", "Billing"): 42, ("Sales", "Billing"): 26, ("Legal", "Billing"): 5}, {})
    assert found.started == {"Sales", "Legal"}
    assert found.noticed == frozenset()
    assert guard({("Desk", "Billing"): 42, ("Sales", "Billing"): 26}, {}).started == frozenset()


def test_findings_hide_what_the_table_of_origins_hides(make_log: MakeLog) -> None:
    events = []
    for number, department in enumerate(["Desk"] * 42 + ["Sales"] * 26 + ["Legal"] * 5):
        case = f"O{number}"
        write = {"case": case, "activity": "Write", "at": "2026-01-05 08:00", "department": department}
        change = {"case": case, "activity": "Change", "at": "2026-01-07 08:00", "department": "Billing"}
        events += [
            {**write, "field": "price", "old": "", "new": "90"},
            {"case": case, "activity": "Confirm", "at": "2026-01-06 08:00", "department": "Desk"},
            {**change, "field": "price", "old": "90", "new": "100"},
        ]
    analysis = analyze(make_log(events, PROJECT), ["OM601", "OM603"])
    assert [(one.code, one.subject, one.cases) for one in analysis.findings] == [
        ("OM601", "Desk", 42),
        ("OM603", "Desk", 42),
    ]
    # Sales in both; Legal's errors are too few for a finding.
    assert analysis.suppressed == 2
