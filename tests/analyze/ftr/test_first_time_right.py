from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.ftr.first_time_right import (
    first_time_right_by_week,
    judge_orders,
    measure_first_time_right,
)
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import Log, open_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROJECT = """
[activities]
"Enter" = { kind = "submit" }
"Confirm" = { kind = "confirm" }
"Ship" = { kind = "deliver" }
"Bill" = { kind = "invoice" }
"Complain" = { kind = "complaint" }
"Credit" = { kind = "credit" }
"Return" = { kind = "return" }
"Block" = { kind = "block" }
"Reject" = { kind = "reject" }
"Cancel" = { kind = "cancel" }
"Restore" = { kind = "restore" }
"Change" = { kind = "change" }
"Resubmit" = { kind = "resubmit" }
"""

BEGIN = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)


def order(case: str, steps: str, start: int = 0, **further: str) -> list[dict[str, str]]:
    """Return an order from e.g. ``Enter Ship+3 Bill+1``: steps with the days since the one before."""
    now = BEGIN + dt.timedelta(days=start)
    events = []
    for written in steps.split():
        step, _, days = written.partition("+")
        now += dt.timedelta(days=int(days or 0), minutes=1)
        system = step.startswith("*")
        events.append(
            {
                "case": case,
                "activity": step.lstrip("*"),
                "at": now.isoformat(),
                "department": "Robot" if system else "Sales",
                "actor_type": "system" if system else "human",
                "reason": further.get(step, ""),
            }
        )
    return events


def log_of(make_log: Callable[..., Log], *orders: list[dict[str, str]], end: int = 200) -> Log:
    """Return a log with an order at its end that is still open."""
    return make_log([event for one in (*orders, order("Z", "Enter", end)) for event in one], PROJECT)


def test_measures_are_nested_and_of_matured_orders(make_log: Callable[..., Log]) -> None:
    log = log_of(
        make_log,
        order("touchless", "Enter Confirm *Ship *Bill"),
        order("right", "Enter Confirm Ship Bill"),
        order("complained", "Enter Confirm Ship Bill Complain+5"),
        order("rejected", "Enter Reject"),
        order("young", "Enter Confirm Ship Bill", 180),
    )
    found = measure_first_time_right(log)
    assert (found.orders, found.open, found.concluded, found.matured) == (6, 1, 5, 4)
    assert [
        share.hits for share in (found.completed, found.right_in_the_end, found.first_time_right, found.touchless)
    ] == [3, 3, 2, 1]
    assert found.first_time_right.share == 0.5
    assert found.signals == {"correction": 0, "re_entry": 0, "credit": 0, "contact": 1, "exception": 0}


def test_maturity_is_the_90th_percentile_of_the_lag_and_30_days_at_least(make_log: Callable[..., Log]) -> None:
    short = [order(f"A{n}", f"Enter Ship Bill Complain+{n}") for n in (1, 2)]
    assert measure_first_time_right(log_of(make_log, *short)).maturity_days == 30
    # Lags of 40 and 60 days and a minute each: linearly interpolated, nine tenths of the way lie at 58 days.
    long = [order(f"A{n}", f"Enter Ship Bill Complain+{n}") for n in (40, 60)]
    assert measure_first_time_right(log_of(make_log, *long)).maturity_days == pytest.approx(58 + 1 / 1440)
    assert measure_first_time_right(log_of(make_log, *long), 7).maturity_days == 7


def test_maturity_allows_for_orders_too_young_to_show_a_long_lag(make_log: Callable[..., Log]) -> None:
    # Lags of 10, 60 and 70 days (and a minute) of orders followed for 200 days, and of 10 of three that were followed
    # for 50. By lag R is 1 2 3 4, 2 for the one of 60 as the young could not have shown it, and 3 for the one of 70.
    # Shorter than 70 are 2/3 of the lags, than 60 1/3: nine tenths of 2/3 lie at four fifths of the way from 60 to 70.
    # Among six lags taken as they are, it would be half of the way.
    old = [order(f"A{n}", f"Enter Ship Bill Complain+{n}") for n in (10, 60, 70)]
    young = [order(f"B{n}", "Enter Ship Bill Complain+10", 150) for n in range(3)]
    found = measure_first_time_right(log_of(make_log, *old, *young))
    assert found.maturity_days == pytest.approx(68 + 1 / 1440)


def test_signals_after_as_of_are_not_known_yet(make_log: Callable[..., Log]) -> None:
    long = [order(f"A{n}", f"Enter Ship Bill Complain+{n}") for n in (40, 60)]
    log = replace(log_of(make_log, *long), as_of_text="2026-02-20")
    assert measure_first_time_right(log).maturity_days == pytest.approx(40 + 1 / 1440)


