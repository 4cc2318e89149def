"""Work done again because something had changed or was undone.

Definition
----------
A step is *rework* if the same activity was done before on the same object of the order, and in between somebody
changed what something on that object means, or the step was undone by its reversal: a block set, removed and set
again; rejected, restored and rejected again. A change of a field is rework if the same step has given that field
another value before. What ``[expected] repeat`` lists is not rework; how much that leaves out is shown.

Unit
----
share of the orders; by activity, share of the orders that have it

Needs
-----
order, activity and time; with object, field, old and new value recorded it becomes sharper

Thresholds
----------
min_share, min_cases: an activity is reported from this share of its orders, and from so many of them, on.
serious_share: as a warning from this share on.

Source
------
Own, since "an activity occurs twice" counts partial deliveries and monthly bills as rework. The pairs of steps and
reversals are: submit, confirm and approve undone by reject (confirm by cancel, too), reject by restore or resubmit,
block by unblock, deliver by return, invoice by credit or cancel.

Limits
------
Steps by systems, contacts, complaints, notes and payments are never rework. Where the export names no object, the
order is the object, so work on its second line may look like work done again. A change that records no values is
taken for a change. Where events share their time, low and high say what their order could make of it.

Example
-------
| case | activity     | at    | department | field | old | new | actor_type |
| ---- | ------------ | ----- | ---------- | ----- | --- | --- | ---------- |
| A    | Check credit | 09:00 | Credit     |       |     |     | human      |
| A    | Edit price   | 10:00 | Sales      | price | 100 | 120 | human      |
| A    | Check credit | 11:00 | Credit     |       |     |     | human      |
| B    | Check credit | 09:00 | Credit     |       |     |     | human      |
| B    | Edit price   | 10:00 | Sales      | price | 100 | 100.00 | human   |
| B    | Check credit | 11:00 | Credit     |       |     |     | human      |
| C    | Hold         | 09:00 | Credit     |       |     |     | human      |
| C    | Lift         | 10:00 | Credit     |       |     |     | human      |
| C    | Hold         | 11:00 | Credit     |       |     |     | human      |
| D    | Ship part    | 09:00 | Logistics  |       |     |     | human      |
| D    | Edit price   | 10:00 | Sales      | price | 100 | 120 | human      |
| D    | Ship part    | 11:00 | Logistics  |       |     |     | human      |

project:
  [activities]
  "Check credit" = { kind = "approve" }
  "Edit price" = { kind = "change" }
  "Hold" = { kind = "block" }
  "Lift" = { kind = "unblock" }
  "Ship part" = { kind = "deliver" }
  [expected]
  repeat = ["Ship part"]

A's credit is checked again after the price changed, C's hold is set again after it was lifted. B's price was only spelt
differently. D's second part is expected.

row: activity=Check credit, cases=1, of_cases=2, share=0.5, reworks=1, after_change=1, after_reversal=0, expected=false
row: activity=Hold, cases=1, of_cases=1, share=1, reworks=1, after_change=0, after_reversal=1, expected=false
row: activity=Ship part, cases=1, of_cases=1, share=1, reworks=1, after_change=1, after_reversal=0, expected=true
totals: cases=4, cases_with_rework=2, rework_share=0.5, reworks=2, expected_reworks=1, cases_with_rework_or_expected=3

thresholds: min_cases=1

finding: the log 0.5
finding: Check credit 0.5
finding: Hold 1
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
WITH found AS (
  SELECT activity, any_value(expected) AS expected,
         count(DISTINCT case_no) FILTER (WHERE counted) AS cases,
         count(DISTINCT case_no) FILTER (WHERE certain) AS cases_low,
         count(DISTINCT case_no) AS cases_high,
         count(*) FILTER (WHERE counted) AS reworks,
         count(*) FILTER (WHERE counted AND cause = 'change') AS after_change,
         count(*) FILTER (WHERE counted AND cause = 'reversal') AS after_reversal
  FROM reworks GROUP BY activity
)
SELECT activity, f.cases, a.cases AS of_cases, f.cases / a.cases AS share, cases_low, cases_high,
       reworks, after_change, after_reversal, expected
FROM found f JOIN activity_cases a USING (activity) ORDER BY expected, f.cases DESC, cases_high DESC, activity
"""
TOTALS = """
SELECT (SELECT count(*) FROM cases) AS cases,
       count(DISTINCT case_no) FILTER (WHERE counted AND NOT expected) AS cases_with_rework,
       count(DISTINCT case_no) FILTER (WHERE certain AND NOT expected) AS cases_with_rework_low,
       count(DISTINCT case_no) FILTER (WHERE NOT expected) AS cases_with_rework_high,
       count(DISTINCT case_no) FILTER (WHERE counted AND NOT expected) / (SELECT count(*) FROM cases) AS rework_share,
       count(*) FILTER (WHERE counted AND NOT expected) AS reworks,
       count(*) FILTER (WHERE certain AND NOT expected) AS reworks_low,
       count(*) FILTER (WHERE NOT expected) AS reworks_high,
       count(*) FILTER (WHERE counted AND expected) AS expected_reworks,
       count(DISTINCT case_no) FILTER (WHERE counted) AS cases_with_rework_or_expected
FROM reworks
"""
COUNTED = "SELECT case_no FROM reworks WHERE counted AND NOT expected"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    min_cases: int = 10
    serious_share: float = 0.05


