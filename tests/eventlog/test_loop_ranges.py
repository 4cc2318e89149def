from __future__ import annotations

import itertools
import random
from collections import defaultdict
from typing import TYPE_CHECKING

from ordermine.eventlog.log import open_log
from ordermine.eventlog.loop_ranges import find_loop_ranges

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def by_hand(moments: list[list[str]], step: str) -> tuple[int, int]:
    """Return the least and most immediate repetitions by trying every order."""
    counts = [
        sum(a == b == step for a, b in itertools.pairwise(itertools.chain(*arrangement)))
        for arrangement in itertools.product(*(set(itertools.permutations(moment)) for moment in moments))
    ]
    return min(counts), max(counts)


def test_ranges_equal_those_of_every_order(ingest_rows: Callable[..., Path]) -> None:
    dice = random.Random(4)
    cases: dict[str, list[list[str]]] = {}
    for number in range(150):
        moments = [dice.choices("ABC", weights=(5, 2, 1), k=dice.choice((1, 1, 2, 3, 4))) for _ in range(4)]
        cases[f"C{number:03d}"] = moments
    rows = [
        {"case": case, "activity": step, "timestamp": f"2026-03-02 0{at}:00", "n": str(position)}
        for case, moments in cases.items()
        for at, moment in enumerate(moments)
        for position, step in enumerate(moment)
    ]
    log = open_log(ingest_rows(rows))
    names = dict(log.rows("SELECT case_no, case_id FROM cases"))
    found = defaultdict(dict)
    for row in find_loop_ranges(log).to_pylist():
        found[names[row["case_no"]]][row["activity"]] = row
    for case, moments in cases.items():
        written = list(itertools.chain(*moments))
        for step in set(written):
            row = found[case].get(step)
            if written.count(step) == 1:
                assert row is None
                continue
            assert row is not None
            assert row["recurrences"] == written.count(step) - 1
            assert row["immediate"] == sum(a == b == step for a, b in itertools.pairwise(written))
            assert (row["immediate_low"], row["immediate_high"]) == by_hand(moments, step), (moments, step)
