from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.bundle import write_bundle
from ordermine.simulate.plan import Plan
from ordermine.simulate.scenarios import SCENARIOS, write_scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Written:
    """A log as it was written, read back without ordermine."""

    paths: list[Path]
    rows: list[Row]
    cases: dict[str, list[Row]]
    truth: dict[str, Any]


def read_back(paths: list[Path]) -> Written:
    with paths[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        cases[row["Order"]].append(row)
    return Written(paths, rows, cases, json.loads(paths[2].read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def demo_log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return read_back(write_scenario("demo", tmp_path_factory.mktemp("demo") / "new" / "folder", 700, 1))


@pytest.fixture(scope="session")
def scenario_log(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Written]:
    """Give the log of a scenario, at most 1,000 orders; scenarios that only look different share a run."""
    recorders: dict[Any, Any] = {}
    logs: dict[str, Written] = {}

    def log(name: str) -> Written:
        if name not in logs:
            plan = SCENARIOS[name].plan
            company = (id(plan.behaviour), plan.draw)
            if company not in recorders:
                recorders[company] = plan.simulate(1000, 3)
            recorder, folder = recorders[company], tmp_path_factory.mktemp(name)
            truth = plan.further_truth(recorder)
            logs[name] = read_back(write_bundle(folder, name, 1000, 3, recorder, plan.export, truth))
        return logs[name]

    return log


@pytest.fixture(scope="session")
def harsh_log(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Everything that can happen to an order happens to many, so that it also happens in combination."""
    calm = Behaviour()
    harsh = Behaviour(
        error_rates=dict.fromkeys(calm.error_rates, 0.4),
        entry_rejected=0.2,
        credit_rejected=0.2,
        change_request=0.6,
        resaved=0.6,
        partial_delivery=0.5,
        cancelled=0.1,
        damaged=0.3,
        question=0.5,
    )
    return read_back(Plan(behaviour=harsh).write(tmp_path_factory.mktemp("harsh"), "harsh", 400, 5))
