"""Steps whose names look like two spellings of one.

Definition
----------
Two activities look alike if their names are the same but for case, accents, blanks and punctuation (*same letters*),
or the same words in another order (*same words*), or if they differ in one letter that is wrong, missing, too many or
swapped with its neighbour, within a word of at least five letters, digits being equal (*one letter*). The rarer of
the two is taken for the misspelt one, and is set beside the most frequent name that it looks like.

Unit
----
share of the events of both that have the rarer spelling

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
max_share: for one letter, reported only if the rarer spelling has at most this share of the events of both.

Source
------
Suriadi, S. et al. (2017): event log imperfection patterns; distorted label. One letter is a distance of 1 by Damerau
(1964).

Limits
------
Names in different words for one thing (synonyms) aren't found. Two real steps may differ in one letter: both stay as
they are until the project file or the export says otherwise.

Example
-------
| case | activity     | at    |
| ---- | ------------ | ----- |
| A    | Check credit | 09:00 |
| B    | Check credit | 09:00 |
| C    | Chekc credit | 09:00 |
| D    | check-credit | 09:00 |
| D    | Ship 1       | 10:00 |
| D    | Ship 2       | 11:00 |

The names of C and D are rarer than Check credit; Ship 1 and Ship 2 differ in a digit and are two steps.

row: activity=Chekc credit, events=1, like=Check credit, like_events=2, share=0.333, how=one letter
row: activity=check-credit, events=1, like=Check credit, like_events=2, share=0.333, how=same letters

thresholds: max_share=0.4

finding: Chekc credit ~ Check credit 0.333
finding: check-credit ~ Check credit 0.333
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

SHORTEST_WORD = 5


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    max_share: float = 0.1


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case, without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return re.findall(r"[^\W_]+", "".join(char for char in decomposed if not unicodedata.combining(char)))


def alike(one: list[str], other: list[str]) -> str | None:
    """Return how two names, given as words, look alike; None if they don't."""
    if "".join(one) == "".join(other):
        return "same letters"
    if sorted(one) == sorted(other):
        return "same words"
    if len(one) != len(other):
        return None
    different = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return "one letter" if len(different) == 1 and one_letter_apart(*different[0]) else None


def one_letter_apart(one: str, other: str) -> bool:
    """Whether two words are one letter apart: changed, missing or swapped with its neighbour; digits must be equal."""
    if max(len(one), len(other)) < SHORTEST_WORD or re.findall(r"\d", one) != re.findall(r"\d", other):
        return False
    short, long = sorted((one, other), key=len)
    first = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) - len(short) == 1:
        return short[first:] == long[first + 1 :]
    if len(long) != len(short):
        return False
    if short[first + 1 :] == long[first + 1 :]:
        return True
    return short[first : first + 2] == long[first : first + 2][::-1] and short[first + 2 :] == long[first + 2 :]


def _keys(words: list[str]) -> Iterator[str]:
    """Yield keys of which two names that look alike share at least one."""
    yield "".join(words)
    yield " ".join(sorted(words))
    for at, word in enumerate(words):
        for letter in range(len(word)):
            yield " ".join([*words[:at], word[:letter] + word[letter + 1 :], *words[at + 1 :], "-1"])
        yield " ".join([*words, "-1"])


def measure(log: Log, _: str) -> Measured:
    """Return every pair of names that look alike."""
    events = dict(log.rows("SELECT activity, events FROM activity_cases ORDER BY events DESC, activity"))
    words = {name: words_of(name) for name in events}
    buckets: dict[str, list[str]] = defaultdict(list)
    for name in events:
        for key in dict.fromkeys(_keys(words[name])):
            buckets[key].append(name)
    pairs = {(names[i], names[j]) for names in buckets.values() for j in range(len(names)) for i in range(j)}
    rows: list[dict[str, Any]] = []
    for common, rare in pairs:
        how = alike(words[common], words[rare])
        if how:
            share = events[rare] / (events[rare] + events[common])
            values = (rare, events[rare], common, events[common], share, how)
            rows.append(dict(zip(look_alike_steps.columns, values, strict=True)))
    rows.sort(key=lambda row: (-row["like_events"], row["like"], -row["events"], row["activity"]))
    closest: dict[str, dict[str, Any]] = {}
    for row in rows:
        closest.setdefault(row["activity"], row)
    rows = list(closest.values())
    totals = {"activities": len(events), "pairs": len(rows), "events": sum(row["events"] for row in rows)}
    return Measured(look_alike_steps.columns, rows, totals)


@analyzer(
    code="OM007",
    name="look-alike steps",
    columns={
        "activity": "text",
        "events": "count",
        "like": "text",
        "like_events": "count",
        "share": "share",
        "how": "text",
    },
    views=("activity_cases",),
    measure=measure,
    params=Params(),
)
def look_alike_steps(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report names that are probably two spellings of one step."""
    for row in measured.rows:
        if row["how"] == "one letter" and row["share"] > params.max_share:
            continue
        interval = wilson(row["events"], row["events"] + row["like_events"])
        query = "SELECT case_no FROM events WHERE activity = ?"
        both = "SELECT count(DISTINCT case_no) FILTER (WHERE activity = ?), count(DISTINCT case_no) FROM events"
        [(cases, of_cases)] = context.log.rows(
            f"{both} WHERE activity IN (?, ?)", [row["activity"], row["activity"], row["like"]]
        )
        yield Finding(
            "OM007",
            "look-alike steps",
            f"{row['activity']} ~ {row['like']}",
            f"“{row['activity']}” ({row['events']:,}) looks like another spelling of “{row['like']}” "
            f"({row['like_events']:,}); they are counted as two steps",
            row["share"],
            "share",
            interval.low,
            interval.high,
            cases,
            of_cases,
            severity="info" if row["how"] == "one letter" else "warning",
            confidence="medium" if row["how"] == "one letter" else "high",
            evidence=examples(context.log, query, [row["activity"]]),
        )
