from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.analyze.quality.om007_look_alike_steps import alike, look_alike_steps, one_letter_apart, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log

import pytest


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Check credit", "CHECK-CREDIT", "same letters"),
        ("Prüfung Kredit", "Prufung  Kredit", "same letters"),
        ("Credit check", "check credit", "same words"),
        ("Check credit", "Check creidt", "one letter"),
        ("Check credit", "Check credits", "one letter"),
        ("Check credit", "Chck credit", "one letter"),
        ("Create PO", "Create SO", None),
        ("Approve level1", "Approve level2", None),
        ("Set block", "Unset block", None),
        ("Check credit", "Check cerdti", None),
    ],
)
def test_ways_to_look_alike(one: str, other: str, how: str | None) -> None:
    assert alike(words_of(one), words_of(other)) == how
    assert alike(words_of(other), words_of(one)) == how


def test_letters_apart() -> None:
    assert one_letter_apart("check", "chek")
    assert one_letter_apart("check", "chcek")
    assert not one_letter_apart("check", "check2")
    assert not one_letter_apart("abcd", "abce")


def test_pairs_are_found_among_many_names(make_log: Callable[..., Log]) -> None:
    names = ["Check credit"] * 20 + ["Chekc credit", "Credit check", "Ship goods", "Send invoice"]
    log = make_log([{"case": f"O{n}", "activity": name, "at": "09:00"} for n, name in enumerate(names)])
    rows = look_alike_steps.measure(log).rows
    assert [(row["activity"], row["like"], row["how"]) for row in rows] == [
        ("Chekc credit", "Check credit", "one letter"),
        ("Credit check", "Check credit", "same words"),
    ]
    assert [found.severity for found in look_alike_steps.run(log)] == ["info", "warning"]
