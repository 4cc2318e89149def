"""Activities that come back after something else.

Definition
----------
An event whose activity has occurred in the order before, with at least one other activity directly before it. A
*repeat* is done by the resource of the activity's first event in the order, a *redo* by another. Counted are orders
and recurrences.

Unit
----
share of the orders that have the activity

Needs
-----
nothing beyond order, activity and time; telling repeat from redo needs the resource

Thresholds
----------
min_share: reported from this share on. min_cases: and in at least so many orders.

Source
------
Swennen, M. (2018): repetitions in edeaR, repeat and redo.

Limits
------
That a step comes back doesn't make it rework: see OM101. Where events share their time, their order is that of the
export; low and high are the least and the most over every order that is possible. Legitimate repetition listed under
``[expected] repeat`` in the project file is not reported.

Example
-------
| case | activity | at    | resource |
| ---- | -------- | ----- | -------- |
| A    | Check    | 09:00 | Ann      |
| A    | Pick     | 09:10 | Ann      |
| A    | Check    | 09:20 | Bob      |
| A    | Check    | 09:30 | Bob      |
| A    | Ship     | 09:40 | Ann      |
| A    | Check    | 09:50 | Ann      |
| B    | Check    | 09:00 | Ann      |

Check of A comes back at 09:20, by Bob, and at 09:50, by Ann, who did it first; 09:30 is a self-loop.

row: activity=Check, cases=1, of_cases=2, share=0.5, recurrences=2, repeats=1, redos=1, cases_low=1, cases_high=1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.flow.again import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.findings.finding import Finding

SQL = """
WITH returns AS (
  SELECT activity, count(*) AS recurrences,
         count(*) FILTER (WHERE resource = first_resource) AS repeats,
         count(*) FILTER (WHERE resource <> first_resource) AS redos
  FROM recurrences WHERE NOT immediate GROUP BY activity
), ranges AS (
  SELECT activity, count(*) FILTER (WHERE recurrences > immediate) AS cases,
         count(*) FILTER (WHERE recurrences > immediate_high) AS cases_low,
         count(*) FILTER (WHERE recurrences > immediate_low) AS cases_high,
         sum(recurrences - immediate_high)::BIGINT AS recurrences_low,
         sum(recurrences - immediate_low)::BIGINT AS recurrences_high
  FROM loop_ranges GROUP BY activity HAVING cases_high > 0
)
SELECT activity, r.cases, a.cases AS of_cases, r.cases / a.cases AS share, cases_low, cases_high,
       coalesce(recurrences, 0), recurrences_low, recurrences_high, coalesce(repeats, 0), coalesce(redos, 0)
FROM ranges r JOIN activity_cases a USING (activity) LEFT JOIN returns USING (activity)
ORDER BY recurrences DESC NULLS LAST, recurrences_high DESC, activity
"""
CASES = "SELECT case_no FROM loop_ranges WHERE recurrences > immediate AND activity = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.05
    min_cases: int = 10


@analyzer(
    code="OM103",
    name="repetition",
    monotone=True,
    columns={
        "activity": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "cases_low": "count",
        "cases_high": "count",
        "recurrences": "count",
        "recurrences_low": "count",
        "recurrences_high": "count",
        "repeats": "count",
        "redos": "count",
    },
    needs=("repetition",),
    views=("recurrences", "loop_ranges", "activity_cases"),
    sql=SQL,
    params=Params(),
)
def repetition(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report activities that come back in a share of their orders."""
    yield from report("OM103", "repetition", "comes back after something else", CASES, measured, params, context)
