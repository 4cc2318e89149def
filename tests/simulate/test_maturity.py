from __future__ import annotations

from datetime import datetime
from statistics import quantiles
from typing import TYPE_CHECKING

from ordermine.simulate.naive import first_time_right_by_week
from ordermine.simulate.score import score_maturity

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Written

SIGNALS = {"Log complaint", "Create credit note", "Receive return"}


def test_the_truth_knows_also_what_shows_after_the_export(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("maturity")
    ftr = log.truth["ftr"]
    assert {entry["case_id"] for entry in ftr["cases"]} == {
        number for number, case in log.cases.items() if any(row["Step"] == "Create invoice" for row in case)
    }
    assert ftr["first_time_right"] == sum(entry["first_time_right"] for entry in ftr["cases"])
    assert ftr["rate"] == ftr["first_time_right"] / ftr["concluded"]
    assert 0.82 <= ftr["rate"] <= 0.88
    assert sum(week["concluded"] for week in ftr["weeks"]) == ftr["concluded"]
    end = log.rows[-1]["Changed at"]
    still_to_come = 0
    for entry in ftr["cases"]:
        shown = {row["Step"] for row in log.cases[entry["case_id"]]} & SIGNALS
        assert shown <= {entry["signal"]}
        still_to_come += bool(entry["signal"]) and not shown
        if entry["signal"] and not shown:
            assert entry["signal_at"] > end or entry["signal_at"][:10] >= "2026-08-10"
    assert still_to_come > 10


def test_half_of_the_signals_show_within_12_days_and_nine_in_ten_within_43(
    scenario_log: Callable[[str], Written],
) -> None:
    lags = [
        (datetime.fromisoformat(entry["signal_at"]) - datetime.fromisoformat(entry["concluded_at"])).days
        for entry in scenario_log("maturity").truth["ftr"]["cases"]
        if entry["signal"]
    ]
    deciles = quantiles(lags, n=10)
    assert 9 <= deciles[4] <= 15
    assert 33 <= deciles[8] <= 53


def test_nothing_else_is_wrong_with_an_order(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("maturity")
    assert log.truth["errors"] == log.truth["rejections"] == []
    assert not {row["Step"] for row in log.rows} & {"Set credit block", "Cancel order", "Reject order"}


def test_the_last_weeks_look_better_than_they_are(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("maturity")
    weeks = first_time_right_by_week(log.rows)
    orders = sum(week["n"] for week in weeks)
    rate = sum(week["n"] * week["rate"] for week in weeks) / orders
    difference, trend = score_maturity(log.truth, {"first_time_right": {"rate": rate}}, weeks)
    assert difference.value is not None
    assert difference.value > 0.01
    assert trend.value is not None
    assert trend.value > 0.04
