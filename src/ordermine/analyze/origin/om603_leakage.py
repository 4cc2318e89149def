"""Errors that leave the department in which they started before anybody notices.

Definition
----------
The share of the errors that started in a department and were noticed in another: one minus its containment. Errors and
their origins are those of OM601, omissions included; only errors with a known origin count.

Unit
----
share of the errors that started in the department

Needs
-----
what OM601 needs: department and field changes, or documents that are not overwritten

Thresholds
----------
min_share: reported from this share on. min_errors: and for at least so many errors.

Source
------
Phase containment in defect analysis: the share of the errors that are removed where they were made.

Limits
------
Where a department corrects its work before the confirmation, that doesn't show as an error at all. An omission is by
definition noticed elsewhere.

Example
-------
| case | activity | at    | department | field | old | new |
| ---- | -------- | ----- | ---------- | ----- | --- | --- |
| A    | Price it | 08:00 | Sales      | price |     | 100 |
| A    | Promise  | 09:00 | Desk       |       |     |     |
| A    | Amend    | 10:00 | Finance    | price | 100 | 110 |
| B    | Price it | 08:00 | Sales      | price |     | 70  |
| B    | Promise  | 09:00 | Desk       |       |     |     |
| B    | Amend    | 10:00 | Sales      | price | 70  | 77  |

project:
    [activities]
    "Promise" = { kind = "confirm" }
    "Price it" = { kind = "other" }
    "Amend" = { kind = "change" }

row: department=Sales, originated=2, leaked=1, cases=1, of_cases=2, share=0.5, mostly_to=Finance
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import create_clusters
from ordermine.analyze.evidence import examples
from ordermine.analyze.origin.suppression import hidden_leaks
from ordermine.analyze.origin.tables import create_error_tables
from ordermine.findings.finding import Finding
from ordermine.stats.intervals import Proportion, clustered, wilson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Unit

COLUMNS: dict[str, Unit] = {
    "department": "text",
    "originated": "count",
    "leaked": "count",
    "cases": "count",
    "of_cases": "count",
    "share": "share",
    "mostly_to": "text",
}

QUERY = """
WITH known AS (SELECT *, detected_by <> originated_by AS leaked FROM errors
               WHERE originated_by IS NOT NULL AND detected_by IS NOT NULL),
elsewhere AS (
  SELECT originated_by, detected_by, count(*) AS errors FROM known WHERE leaked GROUP BY ALL
), mostly AS (
  SELECT originated_by, arg_max(detected_by, (errors, detected_by)) AS mostly_to FROM elsewhere GROUP BY ALL
)
SELECT originated_by, count(*) AS originated, count(*) FILTER (WHERE leaked),
       count(DISTINCT case_no) FILTER (WHERE leaked), count(DISTINCT case_no),
       count(*) FILTER (WHERE leaked) / count(*), any_value(mostly_to)
FROM known LEFT JOIN mostly USING (originated_by) GROUP BY originated_by ORDER BY originated DESC, originated_by
"""

LEAKED = "SELECT case_no FROM errors WHERE originated_by = ? AND detected_by <> originated_by"

PER_CLUSTER = """
SELECT count(*) FILTER (WHERE detected_by <> originated_by), count(*) FROM errors JOIN clusters USING (case_no)
WHERE originated_by = ? AND detected_by IS NOT NULL GROUP BY cluster ORDER BY cluster
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.5
    min_errors: int = 10


def measure(log: Log, level: str) -> Measured:
    """Return every department's errors that were noticed elsewhere."""
    create_error_tables(log, level)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in log.rows(QUERY)]
    return Measured(COLUMNS, rows, {})


def _leaked(log: Log, department: str, leaked: int, originated: int) -> Proportion:
    if log.project.log.cluster is None:
        return wilson(leaked, originated)
    create_clusters(log)
    per_cluster = log.rows(PER_CLUSTER, [department])
    return clustered([hits for hits, _ in per_cluster], [of for _, of in per_cluster])


@analyzer(
    code="OM603",
    name="leakage",
    columns=COLUMNS,
    needs=("department", "field", "new_value"),
    measure=measure,
    params=Params(),
    about_departments=True,
    hides=hidden_leaks,
)
def leakage(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report departments whose errors are as a rule noticed by others."""
    for row in measured.rows:
        if row["originated"] < params.min_errors or row["share"] < params.min_share:
            continue
        name = row["department"]
        interval = _leaked(context.log, name, row["leaked"], row["originated"])
        yield Finding(
            "OM603",
            "leakage",
            name,
            f"{row['leaked']:,} of {row['originated']:,} errors that started in {name} were noticed elsewhere, "
            f"most of them in {row['mostly_to']}",
            row["share"],
            "share",
            interval.low,
            interval.high,
            row["cases"],
            row["of_cases"],
            evidence=examples(context.log, LEAKED, [name]),
        )
