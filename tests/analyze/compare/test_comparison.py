from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import pytest

from ordermine.analyze.compare.comparison import Comparison, compare
from ordermine.analyze.compare.period import parse_period
from ordermine.errors import NotMeasurable, UsageError
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import Log, open_log
from ordermine.stats.intervals import newcombe

if TYPE_CHECKING:
    from ordermine.analyze.compare.measured import Compared

Event: TypeAlias = dict[str, str]
MakeLog: TypeAlias = Callable[..., Log]

PROJECT = """
[activities]
"Enter" = { kind = "create" }
"Check" = { kind = "other" }
"Ship" = { kind = "deliver" }
"Complain" = { kind = "complaint" }
"""

WITH_MIX = f"""
[[source]]
case = "case"
activity = "activity"
timestamp = "at"
case_attributes = ["kind"]
{PROJECT}"""

JANUARY, MARCH = "2026-01-05", "2026-03-02"


def orders(
    prefix: str,
    start: str,
    number: int,
    complaints: int = 0,
    *,
    days: int = 2,
    after: int = 3,
    check: bool = False,
    **columns: str,
) -> list[Event]:
    """Return so many orders, the first of which are complained about so many days after their delivery."""
    begin = dt.datetime.fromisoformat(start)
    events = []
    for at in range(number):
        steps = [(0.0, "Enter"), *([(0.5, "Check")] if check else []), (days, "Ship")]
        if at < complaints:
            steps.append((days + after, "Complain"))
        for offset, activity in steps:
            when = begin + dt.timedelta(days=offset, minutes=at)
            events.append(
                {"case": f"{prefix}{at}", "activity": activity, "at": str(when), "department": "S", **columns}
            )
    return events


END = orders("Z", "2026-07-01", 1)
"""Moves the as-of moment, so that all others have matured."""


def by_period(log: Log, first: str = "2026-W02..2026-W04", second: str = "2026-W10..2026-W12") -> Comparison:
    return compare((log, log), (parse_period(first, "--period-a"), parse_period(second, "--period-b")))


def by_condition(log: Log, first: str, second: str, cluster: str | None = None) -> Comparison:
    sides = [open_log(log.path, filters=Filters(where=where)) for where in (first, second)]
    return compare((sides[0], sides[1]), cluster=cluster)


def of(found: Comparison, name: str) -> Compared:
    return next(one for one in found.measures if one.measure.name == name)


def test_more_complaints_are_worse_and_fewer_right_the_first_time_too(make_log: MakeLog) -> None:
    log = make_log([*orders("A", JANUARY, 50, 2), *orders("B", MARCH, 40, 15), *END], PROJECT)
    found = by_period(log)
    contact, right = of(found, "contact"), of(found, "first_time_right")
    assert (contact.first.n, contact.first.value, contact.second.n, contact.second.value) == (50, 0.04, 40, 0.375)
    expected = newcombe(15, 40, 2, 50)
    assert (contact.crude.value, contact.crude.low, contact.crude.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )
    assert (contact.verdict, right.verdict) == ("worse", "worse")
    assert right.crude.value == pytest.approx(-0.335)
    # Looked at the other way round, it got better.
    back = by_period(log, "2026-W10..2026-W12", "2026-W02..2026-W04")
    assert (of(back, "contact").verdict, of(back, "first_time_right").verdict) == ("better", "better")


def test_a_few_complaints_more_are_inconclusive_and_say_what_could_have_been_seen(make_log: MakeLog) -> None:
    found = by_period(make_log([*orders("A", JANUARY, 50, 2), *orders("B", MARCH, 40, 4), *END], PROJECT))
    contact = of(found, "contact")
    assert contact.verdict == "inconclusive"
    assert contact.crude.detectable is not None
    assert 0.1 < contact.crude.detectable < 0.2


def test_complaints_that_came_later_than_orders_mature_count_on_neither_side(make_log: MakeLog) -> None:
    # Maturity is 30 days: what showed after 40 days can't have shown on the younger side.
    found = by_period(make_log([*orders("A", JANUARY, 50, 20, after=40), *orders("B", MARCH, 40, 0), *END], PROJECT))
    assert found.first.orders.maturity_days > 30
    early = compare((found.first.log, found.first.log), (found.first.period, found.second.period), maturity=30)
    assert of(early, "contact").first.value == 0
    assert of(early, "contact").verdict == "inconclusive"


