"""What orders do on either side: steps and what follows them, that appear, vanish, or are taken more or less often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ordermine.analyze.ftr.first_time_right import DAY_US
from ordermine.stats.discovery import benjamini_hochberg, conditional_tail
from ordermine.stats.two_samples import Gap, Sample, gap_of_shares, widest

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.analyze.compare.sides import Clustering, Side

Change = Literal["appears", "vanishes", "more often", "less often"]

FALSE_DISCOVERIES: Final = 0.05
"""Expected share of false calls among the changes that are reported."""

FEWEST_ORDERS: Final = 10
"""On both sides together; what fewer orders do isn't tested."""


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step, or one step directly followed by another, that orders take more or less often on the second side."""

    step: str
    then: str | None
    """What directly follows; None for the step itself."""
    first: int
    of_first: int
    second: int
    """Orders that take it, of all that are compared."""
    of_second: int
    gap: Gap
    """Difference of the shares."""
    p_value: float
    """Adjusted for the number of steps and pairs tested (Benjamini–Hochberg)."""

    @property
    def change(self) -> Change:
        """What happened."""
        if not self.first:
            return "appears"
        if not self.second:
            return "vanishes"
        return "more often" if self.second / self.of_second > self.first / self.of_first else "less often"


@dataclass(frozen=True, slots=True)
class StepChanges:
    """All changes, the largest difference of shares first, and how many steps and pairs were tested."""

    found: list[StepChange]
    tested: int


def compare_steps(first: Side, second: Side, clusterings: Sequence[Clustering]) -> StepChanges:
    """Return which steps and pairs of steps occur in a different share of the orders.

    Steps count until an order has matured, so that older orders don't show more for having been watched longer. The
    test is the exact one of two shares (mid-p, two-sided). Where orders come in clusters, a change is one only if the
    clusters' interval of the difference excludes 0, too.
    """
    sides = [_taken(first), _taken(second)]
    names = sorted({name for taken in sides for name in taken}, key=lambda pair: (pair[0], pair[1] or ""))
    sizes = len(first), len(second)
    tested, p_values = [], []
    for name in names:
        hits = [len(taken.get(name, ())) for taken in sides]
        if sum(hits) >= FEWEST_ORDERS:
            tested.append(name)
            p_values.append(_p_value(hits, sizes))
    family = benjamini_hochberg("steps and what follows them", p_values)
    found = []
    for at in family.discoveries(FALSE_DISCOVERIES):
        step, then = tested[at]
        orders = [taken.get((step, then)) for taken in sides]
        gap = _gap(orders, sizes, clusterings)
        if clusterings and not gap.excludes_none:
            continue
        counts = [0 if these is None else len(these) for these in orders]
        found.append(StepChange(step, then, counts[0], sizes[0], counts[1], sizes[1], gap, family.adjusted[at]))
    return StepChanges(
        sorted(found, key=lambda one: (-abs(one.gap.value or 0.0), one.step, one.then or "")), len(tested)
    )


def _taken(side: Side) -> dict[tuple[str, str | None], np.ndarray]:
    """Return for each step and pair of steps the positions of the compared orders that take it."""
    import numpy as np
    import pyarrow as pa

    table = side.log.arrays(["case_no", "timestamp", "activity"])
    case = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    column = table.column("activity").combine_chunks()
    names, step = column.dictionary.to_pylist(), np.asarray(column.indices).astype(np.int64)
    numbers = side.case_no
    until = side.orders.moment[side.chosen] + round(side.orders.maturity_days * DAY_US)
    at = np.minimum(np.searchsorted(numbers, case), len(numbers) - 1)
    inside = (numbers[at] == case) & (stamp <= until[at])
    order, step = at[inside], step[inside]
    follows = order[1:] == order[:-1]
    size = len(names) + 1
    # A step that is followed by nothing in particular is the step itself.
    pair = np.concatenate([step * size + len(names), step[:-1][follows] * size + step[1:][follows]])
    who = np.concatenate([order, order[1:][follows]])
    once = np.unique(pair * len(numbers) + who)
    pair, who = once // len(numbers), once % len(numbers)
    begins = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])) if len(pair) else pair
    named = [*names, None]
    return {
        (names[code // size], named[code % size]): members
        for code, members in zip(pair[begins].tolist(), np.split(who, begins[1:]), strict=True)
    }


def _p_value(hits: Sequence[int], sizes: Sequence[int]) -> float:
    """Return the two-sided mid-p value of two shares being alike."""
    total, of = [sum(hits)], [sum(sizes)]
    return min(1.0, 2 * min(conditional_tail(hits[side], [sizes[side]], total, of) for side in (0, 1)))


def _gap(orders: Sequence[np.ndarray | None], sizes: Sequence[int], clusterings: Sequence[Clustering]) -> Gap:
    """Return the difference of shares; with several clusterings, with the widest interval."""
    import numpy as np

    values = [np.zeros(size) for size in sizes]
    for value, these in zip(values, orders, strict=True):
        if these is not None:
            value[these] = 1.0
    if not clusterings:
        return gap_of_shares(Sample(values[0]), Sample(values[1]))
    return widest(
        [gap_of_shares(Sample(values[0], each.first), Sample(values[1], each.second)) for each in clusterings]
    )
