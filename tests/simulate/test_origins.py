from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.simulate.master_data import meaning
from ordermine.simulate.naive import blame_the_corrector, blame_the_last_writer
from ordermine.simulate.score import score_origins

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulate.conftest import Row, Written

COPIED_FROM = {
    "order.price": "quote.price",
    "invoice.price": "order.price",
    "order.terms": "contract.terms",
    "invoice.terms": "order.terms",
    "delivery.ship_to": "ship_to",
}
NO_INTERVALS: dict[str, Any] = {"departments": []}


def bare(field: str) -> str:
    return field.rpartition(".")[2]


def read_errors(case: list[Row]) -> list[dict[str, Any]]:
    """Read the errors of one order off its rows, as the definition says, without haste."""
    found: list[dict[str, Any]] = []
    confirmed = False
    known = set()
    for now, change in enumerate(case):
        confirmed = confirmed or change["Step"] == "Confirm order"
        wrong = meaning(change["Old value"])
        is_change = change["Old value"] and change["New value"] and meaning(change["New value"]) != wrong
        if not (confirmed and is_change and change["Actor type"] == "human"):
            continue
        written = [
            (then, row)
            for then, row in enumerate(case[:now])
            if row["New value"] and bare(row["Field"]) == bare(change["Field"])
        ]
        by_hand = [(then, row) for then, row in written if row["Actor type"] != "batch"]
        other = [then for then, row in by_hand if meaning(row["New value"]) != wrong]
        other = [then for then in other if case[then]["Field"] == change["Field"]]
        births = [
            (then, row)
            for then, row in by_hand
            if meaning(row["New value"]) == wrong != meaning(row["Old value"]) and then > max(other, default=-1)
        ]
        begin, origin = births[0] if births else (-1, None)
        if (bare(change["Field"]), wrong, begin) in known:
            continue
        known.add((bare(change["Field"]), wrong, begin))
        asked = any(
            row["Step"] == "Log customer request" and row["Field"] in ("", change["Field"])
            for row in case[begin + 1 : now]
        )
        if origin and origin["Field"] in COPIED_FROM:
            sources = {row["Field"] for then, row in written if then < begin}
            if COPIED_FROM[origin["Field"]] not in sources:  # copied from nobody knows whom
                origin = None
        found.append(
            {
                "case_id": change["Order"],
                "field": change["Field"],
                "class": "change_request" if asked else "error",
                "wrong_value": change["Old value"],
                "detected_by": change["Department"],
                "originated_by": origin["Department"] if origin else "",
            }
        )
    return found


def rows(*lines: str) -> list[Row]:
    """Rows from lines of department | step | field | old | new."""
    found = []
    for line in lines:
        department, step, field, old, new = (part.strip() for part in line.split("|"))
        actor = "batch" if department == "Job" else "human"
        found.append(
            {
                "Order": "SO-1",
                "Department": department,
                "Step": step,
                "Field": field,
                "Old value": old,
                "New value": new,
                "Actor type": actor,
            }
        )
    return found


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (  # copied, saved again, loaded again; two copies corrected: one error of the first department
            rows(
                "A | Calculate price | quote.price | | 85.00",
                "B | Enter order | order.price | | 85.00",
                "B | Confirm order | | |",
                "C | Update order data | order.price | 85.00 | 85,00",
                "Job | Synchronise data | order.price | | 85.00",
                "D | Create invoice | invoice.price | | 85.00",
                "E | Correct price | invoice.price | 85.00 | 100.00",
                "E | Correct price | order.price | 85,00 | 100.00",
            ),
            [("error", "A", "E")],
        ),
        (  # the copy was wrong, not the original
            rows(
                "A | Calculate price | quote.price | | 100.00",
                "B | Enter order | order.price | | 85.00",
                "B | Confirm order | | |",
                "E | Correct price | order.price | 85.00 | 100.00",
            ),
            [("error", "B", "E")],
        ),
        (  # what a customer asks for is no error; what is only spelt differently neither
            rows(
                "A | Qualify lead | ship_to | | Am Hafen 1",
                "B | Confirm order | | |",
                "S | Log customer request | ship_to | |",
                "B | Change order | ship_to | Am Hafen 1 | Mühlweg 2",
                "C | Update order data | ship_to | Mühlweg 2 | MUHLWEG 2",
            ),
            [("change_request", "A", "B")],
        ),
        (  # a wish about another field excuses nothing, nor does a complaint
            rows(
                "A | Qualify lead | ship_to | | Am Hafen 1",
                "B | Confirm order | | |",
                "S | Log customer request | quantity | |",
                "S | Log complaint | ship_to | |",
                "B | Correct delivery address | ship_to | Am Hafen 1 | Mühlweg 2",
            ),
            [("error", "A", "B")],
        ),
        (  # nobody wrote it, as far as one can see
            rows(
                "B | Confirm order | | |",
                "C | Update order data | ship_to | Am Hafen 1 | am hafen 1",
                "B | Correct delivery address | ship_to | am hafen 1 | Mühlweg 2",
            ),
            [("error", "", "B")],
        ),
        (rows("A | Correct item | item | X | Y", "B | Confirm order | | |"), []),
    ],
)
def test_the_reading_is_the_definition(case: list[Row], expected: list[tuple[str, str, str]]) -> None:
    found = read_errors(case)
    assert [(row["class"], row["originated_by"], row["detected_by"]) for row in found] == expected


