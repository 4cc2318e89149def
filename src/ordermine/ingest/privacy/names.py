"""Raw values of pseudonymised columns, found wherever else they are written.

A value that is all of a text is found whatever it looks like; within a text it is found as whole words. What is too
common to be told from other things, numbers of fewer than five digits and everything of one or two signs, is not looked
for: where a column holds such values it is pseudonymised as a whole (`survey`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ordermine.ingest.privacy.pseudonyms import PSEUDONYM, Pseudonyms, composed
from ordermine.schema import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST: Final = 3
"""Signs of a value that is looked for."""
FEWEST_DIGITS: Final = 5
"""Digits of a number that is looked for."""

_WORD = re.compile(r"[^\W_]+")
_LETTER = re.compile(r"[^\W\d_]")


class Names:
    """Finds raw values in texts and puts their pseudonyms in their place."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._whole: dict[str, str] = {}
        """Value → name of its pseudonym."""
        self._parts: dict[tuple[str, ...], list[str]] = {}
        """Words in lower case → the values that consist of them."""
        self._lengths: dict[str, list[int]] = {}
        """First word → how many words the values have that begin with it, the most first."""

    def add(self, name: str, values: Iterable[str]) -> None:
        """Look for further values; one that is known already keeps its name."""
        for value in values:
            value = composed(value.strip())
            if value in self._whole or not is_telling(value):
                continue
            self._whole[value] = name
            words = tuple(word.casefold() for word in _WORD.findall(value))
            if not words:
                continue
            self._parts.setdefault(words, []).append(value)
            lengths = self._lengths.setdefault(words[0], [])
            if len(words) not in lengths:
                lengths.append(len(words))
                lengths.sort(reverse=True)

    def __contains__(self, value: str) -> bool:
        """Whether a value is one that is looked for."""
        return composed(value.strip()) in self._whole

    def replace(self, text: str, *, loosely: bool = False) -> str:
        """Return a text with pseudonyms in place of the values in it; the same text if there are none.

        Texts that differ still differ afterwards, unless `loosely` is set: then a single word is found in any case, as
        people write it, and a value has the same pseudonym however it is spelt.
        """
        bare = composed(text.strip())
        name = self._whole.get(bare)
        if name is not None:
            return text.replace(text.strip(), self._pseudonyms.of(name, bare))
        if not _LETTER.search(text):
            return text
        searched = composed(text)
        pieces = []
        end = 0
        for start, stop, value in self._found(searched, loosely):
            written = value if loosely else searched[start:stop]
            pieces += [searched[end:start], self._pseudonyms.of(self._whole[value], written)]
            end = stop
        return "".join([*pieces, searched[end:]]) if pieces else text

    def _found(self, text: str, loosely: bool) -> list[tuple[int, int, str]]:
        """Return where values stand: from, to, and which."""
        words = list(_WORD.finditer(text))
        folded = [word[0].casefold() for word in words]
        if not any(word in self._lengths for word in folded):
            return []
        taken = [found.span() for found in PSEUDONYM.finditer(text)]
        found: list[tuple[int, int, str]] = []
        at = 0
        while at < len(words):
            span = None
            if not any(begin <= words[at].start() < stop for begin, stop in taken):
                span = self._at(text, words, folded, at, loosely, found[-1][1] if found else 0)
            if span is None:
                at += 1
                continue
            found.append(span)
            while at < len(words) and words[at].start() < span[1]:
                at += 1
        return found

    def _at(
        self, text: str, words: list[re.Match[str]], folded: list[str], at: int, loosely: bool, after: int
    ) -> tuple[int, int, str] | None:
        """Return the longest value that begins with a word, and at or behind `after`."""
        for length in self._lengths.get(folded[at], ()):
            if at + length > len(words):
                continue
            values = self._parts.get(tuple(folded[at : at + length]), ())
            for value in sorted(values, key=len, reverse=True):
                # Signs around the words, as in "Berg & Co.", belong to the value.
                first = _WORD.search(value)
                begin = words[at].start() - (first.start() if first else 0)
                if begin >= after and text.startswith(value, begin):
                    return begin, begin + len(value), value
            if values and (loosely or length > 1 or not folded[at].isalpha()):
                return words[at].start(), words[at + length - 1].end(), min(values)
        return None


def is_telling(value: str) -> bool:
    """Return whether a value can be told from other things that are written the same."""
    if value.casefold() in NOT_RECORDED:
        return False
    if not _LETTER.search(value):
        return sum(sign.isdigit() for sign in value) >= FEWEST_DIGITS
    return len(value) >= SHORTEST
