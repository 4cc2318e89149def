"""Orders that go on without a step that nearly all others take first.

Definition
----------
A *milestone* is an activity that at least 80 % of the finished orders have; an order is finished if it was delivered
or invoiced, whichever the log shows in more orders. One milestone comes before another if it does so in at least 90 %
of the orders that have both at different times. An order *skipped* a milestone if it has one that comes later but not
this one. Orders that began before the export does are left out.

Unit
----
share of the orders that have a later milestone

Needs
-----
nothing beyond order, activity and time; finished orders are recognised where the meaning of steps is known

Thresholds
----------
min_cases: reported if skipped in at least so many orders. max_share: and in at most this share; more than that is
another way of working, not a skip.

Source
------
Own; a precedence constraint (Pesic and van der Aalst, 2006) mined from the log itself.

Limits
------
A step that was done but not recorded looks skipped. At most the 15 most frequent milestones are looked at.

Example
-------
| case | activity | at    |
| ---- | -------- | ----- |
| A    | Enter    | 08:00 |
| A    | Approve  | 09:00 |
| A    | Ship     | 10:00 |
| B    | Enter    | 08:00 |
| B    | Approve  | 09:00 |
| B    | Ship     | 10:00 |
| C    | Enter    | 08:00 |
| C    | Approve  | 09:00 |
| C    | Ship     | 10:00 |
| D    | Enter    | 08:00 |
| D    | Approve  | 09:00 |
| D    | Ship     | 10:00 |
| E    | Enter    | 08:00 |
| E    | Ship     | 10:00 |

project:
  [activities]
  "Ship" = { kind = "deliver" }

Four of five shipped orders were approved, always before shipping; E was not.

row: activity=Approve, cases=1, of_cases=5, share=0.2, later=Ship
totals: cases=5, milestones=3, cases_with_skip=1, skip_share=0.2

thresholds: min_cases=1

finding: Approve 0.2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log

REACHED = "SELECT case_no FROM skips WHERE activity = ?"
SKIPPED = f"{REACHED} AND skipped"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_cases: int = 10
    max_share: float = 0.2


def measure(log: Log, _: str) -> Measured:
    """Return for every milestone in how many orders it was skipped."""
    import pyarrow as pa

    from ordermine.eventlog.milestones import find_milestones

    found = find_milestones(log)
    taken = found.taken
    rows: list[dict[str, Any]] = []
    parts = []
    for at, name in enumerate(found.names):
        later = found.later(at)
        if not later:
            continue
        reached = taken[:, later].any(axis=1)
        skipped = reached & ~taken[:, at]
        parts.append(
            pa.table(
                {
                    "case_no": found.case_no[reached],
                    "activity": pa.array([name] * int(reached.sum())).dictionary_encode(),
                    "skipped": skipped[reached],
                }
            )
        )
        cases, of_cases = int(skipped.sum()), int(reached.sum())
        if not cases:
            continue
        most = max(later, key=lambda other: (int((skipped & taken[:, other]).sum()), -other))
        values = (name, cases, of_cases, cases / of_cases, found.names[most])
        rows.append(dict(zip(skipped_milestone.columns, values, strict=True)))
    if parts:
        log.connection.register("skips", pa.concat_tables(parts, promote_options="permissive").unify_dictionaries())
    rows.sort(key=lambda row: (-row["cases"], row["activity"]))
    number, skipping = len(found.case_no), int(found.skipping.sum())
    totals = {
        "cases": number,
        "milestones": len(found.names),
        "cases_with_skip": skipping,
        "skip_share": skipping / number if number else None,
    }
    return Measured(skipped_milestone.columns, rows, totals)


@analyzer(
    code="OM104",
    name="skipped milestone",
    columns={"activity": "text", "cases": "count", "of_cases": "count", "share": "share", "later": "text"},
    measure=measure,
    params=Params(),
)
def skipped_milestone(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report milestones that a few orders skip."""
    for row in measured.rows:
        if row["cases"] < params.min_cases or row["share"] > params.max_share:
            continue
        activity = row["activity"]
        share = share_of_cases(
            context.log,
            SKIPPED,
            REACHED,
            hit_values=[activity],
            of_values=[activity],
            counted=(row["cases"], row["of_cases"]),
        )
        yield Finding(
            "OM104",
            "skipped milestone",
            activity,
            f"{row['cases']:,} of {row['of_cases']:,} orders go on to {row['later']} without {activity}",
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            row["of_cases"],
            severity="warning",
            confidence="medium",
            evidence=examples(context.log, SKIPPED, [activity]),
        )
