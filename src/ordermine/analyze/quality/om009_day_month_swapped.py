"""Dates whose day and month stand swapped in part of the export.

Definition
----------
Only a date up to the 12th of a month can be swapped. Dates after the 12th, and those where day and month are equal,
read the same either way and are *anchors*. For every other date two distances are compared: as it stands, from the
nearest event of its order on another day; swapped, from the nearest anchor of its order. A date is *suspect* if, as it
stands, it lies at least 20 days off and further than 95 % of the anchors lie from the next, and swapped it would lie
within that gap and at most a quarter as far. It is *sound* if the same holds the other way round. In an order without
anchors a date is suspect if it lies at least 20 days outside the period of 99.8 % of all anchors, and swapped it would
lie within. How often a date looks suspect by chance is measured on a *control*: days from the 13th to the 24th, as if
they were the 1st to the 12th.

Unit
----
share of the dates that one reading fits and the other doesn't, by file

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: a file is reported if suspects are at least this share of its suspect and sound dates. min_suspects: and at
least so many. times_control: and at least so many times the share of the control. serious_share: an error from this
share on.

Source
------
Own. A re-export by a spreadsheet program swaps exactly the days up to 12 and leaves the others alone.

Limits
------
A step that really came months late looks suspect if its date happens to fit swapped; below min_share nothing is said.
Swapped dates that stay near their order can't be found, nor a file in which every date up to the 12th was swapped and
no order has a date after the 12th within its period.

Example
-------
| case | activity | at               |
| ---- | -------- | ---------------- |
| A    | Enter    | 2026-03-17 09:00 |
| A    | Check    | 2026-03-19 09:00 |
| A    | Ship     | 2026-06-04 09:00 |
| A    | Bill     | 2026-04-15 09:00 |
| B    | Enter    | 2026-04-14 09:00 |
| B    | Check    | 2026-04-16 09:00 |
| B    | Ship     | 2026-05-04 09:00 |
| B    | Bill     | 2026-05-13 09:00 |

A's Ship of 4 June lies 50 days from the order's nearest other event, on 15 April; as 6 April it would lie 9 days from
it. Anchors of an order lie at most 27 days apart. B's Ship of 4 May lies 9 days from 13 May; as 5 April it would lie
9 days from 14 April, so either reading fits.

row: case_id=A, activity=Ship, recorded=2026-06-04 09:00:00, swapped=2026-04-06 09:00:00, evidence=its order
totals: dates=8, could_be_swapped=2, suspect=1, sound=0, suspect_share=1, control_share=0

thresholds: min_suspects=1

finding: export.csv 1
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.findings.finding import MAX_EVIDENCE, Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from ordermine.eventlog.log import Log

DAY_US = 86_400_000_000
FAR_S = 20 * 86_400
"""Closer than this to its order, a date is left alone: neighbouring months are a month apart when swapped."""
TIMES_CLOSER = 4
LATEST_SWAPPED = 12
USUAL = 0.95
PERIOD = (0.001, 0.999)


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.005
    min_suspects: int = 5
    times_control: float = 3.0
    serious_share: float = 0.02


def swapped_days(wall: np.ndarray, offset: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return which dates (µs on the wall clock) could be swapped, and by how many µs that would move them.

    With `offset` 12 the days from the 13th to the 24th take the part of the days up to the 12th: nobody swaps those,
    so what they show is chance.
    """
    import numpy as np

    # Worked out once for each day of the log and looked up for each event.
    days = wall // DAY_US
    first = int(days.min(initial=0))
    calendar = np.arange(first, int(days.max(initial=0)) + 1)
    months = calendar.astype("datetime64[D]").astype("datetime64[M]")
    day = calendar - months.astype("datetime64[D]").astype(np.int64) + 1
    number = months.astype(np.int64)
    month = number % 12 + 1
    as_month = day - offset
    could = (as_month >= 1) & (as_month <= LATEST_SWAPPED) & (as_month != month)
    target = (number - month + np.where(could, as_month, month)).astype("datetime64[M]").astype("datetime64[D]")
    moved = target.astype(np.int64) + np.where(could, month + offset, day) - 1
    return could[days - first], ((moved - calendar) * DAY_US)[days - first]


