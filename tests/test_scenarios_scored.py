"""The scenarios on a few seeds and small, as `make accuracy` runs them on many and large."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.simulate.score import NEEDED, Score, average

if TYPE_CHECKING:
    from types import ModuleType

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "accuracy.py"
SEEDS = (1, 2)
ORDERS = 500
LARGER = {"mix": (4_000, SEEDS[:1])}
"""Scenario → orders and seeds, where few orders can't show what is planted: here, a team with 3 % of them."""
WIDER: dict[str, dict[str, float]] = {
    "recall": {"at_least": 0.65},
    "distance of shares": {"at_most": 0.12},
    "shares within their interval": {"at_least": 0.8},
    "first-time-right: difference": {"at_most": 0.03},
    "last four weeks − weeks before": {"at_most": 0.08},
}
"""Score → the target at this size, where chance alone would miss the one of `score` every few seeds."""


def load() -> ModuleType:
    name = "ordermine_accuracy"
    spec = importlib.util.spec_from_file_location(name, PROGRAM)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Data classes look their module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


accuracy: Any = load()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", NEEDED)
def test_what_was_planted_is_found_where_the_naive_method_fails(scenario: str, tmp_path: Path) -> None:
    orders, seeds = LARGER.get(scenario, (ORDERS, SEEDS))
    runs = [accuracy.measure(scenario, orders, seed, tmp_path / str(seed)) for seed in seeds]
    ours = [replace(one, **WIDER.get(one.name, {})) for one in average(run.ours for run in runs)]
    assert {one.name: one.value for one in ours if one.reached is False} == {}
    naive = average(run.naive for run in runs)
    targets = [one.reached for one in naive if one.reached is not None]
    assert not targets or not all(targets)


def test_the_table_pools_seeds_and_says_what_is_not_reached() -> None:
    def run(hits: float, of: float, naive: float) -> Any:
        ours = [Score("precision", hits, of, at_least=0.85), Score("distance", 0.07, at_most=0.07)]
        return accuracy.Run(
            "origins", [*ours, Score("named", 3, 4), Score("none", 0, 0, at_least=1)], [Score("precision", naive, 10)]
        )

    # (9 + 70) ÷ (10 + 90) and (1 + 2) ÷ (10 + 10)
    assert accuracy.table([run(9, 10, 1), run(70, 90, 2)]).splitlines()[2:] == [
        "| origins | precision | 0.790 | 100 | ≥ 0.85 | **no** | 0.150 |",
        "| origins | distance | 0.070 | 2 | ≤ 0.07 | yes |  |",
        "| origins | named | 0.750 | 8 |  |  |  |",
        "| origins | none | – | 0 | ≥ 1 | nothing to count |  |",
    ]


def test_scores_that_are_kept_are_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []

    def measure(scenario: str, orders: int, seed: int, folder: Path) -> Any:
        measured.append((scenario, orders, seed))
        return accuracy.Run(scenario, [Score("a", seed, at_least=1)], [])

    monkeypatch.setattr(accuracy, "measure", measure)
    first = accuracy.measure_or_recall("mix", 10, 1, tmp_path)
    assert accuracy.measure_or_recall("mix", 10, 1, tmp_path) == first
    accuracy.measure_or_recall("mix", 10, 2, tmp_path)
    assert measured == [("mix", 10, 1), ("mix", 10, 2)]


@pytest.mark.slow
def test_the_page_is_the_same_whatever_the_number_of_processes() -> None:
    arguments = [sys.executable, PROGRAM, "control", "loops", "--seeds", "2", "--orders", "60", "--output", "-"]
    one, three = (
        subprocess.run([*arguments, "--jobs", jobs], capture_output=True, check=True).stdout for jobs in ("1", "3")
    )
    assert one == three
    assert b"| loops | returns: difference | 0 | 2 |" in one
