from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import UsageError
from ordermine.findings.accepted import Accepted, accept, load_accepted, parse_accepted
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from pathlib import Path

CODES = ["OM101", "OM401", "OM402"]
FOUND = Finding("OM401", "return", "Sales ↔ Credit", "said", 0.1, "share", 0.05, 0.2, 10, 100)
OTHER = replace(FOUND, subject="Sales ↔ Legal")
WHY = 'reason = "moved to the form"\nowner = "Head of Sales"\nexpires = 2026-06-30\n'
BY_SUBJECT = f'[[accepted]]\ncode = "om401"\nsubject = "Sales ↔ Credit"\n{WHY}'
BY_ID = f'[[accepted]]\nid = "{FOUND.id.upper()}"\n{WHY}'


def accepted(text: str, *found: Finding, day: date | None = date(2026, 6, 1), complete: bool = True) -> Accepted:
    measured = CODES if complete else ["OM101"]
    return accept(parse_accepted(text, CODES), found, day, measured, all_measured=complete)


@pytest.mark.parametrize("text", [BY_SUBJECT, BY_ID])
def test_a_finding_is_named_by_code_and_subject_or_by_id(text: str) -> None:
    result = accepted(text, FOUND, OTHER)
    assert list(result.by_id) == [FOUND.id]
    assert result.by_id[FOUND.id].owner == "Head of Sales"
    assert result.notes == ()


def test_an_entry_holds_through_its_last_day_and_counts_again_afterwards() -> None:
    assert accepted(BY_SUBJECT, FOUND, day=date(2026, 6, 30)).by_id
    late = accepted(BY_SUBJECT, FOUND, day=date(2026, 7, 1))
    assert late.by_id == {}
    assert late.notes == (
        "om401 Sales ↔ Credit, accepted by Head of Sales until 2026-06-30, counts again: settle it or accept it anew",
    )
    # An empty log has no today.
    assert accepted(BY_SUBJECT, FOUND, day=None).by_id


@pytest.mark.parametrize("text", [BY_SUBJECT, BY_ID])
def test_what_is_not_found_any_more_can_be_removed(text: str) -> None:
    [note] = accepted(text, OTHER).notes
    assert "is not found any more: its entry can be removed" in note
    # An analyzer that didn't run says nothing about what it would have found.
    assert accepted(text, complete=False).notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BY_SUBJECT.replace("owner", "ownr"), "[[accepted]] 1: unknown key 'ownr'; did you mean 'owner'?"),
        (BY_SUBJECT.replace('reason = "moved to the form"\n', ""), "[[accepted]] 1: reason: is missing"),
        (BY_SUBJECT.replace('owner = "Head of Sales"\n', ""), "[[accepted]] 1: owner: is missing"),
        (BY_SUBJECT.replace("expires = 2026-06-30\n", ""), "[[accepted]] 1: expires: is missing"),
        (BY_SUBJECT.replace("moved to the form", " "), "[[accepted]] 1: reason: must not be blank"),
        (BY_SUBJECT.replace("2026-06-30", '"30.06.2026"'), "[[accepted]] 1: expires: not a date such as"),
        (BY_SUBJECT.replace("om401", "OM410"), "[[accepted]] 1: no analyzer 'OM410'"),
        (f'[[accepted]]\ncode = "OM401"\n{WHY}', "by code and subject, or else by id"),
        (BY_SUBJECT + f'id = "{FOUND.id}"', "by code and subject, or else by id"),
        (f"[[accepted]]\n{WHY}", "by code and subject, or else by id"),
        (BY_SUBJECT + BY_ID, "is accepted by [[accepted]] 1 already"),
        ("[[acceptd]]\n", "unknown section 'acceptd'; did you mean 'accepted'?"),
        ("[accepted]\ncode = 'OM401'\n", "must be a list"),
        ("[[accepted]\n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_accepted(text, CODES)
    assert str(caught.value).startswith("accepted.toml")
    assert said in str(caught.value)
    assert caught.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file of accepted findings") as caught:
        load_accepted(tmp_path / "accepted.toml", CODES)
    assert "reason, owner and expires" in caught.value.hint
    path = tmp_path / "empty.toml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert load_accepted(path, CODES) == ()
