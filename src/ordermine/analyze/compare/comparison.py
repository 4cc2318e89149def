"""The whole comparison of two groups of orders, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.analyze.compare.measured import Compared, Missing, compare_measures
from ordermine.analyze.compare.sides import (
    Clustering,
    Mix,
    Side,
    choose_sides,
    declare_cluster,
    find_clusterings,
    find_mix,
)
from ordermine.analyze.compare.steps import StepChanges, compare_steps
from ordermine.errors import NotMeasurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.analyze.compare.period import Period
    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class Comparison:
    """Side B against side A."""

    first: Side
    second: Side
    clusterings: list[Clustering]
    mix: Mix | None
    measures: list[Compared]
    missing: list[Missing]
    steps: StepChanges
    notes: list[str]


def compare(
    logs: tuple[Log, Log],
    periods: tuple[Period | None, Period | None] = (None, None),
    *,
    maturity: float | None = None,
    cluster: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare the matured orders of two logs, or of two parts of one.

    Parameters
    ----------
    logs
        A and B, open; the same one twice where periods tell the sides apart. Their filters apply.
    periods
        Orders concluded in it; None: all.
    maturity
        Days that errors are given to show on both sides; by default the longer of what is measured on each.
    cluster
        Column, or pattern on case ids, of orders that belong together; by default what the project files declare.
    progress
        Is told, in a few words, what is going on.

    Raises
    ------
    UsageError
        A period without orders, orders that are on both sides, or no such column.
    NotMeasurable
        A side without matured orders, or nothing that both sides show.
    """
    if cluster is not None:
        for log in logs:
            declare_cluster(log, cluster)
    progress("judging orders")
    first, second = choose_sides(logs, periods, maturity)
    clusterings, notes = find_clusterings(first, second)
    mix, about_mix = find_mix(first, second)
    progress("comparing measures")
    measures, missing = compare_measures(first, second, clusterings, mix)
    if not measures:
        raise NotMeasurable(
            "no measure can be taken on both sides",
            hint=f"e.g. {missing[0].measure.title.lower()}: {missing[0].reason}" if missing else "",
        )
    progress("comparing steps")
    steps = compare_steps(first, second, clusterings)
    notes += about_mix
    notes += [f"{one.measure.title}: the case mix turns the difference around" for one in measures if one.sign_flip]
    return Comparison(first, second, clusterings, mix, measures, missing, steps, notes)
