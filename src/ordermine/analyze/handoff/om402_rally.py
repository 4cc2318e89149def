"""Orders that go back and forth between two departments.

Definition
----------
A rally: two departments have an order in turn, A B A B …, with at least two returns in a row; the longest such stretch
counts as one.

Returns are those of OM401. ``A B A B A`` is one rally of 3 returns, ``A B A C A`` has 2 returns and no rally.

Unit
----
share of the orders that pass between the two departments

Needs
-----
department

Thresholds
----------
min_share: a pair of departments is reported from this share on. min_cases: and in at least so many orders.

Source
------
Section 7 of the design.

Limits
------
Where events of an order share their time, the number of rallies depends on their order: ``low`` and ``high`` are over
all orders, exactly for up to 8 events at one time, a bound that surely holds for more. The same goes for the interval
of a finding; the table, and the orders that its share is of, are those of the export. Rallies within
``[expected] loops`` are in the table and are not reported.

Example
-------
| case | activity | at    | department |
| ---- | -------- | ----- | ---------- |
| A    | Enter    | 09:00 | Sales      |
| A    | Ask      | 10:00 | Credit     |
| A    | Answer   | 11:00 | Sales      |
| A    | Ask      | 12:00 | Credit     |
| A    | Note     | 12:30 | Credit     |
| A    | Ship     | 13:00 | Logistics  |
| B    | Enter    | 09:00 | Sales      |
| B    | Ask      | 10:00 | Credit     |
| B    | Answer   | 11:00 | Sales      |
| C    | Enter    | 09:00 | Sales      |
| C    | Ask      | 10:00 | Credit     |
| C    | Answer   | 10:00 | Sales      |
| C    | Ask      | 11:00 | Credit     |

project:
  [activities]
  "A*" = { kind = "other" }
  "Enter" = { kind = "create" }
  "Ship" = { kind = "deliver" }
  "Note" = { kind = "note" }

In A both returns are unproductive: neither Credit nor Sales changed a value or decided anything in between. So they are
in C, if Credit asked first at 10:00; if Sales answered first, C has one handoff and no rally.

row: case_id=A, a=Sales, b=Credit, returns=2, start=2026-03-02 09:00:00, end=2026-03-02 12:30:00, unproductive=2
row: case_id=C, a=Sales, b=Credit, returns=2, start=2026-03-02 09:00:00, end=2026-03-02 11:00:00, unproductive=2
totals: rallies=2, cases_with_rally=2, rallies_low=1, rallies_high=2, expected_rallies=0
totals: cases_with_rally_low=1, cases_with_rally_high=2
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
from ordermine.analyze.wording import part, span
from ordermine.eventlog.ties import ranges_between
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

SQL = """
SELECT case_id, a, b, returns, make_timestamp(start_us) AS start, make_timestamp(end_us) AS "end", unproductive
FROM rallies JOIN cases USING (case_no) ORDER BY case_no, start_us, end_us
"""

TOTALS = """
WITH counted AS (
  SELECT case_no, count(*) AS rallies, count(*) FILTER (WHERE expected) AS expected FROM rallies GROUP BY case_no
), ranged AS (
  SELECT coalesce(c.rallies, 0) AS rallies, coalesce(c.expected, 0) AS expected,
         coalesce(t.rallies_low, c.rallies) AS low, coalesce(t.rallies_high, c.rallies) AS high
  FROM counted c FULL JOIN tied_ranges t USING (case_no)
)
SELECT coalesce(sum(rallies), 0)::BIGINT AS rallies, count(*) FILTER (WHERE rallies > 0) AS cases_with_rally,
       coalesce(sum(low), 0)::BIGINT AS rallies_low, coalesce(sum(high), 0)::BIGINT AS rallies_high,
       count(*) FILTER (WHERE low > 0) AS cases_with_rally_low,
       count(*) FILTER (WHERE high > 0) AS cases_with_rally_high,
       coalesce(sum(expected), 0)::BIGINT AS expected_rallies
FROM ranged
"""

BETWEEN = "SELECT case_no FROM {} WHERE ({} = ? AND {} = ?) OR ({} = ? AND {} = ?)"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.01
    min_cases: int = 10


@analyzer(
    code="OM402",
    name="rally",
    columns={
        "case_id": "text",
        "a": "text",
        "b": "text",
        "returns": "count",
        "start": "text",
        "end": "text",
        "unproductive": "count",
    },
    needs=("department", "repetition"),
    views=("returns", "rallies", "tied_ranges", "tied_events"),
    sql=SQL,
    totals=TOTALS,
    params=Params(),
    about_departments=True,
)
def rally(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report pairs of departments that pass orders back and forth."""
    log = context.log
    expected = [set(loop) for loop in log.project.expected.loops]
    pairs: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in measured.rows:
        pairs[min(row["a"], row["b"]), max(row["a"], row["b"])].append(row)
    for (one, other), rows in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0])):
        cases = len({row["case_id"] for row in rows})
        if cases < params.min_cases or any({one, other} <= loop for loop in expected):
            continue
        pair = [one, other, other, one]
        hits, of = BETWEEN.format("rallies", *"abab"), BETWEEN.format("handoffs", *("source", "target") * 2)
        share = share_of_cases(log, hits, of, hit_values=pair, of_values=pair)
        if share.share is None or share.share < params.min_share:
            continue
        counts = dict(log.rows(f"SELECT case_no, count(*) FROM ({hits}) GROUP BY case_no", pair))
        over = count_over_ties(counts, ranges_between(log, one, other), "rallies")
        low, high = over.cases_low, over.cases_high
        returns = sum(row["returns"] for row in rows)
        idle = sum(row["unproductive"] for row in rows) / returns
        length = median((row["end"] - row["start"]).total_seconds() for row in rows)
        yield Finding(
            "OM402",
            "rally",
            f"{one} ↔ {other}",
            f"{cases:,} of {share.of:,} orders that pass between {one} and {other} go back and forth at least twice in"
            f" a row; half of these rallies last longer than {span(length)}, and {part(idle)} of their returns changed"
            f" and decided nothing{doubt(low, high)}",
            share.share,
            "share",
            *over_ties(share, low / share.of, high / share.of),
            cases,
            share.of,
            severity="warning",
            confidence=confidence_in(cases, low, high),
            evidence=examples(log, hits, pair),
        )