def test_order_is_concluded_by_the_later_of_delivery_and_invoice(make_log: Callable[..., Log]) -> None:
    found = measure_first_time_right(
        log_of(make_log, order("both", "Enter Ship Bill+1"), order("shipped", "Enter Ship"))
    )
    assert (found.concluded, found.open) == (1, 2)


def test_customer_who_cancels_is_shown_apart(make_log: Callable[..., Log]) -> None:
    found = measure_first_time_right(
        log_of(
            make_log,
            order("ours", "Enter Confirm Cancel", Cancel="No stock"),
            order("theirs", "Enter Confirm Cancel", Cancel="Cancelled by customer"),
            order("restored", "Enter Reject Restore Ship Bill"),
        )
    )
    assert (found.concluded, found.completed.hits, found.cancelled_by_customer) == (2, 1, 1)


def test_company_that_cancels_for_its_customer_data_is_not_the_customer(make_log: Callable[..., Log]) -> None:
    reasons = ("Duplicate customer record", "Kundennummer falsch", "Cancelled by Customer Service")
    orders = [order(str(n), "Enter Confirm Cancel", Cancel=reason) for n, reason in enumerate(reasons)]
    found = measure_first_time_right(log_of(make_log, *orders))
    assert (found.concluded, found.cancelled_by_customer) == (3, 0)


def test_every_signal_counts_and_default_and_system_blocks_do_not(make_log: Callable[..., Log]) -> None:
    fails = [order(step, f"Enter Ship Bill {step}+2") for step in ("Credit", "Return", "Complain", "Resubmit")]
    fails.append(order("Block", "Enter Block Ship Bill"))
    right = [order(f"R{n}", "Enter *Block Ship Bill") for n in range(2)]
    found = measure_first_time_right(log_of(make_log, *fails, *right))
    assert (found.matured, found.first_time_right.hits) == (7, 2)
    assert found.signals == {"correction": 0, "re_entry": 1, "credit": 1, "contact": 1, "exception": 2}
    default = [order(f"D{n}", "Enter Block Ship Bill") for n in range(3)]
    assert measure_first_time_right(log_of(make_log, *default)).first_time_right.hits == 3


ALIKE = {"customer": "C", "item": "Pump", "amount": "1000"}


def entered(case: str, steps: str, start: int = 0, reason: str = "", **header: str) -> list[dict[str, str]]:
    """Return an order of its own customer, for a pump of 1,000, unless told otherwise; with the reason to cancel it."""
    header = {**ALIKE, "customer": case.rstrip("2"), "reference": "", **header}
    return [{**event, **header} for event in order(case, steps, start, Cancel=reason)]


def test_order_that_stands_for_one_alike_is_not_right_the_first_time(make_log: Callable[..., Log]) -> None:
    done = "Enter Ship Bill"
    log = log_of(
        make_log,
        # Entered anew: after a rejection, after the company's cancellation, for nine tenths of the value.
        entered("rejected", "Enter Reject"), entered("rejected2", done, 3),
        entered("ours", "Enter Cancel", reason="No stock"), entered("ours2", done, 30),
        entered("less", "Enter Reject"), entered("less2", done, 5, amount="900"),
        # Not: the customer cancelled, it was restored, nothing was wrong, too late, too different.
        entered("theirs", "Enter Cancel", reason="Cancelled by customer"), entered("theirs2", done, 3),
        entered("restored", "Enter Reject Restore Ship Bill"), entered("restored2", done, 3),
        entered("fine", done), entered("fine2", done, 3),
        entered("late", "Enter Reject"), entered("late2", done, 31),
        entered("dearer", "Enter Reject"), entered("dearer2", done, 3, amount="1101"),
        entered("other", "Enter Reject"), entered("other2", done, 3, item="Valve"),
    )  # fmt: skip
    found = measure_first_time_right(log)
    assert found.signals["re_entry"] == 3
    assert found.observable["re_entry"]
    # All but the seven that stay rejected or cancelled; of these, all but the three entered anew.
    assert (found.completed.hits, found.first_time_right.hits) == (11, 8)
    judged = judge_orders(log)
    names = dict(log.rows("SELECT case_no, case_id FROM cases"))
    anew = judged.orders.case_no[judged.with_signal["re_entry"]].tolist()
    assert sorted(names[case] for case in anew) == ["less2", "ours2", "rejected2"]


