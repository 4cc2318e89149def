from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.outcome.om502_rejection_rounds import rejection_rounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = '[activities]\n"Reject" = { kind = "reject" }\n"Restore" = { kind = "restore" }'


def test_share_of_rejected_orders_with_several_rounds(make_log: MakeLog) -> None:
    events = []
    for number in range(40):
        steps = ("Reject", "Restore", "Reject") if number < 10 else ("Reject", "Restore", "Look")
        events += [
            {"case": f"O{number:02d}", "activity": step, "at": f"{8 + at:02d}:00", "department": "Desk"}
            for at, step in enumerate(steps)
        ]
    log = make_log(events, MEANINGS)
    assert rejection_rounds.measure(log).rows == [
        {"rounds": 1, "cases": 30, "share": 0.75},
        {"rounds": 2, "cases": 10, "share": 0.25},
    ]
    [found] = rejection_rounds.run(log)
    assert (found.value, found.cases, found.of_cases) == (0.25, 10, 40)
