"""Orders that began before the export begins, or were still under way where it ends.

Definition
----------
The *edge* is the time within which nine of ten orders are through, at most a quarter of the log's period. A *usual
start* is an activity that opens at least 5 % of the orders that begin later than one edge after the log does; a
*usual end* closes at least 5 % of those whose last event lies more than one edge before the end of the log. An order
is cut off at the start if it begins within the first edge with another activity, and cut off at the end if its last
event lies within the last edge and is another activity.

Unit
----
share of the orders

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: reported from this share on. min_core: said only where usual starts or ends rest on so many orders.

Source
------
Own; left truncation and right censoring as in survival analysis.

Limits
------
An order that rests for long before its next step looks finished. Where the first or last step of an order varies
freely, every activity is a usual one and nothing is cut off.

Example
-------
| case | activity | at               |
| ---- | -------- | ---------------- |
| A    | Ship     | 2026-03-01 09:00 |
| A    | Bill     | 2026-03-02 09:00 |
| B    | Enter    | 2026-03-10 09:00 |
| B    | Bill     | 2026-03-12 09:00 |
| C    | Enter    | 2026-03-15 09:00 |
| C    | Bill     | 2026-03-17 09:00 |
| D    | Enter    | 2026-03-29 09:00 |
| D    | Check    | 2026-03-30 09:00 |

Nine of ten orders take at most two days, so the edges are 1 to 3 March and 28 to 30 March (09:00). B, C and D begin
later than the first edge, all with Enter; A, B and C end before the last, all with Bill. A begins with Ship within
the first edge, D ends with Check within the last.

row: edge=start, activity=Ship, cases=1, of_cases=4, share=0.25
row: edge=end, activity=Check, cases=1, of_cases=4, share=0.25
totals: cases=4, edge_s=172800, cut_at_start=1, cut_at_end=1, cut_off=2, cut_off_share=0.5

no finding
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
SELECT edge, activity, count(*) AS cases, (SELECT count(*) FROM cases) AS of_cases,
       count(*) / (SELECT count(*) FROM cases) AS share
FROM cut_off GROUP BY edge, activity ORDER BY edge DESC, cases DESC, activity
"""
TOTALS = """
SELECT (SELECT count(*) FROM cases) AS cases, any_value(edge_us) / 1e6 AS edge_s,
       any_value(core_starts) AS orders_that_show_starts, any_value(core_ends) AS orders_that_show_ends,
       (SELECT count(*) FROM cut_off WHERE edge = 'start') AS cut_at_start,
       (SELECT count(*) FROM cut_off WHERE edge = 'end') AS cut_at_end,
       (SELECT count(DISTINCT case_no) FROM cut_off) AS cut_off,
       (SELECT count(DISTINCT case_no) FROM cut_off) / (SELECT count(*) FROM cases) AS cut_off_share
FROM edges
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    min_core: int = 30


@analyzer(
    code="OM005",
    name="cases cut off",
    columns={"edge": "text", "activity": "text", "cases": "count", "of_cases": "count", "share": "share"},
    views=("cut_off",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def cases_cut_off(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of orders that the export doesn't show whole."""
    totals = measured.totals
    core = {"start": totals["orders_that_show_starts"], "end": totals["orders_that_show_ends"]}
    said = {"start": "began before the export does", "end": "were still under way when the export ends"}
    for edge in ("start", "end"):
        cases = sum(row["cases"] for row in measured.rows if row["edge"] == edge)
        if cases < params.min_share * totals["cases"] or core[edge] < params.min_core:
            continue
        query = f"SELECT case_no FROM cut_off WHERE edge = '{edge}'"
        share = share_of_cases(context.log, query)
        yield Finding(
            "OM005",
            "cases cut off",
            f"{edge} of the log",
            f"{cases:,} of {totals['cases']:,} orders {said[edge]}: "
            + ("what came first isn't in it" if edge == "start" else "what becomes of them isn't known yet"),
            cases / totals["cases"],
            "share",
            share.low,
            share.high,
            cases,
            totals["cases"],
            severity="info",
            confidence="medium",
            evidence=examples(context.log, query),
        )
