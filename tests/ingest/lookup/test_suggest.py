"""What `inspect` proposes to look up in files that are no exports of events."""

from __future__ import annotations

from ordermine.ingest.lookup.suggest import suggest

EVENTS = {"Order": ["1", "1", "2"], "User": ["anna", "bert", None], "Level": ["1", "2", "1"]}


def test_a_file_is_looked_up_in_by_the_column_whose_values_it_holds() -> None:
    people = {"USER_ID": ["bert", "anna", "carl"], "Team": ["Ops", "Sales", "Ops"], "Phone": ["1", "2", "3"]}
    found = suggest("people.csv", people, EVENTS, ["case", "activity", "timestamp"])
    assert found is not None
    assert found.match == {"User": "USER_ID"}
    assert found.take == {"department": "Team", "Phone": "Phone"}
    # Where a department is recorded, the other one keeps its own name.
    kept = suggest("people.csv", people, EVENTS, ["case", "department"])
    assert kept is not None
    assert kept.take["Team"] == "Team"


def test_periods_are_recognised_and_let_a_key_stand_several_times() -> None:
    people = {"PERNR": ["anna", "anna", "bert"], "Department": ["A", "B", "A"], "BEGDA": ["1"] * 3, "ENDDA": ["2"] * 3}
    found = suggest("pa0001.csv", people, EVENTS, [])
    assert found is not None
    assert (found.since, found.until, found.through) == ("BEGDA", None, "ENDDA")
    assert found.take == {"department": "Department"}
    dated = suggest("p.csv", {"User": ["anna", "bert"], "Team": ["A", "B"], "Gültig bis": ["", ""]}, EVENTS, [])
    assert dated is not None
    assert (dated.since, dated.until) == (None, "Gültig bis")


def test_what_is_equal_by_chance_or_ambiguous_is_not_proposed() -> None:
    assert suggest("x.csv", {"No": ["1", "2", "3"], "Name": ["a", "b", "c"]}, {"Level": ["1", "2"]}, []) is None
    assert suggest("x.csv", {"Who": ["anna", "anna", "bert"], "Team": ["A", "B", "A"]}, EVENTS, []) is None
    assert suggest("x.csv", {"Who": ["zoe"], "Team": ["A"]}, EVENTS, []) is None
    assert suggest("x.csv", {"Who": ["anna", "bert"]}, EVENTS, []) is None


def test_a_name_that_the_events_have_already_is_told_apart() -> None:
    found = suggest("people.csv", {"User": ["anna", "bert"], "Level": ["x", "y"]}, EVENTS, [])
    assert found is not None
    assert found.take == {"Level (people.csv)": "Level"}