def test_changes_after_confirmation_are_errors_requests_or_further_copies(
    scenario_log: Callable[[str], Written],
) -> None:
    log = scenario_log("origins")
    planted = Counter(
        (entry["case_id"], entry["field"], entry["detected_at"])
        for entry in log.truth["errors"] + log.truth["change_requests"]
        if entry["detected_by"]
    )
    wrong = defaultdict(set)
    for error in log.truth["errors"]:
        wrong[error["case_id"], bare(error["field"])].add(meaning(error["wrong_value"]))
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, case in log.cases.items():
        steps = [row["Step"] for row in case]
        for row in case[steps.index("Confirm order") if "Confirm order" in steps else len(case) :]:
            if not row["Old value"] or meaning(row["Old value"]) == meaning(row["New value"]):
                continue
            place = (number, row["Field"], row["Changed at"])
            if place in planted:
                seen[place] += 1
            else:
                assert meaning(row["Old value"]) in wrong[number, bare(row["Field"])]
    assert seen == planted


def test_origins_lie_where_the_truth_says(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("origins")
    untracked = {(entry["case_id"], entry["field"]) for entry in log.truth["untracked"]}
    filed = []
    for error in log.truth["errors"]:
        if error["originated_at"] is None or (error["case_id"], bare(error["field"])) in untracked:
            continue
        births = [
            row
            for row in log.cases[error["case_id"]]
            if row["Changed at"] == error["originated_at"]
            and meaning(row["New value"]) == meaning(error["wrong_value"]) != meaning(row["Old value"])
        ]
        assert len(births) == 1
        filed.append(births[0]["Department"] == error["originated_by"])
    assert len(filed) > 100
    assert 0.9 <= sum(filed) / len(filed) < 1  # some people are filed elsewhere


def test_tracing_values_finds_the_origins_and_simpler_ways_do_not(
    scenario_log: Callable[[str], Written],
) -> None:
    log = scenario_log("origins")
    traced = [error for case in log.cases.values() for error in read_errors(case)]
    precision, recall, _, distance, _ = (score.value for score in score_origins(log.truth, NO_INTERVALS, traced))
    assert precision is not None
    assert precision > 0.85
    assert recall is not None
    assert 0.75 < recall < 0.9
    assert distance is not None
    assert distance < 0.1

    naive = score_origins(log.truth, NO_INTERVALS, blame_the_corrector(log.rows))
    assert naive[0].value is not None
    assert naive[0].value < 0.3
    assert naive[3].value is not None
    assert naive[3].value > 0.4
    last = score_origins(log.truth, NO_INTERVALS, blame_the_last_writer(log.rows))
    assert last[0].value is not None
    assert last[0].value < 0.5


def test_the_confounders_are_there_as_often_as_planned(scenario_log: Callable[[str], Written]) -> None:
    log = scenario_log("origins")
    orders = len(log.cases)
    errors = [error for error in log.truth["errors"] if error["detected_by"]]
    shares = Counter(error["originated_by"] for error in errors)
    assert shares.keys() >= {"Sales", "Deal Desk", "Marketing", "Web shop", "Logistics", "Order Management", "Legal"}
    assert 0.33 <= shares["Sales"] / len(errors) <= 0.49
    assert 0.12 <= len(errors) / orders <= 0.2
    assert 0.18 <= sum(error["detected_by"] == error["originated_by"] for error in errors) / len(errors) <= 0.32
    assert 0.06 <= len(log.truth["change_requests"]) / orders <= 0.1
    logged = {row["Order"] for row in log.rows if row["Reason"] == "Customer wants a change"}
    assert 0.75 <= len(logged) / len(log.truth["change_requests"]) <= 0.95
    assert 0.03 <= sum(row["Actor type"] == "batch" and row["New value"] != "" for row in log.rows) / orders <= 0.07
    respelt = {
        row["Order"]
        for row in log.rows
        if row["Old value"] and row["Actor type"] == "human" and meaning(row["Old value"]) == meaning(row["New value"])
    }
    assert 0.11 <= len(respelt) / orders <= 0.19
    wrong = {(error["case_id"], meaning(error["wrong_value"])) for error in log.truth["errors"]}
    assert any((row["Order"], meaning(row["Old value"])) in wrong for row in log.rows if row["Order"] in respelt)


def test_documents_show_new_values_only_and_are_never_overwritten(
    scenario_log: Callable[[str], Written],
) -> None:
    history, documents = scenario_log("origins"), scenario_log("origins-documents")
    assert documents.truth["errors"] == history.truth["errors"]
    assert "Old value" in history.rows[0]
    assert "Old value" not in documents.rows[0]
    issued = [row for row in documents.rows if row["New value"]]
    assert len({(row["Object type"], row["Object id"], row["Field"]) for row in issued}) == len(issued)
    last: dict[tuple[str, str], str] = {}
    for row in issued:
        assert meaning(last.get((row["Order"], row["Field"]), "")) != meaning(row["New value"])
        last[row["Order"], row["Field"]] = row["New value"]
    for error in history.truth["errors"]:
        if error["detected_by"]:
            (change,) = (
                row
                for row in documents.cases[error["case_id"]]
                if (row["Changed at"], row["Field"]) == (error["detected_at"], error["field"])
            )
            assert change["New value"]
