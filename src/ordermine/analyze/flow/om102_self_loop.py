"""Activities repeated immediately.

Definition
----------
An event whose activity is that of the event directly before it in the order. A *repeat* is done by the resource of the
activity's first event in the order, a *redo* by another. Counted are orders and recurrences: three in a row are two.

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
Swennen, M. (2018): self-loops in edeaR, which counts runs where this counts recurrences.

Limits
------
Where events share their time, their order is that of the export. Legitimate repetition listed under ``[expected]
repeat`` in the project file is not reported.

Example
-------
| case | activity | at    | resource |
| ---- | -------- | ----- | -------- |
| A    | Pick     | 09:00 | Ann      |
| A    | Pick     | 09:10 | Ann      |
| A    | Pick     | 09:20 | Bob      |
| B    | Pick     | 09:00 | Ann      |
| B    | Ship     | 09:30 | Ann      |

row: activity=Pick, cases=1, of_cases=2, share=0.5, recurrences=2, repeats=1, redos=1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
WITH loops AS (
  SELECT activity, case_no, count(*) AS recurrences,
         count(*) FILTER (WHERE resource = first_resource) AS repeats,
         count(*) FILTER (WHERE resource <> first_resource) AS redos
  FROM recurrences WHERE immediate GROUP BY ALL
)
SELECT activity, count(l.case_no) AS cases, any_value(a.cases) AS of_cases,
       count(l.case_no) / any_value(a.cases) AS share,
       sum(l.recurrences)::BIGINT AS recurrences, sum(l.repeats)::BIGINT AS repeats, sum(l.redos)::BIGINT AS redos
FROM loops l JOIN activity_cases a USING (activity)
GROUP BY activity ORDER BY recurrences DESC, activity
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.05
    min_cases: int = 10


@analyzer(
    code="OM102",
    name="self-loop",
    columns={
        "activity": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "recurrences": "count",
        "repeats": "count",
        "redos": "count",
    },
    views=("recurrences", "activity_cases"),
    sql=SQL,
    params=Params(),
)
def self_loop(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report activities that come again at once in a share of their orders."""
    expected = set(context.log.project.expected.repeat)
    for row in measured.rows:
        if row["share"] < params.min_share or row["cases"] < params.min_cases or row["activity"] in expected:
            continue
        interval = wilson(row["cases"], row["of_cases"])
        yield Finding(
            "OM102",
            "self-loop",
            row["activity"],
            f"{row['activity']} is repeated at once in {row['cases']:,} of {row['of_cases']:,} orders that have it",
            row["share"],
            "share",
            interval.low,
            interval.high,
            row["cases"],
            row["of_cases"],
            severity="warning",
        )
