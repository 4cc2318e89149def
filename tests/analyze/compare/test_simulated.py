"""Comparisons of simulated logs, of which it is known whether anything differs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ordermine.analyze.compare.comparison import Comparison, compare
from ordermine.analyze.compare.period import parse_period
from ordermine.eventlog.filters import Filters
from ordermine.eventlog.log import open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import load_project
from ordermine.simulate.scenarios import write_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.analyze.compare.measured import Compared


def simulated(folder: Path, scenario: str, orders: int, seed: int) -> Path:
    export, project, _ = write_scenario(scenario, folder / "export", orders, seed)
    ingest(open_sources([export]), folder / "log", load_project(project), Options(), threads=1)
    return folder / "log"


@pytest.fixture(scope="module")
def weekly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulated(tmp_path_factory.mktemp("weekly"), "weekly", 10_000, 3)


def halves(path: Path, period: str, wheres: tuple[str, str], cluster: str | None = None) -> Comparison:
    first, second = (open_log(path, filters=Filters(where=where)) for where in wheres)
    both = parse_period(period, "--period-a")
    return compare((first, second), (both, both), cluster=cluster)


def right(found: Comparison) -> Compared:
    return next(one for one in found.measures if one.measure.name == "first_time_right")


def test_after_the_shift_it_is_worse(weekly: Path) -> None:
    log = open_log(weekly)
    found = compare(
        (log, log), (parse_period("2026-W10..2026-W38", "--period-a"), parse_period("2026-W38..", "--period-b"))
    )
    one = right(found)
    assert one.verdict == "worse"
    assert one.adjusted is not None
    assert one.adjusted.low is not None
    assert one.adjusted.high is not None
    # Planted are 3 points, of which nine tenths show before orders mature.
    assert one.adjusted.low < -0.027 < one.adjusted.high
    assert found.clusterings[0].name == "week"


def test_a_pilot_that_does_nothing_is_inconclusive_when_teams_are_what_varies(weekly: Path) -> None:
    conditions = "Pilot = 'no'", "Pilot = 'yes'"
    by_team = right(halves(weekly, "2026-W16..2026-W38", conditions, cluster="Team"))
    by_order = right(halves(weekly, "2026-W16..2026-W38", conditions))
    assert by_team.verdict == "inconclusive"
    # What orders alone would make of it is much less careful.
    assert by_team.crude.width > 1.5 * by_order.crude.width


def test_halves_of_a_log_differ_in_no_more_than_chance_allows(tmp_path: Path) -> None:
    verdicts = Counter[str]()
    changes = 0
    for seed in (1, 2):
        path = simulated(tmp_path / str(seed), "control", 1500, seed)
        for salt in "abcd":
            half = f"hash(case_id || '{salt}') % 2"
            found = compare(
                tuple(open_log(path, filters=Filters(where=f"{half} = {side}")) for side in (0, 1))  # type: ignore[arg-type]
            )
            verdicts.update(one.verdict for one in found.measures)
            changes += bool(found.steps.found)
    # Of about 200 measures, many of which go together, 5 % would be told to differ.
    assert verdicts.total() > 180
    assert verdicts["inconclusive"] / verdicts.total() > 0.93
    assert changes <= 1
