from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.outcome.om505_block import block

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]


def order(case: str, *steps: tuple[str, str]) -> list[dict[str, str]]:
    return [{"case": case, "activity": step, "at": at, "department": "Credit"} for step, at in steps]


def test_blocks_are_paired_by_name_and_repeated_setting_is_one_block(make_log: MakeLog) -> None:
    log = make_log(
        [
            *order("A", ("Enter order", "08:00"), ("Set credit block", "09:00"), ("Set delivery block", "09:30")),
            *order("A", ("Set credit block", "10:00"), ("Release credit block", "12:00")),
            *order("A", ("Set credit block", "13:00"), ("Release credit block", "14:00")),
        ]
    )
    rows = {row["block"]: row for row in block.measure(log).rows}
    assert rows["Set credit block"]["blocks"] == 2
    assert rows["Set credit block"]["median_s"] == 2 * 3600  # three hours and one
    assert (rows["Set delivery block"]["removed"], rows["Set delivery block"]["still_set"]) == (0, 1)


def test_removal_without_setting_is_a_default(make_log: MakeLog) -> None:
    log = make_log(order("A", ("Enter order", "08:00"), ("Release credit block", "09:00")))
    totals = block.measure(log).totals
    assert (totals["blocks"], totals["defaults"], totals["cases_blocked"]) == (0, 1, 0)


def test_finding_says_how_many_and_how_long(make_log: MakeLog) -> None:
    events = []
    for number in range(20):
        events += order(f"O{number:02d}", ("Enter order", "08:00"))
        if number < 10:
            events += order(f"O{number:02d}", ("Set credit block", "09:00"), ("Release credit block", "14:00"))
    [found] = block.run(make_log(events))
    assert (found.subject, found.value) == ("Set credit block", 0.5)
    assert "more than 5 hours" in found.message


@pytest.mark.real
def test_blocks_of_the_real_log(o2c: Log) -> None:
    rows = {row["block"]: row for row in block.measure(o2c).rows}
    # 5,080 removals of a check that was seen to be set 184 times: most are defaults.
    check = rows["LgstCheckOnConfDat Set"]
    assert check["blocks"] + check["defaults"] >= 5000
    assert check["cases"] <= 181
