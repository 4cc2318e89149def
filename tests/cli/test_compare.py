from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from ordermine.report.compared import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Said

PROJECT = """
[[source]]
files = "*.csv"
case = "Order"
activity = "Step"
timestamp = "At"
department = "Team"
case_attributes = ["Segment"]

[activities]
"Enter" = { kind = "create" }
"Check" = { kind = "other" }
"Ship" = { kind = "deliver" }
"Complain" = { kind = "complaint" }
"""

BEFORE, AFTER = "2026-W02..2026-W04", "2026-W10..2026-W12"


def rows(prefix: str, start: str, number: int, complaints: int, check: bool) -> list[str]:
    begin = dt.datetime.fromisoformat(start)
    written = []
    for at in range(number):
        steps = [(0.0, "Enter"), *([(0.5, "Check")] if check else []), (2.0, "Ship")]
        steps += [(5.0, "Complain")] if at < complaints else []
        for days, step in steps:
            when = begin + dt.timedelta(days=days, minutes=at)
            written.append(f"{prefix}{at},{step},{when},Sales,{'large' if at % 3 else 'small'}")
    return written


@pytest.fixture
def logs(ordermine: Callable[..., Said], tmp_path: Path) -> None:
    """Make ``log``: 50 orders in January of which 2 are complained about, 40 in March with 15, all of those checked."""
    (tmp_path / "ordermine.toml").write_text(PROJECT, encoding="utf-8")
    head = "Order,Step,At,Team,Segment"
    january, march = rows("A", "2026-01-05", 50, 2, False), rows("B", "2026-03-02", 40, 15, True)
    end = rows("Z", "2026-07-01", 1, 0, False)
    for name, lines in (("log", [*january, *march, *end]), ("old", [*january, *end]), ("new", [*march, *end])):
        (tmp_path / f"{name}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
        assert ordermine("ingest", f"{name}.csv", "-o", name, "--project", "ordermine.toml", "-q").code == 0


@pytest.fixture
def periods(ordermine: Callable[..., Said], logs: None) -> Callable[..., Said]:
    return lambda *more: ordermine("compare", "log", "--period-a", BEFORE, "--period-b", AFTER, "-q", *more)


def result(said: Said) -> dict[str, Any]:
    assert said.code == 0, said.err
    found = json.loads(said.out)
    assert found["schema"] == "ordermine/compare/1"
    return dict(found["result"])


def test_periods_as_json(periods: Callable[..., Said]) -> None:
    found = result(periods("--format", "json"))
    assert list(found) == [
        "a", "b", "maturity_days", "clusters", "adjusted_for", "measures", "not_measurable", "steps", "steps_tested",
    ]  # fmt: skip
    assert (found["a"]["period"], found["a"]["orders"], found["a"]["concluded"]) == (
        BEFORE, 50, ["2026-01-07", "2026-01-07"],
    )  # fmt: skip
    assert (found["b"]["orders"], found["b"]["as_of"], found["adjusted_for"]) == (
        40,
        "2026-07-03T00:00:00Z",
        ["Segment"],
    )
    contact = next(one for one in found["measures"] if one["name"] == "contact")
    assert contact["a"]["value"] == 0.04
    assert contact["b"] == {**contact["b"], "n": 40, "value": 0.375}
    assert contact["difference"]["value"] == pytest.approx(0.335)
    assert contact["difference"]["low"] > 0
    assert (contact["verdict"], contact["better"], contact["sign_flip"]) == ("worse", "lower", False)
    assert {(one["step"], one["then"], one["change"]) for one in found["steps"]} >= {
        ("Check", None, "appears"),
        ("Enter", "Ship", "vanishes"),
    }
    assert all(set(one) == {"name", "reason"} for one in found["not_measurable"])


def test_two_logs_say_the_same_as_two_periods_of_both(
    ordermine: Callable[..., Said], periods: Callable[..., Said]
) -> None:
    parts = result(periods("--format", "json"))
    # Z is the last event of both and hasn't matured.
    two = result(ordermine("compare", "old", "new", "--format", "json", "-q"))
    assert (two["a"]["orders"], two["b"]["orders"]) == (50, 40)
    assert two["measures"] == parts["measures"]
    assert two["steps"] == parts["steps"]
    assert two["a"]["log"] != two["b"]["log"]


def test_an_export_in_place_of_a_log(ordermine: Callable[..., Said], logs: None) -> None:
    assert result(ordermine("compare", "old", "new.csv", "--format", "json", "-q"))["b"]["orders"] == 40


def test_conditions_tell_sides_apart(ordermine: Callable[..., Said], logs: None) -> None:
    sides = ("--where-a", "Segment = 'small'", "--where-b", "Segment = 'large'", "--to", "2026-02-01")
    found = result(ordermine("compare", "log", *sides, "--format", "json", "-q"))
    assert (found["a"]["orders"], found["b"]["orders"]) == (17, 33)
    assert found["a"]["filters"] == {"to": "2026-02-01", "where": "Segment = 'small'"}


def test_for_people(periods: Callable[..., Said]) -> None:
    said = periods().out
    assert f"A: log {BEFORE}: 50 matured orders, concluded 2026-01-07 to 2026-01-07" in " ".join(said.split())
    assert "What is better or worse?" in said
    assert "What can't be told apart?" in said
    assert "could see: the smallest true difference" in said
    assert max(map(len, said.splitlines())) <= 80
    assert periods("--format", "md").out.startswith(f"A: log {BEFORE}")


def test_as_csv(periods: Callable[..., Said]) -> None:
    table = list(csv.DictReader(io.StringIO(periods("--format", "csv").out)))
    assert tuple(table[0]) == COLUMNS
    [contact] = [row for row in table if row["measure"] == "contact"]
    assert (contact["a_n"], contact["b_n"], contact["verdict"]) == ("50", "40", "worse")
    assert float(contact["difference"]) == pytest.approx(0.335)


def test_the_same_orders_give_the_same_bytes(periods: Callable[..., Said]) -> None:
    assert periods("--format", "json").out == periods("--format", "json", "--threads", "1").out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("log",), 2, "both sides are the same orders", id="nothing to tell sides apart"),
        pytest.param(("log", "--period-a", "2026"), 2, "not a period", id="no period"),
        pytest.param(
            ("log", "--period-a", BEFORE, "--period-b", "2027-W01.."), 2, "no order of side B", id="no orders"
        ),
        pytest.param(
            ("log", "--period-a", BEFORE, "--period-b", "..2026-W12"), 2, "50 orders are on both", id="overlapping"
        ),
        pytest.param(("log", "--where", "1 = 1", "--where-a", "1 = 1"), 2, "--where is for both", id="two conditions"),
        pytest.param(("log", "nowhere"), 2, "no such file", id="no second log"),
        pytest.param(("log", "--period-a", BEFORE, "--period-b", "2026-W26.."), 5, "has matured", id="not matured"),
        pytest.param(("old", "new", "--cluster", "segmnt"), 2, "'Segment'", id="no such cluster"),
    ],
)
def test_what_makes_no_sense(
    ordermine: Callable[..., Said], logs: None, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = ordermine("compare", *arguments, "-q")
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
