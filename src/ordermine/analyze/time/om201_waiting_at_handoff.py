"""Time that passes between two departments.

Definition
----------
The wait at a handoff is the time from the last event of the department that hands over to the first event of the
next, elapsed, nights and weekends included. With ``[calendar]`` in the project file the part of it that falls into
working hours is given, too. Waiting as a whole is the sum over all handoffs.

Unit
----
seconds

Needs
-----
department

Thresholds
----------
min_handoffs: reported for pairs with at least so many handoffs. min_part: and at least this share of all waiting at
handoffs. serious_part: as a warning from this share on.

Source
------
Boundary waits as in Lashkevich, K. et al. (2023), without their split by cause, which needs the start of every
activity.

Limits
------
Events are completions unless the export says otherwise, so the next department's first piece of work is part of the
wait. Where events share their time, their order is that of the export. The interval is that of the median and takes
handoffs as independent. Placeholders such as 9999-12-31 are no beginning and no end of a wait.

Example
-------
| case | activity | at               | department |
| ---- | -------- | ---------------- | ---------- |
| A    | Enter    | 2026-03-06 16:00 | Sales      |
| A    | Check    | 2026-03-09 10:00 | Credit     |
| B    | Enter    | 2026-03-02 09:00 | Sales      |
| B    | Check    | 2026-03-02 12:00 | Credit     |
| B    | Ship     | 2026-03-02 13:00 | Logistics  |

project:
  [calendar]
  hours = "08:00-17:00"

A waits from Friday 16:00 to Monday 10:00: 66 hours, of which 1 + 2 are working hours. B waits 3 hours, then 1.

row: source=Sales, target=Credit, handoffs=2, median_s=124200, total_s=248400, part=0.9857, working_median_s=10800
row: source=Credit, target=Logistics, handoffs=1, median_s=3600, total_s=3600, part=0.0143, working_median_s=3600
totals: handoffs=3, total_s=252000, working_total_s=25200

thresholds: min_handoffs=2

finding: Sales → Credit 124200
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
  SELECT source, target, count(*) AS handoffs, count(*) FILTER (WHERE first_in_case) AS cases,
         quantile_cont(wait_us, [0.5, 0.9]) AS waits, sum(wait_us) AS total_us,
         quantile_cont(working_us, [0.5, 0.9]) AS working
  FROM handoff_waits GROUP BY source, target
)
SELECT source, target, handoffs, cases, waits[1] / 1e6 AS median_s, waits[2] / 1e6 AS p90_s, total_us / 1e6 AS total_s,
       coalesce(total_us / nullif(sum(total_us) OVER (), 0), 0) AS part,
       working[1] / 1e6 AS working_median_s, working[2] / 1e6 AS working_p90_s
FROM found ORDER BY total_us DESC, handoffs DESC, source, target
"""
TOTALS = """
SELECT count(*) AS handoffs, coalesce(sum(wait_us), 0) / 1e6 AS total_s, sum(working_us) / 1e6 AS working_total_s
FROM handoff_waits
"""
PAIR = "FROM handoff_waits WHERE source = ? AND target = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_handoffs: int = 30
    min_part: float = 0.1
    serious_part: float = 0.25


@analyzer(
    code="OM201",
    name="waiting at a handoff",
    columns={
        "source": "text",
        "target": "text",
        "handoffs": "count",
        "cases": "count",
        "median_s": "seconds",
        "p90_s": "seconds",
        "total_s": "seconds",
        "part": "share",
        "working_median_s": "seconds",
        "working_p90_s": "seconds",
    },
    needs=("department",),
    views=("handoff_waits",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def waiting_at_handoff(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the handoffs at which most of the waiting happens."""
    for row in measured.rows:
        if row["handoffs"] < params.min_handoffs or row["part"] < params.min_part:
            continue
        pair = [row["source"], row["target"]]
        waits = context.log.table(f"SELECT wait_us / 1e6 {PAIR}", pair).column(0).to_numpy()
        interval = quantile_interval(waits)
        working = row["working_median_s"]
        yield Finding(
            "OM201",
            "waiting at a handoff",
            f"{row['source']} → {row['target']}",
            f"Half of the {row['handoffs']:,} handoffs from {row['source']} to {row['target']} wait more than "
            f"{span(row['median_s'])}"
            + (f", {span(working)} of working time" if working is not None else "")
            + f"; together {part(row['part'])} of all waiting between departments",
            row["median_s"],
            "seconds",
            interval.low,
            interval.high,
            row["cases"],
            row["cases"],
            severity="warning" if row["part"] >= params.serious_part else "info",
            evidence=examples(context.log, f"SELECT case_no {PAIR} AND wait_us >= 1e6 * ?", [*pair, row["p90_s"]]),
        )
