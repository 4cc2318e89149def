"""The same value typed again by another department.

Definition
----------
A department writes a field whose last value in the order was written by another department, and the value means the
same: nothing is new, it was only keyed in again.

Fields of different objects are one where they are called alike (``quote.price`` and ``order.price``) or where
``[lineage]`` says that one is copied from the other. Writes of systems don't count.

Unit
----
share of the orders in which the department writes the field after the other

Needs
-----
department, field, new_value

Thresholds
----------
min_share: a field and its two departments are reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Only fields whose history is recorded are seen. An entry that is made a second time for control (four eyes) looks the
same. Where events share their time, their order is that of the export.

Example
-------
| case | activity | at    | department | field       | old | new  |
| ---- | -------- | ----- | ---------- | ----------- | --- | ---- |
| A    | Offer    | 09:00 | Sales      | quote.price |     | 1200 |
| A    | Enter    | 10:00 | Orders     | order.price |     | 1,200.00 |
| A    | Invoice  | 11:00 | Billing    | invoice.price |   | 1300 |
| B    | Offer    | 09:00 | Sales      | quote.price |     | 90   |
| B    | Enter    | 10:00 | Orders     | order.price |     | 80   |

row: source=Sales, target=Orders, field=price, cases=1, of_cases=2, share=0.5, times=1
totals: rekeyed=1, cases_with_rekeyed=1, handoffs=3, cases=2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
SELECT source, target, field, count(DISTINCT case_no) FILTER (WHERE rekeyed) AS cases,
       count(DISTINCT case_no) AS of_cases, cases / of_cases AS share, count(*) FILTER (WHERE rekeyed) AS times
FROM takeovers GROUP BY source, target, field HAVING times > 0 ORDER BY times DESC, source, target, field
"""

TOTALS = """
SELECT count(*) AS rekeyed, count(DISTINCT case_no) AS cases_with_rekeyed,
       (SELECT count(*) FROM handoffs) AS handoffs, (SELECT count(*) FROM cases) AS cases
FROM takeovers WHERE rekeyed
"""

SAME = "SELECT case_no FROM takeovers WHERE source = ? AND target = ? AND field = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.2
    min_cases: int = 10


@analyzer(
    code="OM405",
    name="re-keyed information",
    columns={
        "source": "text",
        "target": "text",
        "field": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "times": "count",
    },
    needs=("department", "field", "new_value"),
    views=("takeovers", "handoffs"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def rekeyed_information(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report fields that one department types again after another."""
    log = context.log
    for row in measured.rows:
        if row["share"] < params.min_share or row["cases"] < params.min_cases:
            continue
        source, target, field = values = [row["source"], row["target"], row["field"]]
        share = share_of_cases(
            log,
            f"{SAME} AND rekeyed",
            SAME,
            hit_values=values,
            of_values=values,
            counted=(row["cases"], row["of_cases"]),
        )
        yield Finding(
            "OM405",
            "re-keyed information",
            f"{source} → {target} → {field}",
            f"{target} types the {field} again that {source} has entered, in {row['cases']:,} of {row['of_cases']:,}"
            " orders in which both write it",
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            row["of_cases"],
            severity="info",
            evidence=examples(log, f"{SAME} AND rekeyed", values),
        )
