"""Cancelled orders, by the customer or by the company.

Definition
----------
An order whose last word is a step of kind cancel that concerns the order itself, not its delivery, invoice or payment;
no later step restores it.

It is by the customer if the actor is a customer, or if reason or step say so (“Cancelled by customer”); by the company
if somebody else acted. Where nothing tells, it is neither.

Unit
----
share of all orders

Needs
-----
steps of kind cancel; reason or actor type tell who wanted it

Thresholds
----------
min_share: reported from this share on. min_cases: and at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Where reasons aren't recorded, a cancellation that a department enters for the customer counts as one by the company.

Example
-------
| case | activity | at    | department | reason                |
| ---- | -------- | ----- | ---------- | --------------------- |
| A    | Cancel   | 09:00 | Desk       | Cancelled by customer |
| B    | Cancel   | 09:00 | Desk       | Item not available    |
| D    | Cancel   | 09:00 | Desk       | Item not available    |
| D    | Restore  | 10:00 | Desk       |                       |
| E    | Ship     | 09:00 | Desk       |                       |

project:
  [activities]
  "Cancel" = { kind = "cancel" }
  "Restore" = { kind = "restore" }

row: by=company, cancelled_by=Desk, reason=Item not available, cases=1, share=0.25
row: by=customer, cancelled_by=Desk, reason=Cancelled by customer, cases=1, share=0.25
totals: cancelled=2, by_customer=1, by_company=1, not_recorded=0, cases=4
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.wording import part
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
SELECT CASE by_customer WHEN true THEN 'customer' WHEN false THEN 'company' END AS "by", cancelled_by, reason,
       count(*) AS cases, count(*) / (SELECT count(*) FROM cases) AS share
FROM cancellations GROUP BY ALL ORDER BY cases DESC, "by" NULLS LAST, cancelled_by NULLS LAST, reason NULLS LAST
"""

TOTALS = """
SELECT count(*) AS cancelled, count(*) FILTER (WHERE by_customer) AS by_customer,
       count(*) FILTER (WHERE NOT by_customer) AS by_company, count(*) - count(by_customer) AS not_recorded,
       (SELECT count(*) FROM cases) AS cases
FROM cancellations
"""

WHO = (
    ("by_customer", "cancelled by customers", "by_customer"),
    ("by_company", "cancelled by the company", "NOT by_customer"),
    ("not_recorded", "cancelled, by whom is not recorded", "by_customer IS NULL"),
)


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    min_cases: int = 10


@analyzer(
    code="OM506",
    name="cancelled",
    columns={"by": "text", "cancelled_by": "text", "reason": "text", "cases": "count", "share": "share"},
    views=("cancellations",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def cancelled(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of orders that are cancelled, by customers and by the company apart."""
    for name, words, condition in WHO:
        hits = f"SELECT case_no FROM cancellations WHERE {condition}"
        if measured.totals[name] < params.min_cases:
            continue
        share = share_of_cases(context.log, hits)
        if share.share is None or share.share < params.min_share:
            continue
        yield Finding(
            "OM506",
            "cancelled",
            words,
            f"{share.hits:,} of {share.of:,} orders ({part(share.share)}) were {words}",
            share.share,
            "share",
            share.low,
            share.high,
            share.hits,
            share.of,
            severity="info" if name == "by_customer" else "warning",
            evidence=examples(context.log, hits),
        )
