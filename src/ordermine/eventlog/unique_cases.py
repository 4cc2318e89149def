"""How many cases are still the only ones of their kind: what somebody must know to find one in a log without names.

Three kinds of knowledge, each measured as the share of cases that it singles out:

- the sequence of activities;
- the sequence and the day on which the case began;
- three events, each known by its activity and its day: of a case's different pairs of activity and day three are drawn
  at random, all equally likely (all of them where there are fewer); the case is singled out if no other has the three.

Days are days in UTC. The last share is an estimate, with its Wilson interval: it draws once for each case, for 5,000
cases drawn at random where there are more. The draws are the same in every run.

Source: the unicity of de Montjoye et al. (2013) for points of a trace; its use on event logs by Nuñez von Voigt et
al., *Quantifying the Re-identification Risk of Event Logs for Process Mining* (2020).
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, Final

from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

DRAWN_CASES: Final = 5_000
KNOWN_EVENTS: Final = 3
DAY_US: Final = 86_400_000_000


def unique_cases(folder: Path) -> dict[str, Any]:
    """Return how many cases of a generation are the only ones of their kind.

    Returns
    -------
    dict
        ``cases``; ``by_variant`` and ``by_variant_and_day``: cases; ``by_three_events``: ``drawn`` cases, ``unique``
        among them, ``share``, ``low``, ``high``.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    cases = pq.read_table(folder / "cases.parquet", columns=["variant_id", "start"])
    variant = np.asarray(cases.column("variant_id").combine_chunks().dictionary_encode().indices).astype(np.int64)
    day = np.asarray(cases.column("start").combine_chunks().cast(pa.int64())) // DAY_US
    day -= day.min(initial=0)
    drawn, unique = _by_events(folder, cases.num_rows)
    estimate = wilson(unique, drawn)
    return {
        "cases": cases.num_rows,
        "by_variant": _only_ones(variant),
        "by_variant_and_day": _only_ones(variant * (int(day.max(initial=0)) + 1) + day),
        "by_three_events": {
            "drawn": drawn,
            "unique": unique,
            "share": estimate.share,
            "low": estimate.low,
            "high": estimate.high,
        },
    }


def _only_ones(codes: np.ndarray) -> int:
    import numpy as np

    return int(np.count_nonzero(np.unique(codes, return_counts=True)[1] == 1))


def _by_events(folder: Path, size: int) -> tuple[int, int]:
    """Return how many cases were drawn, and how many of them are singled out by events drawn from them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = sorted((folder / "events").glob("part-*.parquet"))
    columns = ["case_no", "activity", "timestamp"]
    tables = [pq.ParquetFile(file, read_dictionary=["activity"]).read(columns) for file in files]
    table = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()
    if not table.num_rows:
        return 0, 0
    case = np.asarray(table.column("case_no").combine_chunks()).astype(np.int64)
    activity = table.column("activity").combine_chunks()
    day = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64())) // DAY_US
    day -= day.min()
    point = np.asarray(activity.indices).astype(np.int64) * (int(day.max()) + 1) + day
    _, point = np.unique(point, return_inverse=True)
    # Each pair of case and point once: by case to draw from, by point to ask who else has it.
    pairs = np.unique(case * (int(point.max()) + 1) + point)
    case, point = np.divmod(pairs, int(point.max()) + 1)
    begins = np.searchsorted(case, np.arange(size + 1))
    order = np.argsort(point, kind="stable")
    having = case[order]
    first = np.searchsorted(point[order], np.arange(int(point.max()) + 2))
    dice = random.Random("unique cases")
    chosen = range(size) if size <= DRAWN_CASES else sorted(dice.sample(range(size), DRAWN_CASES))
    unique = 0
    for number in chosen:
        own = point[begins[number] : begins[number + 1]].tolist()
        known = dice.sample(own, min(KNOWN_EVENTS, len(own)))
        others = sorted((having[first[at] : first[at + 1]] for at in known), key=len)
        left = others[0]
        for more in others[1:]:
            left = left[np.isin(left, more, assume_unique=True)]
        unique += len(left) == 1
    return len(chosen), unique
