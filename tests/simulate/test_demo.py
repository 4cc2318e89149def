from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ordermine.simulate import demo
from ordermine.simulate.lead_to_cash import HOURS

if TYPE_CHECKING:
    from tests.simulate.conftest import Row, Written


ORDERS, SEED = 700, 1
SAMPLE = Path(__file__).parents[2] / "sample_logs" / "demo"
FILES = ["orders.csv", "ordermine.toml", "truth.json"]


def steps(case: list[Row]) -> list[str]:
    return [row["Step"] for row in case]


def test_it_equals_the_sample_log(demo_log: Written) -> None:
    assert [path.name for path in demo_log.paths] == FILES
    for path in demo_log.paths:
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


def test_it_is_the_same_whatever_the_environment(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from ordermine.simulate.scenarios import *; "
    code += f"write_scenario('demo', Path(sys.argv[1]), {ORDERS}, {SEED})"
    other = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, env={**os.environ, **other})
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


def test_exactly_the_orders_asked_for_begin_and_resubmissions_come_on_top(demo_log: Written) -> None:
    first_steps = Counter(case[0]["Step"] for case in demo_log.cases.values())
    assert set(first_steps) == {"Capture lead", "Configure product", "Resubmit order"}
    assert first_steps["Capture lead"] + first_steps["Configure product"] == ORDERS


def test_few_orders_of_another_seed(demo_log: Written) -> None:
    events = demo.PLAN.simulate(7, SEED + 1).events
    assert len({event.order.number for event in events if event.step == "Configure product"}) == 7
    days = [HOURS.stamp(event.moment)[:10] for event in events]
    assert "2026-02-02" <= min(days) <= max(days) <= "2026-08-16"
    first = events[0]
    same = demo_log.cases.get(first.order.number, [])
    assert (first.step, HOURS.stamp(first.moment)) not in {(row["Step"], row["Changed at"]) for row in same}


def test_it_is_plausible(demo_log: Written) -> None:
    total = len(demo_log.cases)
    assert 8 <= sum(map(len, demo_log.cases.values())) / total <= 20
    assert sum(8 <= len(case) <= 20 for case in demo_log.cases.values()) / total > 0.9
    assert 0.03 <= sum("Reject order" in steps(case) for case in demo_log.cases.values()) / total <= 0.08
    ends = {"Receive payment", "Offer renewal", "Cancel order", "Reject order"}
    assert 0.85 <= sum(steps(case)[-1] in ends for case in demo_log.cases.values()) / total <= 0.90
    assert 0.10 <= sum(returns(case) > 0 for case in demo_log.cases.values()) / total <= 0.25
    assert len({tuple(steps(case)) for case in demo_log.cases.values()}) > 200
    assert 25 <= len({step for case in demo_log.cases.values() for step in steps(case)}) <= 35


def returns(case: list[Row]) -> int:
    visits: list[str] = []
    for row in case:
        if row["Department"] != "System" and visits[-1:] != [row["Department"]]:
            visits.append(row["Department"])
    return sum(visits[i] == visits[i - 2] for i in range(2, len(visits)))


def test_the_deal_desk_writes_the_wrong_prices_but_hardly_corrects_them(demo_log: Written) -> None:
    prices = [error for error in demo_log.truth["errors"] if error["field"].endswith("price")]
    origins = Counter(error["originated_by"] for error in prices)
    detected = Counter(error["detected_by"] for error in prices if error["detected_by"])
    assert origins["Deal Desk"] > 0.8 * len(prices)
    assert 0.05 <= origins["Deal Desk"] / ORDERS <= 0.12
    assert set(detected) == {"Billing", "Customer Service"}
