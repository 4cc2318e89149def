"""The demo: an ordinary company with one sore spot that shows elsewhere.

The Deal Desk calculates three times as many wrong prices as usual. Order Management copies them into the
order; Billing and Customer Service find and correct most of them. Orders queue for Credit: it lacks people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.bundle import write_bundle
from ordermine.simulate.company import DEAL_DESK
from ordermine.simulate.lead_to_cash import run

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.simulate.recorder import Recorder

_CALM = Behaviour()
BEHAVIOUR = replace(_CALM, error_rates={**_CALM.error_rates, (DEAL_DESK, "price"): 0.09})


def simulate(orders: int, seed: int) -> Recorder:
    """Return events and truth of half a year in which this many orders begin; same seed, same result."""
    return run(orders, seed, BEHAVIOUR)


def write(directory: Path, orders: int, seed: int) -> list[Path]:
    """Simulate, write export, project file and truth into the directory, and return their paths."""
    return write_bundle(directory, "demo", orders, seed, simulate(orders, seed))
