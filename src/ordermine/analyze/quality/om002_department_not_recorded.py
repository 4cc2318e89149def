"""Work of which the export doesn't say who did it.

Definition
----------
An event without a department, not counting events by systems. At another level the column of that level takes the
department's part.

Unit
----
share of the events that aren't by systems

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: the log is reported from this share on. serious_share: a warning from this share on. step_share,
step_events: a single step is reported if at least this share, and at least so many, of its events have no department,
while others do.

Source
------
Suriadi, S. et al. (2017): event log imperfection patterns; the share of events without a value is theirs to watch.

Limits
------
Spellings such as EMPTY or n/a count as not recorded; ``[departments] not_recorded`` in the project file adds more.
Nothing is filled in: an event without a department ends a visit, and what would span it is not counted.

Example
-------
| case | activity | at    | department | actor_type |
| ---- | -------- | ----- | ---------- | ---------- |
| A    | Enter    | 09:00 | Sales      | human      |
| A    | Reject   | 09:10 |            | human      |
| A    | Sync     | 09:20 |            | system     |
| B    | Enter    | 09:00 | EMPTY      | human      |
| B    | Check    | 09:30 | Credit     | human      |

Five events, one of them by a system. Of the other four two have no department.

row: activity=Enter, events=2, missing=1, share=0.5
row: activity=Reject, events=1, missing=1, share=1
totals: events=4, missing=2, missing_share=0.5, cases=2, cases_with_missing=2

thresholds: step_events=1

finding: the log 0.5
finding: Reject 1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding
from ordermine.quoting import identifier
from ordermine.schema import SYSTEM_ACTORS
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_PEOPLE = f"coalesce(actor_type, '') NOT IN {SYSTEM_ACTORS}"
SQL = f"""
SELECT activity, count(*) AS events, count(*) FILTER (WHERE {{level}} IS NULL) AS missing,
       count(*) FILTER (WHERE {{level}} IS NULL) / count(*) AS share
FROM events WHERE {BY_PEOPLE}
GROUP BY activity HAVING missing > 0 ORDER BY missing DESC, events DESC, activity
"""
TOTALS = f"""
SELECT count(*) AS events, count(*) FILTER (WHERE {{level}} IS NULL) AS missing,
       coalesce(count(*) FILTER (WHERE {{level}} IS NULL) / nullif(count(*), 0), 0) AS missing_share,
       (SELECT count(*) FROM cases) AS cases,
       (SELECT count(DISTINCT case_no) FROM events WHERE {BY_PEOPLE} AND {{level}} IS NULL) AS cases_with_missing
FROM events WHERE {BY_PEOPLE}
"""
MISSING = f"SELECT case_no FROM events WHERE {BY_PEOPLE} AND {{level}} IS NULL"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    serious_share: float = 0.2
    step_share: float = 0.9
    step_events: int = 10


@analyzer(
    code="OM002",
    name="department not recorded",
    columns={"activity": "text", "events": "count", "missing": "count", "share": "share"},
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def department_not_recorded(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report how much of the work has no department, and the steps that never have one."""
    totals = measured.totals
    missing = MISSING.replace("{level}", identifier(context.level))
    if totals["missing_share"] >= params.min_share:
        interval = wilson(totals["missing"], totals["events"])
        nobody = totals["missing"] == totals["events"]
        yield Finding(
            "OM002",
            "department not recorded",
            "the log",
            f"No event has a {context.level} recorded: who did what can't be told"
            if nobody
            else f"{totals['missing']:,} of {totals['events']:,} events have no {context.level} recorded",
            totals["missing_share"],
            "share",
            interval.low,
            interval.high,
            totals["cases_with_missing"],
            totals["cases"],
            severity="warning" if totals["missing_share"] >= params.serious_share else "info",
            evidence=examples(context.log, missing),
        )
        if nobody:
            return
    for row in measured.rows:
        if row["share"] < params.step_share or row["missing"] < params.step_events:
            continue
        interval = wilson(row["missing"], row["events"])
        cases = f"{missing} AND activity = ?"
        affected, having = context.log.rows(
            f"SELECT (SELECT count(DISTINCT case_no) FROM ({cases})), count(DISTINCT case_no) FROM events "
            f"WHERE {BY_PEOPLE} AND activity = ?",
            [row["activity"]] * 2,
        )[0]
        recorded = row["events"] - row["missing"]
        which = f"Only {recorded:,} of the" if recorded else "None of the"
        yield Finding(
            "OM002",
            "department not recorded",
            row["activity"],
            f"{which} {row['events']:,} {row['activity']} events say which {context.level} did it",
            row["share"],
            "share",
            interval.low,
            interval.high,
            affected,
            having,
            severity="info",
            evidence=examples(context.log, cases, [row["activity"]]),
        )
