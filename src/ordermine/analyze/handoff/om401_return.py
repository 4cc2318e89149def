"""Orders that come straight back to the department that has just handed them over.

Definition
----------
A return: an order goes from one department to another, and the next department to work on it is the first again (visit
i has the department of visit i−2).

A visit is a maximal run of events of one department. Events of systems are skipped. An event without a department cuts
the order into segments, and nothing spans a cut. ``A B A B A`` are 3 returns, ``A B C A`` none.

Unit
----
share of the orders that one department hands to the other; for all orders together: share of all orders

Needs
-----
department

Thresholds
----------
min_share: a pair of departments is reported from this share on. min_cases: and in at least so many orders.
max_pairs: of those, the ones with most returns.

Source
------
Section 7 of the design; "ping-pong" in the study of BPI Challenge 2013.

Limits
------
Where events of an order share their time, the numbers of handoffs and returns depend on their order: ``low`` and
``high`` are over all orders, exactly for up to 8 events at one time, a bound that surely holds for more. The same goes
for the intervals of findings; what a pair's share is of, the orders handed over, is that of the export. Loops listed
under ``[expected] loops`` are counted as ``expected`` and not reported. Not every return is a waste, see OM404.

Example
-------
| case | activity | at    | department |
| ---- | -------- | ----- | ---------- |
| A    | Enter    | 09:00 | Sales      |
| A    | Check    | 10:00 | Credit     |
| A    | Answer   | 11:00 | Sales      |
| A    | Check    | 12:00 | Credit     |
| B    | Enter    | 09:00 | Sales      |
| B    | Check    | 10:00 | Credit     |
| B    | Answer   | 10:00 | Sales      |
| C    | Enter    | 09:00 | Sales      |
| C    | Check    | 10:00 | Credit     |
| C    | Ship     | 11:00 | Logistics  |

Sales, Credit, Sales, Credit: one return to Sales after two hours and one to Credit. In B it is open whether Credit or
Sales came first at 10:00: there is a return or none.

row: a=Sales, b=Credit, cases=2, of_cases=3, share=0.6667, returns=2, away_s=5400, expected=0
row: a=Credit, b=Sales, cases=1, of_cases=2, share=0.5, returns=1, away_s=7200, expected=0
totals: cases_with_return=2, returns=3, max_returns_in_case=2, handoffs=7, cases=3, returns_low=2, returns_high=3
totals: cases_with_return_low=1, cases_with_return_high=2, handoffs_low=6, handoffs_high=7, expected_returns=0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.handoff.certainty import confidence_in, count_over_ties, doubt, over_ties
from ordermine.analyze.wording import span
from ordermine.eventlog.ties import ranges_between
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
WITH back AS (
  SELECT a, b, count(DISTINCT case_no) AS cases, count(*) AS returns, median(start_us - left_us) / 1e6 AS away_s,
         count(*) FILTER (WHERE expected) AS expected
  FROM returns GROUP BY a, b
), sent AS (
  SELECT source AS a, target AS b, count(*) FILTER (WHERE first_in_case) AS of_cases FROM handoffs GROUP BY ALL
)
SELECT a, b, cases, of_cases, cases / of_cases AS share, returns, away_s, expected
FROM back JOIN sent USING (a, b) ORDER BY returns DESC, a, b
"""

TOTALS = """
WITH returned AS (SELECT case_no, count(*) AS returns FROM returns GROUP BY case_no),
handed AS (SELECT case_no, count(*) AS handoffs FROM handoffs GROUP BY case_no),
ranged AS (
  SELECT coalesce(c.returns, 0) AS returns, coalesce(h.handoffs, 0) AS handoffs,
         coalesce(t.returns_low, c.returns, 0) AS low, coalesce(t.returns_high, c.returns, 0) AS high,
         coalesce(t.handoffs_low, h.handoffs, 0) AS handoffs_low,
         coalesce(t.handoffs_high, h.handoffs, 0) AS handoffs_high
  FROM cases LEFT JOIN returned c USING (case_no) LEFT JOIN handed h USING (case_no)
       LEFT JOIN tied_ranges t USING (case_no)
)
SELECT count(*) FILTER (WHERE returns > 0) AS cases_with_return, coalesce(sum(returns), 0)::BIGINT AS returns,
       coalesce(max(returns), 0)::BIGINT AS max_returns_in_case,
       coalesce(sum(handoffs), 0)::BIGINT AS handoffs, count(*) AS cases,
       coalesce(sum(low), 0)::BIGINT AS returns_low, coalesce(sum(high), 0)::BIGINT AS returns_high,
       count(*) FILTER (WHERE low > 0) AS cases_with_return_low,
       count(*) FILTER (WHERE high > 0) AS cases_with_return_high,
       coalesce(sum(handoffs_low), 0)::BIGINT AS handoffs_low,
       coalesce(sum(handoffs_high), 0)::BIGINT AS handoffs_high,
       (SELECT count(*) FROM returns WHERE expected) AS expected_returns
FROM ranged
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    min_cases: int = 10
    max_pairs: int = 5


@analyzer(
    code="OM401",
    name="return",
    columns={
        "a": "text",
        "b": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "returns": "count",
        "away_s": "seconds",
        "expected": "count",
    },
    needs=("department", "repetition"),
    views=("returns", "tied_ranges", "tied_events"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def returned(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report how many orders come straight back, and the pairs of departments between which it happens."""
    totals, log = measured.totals, context.log
    low, high = totals["cases_with_return_low"], totals["cases_with_return_high"]
    if high >= params.min_cases:
        share = share_of_cases(log, "SELECT case_no FROM returns")
        limits = over_ties(share, low / totals["cases"], high / totals["cases"])
        left = totals["expected_returns"]
        known = f"; {left:,} of these returns are declared as expected" if left else ""
        yield Finding(
            "OM401",
            "return",
            "all orders",
            f"{totals['cases_with_return']:,} of {totals['cases']:,} orders come straight back to a department that"
            f" has just handed them over, {totals['returns']:,} times in all{known}{doubt(low, high)}",
            share.share or 0.0,
            "share",
            *limits,
            totals["cases_with_return"],
            totals["cases"],
            confidence=confidence_in(totals["cases_with_return"], low, high),
            evidence=examples(log, "SELECT case_no FROM returns WHERE NOT expected"),
        )
    reported = 0
    for row in measured.rows:
        if row["share"] < params.min_share or row["cases"] < params.min_cases or row["expected"] == row["returns"]:
            continue
        if reported == params.max_pairs:
            break
        reported += 1
        pair = [row["a"], row["b"]]
        hits, of = (
            "SELECT case_no FROM returns WHERE a = ? AND b = ?",
            ("SELECT case_no FROM handoffs WHERE source = ? AND target = ?"),
        )
        share = share_of_cases(log, hits, of, hit_values=pair, of_values=pair)
        counts = dict(log.rows(f"SELECT case_no, count(*) FROM ({hits}) GROUP BY case_no", pair))
        over = count_over_ties(counts, ranges_between(log, *pair), "returns")
        low, high = over.cases_low, over.cases_high
        yield Finding(
            "OM401",
            "return",
            f"{row['a']} → {row['b']}",
            f"{row['cases']:,} of {row['of_cases']:,} orders that {row['a']} hands to {row['b']} come straight back,"
            f" half of them after more than {span(row['away_s'])}{doubt(low, high)}",
            row["share"],
            "share",
            *over_ties(share, low / share.of, high / share.of),
            row["cases"],
            row["of_cases"],
            severity="warning",
            confidence=confidence_in(row["cases"], low, high),
            evidence=examples(log, hits, pair),
        )
