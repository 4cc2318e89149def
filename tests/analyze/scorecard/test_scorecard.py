from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.measures.estimate import Estimate
from ordermine.analyze.scorecard.scorecard import scorecard, verdict
from ordermine.errors import NotMeasurable, UsageError
from ordermine.project import Target
from ordermine.report.scorecard import tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Check" = { kind = "other" }
"Ship" = { kind = "deliver" }
"Complain" = { kind = "complaint" }
"""


def events(orders: int = 40, small: int = 0) -> list[dict[str, str]]:
    """Return orders that Sales hands to Credit after a day, and Credit to Logistics after three; every fourth is
    complained about. The first `small` of them wait ten days for Legal, in place of Credit."""
    rows = []
    for number in range(orders):
        begin = dt.datetime.fromisoformat("2026-01-05 08:00") + dt.timedelta(days=number)
        legal = number < small
        steps = [
            (0, "Enter", "Sales"),
            (10 if legal else 1, "Check", "Legal" if legal else "Credit"),
            (13 if legal else 4, "Ship", "Logistics"),
        ]
        if number % 4 == 0:
            steps.append((14, "Complain", "Service"))
        rows += [
            {"case": f"O{number}", "activity": what, "at": str(begin + dt.timedelta(days=days)), "department": who}
            for days, what, who in steps
        ]
    last = {"case": "Z", "activity": "Enter", "at": "2026-06-01 08:00", "department": "Sales"}
    return [*rows, last]


def test_every_area_that_can_be_measured_is_on_the_card(make_log: MakeLog) -> None:
    card = scorecard(make_log(events(), PROJECT))
    by_name = {entry.measure.name: entry for entry in card.entries}
    assert (card.matured, card.orders) == (40, 40)
    assert by_name["first_time_right"].estimate.value == 0.75
    # Corrections, credit notes, blocks and references aren't recorded: at most 75 %.
    assert set(by_name["first_time_right"].unseen) == {"correction", "re_entry", "credit", "exception"}
    assert by_name["cycle_time"].estimate.value == 4 * 86_400
    assert "correction" in {one.measure.name for one in card.not_measured}


def test_waiting_is_told_by_who_was_waited_for(make_log: MakeLog) -> None:
    # Per order 1 day for Credit and 3 for Logistics; ten orders wait 10 more days for Service.
    [waiting] = scorecard(make_log(events(), PROJECT)).contributions
    parts = {one.department: one.share for one in waiting.departments}
    total = 40 * 1 + 40 * 3 + 10 * 10
    assert parts == {
        "Logistics": pytest.approx(120 / total),
        "Service": pytest.approx(100 / total),
        "Credit": pytest.approx(40 / total),
    }


def test_a_department_with_few_orders_is_not_named_nor_given_away(make_log: MakeLog) -> None:
    [waiting] = scorecard(make_log(events(small=3), PROJECT)).contributions
    named = [one.department for one in waiting.departments]
    assert "Legal" not in named
    assert named[-1] is None
    # A single hidden part would be what is missing to 100 %: a second one is hidden with it.
    assert len(named) <= 3


@pytest.mark.parametrize(
    ("low", "high", "target", "at_most", "said"),
    [
        (0.91, 0.95, Target(at_least=0.9), False, "reached"),
        (0.91, 0.95, Target(at_least=0.9), True, "unclear"),
        (0.85, 0.89, Target(at_least=0.9), True, "missed"),
        (0.88, 0.92, Target(at_least=0.9), False, "unclear"),
        (0.01, 0.02, Target(at_most=0.05), False, "reached"),
        (0.06, 0.08, Target(at_most=0.05), False, "missed"),
        (None, None, Target(at_most=0.05), False, "unclear"),
    ],
)
def test_a_target_is_judged_by_the_whole_interval(
    low: float | None, high: float | None, target: Target, at_most: bool, said: str
) -> None:
    assert verdict(Estimate(100, low, low, high), target, at_most=at_most) == said


def test_a_target_for_an_unknown_measure_is_an_error(make_log: MakeLog) -> None:
    log = make_log(events(), PROJECT + "[targets]\nfirst_time_rigth = { at_least = 0.9 }\n")
    with pytest.raises(UsageError, match="first_time_rigth") as error:
        scorecard(log)
    assert "first_time_right" in error.value.hint


def test_without_matured_orders_there_is_no_card(make_log: MakeLog) -> None:
    with pytest.raises(NotMeasurable):
        scorecard(make_log(events()[:3], PROJECT))


def test_the_card_says_what_it_cannot_show(make_log: MakeLog) -> None:
    missing = tables(scorecard(make_log(events(), PROJECT)))[-1]
    assert missing.title == "Not measurable here"
    assert ("accuracy", "Orders corrected") in {(row[0], row[1]) for row in missing.rows}
    assert "Satisfaction" in {row[1] for row in missing.rows}
