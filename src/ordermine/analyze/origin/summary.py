"""Errors by the department in which they started and the one in which they were noticed, with rates by exposure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.cluster_arrays import cluster_codes, share_of_rows
from ordermine.analyze.origin.errors import CLASSES, REASONS, Errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from ordermine.eventlog.log import Log
    from ordermine.stats.intervals import Proportion


PEOPLE = """
SELECT department, count(DISTINCT resource) FROM events
WHERE department IS NOT NULL AND resource IS NOT NULL
  AND coalesce(actor_type, 'unknown') NOT IN ('system', 'batch', 'integration')
GROUP BY department
"""


@dataclass(frozen=True, slots=True)
class DepartmentOrigins:
    """What started in a department and what it noticed."""

    department: str
    originated: int
    detected: int
    contained: int
    """Originated and detected."""
    cases: int
    """Orders in which an error started there."""
    share: Proportion
    """Of the errors whose origin is known."""
    bound_low: float
    bound_high: float
    """Share of all errors if none, and if all, of those without a known origin started there."""
    rate: Proportion
    """Of its exposure: matured orders, per field that it wrote or left empty."""

    @property
    def containment(self) -> float | None:
        """Share of its own errors that it noticed itself; None where it has none."""
        return self.contained / self.originated if self.originated else None


@dataclass(frozen=True, slots=True)
class Origins:
    """Where errors started and where they were noticed."""

    errors: int
    attributed: int
    unattributable: Mapping[str, int]
    """Reason → errors."""
    change_requests: int
    matrix: Mapping[tuple[str, str | None], int]
    """(origin, where noticed) → errors with a known origin."""
    departments: Sequence[DepartmentOrigins]
    """Most errors first."""


@dataclass(frozen=True, slots=True)
class ExposedRates:
    """Per exposure (see `errors.Exposure`) of matured orders: whether an error started there."""

    case_no: np.ndarray
    field: np.ndarray
    department: np.ndarray
    hit: np.ndarray


def people_by_department(log: Log) -> dict[str, int]:
    """Return how many people work in each department, where people are recorded; interfaces are no people."""
    return dict(log.rows(PEOPLE))


def exposed_rates(errors: Errors, matured: np.ndarray) -> ExposedRates:
    """Return the exposures of matured orders.

    Parameters
    ----------
    errors
        The log's errors.
    matured
        Numbers (``case_no``) of the matured orders, ascending.
    """
    import numpy as np

    exposure = errors.exposure
    width, size = len(errors.fields.fields) + 1, len(errors.departments) + 1
    started = (errors.kind != CLASSES.index("change_request")) & (errors.originated_by >= 0)

    def key(case_no: np.ndarray, field: np.ndarray, department: np.ndarray) -> np.ndarray:
        joined: np.ndarray = (case_no.astype(np.int64) * width + field) * size + department
        return joined

    begun = key(errors.case_no[started], errors.origin_field[started], errors.originated_by[started])
    kept = np.isin(exposure.case_no, matured)
    case_no, field, department = exposure.case_no[kept], exposure.field[kept], exposure.department[kept]
    return ExposedRates(case_no, field, department, np.isin(key(case_no, field, department), begun))


def summarise(log: Log, errors: Errors, matured: np.ndarray) -> Origins:
    """Return the origin × detection matrix and every department's numbers.

    Parameters
    ----------
    log
        The log; where it declares clusters, intervals are widened for them.
    errors
        Its errors.
    matured
        Numbers (``case_no``) of the matured orders, ascending.
    """
    import numpy as np

    counted = errors.kind != CLASSES.index("change_request")
    known = counted & (errors.originated_by >= 0)
    total, attributed = int(counted.sum()), int(known.sum())
    size = len(errors.departments)
    originated = np.bincount(errors.originated_by[known], minlength=size)
    detected = np.bincount(errors.detected_by[counted & (errors.detected_by >= 0)], minlength=size)
    contained = np.bincount(errors.originated_by[known & (errors.originated_by == errors.detected_by)], minlength=size)
    rates = exposed_rates(errors, matured)
    exposed = np.bincount(rates.department, minlength=size)
    share_clusters = cluster_codes(log, errors.case_no[known])
    rate_clusters = cluster_codes(log, rates.case_no)
    lost = Counter(REASONS[reason] for reason in errors.reason[counted & ~known].tolist())
    pairs = Counter(zip(errors.originated_by[known].tolist(), errors.detected_by[known].tolist(), strict=True))
    names = [*errors.departments, None]
    departments = [
        DepartmentOrigins(
            name,
            int(originated[number]),
            int(detected[number]),
            int(contained[number]),
            len(np.unique(errors.case_no[known & (errors.originated_by == number)])),
            share_of_rows(errors.originated_by[known] == number, share_clusters),
            int(originated[number]) / total if total else 0.0,
            (int(originated[number]) + total - attributed) / total if total else 0.0,
            _rate(rates, number, rate_clusters),
        )
        for number, name in enumerate(errors.departments)
        if originated[number] or detected[number] or exposed[number]
    ]
    return Origins(
        total,
        attributed,
        dict(sorted(lost.items())),
        int((~counted).sum()),
        dict(
            sorted(
                (((names[origin] or "", names[noticed]), count) for (origin, noticed), count in pairs.items()),
                key=lambda pair: (pair[0][0], pair[0][1] or ""),
            )
        ),
        sorted(departments, key=lambda one: (-one.originated, -one.detected, one.department)),
    )


def _rate(rates: ExposedRates, department: int, clusters: np.ndarray | None) -> Proportion:
    own = rates.department == department
    return share_of_rows(rates.hit[own], None if clusters is None else clusters[own])
