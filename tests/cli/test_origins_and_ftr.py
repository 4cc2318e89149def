from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
[[source]]
files = "*.csv"
case = "Order"
activity = "Step"
timestamp = "At"
department = "Team"
field = "Field"
old = "Old"
new = "New"
[activities]
"Write" = { kind = "other" }
"Confirm" = { kind = "confirm" }
"Change" = { kind = "change" }
"Ship" = { kind = "deliver" }
"""

HEADER = ("Order", "Step", "At", "Team", "Field", "Old", "New")


Run: TypeAlias = Callable[..., str]


@pytest.fixture
def run(ordermine: Callable[..., Any], tmp_path: Path) -> Run:
    """Return a function that runs a command beside a log of 20 orders; Finance corrects 12 that Sales wrote."""

    def run(*arguments: str, code: int = 0) -> str:
        said = ordermine(*arguments)
        assert said.code == code, said.err
        return said.err if code else said.out

    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(20):
            case = f"O{number:02d}"
            rows.writerow((case, "Write", "2026-01-05 08:00", "Sales", "price", "", "90"))
            rows.writerow((case, "Confirm", "2026-01-05 09:00", "Desk", "", "", ""))
            if number < 12:
                rows.writerow((case, "Change", "2026-01-06 09:00", "Finance", "price", "90", "100"))
            rows.writerow((case, "Ship", "2026-01-07 09:00", "Logistics", "", "", ""))
        rows.writerow(("Z", "Write", "2026-06-05 08:00", "Sales", "price", "", "90"))
    (tmp_path / "ordermine.toml").write_text(PROJECT)
    run("ingest", "orders.csv", "-o", "log", "--project", "ordermine.toml")
    return run


def test_origins_as_json(run: Run) -> None:
    found = json.loads(run("origins", "log", "--format", "json", "-q"))
    assert found["schema"] == "ordermine/origins/1"
    result = found["result"]
    assert {name: result[name] for name in ("errors", "attributed", "unattributable", "change_requests")} == {
        "errors": 12,
        "attributed": 12,
        "unattributable": {},
        "change_requests": 0,
    }
    assert result["matrix"] == [{"origin": "Sales", "detected": "Finance", "errors": 12}]
    sales = result["departments"][0]
    assert list(sales) == [
        "department", "originated", "detected", "share", "share_low", "share_high", "bound_low", "bound_high",
        "exposure", "rate", "rate_low", "rate_high", "containment",
    ]  # fmt: skip
    # The open order hasn't matured: 20 orders in which Sales wrote the price.
    assert (sales["department"], sales["originated"], sales["exposure"], sales["rate"]) == ("Sales", 12, 20, 0.6)
    assert (sales["share"], sales["bound_low"], sales["bound_high"], sales["containment"]) == (1, 1, 1, 0)


def test_errors_and_sample_are_written_and_labels_come_back(run: Run, tmp_path: Path) -> None:
    run("origins", "log", "--errors", "errors.csv", "--audit", "5", "-o", "sample.csv", "-q")
    with (tmp_path / "errors.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 12
    with (tmp_path / "sample.csv").open(encoding="utf-8") as file:
        sample = list(csv.DictReader(file))
    assert len(sample) == 5
    with (tmp_path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, sample[0])
        rows.writeheader()
        rows.writerows({**row, "true_department": "Desk"} for row in sample)
    found = json.loads(run("origins", "log", "--labels", "labels.csv", "--format", "json", "-q"))
    shares = {one["department"]: one["share"] for one in found["result"]["departments"]}
    assert shares["Desk"] > 0.5
    assert "exists" in run("origins", "log", "--errors", "errors.csv", "-q", code=2)
    assert "go together" in run("origins", "log", "--audit", "5", code=2)


def test_origins_for_people(run: Run) -> None:
    said = run("origins", "log", "-q")
    assert "12 errors; where they started is known for 12" in said
    assert max(map(len, said.splitlines())) <= 80
    assert run("origins", "log", "--format", "md", "-q").startswith("log: 12 errors")


def test_log_without_values_says_what_it_needs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare.csv").write_text("Order,Step,At,Team\nA,Ship,2026-01-05 08:00,Logistics\n")
    said = run("origins", "bare.csv", "--project", "ordermine.toml", code=2)
    assert "Field" in said
    (tmp_path / "bare.toml").write_text('[[source]]\ncase = "Order"\nactivity = "Step"\ntimestamp = "At"\n')
    said = run("origins", "bare.csv", "--project", "bare.toml", code=5)
    assert "records neither changes of fields nor documents" in said
    assert "--field" in said


def test_ftr_as_json_and_for_people(run: Run) -> None:
    found = json.loads(run("ftr", "log", "--format", "json", "-q"))["result"]
    assert (found["concluded"]["n"], found["matured"]["n"], found["first_time_right"]["n"]) == (20, 20, 8)
    assert (found["first_time_right"]["rate"], found["maturity_days"], found["bound"]) == (0.4, 30, "upper")
    assert found["signals"]["correction"] == {"observable": True, "orders": 12}
    assert found["signals"]["credit"] == {"observable": False, "orders": None}
    young = json.loads(run("ftr", "log", "--maturity", "400", "--format", "json"))["result"]
    assert young["matured"]["n"] == 0
    said = run("ftr", "log", "-q")
    assert "log: at most 40.0 % of 20 matured orders were right the first time" in said
    assert max(map(len, said.splitlines())) <= 80


def test_errors_to_stdout_are_those_of_the_file_and_nothing_else(run: Run, tmp_path: Path) -> None:
    run("origins", "log", "--errors", "errors.csv", "-q")
    assert run("origins", "log", "--errors", "-", "-q") == (tmp_path / "errors.csv").read_text(encoding="utf-8")
    assert "can't both go to stdout" in run("origins", "log", "--errors", "-", "--audit", "5", "-o", "-", code=2)
