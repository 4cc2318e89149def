"""Exports in which no step ever comes back, so that loops and rework can't show.

Definition
----------
No activity occurs twice in any order, although orders have several steps. That is what an export with one date column
per milestone looks like: whatever happens again overwrites the date of the first time.

Unit
----
share of the orders in which some step comes back

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_cases: said only of at least so many orders. min_steps: with at least so many steps on average.

Source
------
Own. With n orders and none that repeats a step, the true share is below 3/n with 95 % confidence (rule of three); the
interval is Wilson's, which says nearly the same.

Limits
------
A process in which nothing is ever done twice looks the same; the larger the log, the less likely that is.

Example
-------
| case | activity | at    |
| ---- | -------- | ----- |
| A    | Enter    | 09:00 |
| A    | Check    | 09:10 |
| A    | Ship     | 09:20 |
| B    | Enter    | 09:00 |
| B    | Check    | 09:30 |
| B    | Ship     | 09:40 |

row: activity=Check, cases=2, events=2, recurrences=0
row: activity=Enter, cases=2, events=2, recurrences=0
row: activity=Ship, cases=2, events=2, recurrences=0
totals: cases=2, events=6, recurrences=0, cases_with_recurrence=0, recurrence_share=0

thresholds: min_cases=2

finding: the log 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
SELECT activity, cases, events, events - cases AS recurrences
FROM activity_cases ORDER BY recurrences DESC, cases DESC, activity
"""
REPEATING = "list_unique(activities) < len(activities)"
TOTALS = f"""
SELECT sum(cases)::BIGINT AS cases, sum(events)::BIGINT AS events,
       sum(cases * (len(activities) - list_unique(activities)::BIGINT))::BIGINT AS recurrences,
       coalesce(sum(cases) FILTER (WHERE {REPEATING}), 0)::BIGINT AS cases_with_recurrence,
       coalesce(sum(cases) FILTER (WHERE {REPEATING}), 0) / sum(cases) AS recurrence_share
FROM variants
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_cases: int = 50
    min_steps: float = 3.0


@analyzer(
    code="OM004",
    name="repetition can't show",
    columns={"activity": "text", "cases": "count", "events": "count", "recurrences": "count"},
    views=("activity_cases",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def repetition_cannot_show(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report an export in which nothing comes back."""
    totals = measured.totals
    if totals["recurrences"] or totals["cases"] < params.min_cases:
        return
    if totals["events"] < params.min_steps * totals["cases"]:
        return
    share = share_of_cases(context.log, "SELECT case_no FROM cases WHERE false")
    yield Finding(
        "OM004",
        "repetition can't show",
        "the log",
        f"No step comes back in any of {totals['cases']:,} orders, as in an export with one date per milestone: "
        "loops and rework can't be measured here, and none doesn't mean there are none",
        0.0,
        "share",
        share.low,
        share.high,
        0,
        totals["cases"],
        severity="warning",
        confidence="medium",
    )
