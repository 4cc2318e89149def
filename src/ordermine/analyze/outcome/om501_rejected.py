"""Rejected orders: by whom, why, and what became of them.

Definition
----------
An order with a step of kind reject; it stands once, with its last rejection and the number of rounds.

``outcome`` is *restored* (a later step restores, approves, confirms, delivers, invoices or pays),
*resubmitted_delivered* or *resubmitted_rejected* (entered anew, under another number or its own), *abandoned* (nothing
for 30 days, or cancelled) or *open* (younger, or entered anew and not decided yet). A new order is linked by its
reference to the rejected one; else one to one by likeness: same customer, item overlap at least 0.8, amount within
10 %, begun within 30 days. ``link_score`` is 1 for a reference, else overlap × ratio of the amounts × nearness in time.
``returned_to`` works on the order next, or on the new one. ``days_lost`` run from the first rejection until the order
is back at work. ``by_customer`` is read off the actor, the reason and the step.

Unit
----
share of all orders; for a department: share of the orders it works on

Needs
-----
steps of kind reject; department, reason, reference, and customer with item and amount say more about them

Thresholds
----------
min_share: reported from this share on. min_cases: departments with at least so many rejections are named.

Source
------
Section 7 of the design. One-to-one links: H. W. Kuhn's assignment problem, as in scipy.

Limits
------
Where neither reference nor customer, item and amount are recorded, an order that is entered anew under another number
can't be recognised: *abandoned* is an upper bound then. A department that is not recorded stays so; it is never taken
from a neighbouring event.

Example
-------
| case | activity | at               | department | reason   | customer | item | amount | reference |
| ---- | -------- | ---------------- | ---------- | -------- | -------- | ---- | ------ | --------- |
| A    | Enter    | 2026-03-02 09:00 | Sales      |          | C1       | Pump | 100    |           |
| A    | Reject   | 2026-03-03 09:00 | Credit     | limit    | C1       | Pump | 100    |           |
| B    | Enter    | 2026-03-05 09:00 | Sales      |          | C1       | Pump | 105    |           |
| B    | Ship     | 2026-03-08 09:00 | Logistics  |          | C1       | Pump | 105    |           |
| D    | Enter    | 2026-03-02 09:00 | Sales      |          | C2       | Hose | 50     |           |
| D    | Reject   | 2026-03-03 09:00 |            |          | C2       | Hose | 50     |           |
| E    | Enter    | 2026-05-20 09:00 | Sales      |          | C3       | Hose | 70     |           |
| E    | Reject   | 2026-05-21 09:00 | Credit     | limit    | C3       | Hose | 70     |           |
| E    | Restore  | 2026-05-22 21:00 | Credit     |          | C3       | Hose | 70     |           |

project:
  [activities]
  "Enter" = { kind = "create" }
  "Reject" = { kind = "reject" }
  "Restore" = { kind = "restore" }
  "Ship" = { kind = "deliver" }

A was entered as B two days later: overlap 1, amounts 100/105, nearness 1 − 2/60. D is abandoned since nothing happened
until 22 May.

row: case_id=A, returned_to=Sales, outcome=resubmitted_delivered, resubmitted_as=B, link_score=0.9206, days_lost=2
row: case_id=D, rejected_by=null, returned_to=null, outcome=abandoned, resubmitted_as=null, by_customer=null
row: case_id=E, rejected_by=Credit, returned_to=Credit, reason=limit, outcome=restored, rounds=1, days_lost=1.5
totals: rejected=3, cases=4, restored=1, resubmitted_delivered=1, abandoned=1, open=0, department_not_recorded=1
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import create_clusters, share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.outcome.resubmission_seen import resubmission_is_seen
from ordermine.analyze.wording import part
from ordermine.findings.finding import Finding
from ordermine.quoting import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

SQL = """
SELECT c.case_id, make_timestamp(r.rejected_us) AS rejected_at, r.rejected_by, r.returned_to, r.reason, r.outcome,
       n.case_id AS resubmitted_as, r.link_score, r.rounds, (r.back_us - r.first_us) / 86400e6 AS days_lost,
       r.by_customer