class Anchors:
    """Events whose date reads the same either way, by order and time."""

    def __init__(self, case: np.ndarray, second: np.ndarray) -> None:
        import numpy as np

        self.case, self.second = case, second
        self.span = int(second.max() - second.min()) + 1 if len(second) else 1
        self.first = int(second.min()) if len(second) else 0
        self.key = case.astype(np.int64) * self.span + second - self.first

    def distance(self, case: np.ndarray, second: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
        """Return seconds to the nearest anchor of the order, infinite where it has none.

        `own` are positions of anchors that are these dates themselves: they are not looked at.
        """
        import numpy as np

        if not len(self.key):
            return np.full(len(case), np.inf)
        inside = np.clip(second - self.first, 0, self.span - 1)
        after = np.searchsorted(self.key, case.astype(np.int64) * self.span + inside)
        nearest = np.full(len(case), np.inf)
        for step in (-1, 0) if own is None else (-2, -1, 0, 1):
            at = after + step
            known = np.clip(at, 0, len(self.key) - 1)
            same = (at >= 0) & (at < len(self.key)) & (self.case[known] == case)
            if own is not None:
                same &= at != own
            np.minimum(nearest, np.abs(self.second[known] - second), out=nearest, where=same)
        return nearest

    def usual_gap(self) -> float:
        """Return the gap between neighbouring anchors of an order that 95 % don't exceed."""
        import numpy as np

        same = self.case[1:] == self.case[:-1]
        gaps = (self.second[1:] - self.second[:-1])[same]
        return float(np.quantile(gaps, USUAL, method="inverted_cdf")) if len(gaps) else float(FAR_S)


def other_day_distance(case: np.ndarray, second: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return seconds to the nearest event of the order on another day, infinite where there is none.

    Events of one day are left out, since they would have been swapped together.
    """
    import numpy as np

    first = np.flatnonzero(np.append(True, (day[1:] != day[:-1]) | (case[1:] != case[:-1])))
    run = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(case))))
    last = np.append(first[1:], len(case)) - 1
    before, after = last[np.maximum(run - 1, 0)], first[np.minimum(run + 1, len(first) - 1)]
    to_before = np.where((run > 0) & (case[before] == case), second - second[before], np.inf)
    to_after = np.where((run < len(first) - 1) & (case[after] == case), second[after] - second, np.inf)
    nearest: np.ndarray = np.minimum(to_before, to_after)
    return nearest


def _fits(one: np.ndarray, other: np.ndarray, reach: float) -> np.ndarray:
    """Return where a date lies near its order by `one` distance and far from it by the `other`."""
    import numpy as np

    fits: np.ndarray = (other > reach) & (other >= FAR_S) & np.isfinite(other)
    return fits & (one <= reach) & (one * TIMES_CLOSER <= other)


def _within(one: np.ndarray, other: np.ndarray, period: tuple[float, float]) -> np.ndarray:
    """Return where a date lies within the log's period by `one` reading and well outside by the `other`."""
    first, last = period
    outside: np.ndarray = (other < first - FAR_S) | (other > last + FAR_S)
    return outside & (one >= first) & (one <= last)


def measure(log: Log, _: str) -> Measured:
    """Return every suspect date with the row that it comes from."""
    import numpy as np
    import pyarrow as pa

    from ordermine.zones import to_wall

    table = log.arrays(["case_no", "timestamp"])
    case = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    wall = to_wall(stamp, log.manifest.timezone)
    could, shift = swapped_days(wall)
    near = other_day_distance(case, stamp // 1_000_000, wall // DAY_US)
    second = stamp // 1_000_000
    anchors = Anchors(case[~could], second[~could])
    at = np.flatnonzero(could)
    moved = second[at] + shift[at] // 1_000_000
    as_is, swapped = near[at], anchors.distance(case[at], moved)
    reach = anchors.usual_gap()
    suspect, sound = _fits(swapped, as_is, reach), _fits(as_is, swapped, reach)
    by_period = np.zeros(len(at), dtype=bool)
    if len(anchors.second):
        period = tuple(np.quantile(anchors.second, PERIOD, method="inverted_cdf").astype(float))
        alone = ~np.isfinite(swapped)
        by_period = alone & _within(moved, second[at], period)
        sound |= alone & _within(second[at], moved, period)
    suspect |= by_period
    control = _control_share(anchors, wall[~could], near[~could], reach)
    rows = _rows(log, at[suspect], shift[at[suspect]], by_period[suspect])
    decided = _by_file(log, at[sound]) if rows else {}
    found = len(rows)
    totals: dict[str, Any] = {
        "dates": len(stamp),
        "could_be_swapped": len(at),
        "suspect": found,
        "sound": int(sound.sum()),
        "suspect_share": found / (found + int(sound.sum())) if found else 0.0,
        "control_share": control,
        **{f"sound in {name}": number for name, number in decided.items()},
    }
    return Measured(day_month_swapped.columns, rows, totals)


def _control_share(anchors: Anchors, wall: np.ndarray, near: np.ndarray, reach: float) -> float:
    """Return the share of suspects among days from the 13th to the 24th, which nobody swaps."""
    import numpy as np

    could, shift = swapped_days(wall, LATEST_SWAPPED)
    at = np.flatnonzero(could)
    moved = anchors.distance(anchors.case[at], anchors.second[at] + shift[at] // 1_000_000, at)
    suspect, sound = int(_fits(moved, near[at], reach).sum()), int(_fits(near[at], moved, reach).sum())
    return suspect / (suspect + sound) if suspect else 0.0


def _rows(log: Log, at: np.ndarray, shift: np.ndarray, by_period: np.ndarray) -> list[dict[str, Any]]:
    """Return the suspect events, which stand at these places of the log."""
    import pyarrow as pa

    if not len(at):
        return []
    names = ["case_id", "activity", "timestamp", "source_file", "source_row"]
    found = log.arrays(names).take(pa.array(at)).to_pylist()
    rows = []
    for event, move, outside in zip(found, shift.tolist(), by_period.tolist(), strict=True):
        values = (
            event["case_id"],
            event["activity"],
            event["timestamp"],
            event["timestamp"] + dt.timedelta(microseconds=move),
            "the log's period" if outside else "its order",
            event["source_file"],
            event["source_row"],
        )
        rows.append(dict(zip(day_month_swapped.columns, values, strict=True)))
    rows.sort(key=lambda row: (row["recorded"], row["case_id"], row["activity"]))
    return rows


def _by_file(log: Log, at: np.ndarray) -> dict[str, int]:
    """Return how many of the events at these places come from each file."""
    import pyarrow as pa

    files = log.arrays(["source_file"]).column(0).take(pa.array(at))
    counts = {entry["values"]: entry["counts"] for entry in files.value_counts().to_pylist()}
    return {name: counts[name] for name in sorted(counts)}


@analyzer(
    code="OM009",
    name="day and month swapped",
    columns={
        "case_id": "text",
        "activity": "text",
        "recorded": "text",
        "swapped": "text",
        "evidence": "text",
        "source_file": "text",
        "source_row": "count",
    },
    measure=measure,
    params=Params(),
)
def day_month_swapped(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the files in which days up to the 12th stand swapped with the month."""
    by_file: dict[str, list[dict[str, Any]]] = {}
    for row in measured.rows:
        by_file.setdefault(row["source_file"], []).append(row)
    for name, rows in sorted(by_file.items()):
        decided = len(rows) + measured.totals.get(f"sound in {name}", 0)
        share = len(rows) / decided
        chance = measured.totals["control_share"]
        if len(rows) < params.min_suspects or share < max(params.min_share, params.times_control * chance):
            continue
        interval = wilson(len(rows), decided)
        numbers = [row["source_row"] for row in rows]
        cases = list(dict.fromkeys(row["case_id"] for row in rows))
        first = rows[0]
        yield Finding(
            "OM009",
            "day and month swapped",
            name,
            f"In {name}, {len(rows):,} dates fit their orders only with day and month swapped (rows {min(numbers):,} "
            f"to {max(numbers):,}), e.g. {first['recorded']:%Y-%m-%d} in row {first['source_row']:,} for "
            f"{first['swapped']:%Y-%m-%d}: export that part again with one date format",
            share,
            "share",
            interval.low,
            interval.high,
            len(cases),
            context.log.rows("SELECT count(*) FROM cases")[0][0],
            severity="error" if share >= params.serious_share else "warning",
            confidence="medium",
            evidence=tuple(cases[:MAX_EVIDENCE]),
        )
