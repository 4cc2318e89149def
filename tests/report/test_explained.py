from __future__ import annotations

import pytest

from ordermine.analyze.registry import ANALYZERS, find
from ordermine.errors import UsageError
from ordermine.report import explained


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("om401", "OM401"),
        ("self_loop", "self-loop"),
        ("Long Loop", "long loop"),
        ("skipped milestone", "OM104"),
        ("cycle-time", "cycle_time"),
    ],
)
def test_codes_terms_and_names_are_found(word: str, found: str) -> None:
    one = explained.look_up(word, ANALYZERS)
    assert (one if isinstance(one, str) else one.code) == found


def test_unknown_word_names_near_ones() -> None:
    with pytest.raises(UsageError) as error:
        explained.look_up("raly", ANALYZERS)
    assert "'rally'" in error.value.hint


def test_text_is_filled_and_tables_stay() -> None:
    text = explained.analyzer_text(find("OM102"))
    prose = [line for line in text.splitlines() if not line.startswith(("|", "row:"))]
    assert max(map(len, prose)) <= 80
    assert "| A    | Pick     | 09:20 | Bob      |" in text


def test_queries_and_what_has_none() -> None:
    query = explained.sql_text(find("OM102"))
    assert query.startswith("-- views: recurrences, loop_ranges, activity_cases\nWITH loops")
    with pytest.raises(UsageError):
        explained.sql_text(find("OM009"))


@pytest.mark.parametrize("one", ANALYZERS, ids=lambda one: one.code)
def test_markdown_has_every_section_and_no_double_backticks(one) -> None:
    page = explained.analyzer_markdown(one)
    assert page.startswith(f"# {one.code} {one.name}\n")
    assert "``" not in page.replace("```", "")
