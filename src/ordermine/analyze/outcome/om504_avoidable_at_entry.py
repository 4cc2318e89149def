"""Rejections that a check at entry would have prevented.

Definition
----------
A rejection that was about a field whose value was the same when the order was submitted: whoever entered the order
could have known.

The field is the one that the rejecting step names; else the fields that were changed between the rejection and the
moment the same order was back at work. It was not known if it changed between submission and rejection. An empty field
that ``[required]`` lists was known to be empty.

Unit
----
share of the rejections whose field can be told

Needs
-----
field, new_value: a field history of the rejected orders

Thresholds
----------
min_share: reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design; avoidable means that the rule that failed depends on nothing but what was known at submission.

Limits
------
Rejections by the customer, and those of which no field can be told, are left out; the bounds say what they could make
of the share. What a later check compares the field with, such as a credit limit, may have changed since: the share is
of rejections that were avoidable as far as the order's own fields go.

Example
-------
| case | activity | at    | department | field | old | new | reason |
| ---- | -------- | ----- | ---------- | ----- | --- | --- | ------ |
| A    | Enter    | 08:00 | Sales      | price |     | 10  |        |
| A    | Reject   | 09:00 | Credit     | price |     |     | price  |
| B    | Enter    | 08:00 | Sales      | price |     | 10  |        |
| B    | Change   | 08:30 | Sales      | price | 10  | 20  |        |
| B    | Reject   | 09:00 | Credit     | price |     |     | price  |
| D    | Enter    | 08:00 | Sales      | price |     | 10  |        |
| D    | Reject   | 09:00 | Credit     |       |     |     | price  |
| D    | Change   | 09:30 | Sales      | price | 10  | 30  |        |
| D    | Restore  | 10:00 | Credit     |       |     |     |        |
| E    | Enter    | 08:00 | Sales      | price |     | 10  |        |
| E    | Reject   | 09:00 | Credit     |       |     |     |        |

project:
  [activities]
  "Enter" = { kind = "submit" }
  "Reject" = { kind = "reject" }
  "Restore" = { kind = "restore" }
  "Change" = { kind = "change" }

row: case_id=A, rejected_by=Credit, reason=price, field=price, avoidable=true
row: case_id=B, field=price, avoidable=false
row: case_id=D, field=price, avoidable=true
row: case_id=E, reason=null, field=null, avoidable=null
totals: avoidable=2, judged=3, rejected=4, not_judged=1
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

PER_ORDER = """
SELECT case_no, string_agg(field, ', ' ORDER BY field) AS fields,
       CASE WHEN bool_or(known) THEN true WHEN count(known) < count(*) THEN NULL ELSE false END AS avoidable
FROM failed_fields GROUP BY case_no
"""

SQL = f"""
SELECT c.case_id, make_timestamp(r.rejected_us) AS rejected_at, r.rejected_by, r.reason, f.fields AS field, f.avoidable
FROM rejections r JOIN cases c USING (case_no) JOIN ({PER_ORDER}) f USING (case_no) ORDER BY r.case_no
"""

TOTALS = f"""
SELECT count(*) FILTER (WHERE avoidable) AS avoidable, count(avoidable) AS judged, count(*) AS rejected,
       count(*) - count(avoidable) AS not_judged
FROM ({PER_ORDER})
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.05
    min_cases: int = 10


@analyzer(
    code="OM504",
    name="avoidable at entry",
    columns={
        "case_id": "text",
        "rejected_at": "text",
        "rejected_by": "text",
        "reason": "text",
        "field": "text",
        "avoidable": "text",
    },
    needs=("field", "new_value"),
    views=("rejections", "failed_fields"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def avoidable_at_entry(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of rejections that could have been seen coming when the order was entered."""
    totals, log = measured.totals, context.log
    if totals["avoidable"] < params.min_cases:
        return
    told = f"SELECT case_no FROM ({PER_ORDER}) WHERE avoidable"
    share = share_of_cases(log, told, f"{told} IS NOT NULL")
    if share.share is None or share.share < params.min_share:
        return
    least = totals["avoidable"] / totals["rejected"]
    most = (totals["avoidable"] + totals["not_judged"]) / totals["rejected"]
    yield Finding(
        "OM504",
        "avoidable at entry",
        "rejected orders",
        f"{totals['avoidable']:,} of {totals['judged']:,} rejections whose field can be told ({part(share.share)}) were"
        f" about a value that was known when the order was submitted; of all rejections, between {part(least)} and"
        f" {part(most)}",
        share.share,
        "share",
        share.low,
        share.high,
        totals["avoidable"],
        totals["judged"],
        severity="warning",
        confidence="medium",
        evidence=examples(log, told),
    )
