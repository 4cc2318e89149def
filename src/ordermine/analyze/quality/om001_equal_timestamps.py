"""Steps of one order that share their time, so that nothing says which came first.

Definition
----------
An event is *tied* if another event of its order has the same timestamp. An order is *undecided* if events of different
activities are tied in it: their order is that of the export, which may be any.

Unit
----
share of the orders that are undecided; in the rows, share of an activity's events that are tied

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
min_share: reported from this share of undecided orders on. serious_share: a warning from this share on.

Source
------
Fischer, D. A. et al. (2020): timestamp imperfections in event logs; same timestamp within a trace.

Limits
------
That stamps are equal doesn't say why: it may be one transaction, a batch, or a clock that counts in days. Counts that
depend on the order of tied events carry a low and a high wherever they are reported.

Example
-------
| case | activity | at    |
| ---- | -------- | ----- |
| A    | Enter    | 09:00 |
| A    | Check    | 09:00 |
| A    | Ship     | 10:00 |
| B    | Enter    | 09:00 |
| B    | Ship     | 10:00 |

Enter and Check of A are tied; which came first is unknown, so one of two orders is undecided.

row: activity=Enter, events=2, tied=1, share=0.5
row: activity=Check, events=1, tied=1, share=1
totals: events=5, tied=2, cases=2, undecided=1, undecided_share=0.5

finding: the log 0.5
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
SELECT activity, any_value(a.events) AS events, count(*) AS tied, count(*) / any_value(a.events) AS share
FROM tied_steps JOIN activity_cases a USING (activity)
GROUP BY activity ORDER BY tied DESC, events DESC, activity
"""
UNDECIDED = """
SELECT case_no FROM tied_steps GROUP BY case_no, timestamp HAVING min(activity) <> max(activity)
"""
TOTALS = f"""
SELECT (SELECT sum(events)::BIGINT FROM cases) AS events, count(*) AS tied,
       (SELECT count(*) FROM cases) AS cases,
       (SELECT count(DISTINCT case_no) FROM ({UNDECIDED})) AS undecided,
       (SELECT count(DISTINCT case_no) FROM ({UNDECIDED})) / (SELECT count(*) FROM cases) AS undecided_share
FROM tied_steps
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    serious_share: float = 0.1


@analyzer(
    code="OM001",
    name="equal timestamps",
    columns={"activity": "text", "events": "count", "tied": "count", "share": "share"},
    views=("tied_steps", "activity_cases"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def equal_timestamps(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report the share of orders in which the order of steps is that of the export."""
    totals = measured.totals
    if totals["undecided_share"] < params.min_share:
        return
    share = share_of_cases(context.log, UNDECIDED)
    yield Finding(
        "OM001",
        "equal timestamps",
        "the log",
        f"In {totals['undecided']:,} of {totals['cases']:,} orders different steps carry the same time, so the export "
        "doesn't say which came first",
        totals["undecided_share"],
        "share",
        share.low,
        share.high,
        totals["undecided"],
        totals["cases"],
        severity="warning" if totals["undecided_share"] >= params.serious_share else "info",
        evidence=examples(context.log, UNDECIDED),
    )
