"""Discover the actual process: everything that `ordermine discover` says, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.discover.counting import (
    Department,
    Handoff,
    Variant,
    count_departments,
    count_events,
    count_graph,
    count_handoffs,
    count_variants,
)
from ordermine.discover.model import Model, discover_model
from ordermine.discover.quality import Quality, measure_quality
from ordermine.eventlog.views import create_steps
from ordermine.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordermine.discover.graph import Graph
    from ordermine.eventlog.log import Log

COVERAGE = 1.0
"""Share of cases whose variants are replayed to measure quality; the most frequent first."""

STAGE_COUNTS = """
SELECT stage, sum(events)::BIGINT AS events, sum(cases)::BIGINT AS cases
FROM (
  SELECT variant_id, stage, cases, sum(cases) AS events
  FROM (SELECT variant_id, cases, unnest(activities) AS activity FROM variants) JOIN meanings USING (activity)
  WHERE stage IS NOT NULL GROUP BY ALL
)
GROUP BY stage
"""
"""All cases of a variant take the same steps, so variants are enough to count stages."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How much of the log belongs to a stage of lead-to-cash."""

    name: str
    events: int
    cases: int


@dataclass(frozen=True, slots=True)
class Process:
    """The actual process."""

    graph: Graph
    variants: list[Variant]
    departments: list[Department]
    without_department: int
    """Events whose department is not recorded."""
    handoffs: list[Handoff]
    stages: list[Stage]
    without_meaning: int
    """Events of whose activity neither the project file nor the lexicon knows the kind."""
    model: Model
    quality: Quality | None

    @property
    def events(self) -> int:
        """Events of the selected cases."""
        return sum(activity.events for activity in self.graph.activities)

    @property
    def cases(self) -> int:
        """Selected cases."""
        return sum(variant.cases for variant in self.variants)


def discover(
    log: Log,
    *,
    algorithm: str = "inductive",
    noise: float = 0.2,
    quality: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> Process:
    """Discover the actual process of the selected cases.

    Parameters
    ----------
    log
        An open log.
    algorithm, noise
        See `discover_model`.
    quality
        Whether to measure how well the model fits, which takes longer than all the rest.
    progress
        Is told, in a few words, what is going on.

    Raises
    ------
    UsageError
        Unknown algorithm, or a noise threshold out of range.
    NotMeasurable
        The log is empty.
    """
    progress("counting")
    variants = count_variants(log)
    counted = count_events(log)
    graph = count_graph(log, counted, variants)
    progress("discovering the model")
    weighted = [(variant.activities, variant.cases) for variant in variants]
    model = discover_model(weighted, algorithm, noise)
    measured = None
    if quality:
        progress("measuring the model")
        measured = measure_quality(model, weighted, coverage=COVERAGE)
    departments = count_departments(log, counted)
    events = sum(activity.events for activity in graph.activities)
    create_steps(log)
    known = {row[0] for row in log.rows("SELECT activity FROM meanings WHERE kind IS NOT NULL")}
    return Process(
        graph,
        variants,
        departments,
        events - sum(department.events for department in departments),
        count_handoffs(log, counted=counted),
        _stages(log),
        sum(activity.events for activity in graph.activities if activity.name not in known),
        model,
        measured,
    )


def _stages(log: Log) -> list[Stage]:
    """Return the stages in the order of lead-to-cash."""
    found = {row[0]: Stage(*row) for row in log.rows(STAGE_COUNTS)}
    return [found[stage] for stage in STAGES if stage in found]