FROM rejections r JOIN cases c USING (case_no) LEFT JOIN all_cases n ON n.case_no = r.resubmitted_as
ORDER BY r.case_no
"""

TOTALS = """
SELECT count(*) AS rejected, (SELECT count(*) FROM cases) AS cases, coalesce(sum(rounds), 0)::BIGINT AS rounds,
       count(*) FILTER (WHERE outcome = 'restored') AS restored,
       count(*) FILTER (WHERE outcome = 'resubmitted_delivered') AS resubmitted_delivered,
       count(*) FILTER (WHERE outcome = 'resubmitted_rejected') AS resubmitted_rejected,
       count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned, count(*) FILTER (WHERE outcome = 'open') AS open,
       count(*) FILTER (WHERE by_customer) AS by_customer, count(*) FILTER (WHERE NOT by_customer) AS by_company,
       count(*) FILTER (WHERE rejected_by IS NULL) AS department_not_recorded
FROM rejections
"""

WORDS = {
    "restored": "restored",
    "resubmitted_delivered": "entered anew and delivered",
    "resubmitted_rejected": "entered anew and rejected again",
    "abandoned": "abandoned",
    "open": "still open",
}


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    min_cases: int = 10


@analyzer(
    code="OM501",
    name="rejected",
    monotone=True,
    columns={
        "case_id": "text",
        "rejected_at": "text",
        "rejected_by": "text",
        "returned_to": "text",
        "reason": "text",
        "outcome": "text",
        "resubmitted_as": "text",
        "link_score": "score",
        "rounds": "count",
        "days_lost": "score",
        "by_customer": "text",
    },
    views=("rejections",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def rejected(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report how many orders are rejected and what becomes of them, and the departments that reject."""
    log, totals = context.log, measured.totals
    share = share_of_cases(log, "SELECT case_no FROM rejections")
    if share.share is None or share.share < params.min_share or totals["rejected"] < params.min_cases:
        return
    outcomes = ", ".join(f"{totals[name]:,} {words}" for name, words in WORDS.items() if totals[name])
    seen = resubmission_is_seen(log)
    notes = [] if seen else ["whether orders were entered anew under another number is not recorded"]
    if totals["department_not_recorded"]:
        notes.append(f"who rejected is not recorded for {totals['department_not_recorded']:,}")
    if totals["by_customer"]:
        notes.append(f"{totals['by_customer']:,} were rejected by the customer")
    notes += _clustering(log)
    yield Finding(
        "OM501",
        "rejected",
        "all orders",
        f"{totals['rejected']:,} of {totals['cases']:,} orders ({part(share.share)}) were rejected: {outcomes}"
        + "".join(f"; {note}" for note in notes),
        share.share,
        "share",
        share.low,
        share.high,
        totals["rejected"],
        totals["cases"],
        severity="warning",
        confidence="high" if seen else "medium",
        evidence=examples(log, "SELECT case_no FROM rejections"),
    )
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in measured.rows:
        if row["rejected_by"] is not None:
            groups[row["rejected_by"]].append(row)
    for department, rows in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(rows) < params.min_cases:
            continue
        hits = "SELECT case_no FROM rejections WHERE rejected_by = ?"
        of = f"SELECT case_no FROM events WHERE {identifier(context.level)} = ?"
        one = share_of_cases(log, hits, of, hit_values=[department], of_values=[department])
        yield Finding(
            "OM501",
            "rejected",
            department,
            f"{department} rejected {len(rows):,} of the {one.of:,} orders it works on{_most_often(rows)}",
            one.share or 0.0,
            "share",
            one.low,
            one.high,
            len(rows),
            one.of,
            evidence=examples(log, hits, [department]),
        )


def _most_often(rows: list[dict[str, Any]]) -> str:
    reasons = Counter(row["reason"] for row in rows if row["reason"] is not None)
    if not reasons:
        return "; no reason is recorded"
    reason, count = min(reasons.items(), key=lambda item: (-item[1], item[0]))
    return f", most often for “{reason}” ({count:,})"


def _clustering(log: Log) -> list[str]:
    """Say how many of the rejections sit in one cluster, where several do."""
    if log.project.log.cluster is None:
        return []
    create_clusters(log)
    rows = log.rows("SELECT count(*) FROM rejections JOIN clusters USING (case_no) GROUP BY cluster ORDER BY 1 DESC")
    if not rows or rows[0][0] < 2:
        return []
    return [f"{rows[0][0]:,} of them share one cluster (`[log] cluster`), which widens the interval"]
