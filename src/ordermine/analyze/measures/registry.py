"""Every measure of orders, in the order in which they are shown. To add one, add it to the tuple of its file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.compliance import COMPLIANCE
from ordermine.analyze.measures.customers import CUSTOMERS
from ordermine.analyze.measures.durations import DURATIONS
from ordermine.analyze.measures.occurrences import OCCURRENCES
from ordermine.analyze.measures.outcomes import OUTCOMES
from ordermine.analyze.measures.work import WORK
from ordermine.errors import UsageError, near

if TYPE_CHECKING:
    from ordermine.analyze.measures.base import Measure

MEASURES: Final[tuple[Measure, ...]] = (*OUTCOMES, *CUSTOMERS, *OCCURRENCES, *COMPLIANCE, *DURATIONS, *WORK)
SHORT: Final = {"ftr": "first_time_right"}
"""Other names that are understood."""


def find_measure(name: str) -> Measure:
    """Return the measure of that name, in any case.

    Raises
    ------
    UsageError
        There is none.
    """
    wanted = SHORT.get(name.lower(), name).lower()
    for measure in MEASURES:
        if measure.name.lower() == wanted:
            return measure
    raise UsageError(f"no measure {name!r}", hint=near(name, [*SHORT, *(measure.name for measure in MEASURES)]))
