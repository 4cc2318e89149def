"""The built-in lexicon: what a step does (kind) and where it belongs (stage), read off its name.

It knows English, German, French and Spanish, and terms of SAP, Salesforce and other systems; the rules are in
`lexicon.toml`. It would rather say nothing than guess: a step that no rule knows has no meaning. The project
file overrules it.

How a name is read: accents, case, punctuation and blanks are taken away, `CamelCase` is split, a leading code
(`T02`) is dropped. `:`, ` - `, `→`, `/`, `,`, brackets and the word "and" end a clause. Then the first rule
with a matching pattern wins, for the kind and, separately, for the stage. A pattern is a sequence of words:

======== =====================================================================================
`a|b`    either word
`a_b`    two words, as one of several alternatives
`word*`  a stem: any ending; `*word` any beginning
`..`     any words of the same clause, or none
`^`      the beginning of a clause; only as the first sign of a pattern
`$`      the end of a clause, or of what stands before a preposition (`rejected $` fits `Rejected by Sales`)
======== =====================================================================================

`ä`, `ö` and `ü` in a pattern also fit `ae`, `oe` and `ue`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordermine.project import Project


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a step means; None where that is not known."""

    kind: str | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed about a step, and who says so; all None where nothing is known."""

    kind: str | None = None
    stage: str | None = None
    source: Literal["project", "lexicon"] | None = None


def meanings(names: Iterable[str], project: Project | None = None) -> dict[str, Assumed]:
    """Return what each activity is assumed to mean, in the order given.

    What the project file says about a step replaces what the lexicon would say, stage included.
    """
    assumed = {}
    for name in names:
        declared = project.matching(name) if project else None
        if declared:
            assumed[name] = Assumed(declared.kind, declared.stage, "project")
        else:
            found = meaning(name)
            assumed[name] = Assumed(found.kind, found.stage, None if found == Meaning() else "lexicon")
    return assumed


@lru_cache(maxsize=20_000)
def meaning(activity: str) -> Meaning:
    """Return what the lexicon knows about an activity."""
    rules = _rules()
    text = _words(activity, rules.prepositions)
    kind, stage = _first(rules.kinds, text)
    if stage is None:
        bare = rules.attributes.sub("", text)
        main = re.split(f"·|{_ASIDE}", bare, maxsplit=1)[0]
        stage = _first(rules.stages, main)[1] or _first(rules.stages, bare)[1]
    return Meaning(kind, stage)


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: re.Pattern[str]
    kind: str | None
    stage: str | None


@dataclass(frozen=True, slots=True)
class _Rules:
    kinds: tuple[_Rule, ...]
    stages: tuple[_Rule, ...]
    attributes: re.Pattern[str]
    """Properties of an order named after a step, such as a delivery date: no evidence for a stage."""
    prepositions: frozenset[str]


def _first(rules: tuple[_Rule, ...], text: str) -> tuple[str | None, str | None]:
    for rule in rules:
        if rule.pattern.search(text):
            return rule.kind, rule.stage
    return None, None


@cache
def _rules() -> _Rules:
    data = tomllib.loads(files("ordermine").joinpath("lexicon.toml").read_text(encoding="utf-8"))
    prepositions = {_plain(word) for words in data["prepositions"].values() for word in words}

    def compiled(table: dict[str, Any]) -> re.Pattern[str]:
        patterns = [pattern for value in table.values() if isinstance(value, list) for pattern in value]
        opening = [_pattern(pattern[2:]) for pattern in patterns if pattern.startswith("^ ")]
        inner = [_pattern(pattern) for pattern in patterns if not pattern.startswith("^ ")]
        # A word boundary before the first word will do: every word that is matched ends with its blank.
        branches = [rf"(?:^|(?<=· ))(?:{'|'.join(opening)})"] * bool(opening)
        branches += [rf"\b(?:{'|'.join(inner)})"] * bool(inner)
        return re.compile("|".join(branches))

    def rules(tables: list[dict[str, Any]]) -> tuple[_Rule, ...]:
        return tuple(_Rule(compiled(table), table.get("kind"), table.get("stage")) for table in tables)

    return _Rules(rules(data["kind"]), rules(data["stage"]), compiled(data["attributes"]), frozenset(prepositions))


def _words(name: str, prepositions: frozenset[str]) -> str:
    """Return the words of a name, a blank after each; a dot between clauses, a mark before prepositions."""
    split = re.sub(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    clauses = re.sub(r"\s(?:[-–—&+]|and|und|et|y)\s|->|=>|[:;,/()\[\]→>|]", " · ", split)
    words = re.findall(r"·|[^\W_]+", _plain(clauses))
    while len(words) > 1 and (words[0] == "·" or re.search(r"\d", words[0])):
        del words[0]
    return "".join(f"{_ASIDE if word in prepositions else ''}{word} " for word in words)


def _plain(text: str) -> str:
    """Return a text in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_ASIDE = "‹"
"""Marks a preposition: what a clause says ends before it."""

_PARTS = {"$": f"(?=$|·|{_ASIDE})", "..": f"(?:[^ ·{_ASIDE}]+ )*?"}


def _pattern(written: str) -> str:
    """Return the regular expression for a pattern of the lexicon, to be searched in `_words`."""
    return "".join(_PARTS.get(token) or _alternatives(token) for token in written.split())


def _alternatives(token: str) -> str:
    words = "|".join(map(_word, token.split("|")))
    return f"{_ASIDE}?(?:{words}) " if "|" in token else f"{_ASIDE}?{words} "


def _word(written: str) -> str:
    letters = {"*": "[^ ]*", "_": f" {_ASIDE}?", "ä": "ae?", "ö": "oe?", "ü": "ue?"}
    return "".join(letters.get(char) or re.escape(_plain(char)) for char in written)
