"""Departments in which errors start, as opposed to those in which they are noticed.

Definition
----------
The share of the errors with a known origin that started in a department. An error is a change, after the order's
first confirmation, of a protected field whose old and new values both exist and mean different things; it started
with the first write, by a person or an interface that isn't copying, of the last uninterrupted stretch in which the
field, or what it was copied from, held the wrong value. Omissions (OM602) count too.

Not errors: other spellings, writes by systems, batch jobs and integrations, and what the customer asked for: a
contact about the order, and that field where it names one, between the wrong write and the change. One error is one
wrong value at its origin, however many copies were corrected. An error whose first write is not in the log is
unattributable: it is never put down to the department that corrected it.

*rate* is per exposure: matured orders, per field that the department wrote other than by correcting it, or left
empty. A department stands out if it has more errors than its orders explain: than it would have at the rates of the
others that write the same field in orders with the same case attributes (*ratio*: errors over expected errors).

Unit
----
share of the errors whose origin is known

Needs
-----
department and field changes: field, old and new value; or, without old values, documents that are not
overwritten: field, new value and object id. Case attributes make the comparison fairer.

Thresholds
----------
min_errors: reported from so many errors on. max_false_discoveries: departments stand out at this rate of false
discoveries among all that can be compared (Benjamini–Hochberg). min_ratio: and only with so many times the errors that
their mix explains.

Source
------
Śliwerski, J., Zimmermann, T. and Zeller, A. (2005): When do changes induce fixes? for following a change back to
what it corrects; Breslow, N. E. and Day, N. E. (1987) for the comparison within the case mix.

Limits
------
Errors that nobody corrected don't show, and departments whose work is looked at more closely show more of them. Changes
that a customer asked for without anybody logging it look like errors. Where a field is declared, or seen in nine of ten
orders, to be copied from another that is missing in an order, the origin stays open. Without a field history, a later
document of a kind is taken for the correction of the one before.

Example
-------
| case | activity | at    | department | field | old | new   |
| ---- | -------- | ----- | ---------- | ----- | --- | ----- |
| A    | Price it | 08:00 | Sales      | price |     | 100   |
| A    | Promise  | 09:00 | Desk       |       |     |       |
| A    | Save     | 09:30 | Desk       | price | 100 | 100.0 |
| A    | Amend    | 10:00 | Finance    | price | 100 | 110   |
| B    | Price it | 08:00 | Sales      | price |     | 70    |
| B    | Promise  | 09:00 | Desk       |       |     |       |

project:
    [activities]
    "Promise" = { kind = "confirm" }
    "Price it" = { kind = "other" }
    "Save" = { kind = "other" }
    "Amend" = { kind = "change" }

row: department=Sales, originated=1, detected=0, contained=0, cases=1, share=1.0, exposure=2, hits=1, rate=0.5
row: department=Finance, originated=0, detected=1, contained=0, cases=0, share=0.0, exposure=0, hits=0, rate=null
totals: errors=1, attributed=1, unattributable=0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.base import Context, Measured, analyzer
from ordermine.analyze.clusters import create_clusters
from ordermine.analyze.evidence import examples
from ordermine.analyze.origin.suppression import guarded_origins, hidden_origins
from ordermine.analyze.origin.tables import create_error_tables
from ordermine.findings.finding import Finding
from ordermine.quoting import identifier
from ordermine.stats.discovery import benjamini_hochberg
from ordermine.stats.intervals import clustered, wilson
from ordermine.stats.mix import MixRate, MixRow, standardise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Unit
    from ordermine.stats.intervals import Proportion

COLUMNS: dict[str, Unit] = {
    "department": "text",
    "originated": "count",
    "detected": "count",
    "contained": "count",
    "cases": "count",
    "share": "share",
    "exposure": "count",
    "hits": "count",
    "rate": "share",
    "expected": "score",
    "ratio": "score",
    "ratio_low": "score",
    "p_adjusted": "score",
}

DEPARTMENTS = """
WITH started AS (
  SELECT originated_by AS department, count(*) AS originated, count(DISTINCT case_no) AS cases,
         count(*) FILTER (WHERE detected_by = originated_by) AS contained
  FROM errors WHERE originated_by IS NOT NULL GROUP BY ALL
), noticed AS (
  SELECT detected_by AS department, count(*) AS detected FROM errors WHERE detected_by IS NOT NULL GROUP BY ALL
), exposed AS (
  SELECT department, count(*) AS exposure, count(*) FILTER (WHERE hit) AS hits FROM exposures GROUP BY ALL
)
SELECT department, coalesce(originated, 0)::BIGINT, coalesce(detected, 0)::BIGINT, coalesce(contained, 0)::BIGINT,
       coalesce(cases, 0)::BIGINT, coalesce(originated, 0) / nullif((SELECT sum(originated) FROM started), 0),
       coalesce(exposure, 0)::BIGINT, coalesce(hits, 0)::BIGINT, hits / exposure
