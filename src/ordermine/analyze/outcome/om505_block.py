"""Blocks: how many orders they stop, and for how long.

Definition
----------
A block from the step that sets it (kind block) to the step that removes it (kind unblock). A block that is set in the
second in which the order begins, or that is removed without having been set, is a default of the order type and no
exception: it is counted apart.

Steps belong to one block if their names are alike without the words for setting and removing: ``Set credit block`` and
``Credit block released``.

Unit
----
share of all orders

Needs
-----
steps of kind block or unblock

Thresholds
----------
min_share: a block is reported if it stops this share of orders. min_cases: and at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Steps whose names have nothing in common aren't recognised as one block: it then seems never to be removed. How long
default blocks last is not part of ``median_s`` and ``p90_s``, which are over blocks that were set and removed.

Example
-------
| case | activity              | at               |
| ---- | --------------------- | ---------------- |
| A    | Enter                 | 2026-03-02 09:00 |
| A    | Credit block set      | 2026-03-02 10:00 |
| A    | Credit block released | 2026-03-03 10:00 |
| B    | Enter                 | 2026-03-02 09:00 |
| B    | Credit block set      | 2026-03-02 09:00 |
| B    | Credit block released | 2026-03-02 11:00 |
| D    | Enter                 | 2026-03-02 09:00 |
| D    | Credit block set      | 2026-03-02 09:30 |

row: block=Credit block set, cases=2, share=0.6667, blocks=2, removed=1, still_set=1, defaults=1, median_s=86400
totals: cases=3, cases_blocked=2, blocks=2, defaults=1
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.wording import part, span
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
SELECT block, count(DISTINCT case_no) FILTER (WHERE NOT is_default) AS cases,
       cases / (SELECT count(*) FROM cases) AS share, count(*) FILTER (WHERE NOT is_default) AS blocks,
       count(removed_us) FILTER (WHERE NOT is_default) AS removed,
       count(*) FILTER (WHERE NOT is_default AND removed_us IS NULL) AS still_set,
       count(*) FILTER (WHERE is_default) AS defaults,
       median((removed_us - set_us) / 1e6) FILTER (WHERE NOT is_default) AS median_s,
       quantile_cont((removed_us - set_us) / 1e6, 0.9) FILTER (WHERE NOT is_default) AS p90_s
FROM blocks GROUP BY block ORDER BY cases DESC, defaults DESC, block
"""

TOTALS = """
SELECT (SELECT count(*) FROM cases) AS cases, count(DISTINCT case_no) FILTER (WHERE NOT is_default) AS cases_blocked,
       count(*) FILTER (WHERE NOT is_default) AS blocks, count(*) FILTER (WHERE is_default) AS defaults
FROM blocks
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    min_cases: int = 10


@analyzer(
    code="OM505",
    name="block",
    monotone=True,
    columns={
        "block": "text",
        "cases": "count",
        "share": "share",
        "blocks": "count",
        "removed": "count",
        "still_set": "count",
        "defaults": "count",
        "median_s": "seconds",
        "p90_s": "seconds",
    },
    views=("blocks",),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
)
def block(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report blocks that stop a share of the orders."""
    for row in measured.rows:
        if row["share"] < params.min_share or row["cases"] < params.min_cases:
            continue
        hits = "SELECT case_no FROM blocks WHERE block = ? AND NOT is_default"
        share = share_of_cases(context.log, hits, hit_values=[row["block"]])
        length = "" if row["median_s"] is None else f", half of those removed after more than {span(row['median_s'])}"
        left = f"; {row['still_set']:,} are still set" if row["still_set"] else ""
        yield Finding(
            "OM505",
            "block",
            row["block"],
            f"“{row['block']}” stops {row['cases']:,} of {share.of:,} orders ({part(row['share'])}){length}{left}",
            row["share"],
            "share",
            share.low,
            share.high,
            row["cases"],
            share.of,
            severity="warning",
            evidence=examples(context.log, hits, [row["block"]]),
        )
