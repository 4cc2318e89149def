"""What is assumed about the meaning of steps, and for what share of events nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.eventlog.on_demand import create_view

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log

STEPS = """
SELECT activity, kind, stage, source, events
FROM activity_cases JOIN meanings USING (activity) ORDER BY events DESC, activity
"""


@dataclass(frozen=True, slots=True)
class AssumedStep:
    """One activity and what it is taken to mean; None where nothing is known."""

    activity: str
    kind: str | None
    stage: str | None
    source: str | None
    """``project`` or ``lexicon``."""
    events: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is assumed about every step of a log."""

    steps: list[AssumedStep]
    """Most frequent first."""

    @property
    def events(self) -> int:
        """How many events there are."""
        return sum(step.events for step in self.steps)

    @property
    def unknown_events(self) -> int:
        """Events whose step has neither a known kind nor a known stage."""
        return sum(step.events for step in self.steps if step.source is None)

    def count(self, source: str | None) -> int:
        """Return how many steps owe their meaning to `source`."""
        return sum(step.source == source for step in self.steps)


def assumptions(log: Log) -> Assumptions:
    """Return what is assumed about the steps of the selected orders."""
    create_view(log, "steps")
    create_view(log, "activity_cases")
    return Assumptions([AssumedStep(*row) for row in log.rows(STEPS)])
