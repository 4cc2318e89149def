"""Run every scenario through ordermine, compare what it finds with what was planted, and write the table.

    python benchmarks/accuracy.py                              every scenario, 20 seeds, to docs/accuracy.md
    python benchmarks/accuracy.py mix --seeds 2 --output -     one scenario, to standard output

Results are those that the commands print as JSON. Runs share the work out among processes, as many as there are cores
unless ``--jobs`` says otherwise; the table is the same whatever their number. With ``--folder`` the scores of every run
are kept there and used again, so that a run that was stopped goes on where it was; take another folder after a change.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import multiprocessing
import os
import sys
import tempfile
import threading
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.eventlog.log import Log, open_log
from ordermine.ingest.open import open_sources
from ordermine.ingest.plan import Options
from ordermine.pipeline import ingest
from ordermine.project import load_project
from ordermine.report.answers import AUDITED, ask, ask_origins, gather
from ordermine.report.scored import reached_text, target_text, value_text
from ordermine.simulate.naive import (
    blame_the_corrector,
    blame_the_filler,
    first_time_right_by_week,
    flag_above_average,
    link_by_reference,
    repeats_as_rework,
)
from ordermine.simulate.scenarios import SCENARIOS, write_scenario
from ordermine.simulate.score import NEEDED, Score, average, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SEEDS = 20
ORDERS = 5_000
OUTPUT = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
COLUMNS = ("scenario", "measure", "value", "of", "target", "reached", "naive method")
NAIVE = {
    "origins": "blames the department that corrects a value",
    "omission": "blames the department that fills a gap",
    "loops": "calls every repeated step rework",
    "loops-day": "takes the rows of a day in the order of the file",
    "rejections": "links by reference alone, and calls abandoned whatever has no link",
    "mix": "flags a team with half again as many corrected orders as usual",
    "maturity": "takes an order for right as long as nothing has been heard",
}
"""Scenario → what the simpler method does that stands beside ordermine."""


@dataclass(frozen=True, slots=True)
class Run:
    """The scores of one scenario and seed."""

    scenario: str
    ours: list[Score]
    naive: list[Score]


def measure(scenario: str, orders: int, seed: int, folder: Path) -> Run:
    """Simulate a log in an empty folder, ask ordermine and the naive method, and score both."""
    export, project, planted = write_scenario(scenario, folder / "export", orders, seed)
    truth = json.loads(planted.read_text(encoding="utf-8"))
    ingest(open_sources([export]), folder / "log", load_project(project), Options(), threads=1)
    log = open_log(folder / "log", threads=1)
    results = gather(log, truth)
    ours = [*score(truth, results), *_further(truth, log, results)]
    return Run(scenario, ours, _naive(scenario, truth, _read_rows(export), results))


def _further(truth: Mapping[str, Any], log: Log, results: Mapping[str, Any]) -> list[Score]:
    """Return scores that have no target, but put those that have into perspective."""
    if "origins" in results:
        guilty = {error["originated_by"] for error in truth["errors"]}
        rows = results["origins"]["departments"]
        started = {"departments": [row for row in rows if row["department"] in guilty]}
        return [
            _within("the same, where errors started", truth, {**results, "origins": started}),
            _within("the same, without an audit", truth, {**results, "origins": ask_origins(log, None)}),
        ]
    if truth["scenario"] == "loops":
        totals = ask(log, "OM101")["totals"]
        return [Score("orders called rework", totals["cases_with_rework"], totals["cases"])]
    return []


def _within(name: str, truth: Mapping[str, Any], results: Mapping[str, Any]) -> Score:
    """Return, under another name and without a target, how many shares lie within their interval."""
    found = next(one for one in score(truth, results) if one.name == "shares within their interval")
    return replace(found, name=name, at_least=None)


def _naive(
    scenario: str, truth: Mapping[str, Any], rows: Sequence[Mapping[str, str]], results: Mapping[str, Any]
) -> list[Score]:
    """Return the scores of the naive method; none where there is no such method."""
    if scenario == "origins":
        return score(truth, {"origins": {"departments": []}, "errors": blame_the_corrector(rows)})
    if scenario == "omission":
        return score(truth, {"errors": blame_the_filler(rows)})
    if scenario == "loops":
        return [Score("orders called rework", repeats_as_rework(rows))]
    if scenario == "loops-day":
        return score(truth, {code: {"totals": _as_points(found["totals"])} for code, found in results.items()})
    if scenario == "rejections":
        return score(truth, {"OM501": link_by_reference(rows)})
    if scenario == "mix":
        return score(truth, {"findings": flag_above_average(rows)})
    if scenario == "maturity":
        weeks = first_time_right_by_week(rows)
        rate = sum(week["n"] * week["rate"] for week in weeks) / sum(week["n"] for week in weeks)
        return score(truth, {"ftr": {"first_time_right": {"rate": rate}}, "weeks": weeks})
    return []


def _as_points(totals: Mapping[str, Any]) -> dict[str, Any]:
    """Return totals whose ranges are closed around the value."""
    return {name: totals[name.removesuffix("_low").removesuffix("_high")] for name in totals}


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def measure_or_recall(scenario: str, orders: int, seed: int, kept: Path) -> Run:
    """Return the scores that are kept for this scenario, size and seed; measure and keep them where there are none."""
    file = kept / f"{scenario}-{orders}-{seed}.json"
    if not file.exists():
        with tempfile.TemporaryDirectory() as temporary:
            run = measure(scenario, orders, seed, Path(temporary))
        file.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
    sides = json.loads(file.read_text(encoding="utf-8"))
    return Run(scenario, *([Score(**one) for one in sides[side]] for side in ("ours", "naive")))


def _in_processes(wanted: Sequence[tuple[str, int, int, Path]], jobs: int) -> Iterator[Run]:
    """Yield the runs in order as they are done, several at a time."""
    # Started afresh: a copy of a process in which Arrow and DuckDB have threads may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare) as pool:
        yield from pool.map(measure_or_recall, *zip(*wanted, strict=True))


def _prepare() -> None:
    # A simulation makes millions of objects that live until its end: to look through them takes a tenth of its time.
    gc.set_threshold(200_000, 50, 100)
    # Otherwise a process whose parent is ended waits for work for ever.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def table(runs: Iterable[Run]) -> str:
    """Return the scores of all seeds, pooled, as a Markdown table."""
    by_scenario: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_scenario[run.scenario].append(run)
    lines = [list(COLUMNS), ["---", "---", "---:", "---:", "---:", "---", "---:"]]
    for scenario, its in by_scenario.items():
        naive = {one.name: one for one in average(run.naive for run in its)}
        for one in average(run.ours for run in its):
            reached = "**no**" if one.reached is False else reached_text(one)
            lines.append([scenario, one.name, value_text(one), f"{one.of:,.0f}", target_text(one), reached])
            lines[-1].append(value_text(naive[one.name]) if one.name in naive else "")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def page(runs: Sequence[Run], seeds: int, orders: int) -> str:
    """Return the page: how it was measured, the table, what the naive methods are."""
    scenarios = list(dict.fromkeys(run.scenario for run in runs))
    about = "\n".join(f"* **{name}**: {SCENARIOS[name].summary}" for name in scenarios)
    naive = "\n".join(f"* **{name}**: {NAIVE[name]}" for name in scenarios if name in NAIVE)
    return f"""# Accuracy

