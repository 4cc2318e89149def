"""Credit adjustments: orders whose bill was corrected afterwards.

Definition
----------
An order with a credit or debit note (kind credit) or a cancelled invoice (kind cancel, stage invoice). A bonus or
rebate, by its reason or step, is agreed business and is counted apart as ``commercial``.

Unit
----
share of the invoiced orders; of all orders where the log has no step of kind invoice

Needs
-----
steps of kind credit; reason tells why and what is commercial

Thresholds
----------
min_share: reported from this share on. min_cases: and at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Credit notes that refer to another order are counted where they are booked. How much was credited is not measured:
``amount`` is the order's.

Example
-------
| case | activity | at    | department | reason       |
| ---- | -------- | ----- | ---------- | ------------ |
| A    | Bill     | 09:00 | Billing    |              |
| A    | Credit   | 10:00 | Billing    | Wrong price  |
| A    | Credit   | 11:00 | Billing    | Wrong price  |
| B    | Bill     | 09:00 | Billing    |              |
| B    | Credit   | 10:00 | Billing    | Annual bonus |
| D    | Bill     | 09:00 | Billing    |              |

project:
  [activities]
  "Bill" = { kind = "invoice", stage = "invoice" }
  "Credit" = { kind = "credit", stage = "invoice" }

row: credited_by=Billing, reason=Wrong price, commercial=false, cases=1, share=0.3333, credits=2
row: credited_by=Billing, reason=Annual bonus, commercial=true, cases=1, share=0.3333, credits=1
totals: credited=1, commercial=1, credits=2, cases=3
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
SELECT credited_by, reason, commercial, count(DISTINCT case_no) AS cases,
       cases / (SELECT count(*) FROM invoiced) AS share, count(*) AS credits
FROM credits GROUP BY credited_by, reason, commercial
ORDER BY commercial, cases DESC, credited_by NULLS LAST, reason NULLS LAST
"""

TOTALS = """
SELECT count(DISTINCT case_no) FILTER (WHERE NOT commercial) AS credited,
       count(DISTINCT case_no) FILTER (WHERE commercial) AS commercial,
       count(*) FILTER (WHERE NOT commercial) AS credits, (SELECT count(*) FROM invoiced) AS cases
FROM credits
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    min_cases: int = 10


@analyzer(
    code="OM507",
    name="credit adjustment",
    monotone=True,
    columns={
        "credited_by": "text",
        "reason": "text",
        "commercial": "text",
        "cases": "count",
        "share": "share",
        "credits": "count",
    },
    views=("credits", "invoiced"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def credit_adjustment(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of orders whose bill was corrected."""
    totals, log = measured.totals, context.log
    if totals["credited"] < params.min_cases:
        return
    hits = "SELECT case_no FROM credits WHERE NOT commercial"
    share = share_of_cases(log, hits, "SELECT case_no FROM invoiced", counted=(totals["credited"], totals["cases"]))
    if share.share is None or share.share < params.min_share:
        return
    reasons = [row for row in measured.rows if not row["commercial"] and row["reason"] is not None]
    often = f", most often for “{reasons[0]['reason']}”" if reasons else ""
    yield Finding(
        "OM507",
        "credit adjustment",
        "invoiced orders",
        f"{share.hits:,} of {share.of:,} invoiced orders ({part(share.share)}) were credited or had their invoice"
        f" cancelled{often}",
        share.share,
        "share",
        share.low,
        share.high,
        share.hits,
        share.of,
        severity="warning",
        evidence=examples(log, hits),
    )
