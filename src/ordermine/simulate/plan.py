"""What makes a scenario: how the company behaves, how its log is exported, and which truths go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.simulate.bundle import write_bundle
from ordermine.simulate.export import Export
from ordermine.simulate.lead_to_cash import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ordermine.simulate.behaviour import Behaviour
    from ordermine.simulate.recorder import Recorder

_ORDINARY = Export()


def _as_it_is(behaviour: Behaviour, seed: int) -> Behaviour:
    return behaviour


def _nothing(recorder: Recorder) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A scenario, apart from its size and seed."""

    behaviour: Behaviour
    draw: Callable[[Behaviour, int], Behaviour] = _as_it_is
    """Behaviour and seed → the behaviour with what chance decides once for the whole company."""
    export: Export = _ORDINARY
    further_truth: Callable[[Recorder], Mapping[str, Any]] = _nothing
    """Sections that ``truth.json`` has besides errors, change requests and rejections."""

    def simulate(self, orders: int, seed: int) -> Recorder:
        """Return events and truth of the time in which this many orders begin; same seed, same result."""
        return run(orders, seed, self.draw(self.behaviour, seed))

    def write(self, directory: Path, scenario: str, orders: int, seed: int) -> list[Path]:
        """Simulate, write export, project file and truth into the directory, and return their paths."""
        recorder = self.simulate(orders, seed)
        truth = self.further_truth(recorder)
        return write_bundle(directory, scenario, orders, seed, recorder, self.export, truth)
