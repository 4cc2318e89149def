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
    from pathlib import Path


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


@pytest.mark.parametrize("name", ["origins", "rejections"])
def test_the_same_seed_gives_the_same_files_whatever_the_environment(tmp_path: Path, name: str) -> None:
    code = "import sys; from pathlib import Path; from ordermine.simulate.scenarios import *; "
    code += f"write_scenario('{name}', Path(sys.argv[1]), 40, 2)"
    written = write_scenario(name, tmp_path / "here", 40, 2)
    other = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", code, tmp_path / "there"], check=True, env={**os.environ, **other})
    for path in written:
        assert path.read_bytes() == (tmp_path / "there" / path.name).read_bytes(), path.name


def test_all_scenarios_can_be_scored_but_the_demo() -> None:
    assert set(NEEDED) == set(SCENARIOS) - {"demo"}
