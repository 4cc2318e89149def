from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordermine.ingest.privacy.key import Key
from ordermine.ingest.privacy.names import Names, is_telling
from ordermine.ingest.privacy.pseudonyms import PSEUDONYM, Pseudonyms

PSEUDONYMS = Pseudonyms(Key(b"k" * 32))


def names(*values: str) -> Names:
    found = Names(PSEUDONYMS)
    found.add("who", values)
    return found


def shown(text: str, values: dict[str, str]) -> str:
    """Put pseudonyms in place of what stands in brackets."""
    return re.sub(r"\[(.*?)\]", lambda found: PSEUDONYMS.of("who", values.get(found[1], found[1])), text)


@pytest.mark.parametrize(
    ("value", "text", "becomes"),
    [
        ("Anna Berg", "Anna Berg", "[Anna Berg]"),
        ("Anna Berg", "  Anna Berg ", "  [Anna Berg] "),
        ("Anna Berg", "ask Anna Berg, please", "ask [Anna Berg], please"),
        ("Anna Berg", "ask anna-berg@corp.example", "ask [anna-berg]@corp.example"),
        ("Anna Berg", "Anna Bergmann", "Anna Bergmann"),
        ("Berg", "ask Berg or berg", "ask [Berg] or berg"),
        ("user7", "by USER7", "by [USER7]"),
        ("user7", "order_user7_x", "order_[user7]_x"),
        ("Berg & Co.", "for Berg & Co. today", "for [Berg & Co.] today"),
        ("Berg & Co.", "for Berg, Co today", "for [Berg, Co] today"),
        ("10023", "customer 10023 called", "customer [10023] called"),
        ("10023", "10023.50", "10023.50"),
        ("10023", "10023", "[10023]"),
        ("1002", "customer 1002", "customer 1002"),
        ("AB", "AB", "AB"),
        ("unknown", "unknown", "unknown"),
        ("***", "***", "***"),
    ],
)
def test_a_name_is_found_as_whole_words(value: str, text: str, becomes: str) -> None:
    assert names(value).replace(text) == shown(becomes, {})


def test_loosely_every_spelling_is_the_same_name() -> None:
    assert names("Berg").replace("ask BERG or berg", loosely=True) == shown("ask [Berg] or [Berg]", {})


def test_the_longest_name_counts() -> None:
    found = names("Anna", "Anna Berg", "Berg Kaur")
    assert found.replace("to Anna Berg Kaur by Anna") == shown("to [Anna Berg] Kaur by [Anna]", {})


def test_pseudonyms_stay_as_they_are() -> None:
    once = names("Anna Berg").replace("ask Anna Berg")
    code = once.rpartition("-")[2]
    assert names("who", code, "ask it").replace(once) == once


WORDS = st.sampled_from(["Anna", "anna", "Berg", "Kaur", "Ümit", "7731", "10023", "u7", "&", "-", "Co.", "#"])
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, min_size=2, max_size=6))
def test_no_name_is_left_and_different_texts_stay_different(values: list[str], texts: list[str]) -> None:
    found = names(*values)
    replaced = [found.replace(text) for text in texts]
    assert len({*replaced}) == len({*texts})
    for text in replaced:
        rest = PSEUDONYM.sub("", text)
        if re.search(r"[^\W\d_]", text):
            assert not [
                value
                for value in values
                if is_telling(value.strip()) and re.search(rf"(?<![^\W_]){re.escape(value.strip())}(?![^\W_])", rest)
            ]
