"""Required fields that were empty when an order was handed over, so that another department had to fill them.

Definition
----------
The share of the orders that a department handed over at the end of a stage with a required field empty, which another
department filled later. The order leaves a stage with its first event of a later stage by another department; the
omission started in the department that handed over, not in the one that filled the gap. Systems, batch jobs and
integrations neither hand over nor fill.

Unit
----
share of the orders that the department handed over when the field was required

Needs
-----
department and field changes, steps with known stages, and the required fields under ``[required]`` in the project file

Thresholds
----------
min_share: reported from this share of a department's orders on. min_cases: and in at least so many orders.

Source
------
Reason, J. (1990): Human Error, for telling omissions from wrong values.

Limits
------
Gaps that nobody ever filled don't show. A first value that the export doesn't record looks like a gap if somebody else
then writes the field without an old value.

Example
-------
| case | activity | at    | department | field   | old      | new      |
| ---- | -------- | ----- | ---------- | ------- | -------- | -------- |
| A    | Take up  | 08:00 | Sales      |         |          |          |
| A    | Enter    | 09:00 | Desk       |         |          |          |
| A    | Complete | 10:00 | Desk       | ship_to |          | Main St. |
| B    | Take up  | 08:00 | Sales      | ship_to |          | Mill Rd. |
| B    | Enter    | 09:00 | Desk       |         |          |          |
| B    | Complete | 10:00 | Desk       | ship_to | Mill Rd. | Park Ave |

project:
    [activities]
    "Take up" = { kind = "create", stage = "lead" }
    "Enter" = { kind = "submit", stage = "order" }
    "Complete" = { kind = "change", stage = "order" }
    [required]
    lead = ["ship_to"]

row: department=Sales, stage=lead, field=ship_to, cases=1, of_cases=2, share=0.5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import share_of_cases
from ordermine.analyze.evidence import examples
from ordermine.analyze.origin.tables import create_error_tables
from ordermine.findings.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Unit

COLUMNS: dict[str, Unit] = {
    "department": "text",
    "stage": "text",
    "field": "text",
    "cases": "count",
    "of_cases": "count",
    "share": "share",
}

QUERY = """
SELECT department, stage, field, count(*) FILTER (WHERE omitted) AS cases, count(*) AS of_cases,
       count(*) FILTER (WHERE omitted) / count(*) AS share
FROM handovers GROUP BY ALL ORDER BY cases DESC, department, stage, field
"""

HANDED_OVER = "SELECT case_no FROM handovers WHERE department = ?"


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_share: float = 0.02
    min_cases: int = 10


def measure(log: Log, level: str) -> Measured:
    """Return omissions by department and required field."""
    create_error_tables(log, level)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in log.rows(QUERY)]
    return Measured(COLUMNS, rows, {})


@analyzer(
    code="OM602",
    name="omission",
    columns=COLUMNS,
    needs=("department", "field", "new_value"),
    measure=measure,
    params=Params(),
    about_departments=True,
)
def omission(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report departments that hand orders over with required fields empty."""
    for name in dict.fromkeys(row["department"] for row in measured.rows):
        omitted = f"{HANDED_OVER} AND omitted"
        found = share_of_cases(context.log, omitted, HANDED_OVER, hit_values=[name], of_values=[name])
        if found.share is None or found.share < params.min_share or found.hits < params.min_cases:
            continue
        gaps = [row for row in measured.rows if row["department"] == name and row["cases"]]
        fields = ", ".join(f"{row['field']} ({row['cases']:,})" for row in gaps)
        yield Finding(
            "OM602",
            "omission",
            name,
            f"{name} handed over {found.hits:,} of {found.of:,} orders without what others had to fill in: {fields}",
            found.share,
            "share",
            found.low,
            found.high,
            found.hits,
            found.of,
            severity="warning",
            evidence=examples(context.log, omitted, [name]),
        )
