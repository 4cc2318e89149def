"""Which departments contribute to a measure, where that can be attributed, without what points at single people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.origin.summary import people_by_department
from ordermine.eventlog.on_demand import create_view
from ordermine.stats.suppress import suppress_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.measures.population import Population
    from ordermine.eventlog.log import Log

WAITING = """
SELECT target, count(DISTINCT case_no) AS cases, sum(wait_us)::DOUBLE AS part
FROM handoff_waits JOIN matured USING (case_no) GROUP BY target ORDER BY part DESC, target
"""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A department's part of a measure; None for the department: those that are hidden, together."""

    department: str | None
    share: float
    """Of what can be attributed."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """Who contributes to a measure, and what its parts are."""

    measure: str
    parts: str
    """What is divided among the departments."""
    departments: tuple[Contribution, ...]
    """Largest first."""


def contributions(population: Population) -> tuple[Contributions, ...]:
    """Return the measures of which departments' parts can be told: corrections and waiting at handoffs."""
    return tuple(found for found in (_corrections(population), _waiting(population)) if found is not None)


def _corrections(population: Population) -> Contributions | None:
    import numpy as np

    errors = population.errors
    if errors is None:
        return None
    ours = np.isin(errors.case_no, population.case_no[population.matured])
    known = (errors.originated_by >= 0) & ours & (errors.kind == 0)
    pairs = np.unique(np.stack([errors.originated_by[known], errors.case_no[known]]), axis=1)
    cases = np.bincount(pairs[0], minlength=len(errors.departments))
    number = np.bincount(errors.originated_by[known], minlength=len(errors.departments))
    found = [(name, int(cases[at]), float(number[at])) for at, name in enumerate(errors.departments) if number[at]]
    return _shown(population.log, "corrections", "errors whose origin is known, by where they started", found)


def _waiting(population: Population) -> Contributions | None:
    import pyarrow as pa

    log = population.log
    if "department" not in log.recorded:
        return None
    create_view(log, "handoff_waits")
    log.connection.register("matured", pa.table({"case_no": population.case_no[population.matured]}))
    return _shown(log, "handoff_waiting", "waiting at handoffs, by who was waited for", log.rows(WAITING))


def _shown(log: Log, measure: str, parts: str, found: Sequence[tuple[str, int, float]]) -> Contributions | None:
    """Return the departments that aren't too small to be named, and the others as one."""
    total = sum(part for _, _, part in found)
    if not total:
        return None
    people = people_by_department(log)
    hidden = suppress_list([cases for _, cases, _ in found], [people.get(name) for name, _, _ in found]).cells
    shown = [Contribution(name, part / total) for at, (name, _, part) in enumerate(found) if at not in hidden]
    shown.sort(key=lambda one: (-one.share, one.department or ""))
    if hidden:
        shown.append(Contribution(None, sum(found[at][2] for at in sorted(hidden)) / total))
    return Contributions(measure, parts, tuple(shown))
