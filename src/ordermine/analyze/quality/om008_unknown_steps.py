"""Steps of which neither the project file nor the lexicon knows what they mean.

Definition
----------
A step has a known meaning if the project file declares a kind or a stage for it, or the built-in lexicon reads one
off its name. Questions about decisions, blocks, changes, deliveries and stages don't see the others.

Unit
----
share of the events

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: reported from this share of the events on. serious_share: a warning from this share on.

Source
------
Own.

Limits
------
A meaning that is read off a name is an assumption; `SELECT * FROM meanings` lists all of them, and ``[activities]``
in the project file overrules them.

Example
-------
| case | activity      | at    |
| ---- | ------------- | ----- |
| A    | Create order  | 09:00 |
| A    | Zz9           | 09:10 |
| A    | Zz9           | 09:20 |
| A    | Own step      | 09:30 |

project:
  [activities]
  "Own step" = { kind = "approve" }

row: activity=Zz9, events=2, cases=1, share=0.5
totals: activities=3, unknown_activities=1, events=4, unknown_events=2, unknown_share=0.5

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

SQL = """
SELECT activity, events, cases, events / (SELECT sum(events) FROM activity_cases) AS share
FROM activity_cases JOIN meanings USING (activity)
WHERE source IS NULL ORDER BY events DESC, activity
"""
TOTALS = """
SELECT count(*) AS activities, count(*) FILTER (WHERE source IS NULL) AS unknown_activities,
       sum(events)::BIGINT AS events, coalesce(sum(events) FILTER (WHERE source IS NULL), 0)::BIGINT AS unknown_events,
       coalesce(sum(events) FILTER (WHERE source IS NULL), 0) / sum(events) AS unknown_share
FROM activity_cases JOIN meanings USING (activity)
"""
UNKNOWN = "SELECT case_no FROM events WHERE activity IN (SELECT activity FROM meanings WHERE source IS NULL)"
NAMED = 3
"""Steps that the message names."""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    serious_share: float = 0.3


@analyzer(
    code="OM008",
    name="steps without known meaning",
    columns={"activity": "text", "events": "count", "cases": "count", "share": "share"},
    views=("steps", "activity_cases"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def unknown_steps(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report how much of the log nothing is assumed about."""
    totals = measured.totals
    if totals["unknown_share"] < params.min_share:
        return
    interval = wilson(totals["unknown_events"], totals["events"])
    [(cases, of_cases)] = context.log.rows(
        f"SELECT (SELECT count(DISTINCT case_no) FROM ({UNKNOWN})), (SELECT count(*) FROM cases)"
    )
    named = ", ".join(row["activity"] for row in measured.rows[:NAMED])
    more = f" and {len(measured.rows) - NAMED:,} more" if len(measured.rows) > NAMED else ""
    yield Finding(
        "OM008",
        "steps without known meaning",
        "the log",
        f"Nothing is known about what {totals['unknown_events']:,} of {totals['events']:,} events mean: {named}{more}; "
        "[activities] in the project file can say",
        totals["unknown_share"],
        "share",
        interval.low,
        interval.high,
        cases,
        of_cases,
        severity="warning" if totals["unknown_share"] >= params.serious_share else "info",
        evidence=examples(context.log, UNKNOWN),
    )