@analyzer(
    code="OM101",
    name="rework",
    monotone=True,
    columns={
        "activity": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "cases_low": "count",
        "cases_high": "count",
        "reworks": "count",
        "after_change": "count",
        "after_reversal": "count",
        "expected": "text",
    },
    needs=("repetition",),
    views=("reworks", "activity_cases"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def rework(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report how much of the work is done again, and which steps."""
    totals, log = measured.totals, context.log
    if totals["cases_with_rework"] >= params.min_cases and totals["rework_share"] >= params.min_share:
        share = share_of_cases(log, COUNTED, counted=(totals["cases_with_rework"], totals["cases"]))
        listed = ""
        if totals["expected_reworks"]:
            listed = f" ({totals['cases_with_rework_or_expected']:,} with what is listed as expected)"
        yield Finding(
            "OM101",
            "rework",
            "the log",
            f"In {totals['cases_with_rework']:,} of {totals['cases']:,} orders{listed} work is done again after a "
            f"change or a reversal, {totals['reworks']:,} times in all" + _range(totals, "cases_with_rework"),
            totals["rework_share"],
            "share",
            share.low,
            share.high,
            totals["cases_with_rework"],
            totals["cases"],
            severity="warning" if totals["rework_share"] >= params.serious_share else "info",
            evidence=examples(log, COUNTED),
        )
    for row in measured.rows:
        if row["expected"] or row["cases"] < params.min_cases or row["share"] < params.min_share:
            continue
        cases = f"{COUNTED} AND activity = ?"
        having = "SELECT case_no FROM events WHERE activity = ?"
        share = share_of_cases(
            log,
            cases,
            having,
            hit_values=[row["activity"]],
            of_values=[row["activity"]],
            counted=(row["cases"], row["of_cases"]),
        )
        why = "it was undone" if row["after_reversal"] > row["after_change"] else "something had changed"
        yield Finding(
            "OM101",
            "rework",
            row["activity"],
            f"{row['activity']} is done again in {row['cases']:,} of {row['of_cases']:,} orders that have it, "
            f"mostly because {why}" + _range(row, "cases"),
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            row["of_cases"],
            severity="warning" if row["share"] >= params.serious_share else "info",
            evidence=examples(log, cases, [row["activity"]]),
        )


def _range(counted: dict[str, int], name: str) -> str:
    """Return in words what ties could make of a count, nothing where they make no difference."""
    low, high = counted[f"{name}_low"], counted[f"{name}_high"]
    return f" (between {low:,} and {high:,} orders, since some steps share their time)" if low != high else ""
