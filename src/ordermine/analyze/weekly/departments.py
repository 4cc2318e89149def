"""What the report says between departments: returns, origins of errors, waiting; without what is about too few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.origin.errors import why_not
from ordermine.analyze.origin.summary import people_by_department, summarise
from ordermine.analyze.origin.suppression import guarded_origins
from ordermine.analyze.registry import find
from ordermine.analyze.weekly.matrix import count_between, trimmed
from ordermine.analyze.weekly.value import HandoffWait, OriginShare, OriginsSaid, Waiting
from ordermine.eventlog.on_demand import create_view
from ordermine.stats.suppress import FEWEST_CASES, FEWEST_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.analyze.measures.population import Population
    from ordermine.analyze.origin.summary import DepartmentOrigins
    from ordermine.analyze.origin.suppression import Guarded
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
    return count_between(log.rows(RETURNS), people_by_department(log))


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
    summary = summarise(log, population.errors, population.case_no[population.matured])
    guarded = guarded_origins(log)
    people = people_by_department(log)
    cells = [
        [None if (i, j) in guarded.cells else count for j, count in enumerate(row)]
        for i, row in enumerate(guarded.counts)
    ]
    departments = [_share(one, guarded, people) for one in summary.departments if one.originated or one.detected]
    # The order of departments must not tell what is hidden.
    departments.sort(key=lambda one: (one.started is None, -(one.started or 0), one.department))
    return OriginsSaid(
        errors=summary.errors,
        attributed=summary.attributed,
        unattributable=tuple(sorted(summary.unattributable.items(), key=lambda item: (-item[1], item[0]))),
        change_requests=summary.change_requests,
        departments=tuple(departments),
        matrix=trimmed(guarded.names, cells),
    )


def _share(one: DepartmentOrigins, guarded: Guarded, people: Mapping[str, int]) -> OriginShare:
    """Return the numbers of a department that may be shown."""
    known = one.department not in guarded.started
    few = people.get(one.department, FEWEST_PEOPLE) < FEWEST_PEOPLE or 0 < one.rate.hits < FEWEST_CASES
    return OriginShare(
        department=one.department,
        started=one.originated if known else None,
        noticed=None if one.department in guarded.noticed else one.detected,
        share=one.share if known else None,
        bounds=(one.bound_low, one.bound_high) if known else None,
        rate=one.rate if known and not few and one.rate.of else None,
    )
