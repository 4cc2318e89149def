"""Run every scenario through ordermine, compare what it finds with what was planted, and write the table.

    python benchmarks/accuracy.py                              every scenario, 20 seeds, to docs/accuracy.md
    python benchmarks/accuracy.py mix --seeds 2 --output -     one scenario, to standard output

Results are those that the commands print as JSON. With ``--folder`` the scores of every run are kept there and used
again, so that a run that was stopped goes on where it was; take another folder after a change.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from ordermine.analyze.ftr.first_time_right import first_time_right_by_week
from ordermine.cli import app
from ordermine.eventlog.log import open_log
from ordermine.simulate.naive import (
    blame_the_corrector,
    blame_the_filler,
    flag_above_average,
    link_by_reference,
    repeats_as_rework,
)
from ordermine.simulate.naive import first_time_right_by_week as unmatured_by_week
from ordermine.simulate.scenarios import SCENARIOS, write_scenario
from ordermine.simulate.score import NEEDED, Score, average, label, score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SEEDS = 20
ORDERS = 5_000
LABELS = 100
"""Errors that people look up in the audit."""
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


def command(*arguments: object) -> Any:
    """Run a command of ordermine in this process and return the `result` of its JSON.

    Raises
    ------
    OrdermineError
        As the command does.
    """
    done = CliRunner().invoke(app, [*map(str, arguments), "--format", "json", "--quiet"], catch_exceptions=False)
    return json.loads(done.stdout)["result"]


def measure(scenario: str, orders: int, seed: int, folder: Path) -> Run:
    """Simulate a log in an empty folder, ask ordermine and the naive method, and score both."""
    export, project, planted = write_scenario(scenario, folder / "export", orders, seed)
    truth = json.loads(planted.read_text(encoding="utf-8"))
    log = folder / "log"
    command("ingest", export, "-o", log, "--project", project)
    results = {name: _ask(name, log, truth, folder) for name in NEEDED[scenario]}
    ours = [*score(truth, results), *_further(scenario, truth, log, results)]
    return Run(scenario, ours, _naive(scenario, truth, _read_rows(export), results))


def _ask(name: str, log: Path, truth: Mapping[str, Any], folder: Path) -> Any:
    """Return a result by its name in `NEEDED`."""
    if name == "findings":
        # Flags are findings of this analyzer alone.
        return command("analyze", log, "--select", "OM601")["findings"]
    if name == "errors":
        table = folder / "errors.csv"
        command("origins", log, "--errors", table)
        return _read_rows(table)
    if name == "origins":
        return _audited(log, truth, folder)
    if name == "ftr":
        return command("ftr", log)
    if name == "weeks":
        return first_time_right_by_week(open_log(log))
    return command("measure", name, log)


def _audited(log: Path, truth: Mapping[str, Any], folder: Path) -> Any:
    """Return the origins after people who know the truth have looked up a sample."""
    drawn, labelled = folder / "sample.csv", folder / "labelled.csv"
    command("origins", log, "--audit", LABELS, "-o", drawn)
    rows = label(truth, _read_rows(drawn))
    with labelled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return command("origins", log, "--labels", labelled)


def _further(scenario: str, truth: Mapping[str, Any], log: Path, results: Mapping[str, Any]) -> list[Score]:
    """Return scores that have no target, but put those that have into perspective."""
    if "origins" in results:
        guilty = {error["originated_by"] for error in truth["errors"]}
        rows = results["origins"]["departments"]
        started = {"departments": [row for row in rows if row["department"] in guilty]}
        return [
            _within("the same, where errors started", truth, {**results, "origins": started}),
            _within("the same, without an audit", truth, {**results, "origins": command("origins", log)}),
        ]
    if scenario == "loops":
        totals = command("measure", "OM101", log)["totals"]
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
        weeks = unmatured_by_week(rows)
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


def table(runs: Iterable[Run]) -> str:
    """Return the scores of all seeds, pooled, as a Markdown table."""
    by_scenario: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_scenario[run.scenario].append(run)
    lines = [list(COLUMNS), ["---", "---", "---:", "---:", "---:", "---", "---:"]]
    for scenario, its in by_scenario.items():
        naive = {one.name: one for one in average(run.naive for run in its)}
        for one in average(run.ours for run in its):
            lines.append([scenario, one.name, _number(one), f"{one.of:,.0f}", _target(one), _reached(one)])
            lines[-1].append(_number(naive[one.name]) if one.name in naive else "")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _number(one: Score) -> str:
    # Adding zero turns −0 into 0.
    return "–" if one.value is None else f"{round(one.value, 3) + 0.0:.3f}".removesuffix(".000")


def _target(one: Score) -> str:
    if one.at_most is not None:
        return f"≤ {one.at_most:g}"
    return "" if one.at_least is None else f"≥ {one.at_least:g}"


def _reached(one: Score) -> str:
    if one.at_least is one.at_most is None:
        return ""
    return {True: "yes", False: "**no**", None: "nothing to count"}[one.reached]


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
  {LABELS} errors (`origins --audit {LABELS}`, then `--labels`).
* *difference* is the distance between reported and true number, *width of the range* what ties in time leave open.
"""


def main() -> None:
    """Measure the accuracy."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all that can be scored")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds from 1 on")
    parser.add_argument("--orders", type=int, default=ORDERS, help="orders of each log")
    parser.add_argument("--output", "-o", default=str(OUTPUT), help="page to write; - is standard output")
    parser.add_argument("--folder", type=Path, help="folder for scores; those that are there are used again")
    given = parser.parse_args()
    if unknown := sorted(set(given.scenarios) - set(NEEDED)):
        parser.error(f"no scores for {', '.join(unknown)}; there are {', '.join(NEEDED)}")
    with tempfile.TemporaryDirectory() as temporary:
        kept = given.folder or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        runs = []
        # All scenarios of one seed first: whatever a run is stopped at, it holds something of each.
        for seed in range(1, given.seeds + 1):
            for scenario in given.scenarios or NEEDED:
                runs.append(measure_or_recall(scenario, given.orders, seed, kept))
                missed = [one.name for one in runs[-1].ours if one.reached is False]
                sys.stderr.write(f"{scenario}, seed {seed}: {', '.join(missed) or 'reached'}\n")
    text = page(runs, given.seeds, given.orders)
    sys.stdout.write(text)
    if given.output != "-":
        Path(given.output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
