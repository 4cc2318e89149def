"""Rows in = events + duplicates + rejected, whoever counts, and together they are the file (H01, H16)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pyarrow.parquet as pq  # noqa: TID253
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.exports import STYLES, as_csv, table
from tests.laws.reference import without_duplicates
from tests.laws.strategies import Event, dialects, logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.eventlog.log import Log
    from tests.laws.conftest import Make


def records(text: str, delimiter: str, quote: str) -> list[tuple[int, str, list[str]]]:
    """Split well-formed text, by character: (line on which a record begins, its text, its fields)."""
    found: list[tuple[int, str, list[str]]] = []
    line, begins, start, inside = 1, 1, 0, False
    fields, field = [""], 0
    at = 0
    while at < len(text):
        mark = text[at]
        if inside:
            if mark == quote and text[at + 1 : at + 2] == quote:
                fields[field] += quote
                at += 1
            elif mark == quote:
                inside = False
            else:
                fields[field] += mark
                line += mark == "\n"
        elif mark == quote:
            inside = True
        elif mark == delimiter:
            fields.append("")
            field += 1
        elif mark == "\n":
            found.append((begins, text[start:at].removesuffix("\r"), fields))
            line += 1
            begins, start, fields, field = line, at + 1, [""], 0
        elif mark != "\r":
            fields[field] += mark
        at += 1
    if start < len(text):
        found.append((begins, text[start:], fields))
    return found


def left_out(log: Log) -> list[tuple[int, str, str]]:
    rows = pq.read_table(log.folder / "left_out.parquet").to_pylist()
    return [(row["line"], row["reason"], row["raw"]) for row in rows]


SPOILED = {
    "no case": {"case": " "},
    "no activity": {"activity": ""},
    "no timestamp": {"at": ""},
    "unreadable timestamp": {"at": "soon"},
}
"""Reason → what makes a row be left out for it."""


@settings(max_examples=40)
@given(
    log=logs(naughty=True, tiny=True),
    style=st.sampled_from(STYLES),
    dialect=dialects(),
    spoiled=st.lists(st.tuples(st.integers(0, 100), st.sampled_from(sorted(SPOILED))), max_size=4),
)
def test_every_record_is_an_event_or_left_out_with_its_text(
    log: list[Event], style: Callable[[Event], str], dialect: dict, spoiled: list[tuple[int, str]], make: Make
) -> None:
    rows = table(log, style)
    reasons = {}
    for number, reason in spoiled:
        at = number % len(rows)
        # One good row stays: a file of which nothing can be read isn't ingested.
        if at:
            rows[at] = {**table(log, style)[at], **SPOILED[reason]}
            reasons[at] = reason
    content = as_csv(rows, **dialect)
    opened = make({"export.csv": content})
    ledger = opened.manifest.ledger
    encoding = "utf-16" if dialect["encoding"].startswith("utf-16") else "utf-8-sig"
    told = records(content.decode(encoding), dialect["delimiter"], dialect["quote"])[1:]
    assert ledger.rows_in == len(told) == len(rows)
    assert ledger.rows_in == ledger.events + ledger.duplicates + ledger.rejected
    assert ledger.rejected_by_reason == Counter(reasons.values())
    good = [event for at, event in enumerate(log) if at not in reasons]
    # k copies of a row are k - 1 duplicates.
    assert ledger.duplicates == len(good) - len(without_duplicates(good))
    where = [begins for begins, _, _ in told]
    texts = {begins: text for begins, text, _ in told}
    kept = [row for (row,) in opened.rows("SELECT source_row FROM events ORDER BY source_row")]
    lost = left_out(opened)
    assert sorted(kept + [line for line, _, _ in lost]) == where
    assert {line: raw for line, _, raw in lost} == {line: texts[line] for line, _, _ in lost}
    assert {line: reason for line, reason, _ in lost if reason != "duplicate"} == {
        where[at]: reason for at, reason in reasons.items()
    }
    # What became an event holds what the file says at that line.
    names = list(rows[0])
    fields = {begins: dict(zip(names, cells, strict=True)) for begins, _, cells in told}
    stored = opened.rows("SELECT source_row, case_id, activity, coalesce(note, '') FROM events ORDER BY source_row")
    assert stored == [(row, fields[row]["case"], fields[row]["activity"], fields[row]["note"]) for row in kept]


@settings(max_examples=15)
@given(log=logs(tiny=True, unique=True), copies=st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_so_many_copies_are_so_many_duplicates(log: list[Event], copies: list[int], make: Make) -> None:
    once, repeated = make(log), make([*log, *(log[number % len(log)] for number in copies)])
    assert repeated.manifest.ledger.duplicates == once.manifest.ledger.duplicates + len(copies)
    query = "SELECT * FROM events ORDER BY case_no, seq"
    assert repeated.rows(query) == once.rows(query)
