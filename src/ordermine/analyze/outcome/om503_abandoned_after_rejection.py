"""Rejected orders that nobody took up again.

Definition
----------
An order that was rejected at least 30 days ago and is abandoned (OM501): nothing has happened to it for 30 days, or it
was cancelled.

Unit
----
share of the orders whose last rejection is at least 30 days old

Needs
-----
steps of kind reject; reference, or customer with item and amount, to recognise orders that were entered anew

Thresholds
----------
min_share: reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Younger rejections are left out of both numbers, so that they count neither as abandoned nor as saved. Without
references, customers, items and amounts an order that was entered anew counts as abandoned: the share is an upper
bound.

Example
-------
| case | activity | at               | department | reason |
| ---- | -------- | ---------------- | ---------- | ------ |
| A    | Reject   | 2026-03-02 09:00 | Credit     | limit  |
| B    | Reject   | 2026-03-02 09:00 | Credit     | limit  |
| B    | Restore  | 2026-03-04 09:00 | Credit     |        |
| D    | Reject   | 2026-04-09 09:00 | Credit     | limit  |

project:
  [activities]
  "Reject" = { kind = "reject" }
  "Restore" = { kind = "restore" }

The log ends on 9 April: D is too young to tell.

row: rejected_by=Credit, reason=limit, abandoned=1, cases=2, share=0.5
totals: abandoned=1, cases=2, too_young=1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.outcome.resubmission_seen import resubmission_is_seen
from ordermine.analyze.wording import part
from ordermine.eventlog.filters import micros
from ordermine.eventlog.resubmissions import DAY_US, WINDOW_DAYS
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

OLD = "FROM rejections WHERE rejected_us <= ?"

SQL = f"""
SELECT rejected_by, reason, count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned, count(*) AS cases,
       abandoned / cases AS share
{OLD} GROUP BY rejected_by, reason ORDER BY abandoned DESC, rejected_by NULLS LAST, reason NULLS LAST
"""


def _latest(log: Log) -> int:
    """Return the instant (UTC µs) up to which a rejection is old enough to tell."""
    return (micros(log.as_of) if log.as_of is not None else 0) - WINDOW_DAYS * DAY_US


def measure(log: Log, level: str) -> Measured:
    """Count by who rejected and why."""
    rows = [dict(zip(abandoned_after_rejection.columns, row, strict=True)) for row in log.rows(SQL, [_latest(log)])]
    cases = sum(row["cases"] for row in rows)
    [(rejected,)] = log.rows("SELECT count(*) FROM rejections")
    totals = {"abandoned": sum(row["abandoned"] for row in rows), "cases": cases, "too_young": rejected - cases}
    return Measured(abandoned_after_rejection.columns, rows, totals)


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.05
    min_cases: int = 10


@analyzer(
    code="OM503",
    name="abandoned after rejection",
    columns={"rejected_by": "text", "reason": "text", "abandoned": "count", "cases": "count", "share": "share"},
    views=("rejections",),
    measure=measure,
    params=Params(),
)
def abandoned_after_rejection(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of rejected orders that are lost."""
    log, totals = context.log, measured.totals
    if totals["abandoned"] < params.min_cases:
        return
    latest = [_latest(log)]
    hits = f"SELECT case_no {OLD} AND outcome = 'abandoned'"
    share = share_of_cases(log, hits, f"SELECT case_no {OLD}", hit_values=latest, of_values=latest)
    if share.share is None or share.share < params.min_share:
        return
    seen = resubmission_is_seen(log)
    bound = "" if seen else "; at most, since the export can't show orders that were entered anew under another number"
    yield Finding(
        "OM503",
        "abandoned after rejection",
        "rejected orders",
        f"{totals['abandoned']:,} of {totals['cases']:,} orders rejected at least {WINDOW_DAYS} days ago"
        f" ({part(share.share)}) were abandoned{bound}",
        share.share,
        "share",
        share.low if seen else 0.0,
        share.high,
        totals["abandoned"],
        totals["cases"],
        severity="warning" if seen else "info",
        confidence="high" if seen else "low",
        evidence=examples(log, hits, latest),
    )
