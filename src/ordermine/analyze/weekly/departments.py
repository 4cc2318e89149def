"""What the report says between departments: returns, origins of errors, waiting; without what is about too few."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ordermine.analyze.origin.errors import CLASSES, why_not
from ordermine.analyze.origin.summary import people_by_department, summarise
from ordermine.analyze.registry import find
from ordermine.analyze.weekly.matrix import matrix
from ordermine.analyze.weekly.value import HandoffWait, OriginShare, OriginsSaid, Waiting
from ordermine.eventlog.on_demand import create_view
from ordermine.stats.suppress import FEWEST_CASES, FEWEST_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.origin.errors import Errors
    from ordermine.analyze.origin.summary import DepartmentOrigins, Origins
    from ordermine.analyze.run import Analysis
    from ordermine.analyze.weekly.matrix import Matrix
    from ordermine.eventlog.log import Log

NO_DEPARTMENTS: Final = "departments are not recorded"
MOST_WAITS: Final = 8
LEAST_PART: Final = 0.01
"""Of all waiting between departments, below which a pair isn't worth a line."""
RETURNS: Final = """
SELECT a::VARCHAR, b::VARCHAR, case_no, count(*) FROM returns WHERE NOT expected GROUP BY ALL ORDER BY ALL
"""


def returns_between(log: Log) -> Matrix | str:
    """Return how often departments (rows) got orders straight back from others (columns), expected loops left out."""
    if "department" not in log.recorded:
        return NO_DEPARTMENTS
    create_view(log, "returns")
    return matrix(log.rows(RETURNS), people_by_department(log), totals=False)


def waiting_between(log: Log) -> Waiting | str:
    """Return between which departments orders wait most."""
    if "department" not in log.recorded:
        return NO_DEPARTMENTS
    people = people_by_department(log)
    rows = find("OM201").measure(log).rows
    spoken = [
        HandoffWait(row["source"], row["target"], row["handoffs"], row["median_s"], row["p90_s"], row["part"])
        for row in rows
        if row["part"] >= LEAST_PART
        and row["cases"] >= FEWEST_CASES
        and all(people.get(row[end], FEWEST_PEOPLE) >= FEWEST_PEOPLE for end in ("source", "target"))
    ]
    # One pair alone that isn't shown could be had from the others.
    shown = spoken[: min(MOST_WAITS, len(rows) - 2) if len(spoken) < len(rows) else MOST_WAITS]
    return Waiting(tuple(shown), len(rows) - len(shown))


def origins_of(log: Log, population: Population) -> OriginsSaid | str:
    """Return where errors start, against where they are noticed."""
    if population.errors is None:
        return why_not(log)
    people = people_by_department(log)
    matured = population.case_no[population.matured]
    summary = summarise(log, population.errors, matured)
    table = matrix(_errors_between(population.errors), people, totals=True)
    started = dict(zip(table.rows, table.row_totals, strict=True))
    noticed = dict(zip(table.columns, table.column_totals, strict=True))
    departments = [
        _origin_share(one, summary, started, noticed, people) for one in summary.departments if one.originated or one.detected
    ]
    # The order of departments must not tell what is hidden.
    departments.sort(key=lambda one: (one.started is None, -(one.started or 0), one.department))
    return OriginsSaid(
        errors=summary.errors,
        attributed=summary.attributed,
        unattributable=tuple(sorted(summary.unattributable.items(), key=lambda item: (-item[1], item[0]))),
        change_requests=summary.change_requests,
        departments=tuple(departments),
        matrix=table,
    )


def _errors_between(errors: Errors) -> list[tuple[str, str, int, int]]:
    import numpy as np

    known = (errors.kind != CLASSES.index("change_request")) & (errors.originated_by >= 0)
    names = [*errors.departments, "not recorded"]
    times = Counter(
        zip(errors.originated_by[known].tolist(), errors.detected_by[known].tolist(), errors.case_no[known].tolist(), strict=True)
    )
    assert np.all(errors.originated_by[known] < len(errors.departments))
    return [(names[start], names[seen], case, count) for (start, seen, case), count in sorted(times.items())]


def _origin_share(
    one: DepartmentOrigins,
    summary: Origins,
    started: Mapping[str | None, int | None],
    noticed: Mapping[str | None, int | None],
    people: Mapping[str, int],
) -> OriginShare:
    """Return the numbers of a department that may be shown; what the matrix hides is hidden here, too."""
    told = started.get(one.department, 0)
    seen = noticed.get(one.department, 0)
    known = told is not None
    few = people.get(one.department, FEWEST_PEOPLE) < FEWEST_PEOPLE or 0 < one.rate.hits < FEWEST_CASES
    return OriginShare(
        department=one.department,
        started=told,
        noticed=seen,
        share=one.share if known else None,
        bounds=(one.bound_low, one.bound_high) if known else None,
        rate=one.rate if known and not few and one.rate.of else None,
    )


def hush(analysis: Analysis, origins: OriginsSaid | str) -> Analysis:
    """Return the findings without those that would tell what the matrix of origins hides."""
    if isinstance(origins, str):
        return analysis
    table = origins.matrix
    open_rows = {
        name
        for name, total, cells in zip(table.rows, table.row_totals, table.cells, strict=True)
        if total is not None and (name not in table.columns or cells[table.columns.index(name)] is not None)
    }
    kept = [one for one in analysis.findings if one.code not in ("OM601", "OM603") or one.subject in open_rows]
    return replace(
        analysis, findings=kept, suppressed=analysis.suppressed + len(analysis.findings) - len(kept)
    )
