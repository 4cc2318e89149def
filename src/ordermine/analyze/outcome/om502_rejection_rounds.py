"""Orders that are rejected more than once.

Definition
----------
The rounds of an order are its rejections together with those of the orders it was entered as anew (OM501), one after
the other. Rejections at one time and next to each other are one round.

Unit
----
share of the rejected orders

Needs
-----
steps of kind reject

Thresholds
----------
min_share: reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
As far as OM501 recognises orders that were entered anew.

Example
-------
| case | activity | at    | reference |
| ---- | -------- | ----- | --------- |
| A    | Enter    | 08:00 |           |
| A    | Reject   | 09:00 |           |
| A    | Restore  | 10:00 |           |
| A    | Reject   | 11:00 |           |
| B    | Enter    | 12:00 | A         |
| B    | Reject   | 13:00 |           |
| D    | Enter    | 08:00 |           |
| D    | Reject   | 09:00 |           |

project:
  [activities]
  "Enter" = { kind = "create" }
  "Reject" = { kind = "reject" }
  "Restore" = { kind = "restore" }

A was rejected twice, and once more as B: three rounds of one order.

row: rounds=1, cases=1, share=0.5
row: rounds=3, cases=1, share=0.5
totals: cases=2, cases_with_several=1, most_rounds=3
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log


CHAINS = "SELECT case_no, rounds, resubmitted_as FROM rejections ORDER BY case_no"


def _chains(log: Log) -> dict[int, int]:
    """Return the first order of each chain of orders entered anew, and the rounds of the whole chain."""
    rows = log.rows(CHAINS)
    following = {case: new for case, _, new in rows if new is not None and new != case}
    rounds = {case: count for case, count, _ in rows}
    continued = set(following.values())
    chains = {}
    for first in rounds:
        if first in continued:
            continue
        chains[first], here = 0, first
        while here in rounds:
            chains[first] += rounds[here]
            here = following.get(here, -1)
    return chains


def measure(log: Log, level: str) -> Measured:
    """Count chains by their rounds."""
    counts = Counter(_chains(log).values())
    total = sum(counts.values())
    rows = [{"rounds": rounds, "cases": cases, "share": cases / total} for rounds, cases in sorted(counts.items())]
    totals = {
        "cases": total,
        "cases_with_several": total - counts[1],
        "most_rounds": max(counts, default=0),
    }
    return Measured(rejection_rounds.columns, rows, totals)


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    min_cases: int = 10


@analyzer(
    code="OM502",
    name="rejection rounds",
    columns={"rounds": "count", "cases": "count", "share": "share"},
    views=("rejections",),
    measure=measure,
    params=Params(),
)
def rejection_rounds(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report that orders are rejected again and again."""
    totals, log = measured.totals, context.log
    if totals["cases_with_several"] < params.min_cases:
        return
    chains = _chains(log)
    several = [case for case, rounds in chains.items() if rounds > 1]
    listed = "SELECT unnest(?) AS case_no"
    share = share_of_cases(log, listed, listed, hit_values=[several], of_values=[list(chains)])
    if share.share is None or share.share < params.min_share:
        return
    yield Finding(
        "OM502",
        "rejection rounds",
        "rejected orders",
        f"{len(several):,} of {len(chains):,} rejected orders are rejected more than once, up to"
        f" {totals['most_rounds']:,} times",
        share.share,
        "share",
        share.low,
        share.high,
        len(several),
        len(chains),
        severity="warning",
        evidence=examples(log, listed, [several]),
    )