Written by `make accuracy`; run it again after a change of what is found.

`ordermine simulate` writes logs in which it is known what went wrong, where it started, and what only looks wrong. The
table says how well ordermine finds it.

Over {seeds} {"seed" if seeds == 1 else "seeds"} of {orders:,} orders each, pooled: all hits ÷ everything there was to \
hit (*of*).

{table(runs)}

The scenarios:

{about}

What stands beside them:

{naive}

* *precision* is of the errors for which an origin is named, *recall* of all that were planted and noticed.
* *distance of shares* is the total variation distance between true and reported shares of the departments: 0 where they
  agree, 1 where nothing overlaps.
* *shares within their interval* counts departments whose true share lies in the interval after people have looked up
  {AUDITED} errors (`origins --audit {AUDITED}`, then `--labels`).
* *difference* is the distance between reported and true number, *width of the range* what ties in time leave open.
"""


def further_sections(path: Path) -> str:
    """Return the sections of the page that other benchmarks write."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    return old[old.find("\n## ") :] if "\n## " in old else ""


def main() -> None:
    """Measure the accuracy."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all that can be scored")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds from 1 on")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each log")
    parser.add_argument("--output", "-o", default=str(OUTPUT), help="page to write; - is standard output")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time; default: all cores")
    parser.add_argument("--folder", type=Path, help="folder for scores; those that are there are used again")
    given = parser.parse_args()
    if unknown := sorted(set(given.scenarios) - set(NEEDED)):
        parser.error(f"no scores for {', '.join(unknown)}; there are {', '.join(NEEDED)}")
    with tempfile.TemporaryDirectory() as temporary:
        kept = given.folder or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        # All scenarios of one seed first: whatever a run is stopped at, it holds something of each.
        wanted = [
            (scenario, given.orders, seed, kept)
            for seed in range(1, given.seeds + 1)
            for scenario in given.scenarios or NEEDED
        ]
        runs = []
        for (scenario, _, seed, _), run in zip(wanted, _in_processes(wanted, given.jobs), strict=True):
            runs.append(run)
            missed = [one.name for one in run.ours if one.reached is False]
            sys.stderr.write(f"{scenario}, seed {seed}: {', '.join(missed) or 'reached'}\n")
    text = page(runs, given.seeds, given.orders)
    sys.stdout.write(text)
    if given.output != "-":
        path = Path(given.output)
        path.write_text(text + further_sections(path), encoding="utf-8")


if __name__ == "__main__":
    main()
