"""Steps before which orders spend most of their time.

Definition
----------
The time of a step is the time from the event before it in the order to the event itself, elapsed: waiting for it and
doing it. With ``[calendar]`` in the project file the part that falls into working hours is given, too; where the
export records when a step began, so is the time of the work itself.

Unit
----
seconds; the part is that of the time that all orders take together

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_events: reported for steps that so often have an event before them. min_part: and that take at least this share of
all time. serious_part: as a warning from this share on.

Source
------
Own; the share of the cycle time, as in a value stream.

Limits
------
A step that follows a long rest gets the rest. Where events share their time, their order is that of the export. The
interval is that of the median and takes events as independent. Placeholders such as 9999-12-31 are no beginning and no
end of a wait.

Example
-------
| case | activity | at               |
| ---- | -------- | ---------------- |
| A    | Enter    | 2026-03-02 09:00 |
| A    | Check    | 2026-03-02 10:00 |
| A    | Ship     | 2026-03-03 10:00 |
| B    | Enter    | 2026-03-02 09:00 |
| B    | Check    | 2026-03-02 12:00 |
| B    | Ship     | 2026-03-04 12:00 |

Check takes 1 and 3 hours, Ship 24 and 48, in 76 hours altogether.

row: activity=Ship, events=2, median_s=129600, total_s=259200, part=0.9474, working_median_s=null, work_median_s=null
row: activity=Check, events=2, median_s=7200, total_s=14400, part=0.0526, working_median_s=null, work_median_s=null
totals: events=4, total_s=273600, working_total_s=null

thresholds: min_events=2

finding: Ship 129600
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.evidence import examples
from ordermine.analyze.wording import part, span
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import quantile_interval

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
WITH found AS (
  SELECT activity, count(*) AS events, count(*) FILTER (WHERE first_in_case) AS cases,
         quantile_cont(wait_us, [0.5, 0.9]) AS waits, sum(wait_us) AS total_us,
         quantile_cont(working_us, 0.5) AS working, quantile_cont(work_us, 0.5) AS work
  FROM step_waits GROUP BY activity
)
SELECT activity, events, cases, waits[1] / 1e6 AS median_s, waits[2] / 1e6 AS p90_s, total_us / 1e6 AS total_s,
       coalesce(total_us / nullif(sum(total_us) OVER (), 0), 0) AS part,
       working / 1e6 AS working_median_s, work / 1e6 AS work_median_s
FROM found ORDER BY total_us DESC, events DESC, activity
"""
TOTALS = """
SELECT count(*) AS events, coalesce(sum(wait_us), 0) / 1e6 AS total_s, sum(working_us) / 1e6 AS working_total_s
FROM step_waits
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_events: int = 30
    min_part: float = 0.15
    serious_part: float = 0.3


@analyzer(
    code="OM202",
    name="slowest step",
    columns={
        "activity": "text",
        "events": "count",
        "cases": "count",
        "median_s": "seconds",
        "p90_s": "seconds",
        "total_s": "seconds",
        "part": "share",
        "working_median_s": "seconds",
        "work_median_s": "seconds",
    },
    views=("step_waits",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def slowest_step(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the steps that take most of the orders' time."""
    for row in measured.rows:
        if row["events"] < params.min_events or row["part"] < params.min_part:
            continue
        activity = [row["activity"]]
        waits = context.log.table("SELECT wait_us / 1e6 FROM step_waits WHERE activity = ?", activity).column(0)
        interval = quantile_interval(waits.to_numpy())
        working, work = row["working_median_s"], row["work_median_s"]
        yield Finding(
            "OM202",
            "slowest step",
            row["activity"],
            f"{part(row['part'])} of the time that orders take passes before {row['activity']}: half of the time it "
            f"comes more than {span(row['median_s'])} after the step before"
            + (f", {span(working)} of working time" if working is not None else "")
            + (f"; the work itself takes {span(work)}" if work is not None else ""),
            row["median_s"],
            "seconds",
            interval.low,
            interval.high,
            row["cases"],
            row["cases"],
            severity="warning" if row["part"] >= params.serious_part else "info",
            evidence=examples(
                context.log,
                "SELECT case_no FROM step_waits WHERE activity = ? AND wait_us >= 1e6 * ?",
                [row["activity"], row["p90_s"]],
            ),
        )