def test_slower_orders_are_worse_by_the_median_of_all_differences(make_log: MakeLog) -> None:
    found = by_period(make_log([*orders("A", JANUARY, 30), *orders("B", MARCH, 30, days=4), *END], PROJECT))
    cycle = of(found, "cycle_time")
    assert (cycle.first.value, cycle.second.value, cycle.crude.value) == (2 * 86_400, 4 * 86_400, 2 * 86_400)
    assert cycle.verdict == "worse"


def test_a_worse_mix_is_not_a_worse_process(make_log: MakeLog) -> None:
    # Of easy orders 5 %, of hard ones 40 % are complained about on both sides; the second has more hard ones.
    events = [
        *orders("AE", JANUARY, 160, 8, kind="easy"),
        *orders("AH", JANUARY, 40, 16, kind="hard"),
        *orders("BE", MARCH, 40, 2, kind="easy"),
        *orders("BH", MARCH, 160, 64, kind="hard"),
        *END,
    ]
    found = by_period(make_log(events, WITH_MIX))
    contact = of(found, "contact")
    assert found.mix is not None
    assert found.mix.attributes == ("kind",)
    # crude 66 of 200 against 24 of 200
    assert contact.crude.value == pytest.approx(0.21)
    assert contact.crude.excludes_none
    assert contact.adjusted is not None
    assert contact.adjusted.value == pytest.approx(0)
    assert contact.verdict == "inconclusive"
    assert not contact.sign_flip


def test_a_mix_that_turns_the_difference_around_is_told(make_log: MakeLog) -> None:
    # Within each kind the second side is better (5 against 15 %, 40 against 50 %), but it has the hard ones.
    events = [
        *orders("AE", JANUARY, 360, 54, kind="easy"),
        *orders("AH", JANUARY, 40, 20, kind="hard"),
        *orders("BE", MARCH, 40, 2, kind="easy"),
        *orders("BH", MARCH, 360, 144, kind="hard"),
        *END,
    ]
    found = by_period(make_log(events, WITH_MIX))
    contact = of(found, "contact")
    # crude 146 − 74 of 400; in the first's mix 0.9 · 0.05 + 0.1 · 0.4 − 74 ÷ 400
    assert contact.crude.value == pytest.approx(0.18)
    assert contact.adjusted is not None
    assert contact.adjusted.value == pytest.approx(0.085 - 0.185)
    assert contact.sign_flip
    assert "Orders with a complaint: the case mix turns the difference around" in found.notes


def test_durations_are_aligned_within_the_mix(make_log: MakeLog) -> None:
    # Easy orders take 2 days, hard ones 6, on both sides.
    events = [
        *orders("AE", JANUARY, 40, days=2, kind="easy"),
        *orders("AH", JANUARY, 10, days=6, kind="hard"),
        *orders("BE", MARCH, 10, days=2, kind="easy"),
        *orders("BH", MARCH, 40, days=6, kind="hard"),
        *END,
    ]
    cycle = of(by_period(make_log(events, WITH_MIX), "2026-W02..2026-W06", "2026-W10..2026-W14"), "cycle_time")
    assert cycle.crude.value == 4 * 86_400
    assert cycle.adjusted is not None
    assert cycle.adjusted.value == 0
    assert cycle.verdict == "inconclusive"


def test_what_tells_the_sides_apart_is_not_adjusted_for(make_log: MakeLog) -> None:
    events = [*orders("A", JANUARY, 20, kind="old"), *orders("B", MARCH, 20, kind="new"), *END]
    found = by_period(make_log(events, WITH_MIX))
    assert found.mix is None
    assert of(found, "cycle_time").adjusted is None
    assert any(note.startswith("not adjusted for kind: with it only 0 %") for note in found.notes)


def test_a_step_that_appears_and_the_pair_that_vanishes_are_told(make_log: MakeLog) -> None:
    found = by_period(make_log([*orders("A", JANUARY, 30), *orders("B", MARCH, 30, check=True), *END], PROJECT))
    changes = {(one.step, one.then): (one.change, one.first, one.second) for one in found.steps.found}
    assert changes == {
        ("Check", None): ("appears", 0, 30),
        ("Enter", "Check"): ("appears", 0, 30),
        ("Check", "Ship"): ("appears", 0, 30),
        ("Enter", "Ship"): ("vanishes", 30, 0),
    }
    # Enter and Ship themselves were tested, too.
    assert found.steps.tested == 6


def test_a_step_that_a_few_orders_more_take_is_no_change(make_log: MakeLog) -> None:
    events = [
        *orders("A", JANUARY, 25), *orders("AC", JANUARY, 5, check=True),
        *orders("B", MARCH, 20), *orders("BC", MARCH, 10, check=True), *END,
    ]  # fmt: skip
    found = by_period(make_log(events, PROJECT))
    assert found.steps.tested == 6
    assert found.steps.found == []


