"""Orders that come back to a department after several others have had them.

Definition
----------
A long loop: an order is back at a department whose latest visit lies three or more visits back, within one segment.

``A B C A`` is one long loop, ``A B A`` is none but a return (OM401).

Unit
----
share of the orders that the department works on

Needs
-----
department

Thresholds
----------
min_share: a department is reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Where events of an order share their time, the number of long loops depends on their order: ``low`` and ``high`` are
over all orders, exactly for up to 8 events at one time, a bound that surely holds for more. The same goes for the
interval of a finding; the table is that of the export. A loop may be how the process is meant to be: Sales that sees an
order again to offer a renewal. Loops that stay among the departments of one of ``[expected] loops`` are in the table
and are not reported; a finding about one of these departments takes no order for sure whose loops depend on ties.

Example
-------
| case | activity | at    | department |
| ---- | -------- | ----- | ---------- |
| A    | Enter    | 09:00 | Sales      |
| A    | Check    | 10:00 | Credit     |
| A    | Plan     | 11:00 | Logistics  |
| A    | Change   | 12:00 | Sales      |
| B    | Enter    | 09:00 | Sales      |
| B    | Check    | 10:00 | Credit     |
| B    | Change   | 12:00 | Sales      |
| C    | Enter    | 09:00 | Sales      |
| C    | Check    | 10:00 | Credit     |
| C    | Plan     | 11:00 | Logistics  |
| C    | Change   | 11:00 | Sales      |

In C, Sales may have come before Logistics at 11:00; then it came back from Credit, which is a return.

row: case_id=A, department=Sales, between=2, start=2026-03-02 12:00:00, away_s=10800, expected=false
row: case_id=C, department=Sales, between=2, start=2026-03-02 11:00:00, away_s=7200, expected=false
totals: long_loops=2, cases_with_long_loop=2, long_loops_low=1, long_loops_high=2, expected_long_loops=0
totals: cases_with_long_loop_low=1, cases_with_long_loop_high=2
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.handoff.certainty import confidence_in, count_over_ties, doubt, over_ties
from ordermine.analyze.wording import span
from ordermine.eventlog.ties import ranges_to
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

SQL = """
SELECT case_id, unit AS department, "between", make_timestamp(start_us) AS start, (start_us - left_us) / 1e6 AS away_s,
       expected
FROM long_loops JOIN cases USING (case_no) ORDER BY case_no, start_us, unit
"""

TOTALS = """
WITH counted AS (
  SELECT case_no, count(*) AS long_loops, count(*) FILTER (WHERE expected) AS expected FROM long_loops GROUP BY case_no
), ranged AS (
  SELECT coalesce(c.long_loops, 0) AS long_loops, coalesce(c.expected, 0) AS expected,
         coalesce(t.long_loops_low, c.long_loops) AS low, coalesce(t.long_loops_high, c.long_loops) AS high
  FROM counted c FULL JOIN tied_ranges t USING (case_no)
)
SELECT coalesce(sum(long_loops), 0)::BIGINT AS long_loops,
       count(*) FILTER (WHERE long_loops > 0) AS cases_with_long_loop,
       coalesce(sum(low), 0)::BIGINT AS long_loops_low, coalesce(sum(high), 0)::BIGINT AS long_loops_high,
       count(*) FILTER (WHERE low > 0) AS cases_with_long_loop_low,
       count(*) FILTER (WHERE high > 0) AS cases_with_long_loop_high,
       coalesce(sum(expected), 0)::BIGINT AS expected_long_loops
FROM ranged
"""


BACK = "FROM long_loops WHERE unit = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.05
    min_cases: int = 10


@analyzer(
    code="OM403",
    name="long loop",
    columns={
        "case_id": "text",
        "department": "text",
        "between": "count",
        "start": "text",
        "away_s": "seconds",
        "expected": "text",
    },
    needs=("department", "repetition"),
    views=("returns", "long_loops", "tied_ranges", "tied_events"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def long_loop(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report departments that see many of their orders again after several others."""
    log = context.log
    expected = {unit for loop in log.project.expected.loops for unit in loop}
    back: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in measured.rows:
        if not row["expected"]:
            back[row["department"]].append(row)
    for department, rows in sorted(back.items(), key=lambda item: (-len(item[1]), item[0])):
        cases = len({row["case_id"] for row in rows})
        if cases < params.min_cases:
            continue
        hits = f"SELECT case_no {BACK} AND NOT expected"
        of = "SELECT case_no FROM visits WHERE unit = ?"
        share = share_of_cases(log, hits, of, hit_values=[department], of_values=[department])
        if share.share is None or share.share < params.min_share:
            continue
        low, high = _orders_over_ties(log, department, department in expected)
        yield Finding(
            "OM403",
            "long loop",
            department,
            f"{cases:,} of {share.of:,} orders that {department} works on come back after at least two other"
            f" departments have had them, half of them after more than {span(median(row['away_s'] for row in rows))}"
            f"{doubt(low, high)}",
            share.share,
            "share",
            *over_ties(share, low / share.of, high / share.of),
            cases,
            share.of,
            severity="warning",
            confidence=confidence_in(cases, low, high),
            evidence=examples(log, hits, [department]),
        )


def _orders_over_ties(log: Log, department: str, expected: bool) -> tuple[int, int]:
    """Return how many orders come back at least and at most, whatever the order of ties.

    Where some loops of the department are `expected`, it isn't known which of those that ties allow are. Then no tied
    order is sure to have another, and any may that can have a loop.
    """
    ranges = ranges_to(log, department)
    back = dict(log.rows(f"SELECT case_no, count(*) {BACK} AND NOT expected GROUP BY case_no", [department]))
    if not expected:
        over = count_over_ties(back, ranges, "long_loops")
        return over.cases_low, over.cases_high
    tied = {row[0] for row in log.rows("SELECT DISTINCT case_no FROM tied_events WHERE unit = ?", [department])}
    every = dict(log.rows(f"SELECT case_no, count(*) {BACK} GROUP BY case_no", [department]))
    possible = count_over_ties({case: loops for case, loops in every.items() if case in tied}, ranges, "long_loops")
    sure = len(back.keys() - tied)
    return sure, sure + possible.cases_high
