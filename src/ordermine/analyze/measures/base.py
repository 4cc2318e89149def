"""The contract that every measure of orders meets: one number per order, defined in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from ordermine.analyze.measures.population import Population

Unit = Literal["share", "seconds", "count"]
"""What the numbers of orders are: 0 or 1, whose mean is a share; seconds, of which quantiles are told; counts, of which
the mean per order is told."""

Better = Literal["higher", "lower"]

Area = Literal[
    "customer",
    "accuracy",
    "speed",
    "rework",
    "reliability",
    "financial",
    "compliance",
    "employee",
    "technology",
]


@dataclass(frozen=True, slots=True)
class Values:
    """A measure's numbers, one for each order of a population; arrays as long as it."""

    counted: np.ndarray
    """Which orders the measure speaks of."""
    value: np.ndarray
    """The numbers; whatever stands at orders that aren't counted means nothing."""
    timely: np.ndarray
    """The numbers as they were when the orders had matured, whatever came later: what makes weeks comparable."""
    unseen: tuple[str, ...] = ()
    """Signals that the log can't show: the true share is at most what is reported."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure."""

    name: str
    """As in ``--gate "NAME>=0.9"`` and under ``[targets]``."""
    title: str
    area: Area
    unit: Unit
    better: Better
    definition: str
    """What is counted, of what, in a sentence."""
    needs: str
    """What the log must record; said where it can't be measured."""
    of_orders: Callable[[Population], Values]
    """Raises NotMeasurable where this log can't say."""


AREAS: Final[tuple[Area, ...]] = get_args(Area)
"""In the order of the scorecard."""
