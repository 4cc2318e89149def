"""Gates over simulated years: quiet where nothing changed, soon red where something did.

`benchmarks/gating.py` does the same with a thousand years and writes the figures down.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType


def load() -> ModuleType:
    name = "ordermine_gating"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "benchmarks" / "gating.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Data classes look their module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


gating: Any = load()


@pytest.mark.parametrize("limit", [0.9, None])
@pytest.mark.parametrize("orders", [500, 5_000])
def test_a_process_at_its_limit_stays_quiet(orders: int, limit: float | None) -> None:
    alarms = gating.count_alarms(partial(gating.breaches_limit, limit=limit), orders, years=60, seed=7)
    # Wanted is at most one a year; a thousand years show a quarter of that at most.
    assert alarms.red_weeks <= 0.5
    assert alarms.more_than_one <= 0.15


@pytest.mark.parametrize("limit", [0.9, None])
def test_a_shift_of_three_points_is_seen_within_four_weeks(limit: float | None) -> None:
    assert gating.share_seen(partial(gating.breaches_limit, limit=limit), 5_000, 0.03, years=200, seed=7) >= 0.95


@pytest.mark.parametrize("limit", [0.9, None])
def test_the_shift_that_a_gate_names_is_seen_nine_times_in_ten(limit: float | None) -> None:
    shift = gating.named_shift(limit, 1_000, years=200, seed=7)
    seen = gating.share_seen(partial(gating.breaches_limit, limit=limit), 1_000, shift, years=400, seed=7)
    assert 0.85 <= seen <= 0.95
