"""What each shape can't show reaches the analyses: as not measurable, or as a bound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SNAPSHOTS = {
    "tickets.csv": (
        "number,state,team,mod,at\n"
        "1,Work,A,0,2024-01-01 08:00\n1,Wait,A,1,2024-01-02 08:00\n1,Work,B,{gap},2024-01-13 08:00\n"
        "1,Done,B,{end},2024-01-14 08:00\n2,Work,A,0,2024-01-15 08:00\n"
    )
}
WATCHED = """
[[source]]
shape = "snapshots"
case = "number"
timestamp = "at"
department = "team"
watch = ["state"]
sequence = "mod"
[source.steps]
state = "{new}"
[activities]
Done = { kind = "deliver" }
"""
WIDE = "order,ordered,delivered\n1,2024-01-01,2024-01-13\n2,2024-01-02,2024-01-14\n"
HISTORY = (
    "Order No,Field,OldValue,NewValue,User,Team,Changed at\n"
    "1,Price,,10,u,A,2024-01-01T10:00:00Z\n1,Price,10,12,u,B,2024-01-02T10:00:00Z\n"
)
DOCUMENTS = "No,Type,Came of,Created at\nO,order,,2024-01-13\nD,delivery,O,2024-01-14\n"
FLOWING = """
[[source]]
shape = "documents"
object_id = "No"
object_type = "Type"
timestamp = "Created at"
predecessor = "Came of"
"""
REPETITION = {"OM101", "OM102", "OM103"}
NEIGHBOURS = {"OM401", "OM402", "OM403", "OM404"}
FIELDS = {"OM405", "OM504", "OM601", "OM602", "OM603"}


@pytest.fixture
def ask(ordermine: Callable[..., Any], tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Return a function that ingests files and gives the JSON of a command on the log."""

    def run(files: Mapping[str, str], project: str, *command: str) -> dict[str, Any]:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "ordermine.toml").write_text(project, encoding="utf-8")
        made = ordermine("ingest", *files, "-o", "log", "--force", "-q")
        assert made.code == 0, made.err
        said = ordermine(*command, "log", "--format", "json", "-q")
        assert said.code == 0, said.err
        found: dict[str, Any] = json.loads(said.out)
        return found

    return run


def skipped(found: dict[str, Any], reason: str) -> set[str]:
    return {one["code"] for one in found["result"]["skipped"] if reason in one["reason"]}


def test_wide_shows_no_repetition_and_no_changes(ask: Callable[..., dict[str, Any]]) -> None:
    found = ask({"orders.csv": WIDE}, "", "analyze")
    assert skipped(found, "one date per milestone") >= REPETITION
    assert skipped(found, "needs") >= FIELDS
    found = ask(
        {"orders.csv": WIDE},
        '[[source]]\nshape = "wide"\ncase = "order"\n[source.milestones]\n'
        'ordered = { activity = "Order", department = "Sales" }\ndelivered = "Deliver"\n',
        "analyze",
    )
    assert skipped(found, "one date per milestone") >= REPETITION | NEIGHBOURS


def test_documents_show_repetition_and_no_changes(ask: Callable[..., dict[str, Any]]) -> None:
    found = ask({"documents.csv": DOCUMENTS}, FLOWING, "analyze")
    assert skipped(found, "field, new_value") == FIELDS
    assert not skipped(found, "milestone")


def test_field_history_shows_both(ask: Callable[..., dict[str, Any]]) -> None:
    found = ask({"history.csv": HISTORY}, "", "analyze")
    assert not skipped(found, "milestone")
    assert not skipped(found, "field")


def test_snapshots_with_gaps_give_lower_bounds(ask: Callable[..., dict[str, Any]]) -> None:
    gaps = {name: text.format(gap=3, end=4) for name, text in SNAPSHOTS.items()}
    measured = ask(gaps, WATCHED, "measure", "OM103")
    # Work, Wait, Work: one repetition that shows; a change is missing before it.
    assert measured["result"]["bound"] == "lower"
    assert any("at least so many" in note and "1 of 2 records" in note for note in measured["notes"])
    assert ask(gaps, WATCHED, "measure", "OM102")["result"]["bound"] is None
    right = ask(gaps, WATCHED, "ftr")["result"]
    assert right["bound"] == "upper"
    assert "changes between snapshots of tickets.csv" in right["unseen"][0]


def test_findings_from_a_log_with_gaps_say_so(ask: Callable[..., dict[str, Any]]) -> None:
    head, *rows = SNAPSHOTS["tickets.csv"].format(gap=3, end=4).splitlines()
    many = [row.replace("1,", f"{ticket},", 1) for ticket in range(30) for row in rows[:4]]
    findings = ask({"tickets.csv": "\n".join([head, *many])}, WATCHED, "analyze")["result"]["findings"]
    [repetition] = [one for one in findings if one["code"] == "OM103"]
    assert repetition["bound"] == "lower"
    assert repetition["message"].endswith("; at least, as steps are missing")
    assert {one["bound"] for one in findings if one["code"] in ("OM202", "OM401")} <= {None}


def test_snapshots_without_gaps_are_exact(ask: Callable[..., dict[str, Any]]) -> None:
    whole = {name: text.format(gap=2, end=3) for name, text in SNAPSHOTS.items()}
    measured = ask(whole, WATCHED, "measure", "OM103")
    assert measured["result"]["bound"] is None
    assert not any("at least so many" in note for note in measured["notes"])
    assert ask(whole, WATCHED, "ftr")["result"]["unseen"] == []


def test_a_wide_file_beside_others_makes_counts_lower_bounds(ask: Callable[..., dict[str, Any]]) -> None:
    # What the other file shows isn't lost by adding a wide one.
    found = ask({"orders.csv": WIDE, "history.csv": HISTORY}, "", "analyze")
    assert not skipped(found, "milestone")
    measured = ask({"orders.csv": WIDE, "history.csv": HISTORY}, "", "measure", "OM103")
    assert measured["result"]["bound"] == "lower"
    assert any("can't show: repeated steps of orders.csv" in note for note in measured["notes"])
