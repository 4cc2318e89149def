from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.simulate.company import Actor
from ordermine.simulate.loops import true_loops
from ordermine.simulate.master_data import Customer
from ordermine.simulate.naive import repeats_as_rework
from ordermine.simulate.recorder import Event, Note, Order
from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Row, Written


def order(number: str) -> Order:
    return Order(number, Customer("C-1", "", "", ""), "", "", False, {})


def events(departments: str, steps: dict[int, tuple[str, Note]] | None = None) -> list[Event]:
    """One event per letter, at second 0, 1, …; ``s`` is a machine."""
    found = []
    for moment, department in enumerate(departments):
        step, note = (steps or {}).get(moment, ("Query order", Note()))
        actor = Actor(department, department, "system" if department == "s" else "human")
        found.append(Event(order("SO-1"), step, moment, actor, note))
    return found


def counts(loops: dict[str, Any]) -> tuple[int, int, list[int], int]:
    rallies = [rally["returns"] for rally in loops["rallies"]]
    return loops["handoffs"], len(loops["returns"]), rallies, len(loops["long_loops"])


@pytest.mark.parametrize(
    ("departments", "handoffs", "returns", "rallies", "long_loops"),
    [
        ("ABABA", 4, 3, [3], 0),
        ("AABA", 2, 1, [], 0),
        ("ABCA", 3, 0, [], 1),
        ("ABACA", 4, 2, [], 0),
        ("AsBA", 2, 1, [], 0),
        ("ABABCBC", 6, 4, [2, 2], 0),
        ("ABABCABAB", 8, 4, [2, 2], 2),
        ("A", 0, 0, [], 0),
    ],
)
def test_worked_examples(departments: str, handoffs: int, returns: int, rallies: list[int], long_loops: int) -> None:
    assert counts(true_loops(events(departments), str)) == (handoffs, returns, rallies, long_loops)


def test_a_rally_says_between_whom_and_from_when_to_when() -> None:
    loops = true_loops(events("CABAB", {2: ("Approve credit", Note())}), str)
    assert loops["rallies"] == [
        {"case_id": "SO-1", "a": "A", "b": "B", "returns": 2, "start": "1", "end": "4", "unproductive": 1}
    ]
    assert [(row["a"], row["b"], row["unproductive"]) for row in loops["returns"]] == [
        ("A", "B", False),
        ("B", "A", True),
    ]


@pytest.mark.parametrize(
    ("step", "note", "unproductive"),
    [
        ("Answer query", Note(), True),
        ("Answer query", Note(reason="Will do"), True),
        ("Answer query", Note("terms", "30 days net", "60 days net"), False),
        ("Answer query", Note("terms", "30 days net", "30 DAYS  NET"), True),
        ("Answer query", Note("price", "1250.00", "1250,00"), True),
        ("Restore order", Note(), False),
        ("Reject order", Note(), False),
    ],
)
def test_a_return_is_unproductive_if_nothing_was_changed_or_decided(step: str, note: Note, unproductive: bool) -> None:
    (row,) = true_loops(events("ABA", {1: (step, note)}), str)["returns"]
    assert row["unproductive"] is unproductive


def count_again(log: Written) -> Counter[str]:
    """Count loops in the export by another reading: over the departments of a case as one list of words."""
    found: Counter[str] = Counter()
    for case in log.cases.values():
        words: list[str] = []
        for row in case:
            if row["Actor type"] in ("human", "customer") and words[-1:] != [row["Department"]]:
                words.append(row["Department"])
        back = [i for i in range(2, len(words)) if words[i] == words[i - 2]]
        found["handoffs"] += max(0, len(words) - 1)
        found["returns"] += len(back)
        found["rallies"] += sum(i in back and i - 1 not in back and i + 1 in back for i in range(len(words)))
        found["long_loops"] += sum(
            word in words[:i] and word not in words[max(0, i - 2) : i] for i, word in enumerate(words)
        )
    return found


def test_the_truth_is_what_the_export_shows(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("loops")
    truth = log.truth
    assert count_again(log) == {
        "handoffs": truth["handoffs"],
        "returns": len(truth["returns"]),
        "rallies": len(truth["rallies"]),
        "long_loops": len(truth["long_loops"]),
    }
    assert len(truth["returns"]) > 300
    assert len(truth["long_loops"]) > 50
    pairs = Counter((row["a"], row["b"]) for row in truth["returns"])
    assert pairs["Credit", "Sales"] > 100
    wasted = sum(row["unproductive"] for row in truth["returns"]) / len(truth["returns"])
    assert 0.3 <= wasted <= 0.6


def test_repeated_steps_are_not_loops(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("loops")
    looping = {row["case_id"] for row in log.truth["returns"] + log.truth["long_loops"]}
    assert repeats_as_rework(log.rows) > 1.3 * len(looping) / len(log.cases)
    machines = {row["Department"] for row in log.rows if row["Step"] == "Send notification"}
    assert machines == {"Order Management"}
    assert all(row["Actor type"] == "system" for row in log.rows if row["Step"] == "Send notification")


def test_by_day_the_rows_are_the_same_but_for_time_and_order(scenario_log: Callable[[str], Written]) -> None:
    exact, by_day = scenario_log("loops"), scenario_log("loops-day")
    assert [row["Changed at"] for row in by_day.rows] == sorted(row["Changed at"] for row in by_day.rows)
    assert {len(row["Changed at"]) for row in by_day.rows} == {len("2026-02-27")}
    assert content(by_day.rows) == content(exact.rows)
    assert [row["Step"] for row in by_day.rows] != [row["Step"] for row in exact.rows]
    assert by_day.truth | {"scenario": ""} == exact.truth | {"scenario": ""}
    assert count_again(by_day)["returns"] != len(by_day.truth["returns"])


def content(rows: list[Row]) -> Counter[tuple[str, ...]]:
    return Counter((row["Changed at"][:10], *list(row.values())[3:], row["Order"], row["Step"]) for row in rows)


def test_a_day_hides_the_order_of_an_orders_events_often(scenario_log: Callable[[str], Written]) -> None:
    shared = Counter((row["Order"], row["Changed at"]) for row in scenario_log("loops-day").rows)
    assert sum(number for number in shared.values() if number > 1) / shared.total() > 0.3


def test_every_step_of_the_export_is_explained(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("loops")
    text = log.paths[1].read_text(encoding="utf-8")
    assert all(f'"{step}"' in text for step in {row["Step"] for row in log.rows})
    assert {row["Step"] for row in log.rows} <= set(STEPS)
    with log.paths[0].open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[-2:] == ["Object type", "Object id"]
