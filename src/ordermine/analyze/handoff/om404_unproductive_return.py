"""Returns for nothing: the department between changed no value and decided nothing.

Definition
----------
A return (OM401) A B A is unproductive if B, in its visit between the two, changed no value and made no decision.

A value is changed where old and new value differ in meaning; spelling doesn't matter. Decisions are steps of kind
approve, reject, restore or confirm.

Unit
----
share of the returns from one department to another

Needs
-----
department; where no old and new values are recorded, a step of kind change stands for a change

Thresholds
----------
min_share: a pair of departments is reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
A change or a decision that the export doesn't show makes a return look unproductive: the share is an upper bound, and
where no values are recorded at all the finding has low confidence. Returns within ``[expected] loops`` are counted and
not reported. Where events of an order share their time, both numbers depend on their order: ``low`` and ``high`` are
over all orders, exactly for up to 8 events at one time, a bound that surely holds for more. The interval of a finding
goes from the fewest unproductive of the most returns to the most of the fewest, wider than any one order can reach.

Example
-------
| case | activity | at    | department | field | old | new   |
| ---- | -------- | ----- | ---------- | ----- | --- | ----- |
| A    | Enter    | 09:00 | Sales      | price |     | 10    |
| A    | Ask      | 10:00 | Credit     |       |     |       |
| A    | Save     | 11:00 | Sales      | price | 10  | 10.00 |
| A    | Approve  | 12:00 | Credit     |       |     |       |
| A    | Reply    | 13:00 | Sales      |       |     |       |
| B    | Enter    | 09:00 | Sales      |       |     |       |
| B    | Ask      | 10:00 | Credit     |       |     |       |
| B    | Reply    | 10:00 | Sales      |       |     |       |

project:
  [activities]
  "Approve" = { kind = "approve" }

Three returns: Credit only asked before the first; Sales saved the same price again before the second; Credit decided
before the third. In B there is a return for nothing, or none if Sales replied before Credit asked.

row: case_id=A, a=Sales, b=Credit, start=2026-03-02 11:00:00, away_s=7200, expected=false
row: case_id=A, a=Credit, b=Sales, start=2026-03-02 12:00:00, away_s=7200, expected=false
row: case_id=B, a=Sales, b=Credit, start=2026-03-02 10:00:00, away_s=3600, expected=false
totals: unproductive=3, returns=4, unproductive_low=2, unproductive_high=3, returns_low=3, returns_high=4
totals: expected_unproductive=0
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import create_clusters
from ordermine.analyze.evidence import examples
from ordermine.analyze.handoff.certainty import confidence_in, count_over_ties, doubt, over_ties
from ordermine.eventlog.ties import ranges_between
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import clustered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log
    from ordermine.stats.intervals import Proportion

SQL = """
SELECT case_id, a, b, make_timestamp(start_us) AS start, (start_us - left_us) / 1e6 AS away_s, expected
FROM returns JOIN cases USING (case_no) WHERE unproductive ORDER BY case_no, start_us, a, b
"""

TOTALS = """
WITH counted AS (
  SELECT case_no, count(*) AS returns, count(*) FILTER (WHERE unproductive) AS unproductive,
         count(*) FILTER (WHERE unproductive AND expected) AS expected
  FROM returns GROUP BY case_no
)
SELECT coalesce(sum(unproductive), 0)::BIGINT AS unproductive, coalesce(sum(returns), 0)::BIGINT AS returns,
       coalesce(sum(coalesce(t.unproductive_low, c.unproductive)), 0)::BIGINT AS unproductive_low,
       coalesce(sum(coalesce(t.unproductive_high, c.unproductive)), 0)::BIGINT AS unproductive_high,
       coalesce(sum(coalesce(t.returns_low, c.returns)), 0)::BIGINT AS returns_low,
       coalesce(sum(coalesce(t.returns_high, c.returns)), 0)::BIGINT AS returns_high,
       coalesce(sum(expected), 0)::BIGINT AS expected_unproductive
FROM counted c FULL JOIN tied_ranges t USING (case_no)
"""

PAIR = "FROM returns WHERE a = ? AND b = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.2
    min_cases: int = 10


@analyzer(
    code="OM404",
    name="unproductive return",
    columns={"case_id": "text", "a": "text", "b": "text", "start": "text", "away_s": "seconds", "expected": "text"},
    needs=("department", "repetition"),
    views=("returns", "tied_ranges", "tied_events"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def unproductive_return(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report pairs of departments between which orders come back as they went."""
    log = context.log
    recorded = bool({"old_value", "new_value"} & log.recorded)
    cases: dict[tuple[str, str], set[str]] = defaultdict(set)
    times: Counter[tuple[str, str]] = Counter()
    for row in measured.rows:
        if not row["expected"]:
            cases[row["a"], row["b"]].add(row["case_id"])
            times[row["a"], row["b"]] += 1
    for (a, b), count in sorted(times.items(), key=lambda item: (-item[1], item[0])):
        if len(cases[a, b]) < params.min_cases:
            continue
        share = _share_of_returns(log, a, b)
        if share.share is None or share.share < params.min_share:
            continue
        seen = "" if recorded else "; the export records no values, so that changes are known from step names only"
        ranges = ranges_between(log, a, b)
        idle, back = (
            count_over_ties(dict(log.rows(f"SELECT case_no, {number} {PAIR} GROUP BY case_no", [a, b])), ranges, name)
            for number, name in (("count(*) FILTER (WHERE unproductive)", "unproductive"), ("count(*)", "returns"))
        )
        sure = confidence_in(len(cases[a, b]), idle.cases_low, idle.cases_high)
        # The returns of which these are a share vary as well: bounds that can't be passed, maybe not reached either.
        least, most = idle.low / max(back.high, 1), idle.high / max(back.low, 1)
        yield Finding(
            "OM404",
            "unproductive return",
            f"{a} → {b}",
            f"{count:,} of {share.of:,} returns from {b} to {a} were for nothing: {b} had changed no value and decided"
            f" nothing{seen}{doubt(idle.low, idle.high)}",
            share.share,
            "share",
            *over_ties(share, least, most),
            len(cases[a, b]),
            log.rows(f"SELECT count(DISTINCT case_no) {PAIR}", [a, b])[0][0],
            severity="warning",
            confidence="low" if sure == "low" or not recorded else "medium",
            evidence=examples(log, f"SELECT case_no {PAIR} AND unproductive", [a, b]),
        )


def _share_of_returns(log: Log, a: str, b: str) -> Proportion:
    """Return the share of returns that are unproductive; returns of one order, or cluster, are alike."""
    group, join = "case_no", ""
    if log.project.log.cluster is not None:
        create_clusters(log)
        group, join = "cluster", "JOIN clusters USING (case_no)"
    rows = log.rows(
        f"SELECT count(*) FILTER (WHERE unproductive), count(*) FROM returns {join} WHERE a = ? AND b = ?"
        f" GROUP BY {group} ORDER BY {group}",
        [a, b],
    )
    return clustered([row[0] for row in rows], [row[1] for row in rows])
