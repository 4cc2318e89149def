from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ordermine.errors import UsageError
from ordermine.simulate.scenarios import SCENARIOS, write_scenario
from ordermine.simulate.score import NEEDED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulate.conftest import Written


def test_scenarios_are_entered_under_their_names_with_a_line_for_the_help() -> None:
    for name, scenario in SCENARIOS.items():
        assert scenario.name == name
        assert 0 < len(scenario.summary) <= 70
        assert "\n" not in scenario.summary


def test_an_unknown_scenario_names_the_near_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no scenario named 'dmeo'") as raised:
        write_scenario("dmeo", tmp_path, 10, 1)
    assert "'demo'" in raised.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("orders", [0, -5])
def test_fewer_than_one_order_is_refused(tmp_path: Path, orders: int) -> None:
    with pytest.raises(UsageError, match=f"can't simulate {orders} orders"):
        write_scenario("demo", tmp_path, orders, 1)
    assert list(tmp_path.iterdir()) == []


def test_listing_the_scenarios_loads_no_simulator() -> None:
    code = "import sys, ordermine.simulate.scenarios; sys.exit('simpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_same_seed_gives_the_same_files_whatever_the_environment(
    tmp_path: Path, scenario_log: Callable[[str], Written]
) -> None:
    code = "import sys; from pathlib import Path; from ordermine.simulate.scenarios import *; "
    code += "write_scenario('origins', Path(sys.argv[1]), 1000, 3)"
    other = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env={**os.environ, **other})
    for path in scenario_log("origins").paths:
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_all_scenarios_can_be_scored_but_the_demo_and_those_that_judge_weeks() -> None:
    assert set(NEEDED) == set(SCENARIOS) - {"demo", "weekly", "weekly-steady"}