def test_steps_after_an_order_has_matured_are_not_compared(make_log: MakeLog) -> None:
    log = make_log([*orders("A", JANUARY, 30, 30, after=40), *orders("B", MARCH, 30), *END], PROJECT)
    found = compare(
        (log, log),
        (parse_period("2026-W02..2026-W04", "--period-a"), parse_period("2026-W10..2026-W12", "--period-b")),
        maturity=30,
    )
    assert found.steps.found == []


def team(prefix: str, number: int, complaints: int) -> list[Event]:
    return orders(prefix, JANUARY, number, complaints, team=prefix)


def test_one_good_team_among_different_ones_shows_nothing(make_log: MakeLog) -> None:
    events = [
        *(event for at in range(8) for event in team(f"T{at}", 50, 5 + 2 * at)), *team("P", 50, 3), *END,
    ]  # fmt: skip
    log = make_log(events, PROJECT)
    sides = "team <> 'P'", "team = 'P'"
    alone, clustered = by_condition(log, *sides), by_condition(log, *sides, cluster="team")
    assert of(alone, "contact").verdict == "better"
    assert of(clustered, "contact").verdict == "inconclusive"
    assert [(each.name, each.counts) for each in clustered.clusterings] == [("team", (8, 1))]


def test_weeks_are_clusters_where_one_side_follows_the_other(make_log: MakeLog) -> None:
    # Four good and four bad weeks on either side: weeks differ by themselves.
    starts = [dt.date(2026, 1, 5) + dt.timedelta(weeks=at) for at in range(16)]
    bad = {0, 1, 2, 8, 9, 10, 11, 12}
    events = [e for at, day in enumerate(starts) for e in orders(f"W{at}-", str(day), 40, 20 if at in bad else 4)]
    log = make_log([*events, *END], PROJECT)
    found = by_period(log, "2026-W02..2026-W10", "2026-W10..2026-W18")
    contact = of(found, "contact")
    assert [(each.name, each.counts) for each in found.clusterings] == [("week", (8, 8))]
    expected = newcombe(5 * 20 + 3 * 4, 320, 3 * 20 + 5 * 4, 320)
    assert contact.crude.value == pytest.approx(expected.value)
    assert expected.low is not None
    assert expected.low > 0
    assert contact.verdict == "inconclusive"


def test_few_weeks_are_no_clusters_and_that_is_told(make_log: MakeLog) -> None:
    found = by_period(make_log([*orders("A", JANUARY, 20), *orders("B", MARCH, 20), *END], PROJECT))
    assert found.clusterings == []
    assert any("with 2 weeks it can't be told how much weeks differ" in note for note in found.notes)


def test_two_logs_are_given_the_same_days_to_show_errors(make_log: MakeLog) -> None:
    late = make_log([*orders("A", JANUARY, 30, 10, after=50), *END], PROJECT)
    early = make_log([*orders("B", MARCH, 30, 10, after=3), *END], PROJECT)
    found = compare((late, early))
    assert found.first.orders.maturity_days == found.second.orders.maturity_days == 50


def test_what_one_side_cannot_show_is_not_zero(make_log: MakeLog) -> None:
    missing = {
        one.measure.name: one.reason
        for one in by_period(make_log([*orders("A", JANUARY, 20), *orders("B", MARCH, 20), *END], PROJECT)).missing
    }
    assert "no step of this log is of kind reject" in missing["OM501.share"]


def test_sides_that_make_no_sense_are_refused(make_log: MakeLog) -> None:
    log = make_log([*orders("A", JANUARY, 20), *orders("B", MARCH, 20), *END], PROJECT)
    with pytest.raises(UsageError, match=r"no order of side A was concluded in 2025-W02\.\.2025-W04") as error:
        by_period(log, "2025-W02..2025-W04")
    assert "from 2026-01-05 to 2026-06-29" in error.value.hint
    with pytest.raises(UsageError, match="20 orders are on both sides"):
        by_period(log, "2026-W02..2026-W04", "2026-W01..2026-W12")
    with pytest.raises(NotMeasurable, match="no order of side B has matured"):
        by_period(log, second="2026-W26..")
    with pytest.raises(UsageError, match="--cluster 'depatment': neither a column"):
        by_condition(log, "case_id LIKE 'A%'", "case_id LIKE 'B%'", cluster="depatment")
