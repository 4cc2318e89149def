"""Times that are coarser than they look, or mere defaults.

Definition
----------
An event is *coarse* if its source recorded the day only, or the minute only. An activity has a *default time* if at
least half of its finer events, and at least 20 of them, are at the same time of day.

Unit
----
share of the events that are recorded by day; for default times, share of the activity's events

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: days are reported from this share of the events on. serious_share: a warning from this share on. clock_share,
clock_events: a default time is reported from this share of the activity's events, and from so many events, on.

Source
------
Fischer, D. A. et al. (2020): timestamp imperfections in event logs; mixed and coarse granularity.

Limits
------
Minutes are precise enough for most questions and are only counted. The time of day is that of the log's time zone. A
nightly job has a default time, too: what it stamps is when it ran, not when the work was done.

Example
-------
| case | activity | at                  |
| ---- | -------- | ------------------- |
| A    | Enter    | 2026-03-02 09:00:01 |
| A    | Ship     | 2026-03-03          |
| B    | Enter    | 2026-03-02 10:30:02 |
| B    | Ship     | 2026-03-04          |

row: activity=Ship, events=2, day_events=2, day_share=1, clock=null, clock_events=0, clock_share=0
row: activity=Enter, events=2, day_events=0, day_share=0, clock=09:00:01, clock_events=1, clock_share=0.5
totals: events=4, day_events=2, minute_events=0, day_share=0.5, cases=2, cases_with_day=2

finding: the log 0.5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from ordermine.eventlog.log import Log

DAY_US = 86_400_000_000
COLUMNS = (
    "activity",
    "events",
    "day_events",
    "minute_events",
    "day_share",
    "clock",
    "clock_events",
    "clock_share",
)
DAY_CASES = "SELECT case_no FROM events WHERE timestamp_precision = 'day'"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    serious_share: float = 0.2
    clock_share: float = 0.5
    clock_events: int = 20


def measure(log: Log, _: str) -> Measured:
    """Return by activity how precise its stamps are, and its most frequent time of day."""
    import numpy as np
    import pyarrow as pa

    from ordermine.zones import to_wall

    table = log.arrays(["case_no", "activity", "timestamp", "timestamp_precision"])
    activity = table.column("activity").combine_chunks()
    names = activity.dictionary.to_pylist()
    code = np.asarray(activity.indices).astype(np.int64)
    precision = table.column("timestamp_precision").combine_chunks()
    kinds = precision.dictionary.to_pylist()
    by_kind = np.bincount(
        code * max(len(kinds), 1) + np.asarray(precision.indices), minlength=len(names) * max(len(kinds), 1)
    ).reshape(len(names), -1)
    counted = {kind: by_kind[:, at] for at, kind in enumerate(kinds)}
    nothing = np.zeros(len(names), dtype=np.int64)
    days, minutes, events = counted.get("day", nothing), counted.get("min", nothing), by_kind.sum(axis=1)
    finer = np.asarray(precision.indices) != (kinds.index("day") if "day" in kinds else -1)
    stamps = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))[finer]
    clocks = to_wall(stamps, log.manifest.timezone) % DAY_US // 1_000_000
    clock, clock_events = _most_frequent(code[finer], clocks, len(names))
    rows = [
        dict(
            zip(
                COLUMNS,
                (
                    names[at],
                    int(events[at]),
                    int(days[at]),
                    int(minutes[at]),
                    float(days[at] / events[at]),
                    _clock_text(int(clock[at])) if clock_events[at] else None,
                    int(clock_events[at]),
                    float(clock_events[at] / events[at]),
                ),
                strict=True,
            )
        )
        for at in range(len(names))
        if events[at]
    ]
    rows.sort(key=lambda row: (-row["day_share"], -row["clock_share"], -row["events"], row["activity"]))
    total, by_day = int(events.sum()), int(days.sum())
    [(affected, cases)] = log.rows(
        f"SELECT (SELECT count(DISTINCT case_no) FROM ({DAY_CASES})), (SELECT count(*) FROM cases)"
    )
    totals = {
        "events": total,
        "day_events": by_day,
        "minute_events": int(minutes.sum()),
        "day_share": by_day / total,
        "cases": cases,
        "cases_with_day": affected,
    }
    return Measured(coarse_timestamps.columns, rows, totals)


def _most_frequent(code: np.ndarray, clock: np.ndarray, activities: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the most frequent clock second of each activity (the earliest of several) and how often it occurs."""
    import numpy as np

    counts = np.bincount(code * 86_400 + clock, minlength=activities * 86_400).reshape(activities, 86_400)
    best = counts.argmax(axis=1)
    return best, counts[np.arange(activities), best]


def _clock_text(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@analyzer(
    code="OM006",
    name="coarse timestamps",
    columns={
        "activity": "text",
        "events": "count",
        "day_events": "count",
        "minute_events": "count",
        "day_share": "share",
        "clock": "text",
        "clock_events": "count",
        "clock_share": "share",
    },
    measure=measure,
    params=Params(),
)
def coarse_timestamps(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report days where times would be needed, and times of day that are defaults."""
    totals = measured.totals
    if totals["day_share"] >= params.min_share:
        interval = wilson(totals["day_events"], totals["events"])
        yield Finding(
            "OM006",
            "coarse timestamps",
            "the log",
            f"{totals['day_events']:,} of {totals['events']:,} events are recorded by day: within a day their order is "
            "that of the export, and times shorter than a day can't be measured",
            totals["day_share"],
            "share",
            interval.low,
            interval.high,
            totals["cases_with_day"],
            totals["cases"],
            severity="warning" if totals["day_share"] >= params.serious_share else "info",
            evidence=examples(context.log, DAY_CASES),
        )
    for row in measured.rows:
        if row["clock_share"] < params.clock_share or row["clock_events"] < params.clock_events:
            continue
        interval = wilson(row["clock_events"], row["events"])
        query = "SELECT case_no FROM events WHERE activity = ?"
        cases = context.log.rows(f"SELECT count(DISTINCT case_no) FROM ({query})", [row["activity"]])[0][0]
        yield Finding(
            "OM006",
            "coarse timestamps",
            row["activity"],
            f"{row['clock_events']:,} of {row['events']:,} times {row['activity']} is stamped {row['clock']}: "
            "that is a default or a nightly job, not the time of the work",
            row["clock_share"],
            "share",
            interval.low,
            interval.high,
            min(cases, row["clock_events"]),
            cases,
            severity="info",
            confidence="medium",
            evidence=examples(context.log, query, [row["activity"]]),
        )
