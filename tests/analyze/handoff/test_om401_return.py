from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.handoff.om401_return import returned

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

    MakeLog = Callable[..., Log]

LETTERS = {"A": "Sales", "B": "Credit", "C": "Desk"}


def orders(*paths: str, same_time: bool = False) -> list[dict[str, str]]:
    return [
        {
            "case": f"O{number:03d}",
            "activity": "Work",
            "at": "09:00" if same_time else f"{8 + place:02d}:00",
            "department": LETTERS[letter],
        }
        for number, path in enumerate(paths)
        for place, letter in enumerate(path)
    ]


def test_findings_for_all_orders_and_for_the_pair(make_log: MakeLog) -> None:
    overall, pair = returned.run(make_log(orders(*["ABA"] * 12, *["ABC"] * 28)))
    assert (overall.subject, overall.value, overall.cases, overall.of_cases) == ("all orders", 0.3, 12, 40)
    assert (pair.subject, pair.value, pair.cases, pair.of_cases) == ("Sales → Credit", 0.3, 12, 40)
    assert pair.low is not None
    assert pair.high is not None
    # Wilson by hand: (0.3 + 3.8415/80 ± 1.96·√(0.3·0.7/40 + 3.8415/6400)) / (1 + 3.8415/40)
    assert (round(pair.low, 3), round(pair.high, 3)) == (0.181, 0.454)
    assert pair.evidence == ("O000", "O001", "O002", "O003", "O004")
    assert pair.confidence == "high"


def test_nine_orders_are_too_few(make_log: MakeLog) -> None:
    log = make_log(orders(*["ABA"] * 9, "ABC"))
    assert returned.measure(log).totals["returns"] == 9
    assert returned.run(log) == []


def test_expected_loops_are_counted_and_not_reported(make_log: MakeLog) -> None:
    log = make_log(orders(*["ABA"] * 12), '[expected]\nloops = [["Credit", "Sales"]]')
    measured = returned.measure(log)
    assert (measured.totals["returns"], measured.totals["expected_returns"]) == (12, 12)
    [overall] = returned.run(log)
    assert "12 of these returns are declared as expected" in overall.message


def test_ties_widen_the_interval_and_lower_the_confidence(make_log: MakeLog) -> None:
    # All in one moment: a return or none, in any of them.
    log = make_log(orders(*["ABA"] * 20, same_time=True), keep_duplicates=True)
    totals = returned.measure(log).totals
    assert (totals["returns"], totals["returns_low"], totals["returns_high"]) == (20, 0, 20)
    assert (totals["cases_with_return_low"], totals["cases_with_return_high"]) == (0, 20)
    overall = returned.run(log)[0]
    assert overall.confidence == "low"
    assert (overall.low, overall.high) == (0.0, 1.0)
    assert "between 0 and 20" in overall.message


def test_a_pair_has_a_range_of_its_own(make_log: MakeLog) -> None:
    # In the first twelve, B and the second A share their time: A B A, or A A B. In the others nothing is tied between
    # the two, only C and A later on.
    tied = [{**event, "at": "09:00" if event["at"] > "08:00" else "08:00"} for event in orders(*["ABA"] * 12)]
    sure = [
        {**event, "case": "S" + event["case"], "at": min(event["at"], "11:00")} for event in orders(*["ABACA"] * 12)
    ]
    pair = next(found for found in returned.run(make_log([*tied, *sure])) if found.subject == "Sales → Credit")
    assert (pair.cases, pair.of_cases, pair.confidence) == (24, 24, "low")
    assert "between 12 and 24" in pair.message
    # Wilson for 12 of 24, by hand: (0.5 + 3.8415/48 − 1.96·√(0.25/24 + 3.8415/2304)) / (1 + 3.8415/24)
    assert pair.low == pytest.approx(0.314, abs=0.001)
    assert pair.high == pytest.approx(1.0)


def test_cases_without_a_return_in_source_order_can_have_one(make_log: MakeLog) -> None:
    log = make_log(orders("ABB", "AAB", same_time=True), keep_duplicates=True)
    totals = returned.measure(log).totals
    assert (totals["returns"], totals["returns_high"], totals["cases_with_return_high"]) == (0, 2, 2)


def test_any_column_can_be_the_level(make_log: MakeLog) -> None:
    events = [
        {"case": "A", "activity": "Work", "at": f"{8 + place:02d}:00", "department": "One", "queue": queue}
        for place, queue in enumerate("xyx")
    ]
    assert returned.measure(make_log(events), "queue").totals["returns"] == 1
    assert returned.measure(make_log(events)).totals["returns"] == 0


@pytest.mark.real
def test_returns_of_the_real_log(o2c: Log) -> None:
    totals = returned.measure(o2c).totals
    assert totals["returns"] == 2128
    assert totals["cases_with_return"] == 1709
    assert totals["max_returns_in_case"] == 7
    assert totals["handoffs"] == 9942
    assert totals["handoffs_low"] < 9942 < totals["handoffs_high"]
    assert totals["cases"] == 5787
    assert totals["returns_low"] <= 2128 <= totals["returns_high"]
    assert totals["cases_with_return_low"] <= 1709 <= totals["cases_with_return_high"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "returns"),
    [("ping_pong_case", 2), ("ping_pong_case_fake", 0), ("two_ping_pongs_case", 4), ("double_ping_pong_case", 4)],
)
def test_logs_made_by_hand(ping_pong: Callable[[str], Log], name: str, returns: int) -> None:
    # Beside its rallies, Karel comes back once more after others in each of them: no return, a long loop.
    assert returned.measure(ping_pong(name), "resource").totals["returns"] == returns
