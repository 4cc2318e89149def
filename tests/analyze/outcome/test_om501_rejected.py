from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.outcome.om501_rejected import rejected

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

MEANINGS = """
[activities]
"Enter" = { kind = "create" }
"Submit" = { kind = "submit" }
"Reject" = { kind = "reject" }
"Restore" = { kind = "restore" }
"Cancel" = { kind = "cancel" }
"Ship" = { kind = "deliver" }
"Note" = { kind = "note" }
"""

END = {"case": "Z", "activity": "Note", "at": "2026-06-30 09:00", "department": "Desk"}


def order(case: str, *steps: tuple[str, str], **values: str) -> list[dict[str, str]]:
    """One order; steps as (activity, date)."""
    return [
        {"case": case, "activity": step, "at": f"{date} 09:00", "department": "Desk", **values} for step, date in steps
    ]


def outcomes(log: Log) -> dict[str, tuple[str, str | None]]:
    return {row["case_id"]: (row["outcome"], row["resubmitted_as"]) for row in rejected.measure(log).rows}


def test_outcomes_that_the_order_itself_tells(make_log: MakeLog) -> None:
    events = [
        *order("A", ("Reject", "2026-03-01"), ("Restore", "2026-03-02")),
        *order("B", ("Reject", "2026-03-01"), ("Ship", "2026-03-02")),
        *order("C", ("Reject", "2026-03-01"), ("Submit", "2026-03-02"), ("Ship", "2026-03-03")),
        *order("D", ("Reject", "2026-03-01"), ("Submit", "2026-03-02")),
        *order("E", ("Reject", "2026-06-20"), ("Cancel", "2026-06-21")),
        *order("F", ("Reject", "2026-05-31")),  # thirty days before the log ends
        *order("G", ("Reject", "2026-06-01")),
        *order("H", ("Reject", "2026-05-01"), ("Note", "2026-06-10")),
        END,
    ]
    assert outcomes(make_log(events, MEANINGS)) == {
        "A": ("restored", None),
        "B": ("restored", None),
        "C": ("resubmitted_delivered", "C"),
        "D": ("open", "D"),
        "E": ("abandoned", None),
        "F": ("abandoned", None),
        "G": ("open", None),
        "H": ("open", None),
    }


def test_references_lead_to_the_new_order_in_either_direction(make_log: MakeLog) -> None:
    events = [
        *order("A", ("Enter", "2026-02-01"), ("Reject", "2026-03-01")),
        *order("A2", ("Enter", "2026-03-05"), reference="A"),
        *order("A2", ("Ship", "2026-03-09")),
        *order("B", ("Enter", "2026-02-01")),
        *order("B", ("Reject", "2026-03-01"), reference="B2"),
        *order("B2", ("Enter", "2026-03-03"), ("Reject", "2026-03-06")),
        *order("C", ("Enter", "2026-02-01"), ("Reject", "2026-03-01")),
        *order("C2", ("Enter", "2026-03-05"), reference="C"),
        *order("D", ("Enter", "2026-02-01"), ("Reject", "2026-03-01")),
        *order("D2", ("Enter", "2026-02-05"), reference="D"),  # refers to D before D was rejected
        END,
    ]
    assert outcomes(make_log(events, MEANINGS)) == {
        "A": ("resubmitted_delivered", "A2"),
        "B": ("resubmitted_rejected", "B2"),
        "B2": ("abandoned", None),
        "C": ("open", "C2"),
        "D": ("abandoned", None),
    }


def test_orders_alike_are_linked_one_to_one(make_log: MakeLog) -> None:
    alike = {"customer": "C1", "item": "Pump"}
    events = [
        *order("A", ("Enter", "2026-02-01"), ("Reject", "2026-03-01"), amount="100", **alike),
        *order("B", ("Enter", "2026-02-01"), ("Reject", "2026-03-01"), amount="108", **alike),
        # Nearest to A in amount, and to B: the sum is greatest if each gets its own.
        *order("X", ("Enter", "2026-03-05"), ("Ship", "2026-03-09"), amount="100", **alike),
        *order("Y", ("Enter", "2026-03-05"), ("Ship", "2026-03-09"), amount="108", **alike),
        *order("W", ("Enter", "2026-03-05"), ("Ship", "2026-03-09"), amount="100", customer="C2", item="Pump"),
        END,
    ]
    assert outcomes(make_log(events, MEANINGS)) == {
        "A": ("resubmitted_delivered", "X"),
        "B": ("resubmitted_delivered", "Y"),
    }


def test_rounds_and_days_lost(make_log: MakeLog) -> None:
    events = [
        *order("A", ("Reject", "2026-03-01"), ("Restore", "2026-03-03"), ("Reject", "2026-03-05")),
        *order("A", ("Restore", "2026-03-08")),
        *order("B", ("Reject", "2026-03-01")),
        {**order("B", ("Reject", "2026-03-01"))[0], "item": "second line"},
        END,
    ]
    rows = rejected.measure(make_log(events, MEANINGS)).rows
    assert [(row["rounds"], row["days_lost"]) for row in rows] == [(2, 7.0), (1, None)]


def test_department_that_is_not_recorded_is_not_taken_from_a_neighbour(make_log: MakeLog) -> None:
    events = []
    for number in range(12):
        events += order(f"O{number:02d}", ("Enter", "2026-03-01"), ("Note", "2026-03-03"))
        events += [{**order(f"O{number:02d}", ("Reject", "2026-03-02"))[0], "department": ""}]
    log = make_log(events, MEANINGS)
    assert {(row["rejected_by"], row["returned_to"]) for row in rejected.measure(log).rows} == {(None, "Desk")}
    [found] = rejected.run(log)
    assert "who rejected is not recorded for 12" in found.message


def test_clusters_widen_the_interval(make_log: MakeLog) -> None:
    events = []
    for number in range(60):
        case = f"{number // 10}_{number}"
        events += order(case, ("Enter", "2026-03-01"), *([("Reject", "2026-03-02")] if number < 20 else []))
    alone = rejected.run(make_log(events, MEANINGS))[0]
    together = rejected.run(make_log(events, "[log]\ncluster = '^(\\d+)_'" + MEANINGS))[0]
    assert alone.low is not None
    assert together.low is not None
    assert together.value == alone.value
    assert together.low < alone.low
    assert "10 of them share one cluster" in together.message


@pytest.mark.real
def test_rejections_of_the_real_log(o2c: Log) -> None:
    totals = rejected.measure(o2c).totals
    assert (totals["rejected"], totals["department_not_recorded"]) == (399, 399)
    found = rejected.run(o2c)[0]
    assert "102 of them share one cluster" in found.message
    assert "not recorded" in found.message
