from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from ordermine.simulate.score import label
from ordermine.simulate.score import score as compare

if TYPE_CHECKING:
    from pathlib import Path

Run: TypeAlias = Callable[..., str]


@pytest.fixture
def run(ordermine: Callable[..., Any]) -> Run:
    """Return a function that runs a command and gives what it says: on stdout, or on stderr if it is to fail."""

    def run(*arguments: object, code: int = 0) -> str:
        said = ordermine(*arguments)
        assert said.code == code, said.err
        return said.err if code else said.out

    return run


@pytest.fixture
def simulated(run: Run) -> Callable[..., str]:
    """Return a function that writes a scenario and ingests it; it gives the name of the log."""

    def simulate(scenario: str, orders: int = 150, seed: int = 1) -> str:
        name = f"{scenario}-{seed}"
        run("simulate", scenario, "--orders", orders, "--seed", seed, "-o", name)
        run("ingest", f"{name}/orders.csv", "-o", f"{name}-log", "--project", f"{name}/ordermine.toml", "-q")
        return f"{name}-log"

    return simulate


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(run: Run, folder: str, log: str) -> dict[str, Any]:
    found = json.loads(run("score", folder, log, "--format", "json", "-q"))
    return {one["measure"]: one["value"] for one in found["result"]["scores"]}


def test_rejections_are_scored_as_measure_shows_them(run: Run, simulated: Callable[..., str], tmp_path: Path) -> None:
    log = simulated("rejections", 300)
    truth = json.loads((tmp_path / "rejections-1" / "truth.json").read_text(encoding="utf-8"))
    measured = json.loads(run("measure", "OM501", log, "--format", "json", "-q"))["result"]
    found = json.loads(run("score", "rejections-1", log, "--format", "json", "-q"))
    assert found["schema"] == "ordermine/score/1"
    assert found["log"]["cases"] >= 300
    result = found["result"]
    assert (result["scenario"], result["orders"], result["seed"]) == ("rejections", 300, 1)
    assert result["scores"] == [
        {
            "measure": one.name,
            "value": one.value,
            "of": one.of,
            "at_least": one.at_least,
            "at_most": one.at_most,
            "reached": one.reached,
        }
        for one in compare(truth, {"OM501": measured})
    ]


def test_origins_are_scored_after_an_audit(run: Run, simulated: Callable[..., str], tmp_path: Path) -> None:
    log = simulated("origins", 300)
    truth = json.loads((tmp_path / "origins-1" / "truth.json").read_text(encoding="utf-8"))
    run("origins", log, "--errors", "errors.csv", "--audit", 100, "-o", "sample.csv", "-q")
    labelled = label(truth, read_rows(tmp_path / "sample.csv"))
    with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, labelled[0])
        rows.writeheader()
        rows.writerows(labelled)
    audited = json.loads(run("origins", log, "--labels", "labels.csv", "--format", "json", "-q"))["result"]
    expected = compare(truth, {"origins": audited, "errors": read_rows(tmp_path / "errors.csv")})
    assert values(run, "origins-1", log) == {one.name: one.value for one in expected}


def test_a_wrong_answer_costs_points(run: Run, simulated: Callable[..., str], tmp_path: Path) -> None:
    log = simulated("rejections", 300)
    path = tmp_path / "rejections-1" / "truth.json"
    truth = json.loads(path.read_text(encoding="utf-8"))
    before = values(run, "rejections-1", log)["outcomes right"]
    right = next(row for row in truth["rejections"] if row["outcome"] == "restored")
    right["outcome"] = "abandoned"
    path.write_text(json.dumps(truth), encoding="utf-8")
    orders = len({row["case_id"] for row in truth["rejections"]})
    assert values(run, "rejections-1", log)["outcomes right"] == pytest.approx(before - 1 / orders)


def test_an_export_is_scored_as_its_log_is_for_people_and_machines(run: Run, simulated: Callable[..., str]) -> None:
    log = simulated("loops")
    said = run("score", "loops-1", "loops-1/orders.csv", "-q")
    assert said == run("score", "loops-1", log, "-q")
    assert said.startswith("loops, 150 orders, seed 1: 7 of 7 targets reached\n")
    assert max(map(len, said.splitlines())) <= 80
    table = run("score", "loops-1", log, "--format", "csv", "-q").splitlines()
    assert table[:2] == ["measure,value,of,target,reached", "handoffs: difference,0.0,1,≤ 0,true"]
    assert "| handoffs: difference | 0 | 1 | ≤ 0 | yes |" in run("score", "loops-1", log, "--format", "md", "-q")


def test_a_target_that_is_missed_is_no_failure(run: Run, simulated: Callable[..., str], tmp_path: Path) -> None:
    log = simulated("loops")
    path = tmp_path / "loops-1" / "truth.json"
    truth = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**truth, "handoffs": truth["handoffs"] + 7}), encoding="utf-8")
    said = run("score", "loops-1", log, "-q")
    assert "6 of 7 targets reached" in said
    assert ["handoffs:", "difference", "7", "1", "≤", "0", "no"] in [line.split() for line in said.splitlines()]


@pytest.mark.parametrize("scenario", ["control", "origins-documents", "omission", "mix", "maturity", "loops-day"])
def test_a_few_orders_are_scored_as_far_as_they_go(run: Run, simulated: Callable[..., str], scenario: str) -> None:
    log = simulated(scenario, 60)
    assert values(run, f"{scenario}-1", log)


def test_what_can_not_be_scored_is_said(run: Run, simulated: Callable[..., str], tmp_path: Path) -> None:
    log = simulated("control", 60)
    assert "nowhere/truth.json: No such file" in run("score", "nowhere", log, code=2)
    assert "No such file" in run("score", log, log, code=2)
    run("simulate", "demo", "--orders", 20, "-o", "demo")
    assert "no scores for scenario 'demo'" in run("score", "demo", "demo/orders.csv", code=2)
    other = simulated("control", 60, 2)
    assert f"{other} is not a log of control-1/orders.csv" in run("score", "control-1", other, code=2)
    assert "leave out the filter" in run("score", "control-1", log, "--from", "2026-05-01", code=2)
    path = tmp_path / "control-1" / "truth.json"
    path.write_text('{"scenario": "mix", "orders": 60, "seed": 1, "errors": []}', encoding="utf-8")
    assert "has no change_requests, rejections" in run("score", "control-1", log, code=3)
    truth = {"scenario": "mix", "orders": 60, "seed": 1, "errors": [], "change_requests": [], "rejections": []}
    path.write_text(json.dumps(truth), encoding="utf-8")
    assert "the truth of 'mix' has no worse" in run("score", "control-1", log, code=3)
    path.write_text("truth", encoding="utf-8")
    assert "is not JSON" in run("score", "control-1", log, code=3)


def test_orders_of_another_seed_with_the_same_numbers_are_noticed(
    run: Run, simulated: Callable[..., str], tmp_path: Path
) -> None:
    log = simulated("control", 60)
    export = tmp_path / "control-1" / "orders.csv"
    lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    export.write_text("".join(lines[:-1]), encoding="utf-8")
    said = run("score", "control-1", log, code=2)
    assert f"1 have other events, e.g. {lines[-1].partition(',')[0]}" in said