def test_one_rejected_order_is_entered_anew_once(make_log: Callable[..., Log]) -> None:
    # Two orders are alike; the one for the same amount stands for the rejected one, the other is an order like any.
    log = log_of(
        make_log,
        entered("A", "Enter Reject"),
        entered("A2", "Enter Ship Bill", 3, amount="950"),
        entered("A22", "Enter Ship Bill", 3),
    )
    found = measure_first_time_right(log)
    assert (found.signals["re_entry"], found.completed.hits, found.first_time_right.hits) == (1, 2, 1)


def test_reference_to_a_rejected_order_makes_a_re_entry_unless_a_document_refers(make_log: Callable[..., Log]) -> None:
    rejected = [order(case, "Enter Reject") for case in ("A", "B")]
    anew, credited = order("A2", "Enter Ship Bill", 60), order("B2", "Enter Ship Bill Credit", 60)
    anew[0]["reference"] = "A"
    credited[-1]["reference"] = "B"
    found = measure_first_time_right(log_of(make_log, *rejected, anew, credited))
    assert (found.signals["re_entry"], found.signals["credit"], found.first_time_right.hits) == (1, 1, 0)


def test_re_entry_is_seen_where_orders_are_stopped_and_can_be_linked(make_log: Callable[..., Log]) -> None:
    def seen(*orders: list[dict[str, str]]) -> bool:
        return measure_first_time_right(log_of(make_log, *orders)).observable["re_entry"]

    assert seen(entered("A", "Enter Reject"))
    assert not seen(entered("A", "Enter Ship Bill"))
    assert not seen(order("A", "Enter Reject"))


def test_filters_may_leave_out_either_order(make_log: Callable[..., Log]) -> None:
    log = log_of(make_log, entered("A", "Enter Reject"), entered("A2", "Enter Ship Bill", 3))
    for case, anew in (("A", 0), ("A2", 0)):
        found = measure_first_time_right(open_log(log.path, filters=Filters(case=case)), 0)
        assert (found.orders, found.signals["re_entry"]) == (1, anew)
    assert measure_first_time_right(log).signals["re_entry"] == 1


def test_missing_source_makes_the_rate_an_upper_bound(make_log: Callable[..., Log]) -> None:
    found = measure_first_time_right(log_of(make_log, order("A", "Enter Ship Bill Complain+1")))
    assert found.observable == {
        "correction": False,
        "re_entry": False,
        "credit": False,
        "contact": True,
        "exception": False,
    }
    assert found.bound == "upper"


def test_corrected_value_is_a_signal(make_log: Callable[..., Log]) -> None:
    events = order("A", "Enter Confirm Change Ship Bill")
    events[0] |= {"field": "price", "old": "", "new": "90"}
    events[2] |= {"field": "price", "old": "90", "new": "100"}
    found = measure_first_time_right(log_of(make_log, events))
    assert found.observable["correction"]
    assert (found.signals["correction"], found.first_time_right.hits) == (1, 0)


def test_weeks_are_given_the_same_time(make_log: Callable[..., Log]) -> None:
    # Concluded in the weeks 2026-W02 and W10; the first complaint comes after more than the 30 days of M.
    late = order("late", "Enter Ship Bill Complain+100")
    many = [order(f"M{n}", "Enter Ship Bill Complain+3", 56) for n in range(12)]
    weeks = first_time_right_by_week(log_of(make_log, late, order("fine", "Enter Ship Bill"), *many))
    assert weeks == [{"week": "2026-W02", "n": 2, "rate": 1.0}, {"week": "2026-W10", "n": 12, "rate": 0.0}]


def test_log_in_which_nothing_is_concluded_is_not_measurable(make_log: Callable[..., Log]) -> None:
    with pytest.raises(NotMeasurable, match="no step of this log concludes an order"):
        measure_first_time_right(make_log(order("A", "Enter Confirm"), PROJECT))


@pytest.mark.real
def test_real_order_lines_give_a_bound(real_data: Path, tmp_path: Path) -> None:
    from ordermine.ingest.open import open_sources
    from ordermine.ingest.plan import Options
    from ordermine.pipeline import ingest
    from ordermine.project import Project

    columns = {"case": "Key", "activity": "Activity", "timestamp": "Date", "resource": "User", "department": "Role"}
    export = real_data / "o2c_sap" / "o2c_ibm_sap_dev12pct.csv.gz"
    ingest(open_sources([export]), tmp_path / "o2c", Project(), Options(columns=columns), threads=1)
    found = measure_first_time_right(open_log(tmp_path / "o2c"))
    assert found.bound == "upper"
    assert not found.observable["correction"]
    assert found.concluded + found.open + found.cancelled_by_customer == found.orders
