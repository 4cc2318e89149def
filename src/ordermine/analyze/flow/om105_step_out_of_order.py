"""Steps that come before another which nearly always comes first.

Definition
----------
Milestones, and which of two comes first, are those of OM104. An order has a milestone *out of order* if its first
time lies before the first time of a milestone that usually comes earlier. Of several earlier ones, the row names the
one with most such orders.

Unit
----
share of the orders that have both

Needs
-----
nothing beyond order, activity and time; finished orders are recognised where the meaning of steps is known

Thresholds
----------
min_cases: reported for at least so many orders. min_share: and from this share of the orders that have both on.

Source
------
Own; a precedence constraint (Pesic and van der Aalst, 2006) mined from the log itself.

Limits
------
Where both steps share their time, nothing says which came first: `cases_high` counts those orders, too, `cases` only
those in which times tell. Day and month swapped (OM009) or coarse times (OM006) put steps out of order on paper only.

Example
-------
| case | activity | at    |
| ---- | -------- | ----- |
| A    | Approve  | 09:00 |
| A    | Ship     | 10:00 |
| B    | Approve  | 09:00 |
| B    | Ship     | 10:00 |
| C    | Approve  | 09:00 |
| C    | Ship     | 10:00 |
| D    | Approve  | 09:00 |
| D    | Ship     | 10:00 |
| E    | Approve  | 09:00 |
| E    | Ship     | 10:00 |
| F    | Approve  | 09:00 |
| F    | Ship     | 10:00 |
| G    | Approve  | 09:00 |
| G    | Ship     | 10:00 |
| H    | Approve  | 09:00 |
| H    | Ship     | 10:00 |
| I    | Approve  | 09:00 |
| I    | Ship     | 10:00 |
| J    | Ship     | 09:00 |
| J    | Approve  | 10:00 |
| K    | Ship     | 09:00 |
| K    | Approve  | 09:00 |

Nine of the ten orders in which times tell were approved first; J was shipped first, and of K nobody knows.

row: activity=Ship, before=Approve, cases=1, of_cases=11, share=0.0909, cases_high=2, share_high=0.1818
totals: cases=11, milestones=2, cases_out_of_order=1, cases_out_of_order_high=2

thresholds: min_cases=1

finding: Ship before Approve 0.0909
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

HAVING = "SELECT case_no FROM misplaced WHERE activity = ?"
EARLY = f"{HAVING} AND early"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_cases: int = 10
    min_share: float = 0.005


def measure(log: Log, _: str) -> Measured:
    """Return for every milestone before which earlier one it comes in most orders."""
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.milestones import find_milestones

    found = find_milestones(log)
    taken, times = found.taken, found.first_us
    rows: list[dict[str, Any]] = []
    perhaps = np.zeros(len(found.case_no), dtype=bool)
    parts = []
    for at, name in enumerate(found.names):
        earlier = found.earlier(at)
        for other in earlier:
            perhaps |= taken[:, at] & taken[:, other] & (times[:, at] <= times[:, other])
        worst = max(earlier, key=lambda other: (int(found.before[at, other]), -other), default=None)
        if worst is None or not found.before[at, worst] + found.tied[at, worst]:
            continue
        both = taken[:, at] & taken[:, worst]
        parts.append(
            pa.table(
                {
                    "case_no": found.case_no[both],
                    "activity": pa.array([name] * int(both.sum())).dictionary_encode(),
                    "early": (times[:, at] < times[:, worst])[both],
                }
            )
        )
        cases, of_cases = int(found.before[at, worst]), int(both.sum())
        most = cases + int(found.tied[at, worst])
        values = (name, found.names[worst], cases, of_cases, cases / of_cases, most, most / of_cases)
        rows.append(dict(zip(step_out_of_order.columns, values, strict=True)))
    if parts:
        log.connection.register("misplaced", pa.concat_tables(parts, promote_options="permissive").unify_dictionaries())
    rows.sort(key=lambda row: (-row["cases"], -row["cases_high"], row["activity"]))
    totals = {
        "cases": len(found.case_no),
        "milestones": len(found.names),
        "cases_out_of_order": int(found.out_of_order.sum()),
        "cases_out_of_order_high": int(perhaps.sum()),
    }
    return Measured(step_out_of_order.columns, rows, totals)


@analyzer(
    code="OM105",
    name="step out of order",
    columns={
        "activity": "text",
        "before": "text",
        "cases": "count",
        "of_cases": "count",
        "share": "share",
        "cases_high": "count",
        "share_high": "share",
    },
    measure=measure,
    params=Params(),
)
def step_out_of_order(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report steps that come too early in some orders."""
    for row in measured.rows:
        if row["cases"] < params.min_cases or row["share"] < params.min_share:
            continue
        activity = row["activity"]
        share = share_of_cases(
            context.log,
            EARLY,
            HAVING,
            hit_values=[activity],
            of_values=[activity],
            counted=(row["cases"], row["of_cases"]),
        )
        ties = row["cases_high"] - row["cases"]
        yield Finding(
            "OM105",
            "step out of order",
            f"{activity} before {row['before']}",
            f"In {row['cases']:,} of {row['of_cases']:,} orders {activity} comes before {row['before']}, which usually "
            "comes first" + (f"; in {ties:,} more both carry the same time" if ties else ""),
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            row["of_cases"],
            severity="warning",
            evidence=examples(context.log, EARLY, [activity]),
        )
