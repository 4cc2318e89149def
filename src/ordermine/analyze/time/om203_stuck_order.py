"""Orders in which nothing happens any more although they aren't done.

Definition
----------
An order is *stuck* if it isn't done, and nothing has happened in it for longer than 95 % of the orders that went on
from its last activity had waited there, and for at least 14 days. It is done once it has an activity with which
orders end, or a payment, and if its last step is a rejection or a cancellation. Orders end with an activity if at
least half of the orders that have it end with it. What counts as now is the as-of moment.

Unit
----
share of the orders that have the activity

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_cases: an activity is reported if so many orders are stuck after it.

Source
------
Own; the 95th percentile of the waits that did end.

Limits
------
An order that was given up without a step that says so looks stuck. Waits of the past are those of orders that did go
on, so where many are stuck the usual wait is too short. Stuck or not is known only as of the end of the export.

Example
-------
| case | activity | at               |
| ---- | -------- | ---------------- |
| A    | Enter    | 2026-03-01 09:00 |
| A    | Check    | 2026-03-02 09:00 |
| A    | Pay      | 2026-03-03 09:00 |
| B    | Enter    | 2026-03-01 09:00 |
| B    | Check    | 2026-03-02 09:00 |
| B    | Pay      | 2026-03-31 09:00 |
| C    | Enter    | 2026-03-01 09:00 |
| C    | Check    | 2026-03-01 10:00 |
| D    | Enter    | 2026-03-20 09:00 |

The log ends on 31 March at 09:00. From Check to Pay A waited 1 day and B 29, so 95 % wait at most 27.6 days. C has
waited for 29 days and 23 hours. D has waited since 20 March, but for less than 14 days.

row: case_id=C, activity=Check, since=2026-03-01 10:00:00, waiting_s=2588400, usual_s=2384640
totals: cases=4, stuck=1, stuck_share=0.25

thresholds: min_cases=1

finding: Check 0.3333333333
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.wording import span
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

SHORTEST_S = 14 * 86_400
FINAL_KINDS = ("reject", "cancel", "pay")
STUCK = f"""
CREATE OR REPLACE TABLE stuck AS
WITH ending AS (SELECT last_activity AS activity, count(*) AS ends FROM cases GROUP BY last_activity),
open_ends AS (
  SELECT activity FROM ending JOIN activity_cases a USING (activity) LEFT JOIN meanings m USING (activity)
  WHERE 2 * ends < a.cases AND coalesce(m.kind, '') NOT IN {FINAL_KINDS}
), closing AS (
  SELECT activity FROM ending JOIN activity_cases a USING (activity) WHERE 2 * ends >= a.cases
  UNION SELECT activity FROM meanings WHERE kind = 'pay'
), done AS (
  SELECT variant_id FROM variants WHERE list_has_any(activities, (SELECT list(activity) FROM closing))
), usual AS (
  SELECT activity, quantile_cont(seconds_to_next, 0.95) AS usual_s FROM events JOIN open_ends USING (activity)
  WHERE seconds_to_next IS NOT NULL GROUP BY activity
)
SELECT case_no, case_id, last_activity AS activity, "end" AS since,
       ($now - epoch_us("end")) / 1e6 AS waiting_s, usual_s
FROM cases ANTI JOIN done USING (variant_id) JOIN usual ON last_activity = activity
WHERE ($now - epoch_us("end")) / 1e6 > greatest(usual_s, {SHORTEST_S})
"""
ROWS = """
SELECT case_id, activity, since, waiting_s, usual_s FROM stuck ORDER BY waiting_s DESC, case_id
"""
AFTER = "SELECT case_no FROM stuck WHERE activity = ?"
HAVING = "SELECT case_no FROM events WHERE activity = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_cases: int = 10


def measure(log: Log, _: str) -> Measured:
    """Return every stuck order."""
    from ordermine.eventlog.filters import micros

    log.connection.execute(STUCK, {"now": micros(log.as_of) if log.as_of else 0})
    rows = [dict(zip(stuck_order.columns, row, strict=True)) for row in log.rows(ROWS)]
    cases = log.rows("SELECT count(*) FROM cases")[0][0]
    return Measured(stuck_order.columns, rows, {"cases": cases, "stuck": len(rows), "stuck_share": len(rows) / cases})


@analyzer(
    code="OM203",
    name="stuck order",
    columns={
        "case_id": "text",
        "activity": "text",
        "since": "text",
        "waiting_s": "seconds",
        "usual_s": "seconds",
    },
    views=("steps", "activity_cases"),
    measure=measure,
    params=Params(),
)
def stuck_order(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the steps after which orders are stuck."""
    after: dict[str, list[float]] = {}
    for row in measured.rows:
        after.setdefault(row["activity"], []).append(row["waiting_s"])
    usual = {row["activity"]: row["usual_s"] for row in measured.rows}
    for activity, waits in sorted(after.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(waits) < params.min_cases:
            continue
        share = share_of_cases(context.log, AFTER, HAVING, hit_values=[activity], of_values=[activity])
        middle = sorted(waits)[len(waits) // 2]
        yield Finding(
            "OM203",
            "stuck order",
            activity,
            f"{len(waits):,} orders have been stuck since {activity}, half of them for more than {span(middle)}; "
            f"of the orders that went on, 95 % did within {span(usual[activity])}",
            share.hits / share.of,
            "share",
            share.low,
            share.high,
            len(waits),
            share.of,
            severity="warning",
            confidence="medium",
            evidence=examples(context.log, AFTER, [activity]),
        )
