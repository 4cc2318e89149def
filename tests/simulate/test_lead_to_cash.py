from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ordermine.simulate.lead_to_cash import HOURS

if TYPE_CHECKING:
    from tests.simulate.conftest import Row, Written


@pytest.fixture(params=["demo_log", "harsh_log"])
def log(request: pytest.FixtureRequest) -> Written:
    written: Written = request.getfixturevalue(request.param)
    return written


def steps(case: list[Row]) -> list[str]:
    return [row["Step"] for row in case]


def bare(field: str) -> str:
    return field.rpartition(".")[2]


def meaning(value: str) -> str:
    return "".join(sign for sign in value.casefold() if sign.isalnum())


def test_rows_come_in_the_order_of_time(log: Written) -> None:
    stamps = [row["Changed at"] for row in log.rows]
    assert stamps == sorted(stamps)


def test_people_work_in_working_hours_only(log: Written) -> None:
    for row in log.rows:
        if row["Actor type"] == "human":
            moment = datetime.fromisoformat(row["Changed at"])
            assert moment.weekday() < 5
            assert moment.date() not in HOURS.holidays
            assert "08:00:00" <= f"{moment:%H:%M:%S}" <= "17:00:00"


def test_one_person_does_one_thing_at_a_time(log: Written) -> None:
    stamps = Counter((row["User"], row["Changed at"]) for row in log.rows if row["Actor type"] == "human")
    assert max(stamps.values()) == 1


def test_actor_types_and_departments_agree(log: Written) -> None:
    assert {(row["Department"] == "System") == (row["Actor type"] != "human") for row in log.rows} == {True}
    departments: dict[str, set[str]] = defaultdict(set)
    for row in log.rows:
        departments[row["Department"]].add(row["User"])
    people = {department: users for department, users in departments.items() if department != "System"}
    assert len(people) == 8
    assert min(len(users) for users in people.values()) >= 5


def test_the_header_is_the_same_on_all_rows_of_an_order(log: Written) -> None:
    header = (
        "Customer",
        "Segment",
        "Region",
        "Order type",
        "Channel",
        "Item",
        "Quantity",
        "Amount",
        "Currency",
    )
    for case in log.cases.values():
        assert len({tuple(row[column] for column in header) for row in case}) == 1


def test_a_changed_field_held_the_old_value(log: Written) -> None:
    for case in log.cases.values():
        held: dict[str, str] = {}
        for row in case:
            if row["New value"]:
                if row["Field"] in held:
                    assert row["Old value"] == held[row["Field"]]
                held[row["Field"]] = row["New value"]


def test_errors_originated_and_were_detected_where_the_truth_says(log: Written) -> None:
    assert log.truth["errors"]
    for error in log.truth["errors"]:
        case = log.cases[error["case_id"]]
        wrong = meaning(error["wrong_value"])
        if error["originated_by"] is not None:
            (origin,) = (
                row
                for row in case
                if (row["Changed at"], row["Department"]) == (error["originated_at"], error["originated_by"])
            )
            assert meaning(origin["New value"]) == wrong
            field = bare(origin["Field"])
            earlier = [row for row in case[: case.index(origin)] if row["New value"] and bare(row["Field"]) == field]
            assert [meaning(row["New value"]) for row in earlier][-1:] != [wrong]
        else:
            assert wrong not in {meaning(row["New value"]) for row in case if meaning(row["Old value"]) != wrong}
        if error["detected_by"] is not None:
            (change,) = (
                row
                for row in case
                if (row["Changed at"], row["Department"]) == (error["detected_at"], error["detected_by"])
            )
            assert change["Field"] == error["field"]
            assert meaning(change["Old value"]) == wrong
            assert meaning(change["New value"]) != wrong
            assert "Confirm order" in steps(case[: case.index(change)])


def test_every_change_after_confirmation_is_an_error_a_request_or_a_resave(log: Written) -> None:
    known = {
        (entry["case_id"], entry["field"], entry["detected_at"])
        for entry in log.truth["errors"] + log.truth["change_requests"]
    }
    changes = set()
    for number, case in log.cases.items():
        confirmed = steps(case).index("Confirm order") if "Confirm order" in steps(case) else len(case)
        for row in case[confirmed:]:
            if row["Old value"] and meaning(row["Old value"]) != meaning(row["New value"]):
                changes.add((number, row["Field"], row["Changed at"]))
    assert changes == {entry for entry in known if entry[2] is not None}


def test_rejections_are_those_of_the_log_and_became_what_the_truth_says(log: Written) -> None:
    in_log = {
        (number, row["Changed at"], row["Department"], row["Reason"])
        for number, case in log.cases.items()
        for row in case
        if row["Step"] == "Reject order"
    }
    in_truth = {
        (entry["case_id"], entry["rejected_at"], entry["rejected_by"], entry["reason"])
        for entry in log.truth["rejections"]
    }
    assert in_truth == in_log
    assert {department for _, _, department, _ in in_log} == {"Credit", "Order Management"}
    outcomes: dict[str, list[str]] = defaultdict(list)
    for entry in log.truth["rejections"]:
        outcomes[entry["case_id"]].append(entry["outcome"])
        if entry["resubmitted_as"] is not None:
            again = log.cases[entry["resubmitted_as"]]
            assert again[0]["Reference"] == entry["case_id"]
            assert ("Ship goods" in steps(again)) == (entry["outcome"] == "resubmitted_delivered")
    for number, fates in outcomes.items():
        assert steps(log.cases[number]).count("Restore order") == fates.count("restored")
        assert all(fate == "restored" for fate in fates[:-1])
