"""Rows that say the same thing again.

Definition
----------
An *exact duplicate* is a row of a table whose every column equals that of another: it is left out when the export is
read, counted, and kept among the rows left out. A *double* is an event that stayed although another event of its order
has the same activity and the same timestamp: something else in its row differs.

Unit
----
share of the orders that have a double

Needs
-----
nothing beyond order, activity and time

Thresholds
----------
exact_share: exact duplicates are reported from this share of all rows on. min_share, min_cases: doubles are reported
from this share of the orders, and from so many orders, on.

Source
------
Suriadi, S. et al. (2017): event log imperfection patterns.

Limits
------
A double is a suspicion: several lines, parts or documents of one order may be worked on at the same moment. Rows of XES
and OCEL files are never left out. Exact duplicates are counted in the whole log, whatever is filtered.

Example
-------
| case | activity | at    | item |
| ---- | -------- | ----- | ---- |
| A    | Enter    | 09:00 | 10   |
| A    | Enter    | 09:00 | 10   |
| A    | Ship     | 10:00 | 10   |
| A    | Ship     | 10:00 | 20   |
| B    | Enter    | 09:00 | 10   |

The second row equals the first and is left out. Ship of A stays twice, since the items differ.

row: activity=Ship, events=2, doubles=1, cases=1, of_cases=1, share=1
totals: rows_in=5, exact_duplicates=1, exact_share=0.2, doubles=1, cases_with_double=1, cases=2, double_share=0.5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

DOUBLES = """
SELECT case_no, activity, count(*) - 1 AS doubles FROM tied_steps GROUP BY case_no, timestamp, activity
HAVING count(*) > 1
"""
SQL = f"""
SELECT activity, any_value(a.events) AS events, sum(doubles)::BIGINT AS doubles, count(DISTINCT case_no) AS cases,
       any_value(a.cases) AS of_cases, count(DISTINCT case_no) / any_value(a.cases) AS share
FROM ({DOUBLES}) JOIN activity_cases a USING (activity)
GROUP BY activity ORDER BY doubles DESC, cases DESC, activity
"""
COLUMNS = ("activity", "events", "doubles", "cases", "of_cases", "share")


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    exact_share: float = 0.001
    min_share: float = 0.01
    min_cases: int = 10


def measure(log: Log, _: str) -> Measured:
    """Return doubles by activity; exact duplicates are in the log's ledger."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in log.rows(SQL)]
    ledger = log.manifest.ledger
    query = f"SELECT (SELECT count(DISTINCT case_no) FROM ({DOUBLES})), (SELECT count(*) FROM cases)"
    [(affected, cases)] = log.rows(query)
    totals = {
        "rows_in": ledger.rows_in,
        "exact_duplicates": ledger.duplicates,
        "exact_share": ledger.duplicates / ledger.rows_in,
        "doubles": sum(row["doubles"] for row in rows),
        "cases_with_double": affected,
        "cases": cases,
        "double_share": affected / cases,
    }
    return Measured(duplicate_rows.columns, rows, totals)


@analyzer(
    code="OM003",
    name="duplicate rows",
    columns={
        "activity": "text",
        "events": "count",
        "doubles": "count",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
    },
    views=("tied_steps", "activity_cases"),
    measure=measure,
    params=Params(),
)
def duplicate_rows(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report rows that were left out as duplicates, and events that may be doubles."""
    totals = measured.totals
    if totals["exact_share"] >= params.exact_share:
        interval = wilson(totals["exact_duplicates"], totals["rows_in"])
        yield Finding(
            "OM003",
            "duplicate rows",
            "exact duplicates",
            f"{totals['exact_duplicates']:,} of {totals['rows_in']:,} rows repeat another row exactly and are left out",
            totals["exact_share"],
            "share",
            interval.low,
            interval.high,
            0,
            totals["cases"],
            severity="info",
        )
    if totals["double_share"] < params.min_share or totals["cases_with_double"] < params.min_cases:
        return
    share = share_of_cases(context.log, f"SELECT case_no FROM ({DOUBLES})")
    most = measured.rows[0]
    yield Finding(
        "OM003",
        "duplicate rows",
        "doubles",
        f"In {totals['cases_with_double']:,} of {totals['cases']:,} orders a step stands twice at the same moment, "
        f"most often {most['activity']}: the same work exported twice, or several lines of one order",
        totals["double_share"],
        "share",
        share.low,
        share.high,
        totals["cases_with_double"],
        totals["cases"],
        severity="warning",
        confidence="medium",
        evidence=examples(context.log, f"SELECT case_no FROM ({DOUBLES})"),
    )
