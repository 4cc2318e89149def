"""Measures of how many orders a phenomenon occurs in: ``OM401.share`` and the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.analyze.measures.base import Measure, Values
from ordermine.analyze.registry import find
from ordermine.errors import NotMeasurable
from ordermine.eventlog.on_demand import create_view
from ordermine.eventlog.views import create_steps

if TYPE_CHECKING:
    from ordermine.analyze.measures.base import Area
    from ordermine.analyze.measures.population import Population


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Which orders a phenomenon occurs in."""

    code: str
    """Of the analyzer that finds it."""
    title: str
    area: Area
    did: str
    """What the orders did."""
    view: str
    where: str
    kind: str = ""
    """A kind of step without which the log can't show it."""

    def of_orders(self, population: Population) -> Values:
        """Return 1 for the orders in which it occurs, 0 for the others."""
        import numpy as np

        log = population.log
        if reason := find(self.code).missing(log):
            raise NotMeasurable(f"{self.code}: {reason}")
        if self.kind:
            create_steps(log)
            if not log.rows("SELECT 1 FROM meanings WHERE kind = ? LIMIT 1", [self.kind]):
                raise NotMeasurable(f"no step of this log is of kind {self.kind}", hint=f"needs {self.needs}")
        create_view(log, self.view)
        condition = f"WHERE {self.where}" if self.where else ""
        found = log.table(f"SELECT DISTINCT case_no FROM {self.view} {condition}").column(0).combine_chunks()
        value = population.marked(np.asarray(found)).astype(float)
        return Values(population.everyone, value, value)

    @property
    def needs(self) -> str:
        """What the log must record."""
        columns = find(self.code).needs
        return f"steps of kind {self.kind}" if self.kind else ", ".join(columns) or "nothing beyond the events"

    def measure(self) -> Measure:
        """Return it as a measure."""
        definition = f"Concluded orders that {self.did} ({self.code}), ÷ concluded orders."
        return Measure(
            f"{self.code}.share", self.title, self.area, "share", "lower", definition, self.needs, self.of_orders
        )


OCCURRENCES: Final = tuple(
    occurrence.measure()
    for occurrence in (
        Occurrence(
            "OM101",
            "Orders with rework",
            "rework",
            "had a step done again on the same object",
            "reworks",
            "counted AND NOT expected",
        ),
        Occurrence(
            "OM102", "Orders with a self-loop", "rework", "had a step repeated at once", "loop_ranges", "immediate > 0"
        ),
        Occurrence("OM401", "Orders handed back", "rework", "came straight back to a department", "returns", ""),
        Occurrence(
            "OM402", "Orders that go back and forth", "rework", "went back and forth twice or more", "rallies", ""
        ),
        Occurrence(
            "OM403", "Orders that come back late", "rework", "came back after several others had them", "long_loops", ""
        ),
        Occurrence(
            "OM404",
            "Orders handed back for nothing",
            "rework",
            "came straight back with nothing changed or decided",
            "returns",
            "unproductive",
        ),
        Occurrence(
            "OM405", "Orders typed in again", "technology", "had a value typed in again", "takeovers", "rekeyed"
        ),
        Occurrence("OM501", "Orders rejected", "reliability", "were rejected", "rejections", "", "reject"),
        Occurrence("OM505", "Orders blocked", "reliability", "were blocked", "blocks", "NOT is_default", "block"),
        Occurrence("OM506", "Orders cancelled", "reliability", "were cancelled", "cancellations", "", "cancel"),
    )
)
