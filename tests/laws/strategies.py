"""Random logs, and the ways in which an export can be written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

BEGIN = dt.datetime(2026, 1, 31, 22, 58, 59, 500_000, tzinfo=dt.UTC)
"""Near the end of a day, a month and a minute."""

ACTIVITIES = ("Enter", "Check", "Ship", "Invoice")
NAUGHTY = (
    'say "no"',
    "a,b;c|d\te",
    "it's",
    "<b>&amp;</b> & ]]>",
    "' OR 1=1 --",
    "=1+1",
    "NA",
    "1E5",
    "007",
    "two\nlines",
    '\\N \\" \\',
    "é",
    "e\u0301",
    "ß İ ı",
    "\u202eright to left",
    "zero\u200bwidth",
    "👩\u200d🚀",
    "%s {0} $HOME",
    "a" * 300,
)
"""Names that mean something to a format, a parser, a spreadsheet or a shell, or look like others."""

DEPARTMENTS = ("Sales", "Credit", "Lager Süd", "", "bot")
PROJECT = '[departments]\nsystem = ["bot"]\n'
"""The project file that the department `bot` is made a system by."""

RESOURCES = ("ann", "bob", "Zoë", "")
AMOUNTS = ("", "0", "1", "-2.5", "1000000.25", "0.000001")
GAPS = (0, 0, 1, 1_000, 999_999, 60_000_000, 3_600_000_000, 90_000_000_000, 86_400_000_000 * 40)
"""Microseconds between events; 0 makes ties."""


class Event(NamedTuple):
    """One row of an export."""

    case: str
    activity: str
    at: int
    """Microseconds since 1970."""
    department: str = ""
    resource: str = ""
    amount: str = ""
    note: str = ""

    @property
    def stamp(self) -> dt.datetime:
        return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=self.at)


Log = list[Event]
NAMES = Event._fields


@st.composite
def logs(
    draw: Any, *, naughty: bool = False, ties: bool = True, tiny: bool = False, unique: bool = False, unit: int = 1
) -> Log:
    """Draw a log of 1 to 30 cases, its rows in any order.

    Parameters
    ----------
    naughty
        Names that mean something somewhere.
    ties
        Events of one case may share their time.
    tiny
        Few cases.
    unique
        No two rows are equal.
    unit
        Times are multiples of so many microseconds.
    """
    names = st.sampled_from(ACTIVITIES)
    if naughty:
        names = st.sampled_from(draw(st.lists(st.sampled_from((*ACTIVITIES, *NAUGHTY)), min_size=1, max_size=6)))
    gaps = st.sampled_from(GAPS if ties else [gap for gap in GAPS if gap])
    notes = st.sampled_from(("", "first", *(NAUGHTY if naughty else ())))
    step = st.tuples(
        names,
        gaps,
        st.sampled_from(DEPARTMENTS),
        st.sampled_from(RESOURCES),
        st.sampled_from(AMOUNTS),
        notes,
    )
    journeys = draw(st.lists(st.lists(step, min_size=1, max_size=7), min_size=1, max_size=4 if tiny else 30))
    log: Log = []
    for number, steps in enumerate(journeys):
        at = (BEGIN - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) // unit * unit
        at += number % 7 * 3_600_000_000
        for position, (activity, gap, department, resource, amount, note) in enumerate(steps):
            at += (gap + unit - 1) // unit * unit
            further = f"{note} {position}".strip() if unique else note
            log.append(Event(f"{number:03}", activity, at, department, resource, amount, further))
    draw(st.randoms(use_true_random=False)).shuffle(log)
    return log


@st.composite
def dialects(draw: Any) -> dict[str, Any]:
    """Draw how a delimited file is written: keyword arguments of `exports.as_csv`."""
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom")))
    return {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quote": draw(st.sampled_from("\"'")),
        "quote_all": draw(st.booleans()),
        "end": draw(st.sampled_from(("\n", "\r\n"))),
        "last_end": draw(st.booleans()),
        "encoding": encoding,
    }


def shuffled(log: Log) -> SearchStrategy[Log]:
    """Draw the same rows in another order."""
    return st.randoms(use_true_random=False).map(lambda dice: dice.sample(log, len(log)))