FROM started FULL JOIN noticed USING (department) FULL JOIN exposed USING (department)
ORDER BY 2 DESC, 3 DESC, department
"""

TOTALS = """
SELECT count(*) AS errors, count(originated_by) AS attributed, count(*) - count(originated_by) AS unattributable
FROM errors
"""

MIX = """
SELECT e.department, {stratum}, {cluster} AS cluster, count(*) FILTER (WHERE hit) AS hits, count(*) AS of
FROM exposures e JOIN cases USING (case_no) {join} GROUP BY ALL ORDER BY ALL
"""

PER_CLUSTER = """
SELECT count(*) FILTER (WHERE originated_by = ?), count(*)
FROM errors JOIN clusters USING (case_no) WHERE originated_by IS NOT NULL GROUP BY cluster ORDER BY cluster
"""


@dataclass(frozen=True, slots=True)
class Params:
    """Thresholds."""

    min_errors: int = 10
    max_false_discoveries: float = 0.05
    min_ratio: float = 1.25


def measure(log: Log, level: str) -> Measured:
    """Return every department's errors, exposure and rate, crude and against its case mix."""
    create_error_tables(log, level)
    mixed = {one.unit: one for one in standardise(case_mix(log))}
    tested = [name for name, one in mixed.items() if one.p_high is not None]
    family = benjamini_hochberg("departments in which errors start", [mixed[name].p_high or 0.0 for name in tested])
    adjusted = dict(zip(tested, family.adjusted, strict=True))
    rows = []
    for row in log.rows(DEPARTMENTS):
        one: MixRate | None = mixed.get(row[0])
        compared = (one.expected, one.ratio, one.ratio_low) if one is not None else (None, None, None)
        rows.append(dict(zip(COLUMNS, (*row, *compared, adjusted.get(row[0])), strict=True)))
    table = log.table(TOTALS)
    return Measured(COLUMNS, rows, {name: table.column(name)[0].as_py() for name in table.column_names})


def case_mix(log: Log) -> list[MixRow]:
    """Return exposures and hits by department, and by field and declared case attributes within it."""
    [*present] = log.table("SELECT * FROM cases LIMIT 0").column_names
    attributes_of = (source.case_attributes for source in log.project.source)
    declared = dict.fromkeys(log.stored_as(name) for names in attributes_of for name in names)
    attributes = ", ".join(["e.field", *(identifier(name) for name in declared if name in present)])
    cluster, join = "NULL", ""
    if log.project.log.cluster is not None:
        create_clusters(log)
        cluster, join = "clusters.cluster", "JOIN clusters USING (case_no)"
    found = log.rows(MIX.format(stratum=attributes, cluster=cluster, join=join))
    return [MixRow(row[0], row[1:-3], row[-2], row[-1], row[-3]) for row in found]


def share_of_errors(log: Log, row: dict[str, object], attributed: int) -> Proportion:
    """Return a department's share of the errors with a known origin; wider where clusters are declared."""
    if log.project.log.cluster is None:
        return wilson(int(str(row["originated"])), attributed)
    create_clusters(log)
    per_cluster = log.rows(PER_CLUSTER, [row["department"]])
    return clustered([hits for hits, _ in per_cluster], [of for _, of in per_cluster])


@analyzer(
    code="OM601",
    name="origin",
    columns=COLUMNS,
    needs=("department", "field", "new_value"),
    measure=measure,
    params=Params(),
    about_departments=True,
    hides=hidden_origins,
)
def origin(measured: Measured, params: Params, context: Context) -> Iterator[Finding]:
    """Report where errors start; warn where that is more than a department's orders explain."""
    attributed = measured.totals["attributed"]
    [(of_cases,)] = context.log.rows("SELECT count(DISTINCT case_no) FROM errors WHERE originated_by IS NOT NULL")
    unspoken = guarded_origins(context.log).itself
    for row in measured.rows:
        if row["originated"] < params.min_errors:
            continue
        name = row["department"]
        interval = share_of_errors(context.log, row, attributed)
        said = (
            f"{row['originated']:,} of {attributed:,} errors whose origin is known started in {name}, "
            f"which noticed {'few' if name in unspoken else format(row['contained'], ',')} of them itself"
        )
        stands_out = (
            row["p_adjusted"] is not None
            and row["p_adjusted"] <= params.max_false_discoveries
            # Where nobody else errs, nothing is expected, and the ratio has no bound.
            and (row["ratio"] is None or row["ratio"] >= params.min_ratio)
        )
        if stands_out:
            said += f"; its orders explain {row['expected']:.1f} errors where there are {row['hits']:,}"
        [(sure,)] = context.log.rows("SELECT avg(sure::INT) FROM errors WHERE originated_by = ?", [name])
        yield Finding(
            "OM601",
            "origin",
            name,
            said,
            row["share"],
            "share",
            interval.low,
            interval.high,
            row["cases"],
            of_cases,
            severity="warning" if stands_out else "info",
            confidence="high" if sure >= 0.95 else "medium",
            evidence=examples(context.log, "SELECT case_no FROM errors WHERE originated_by = ?", [name]),
        )
