"""Gate simulated years, week by week, and write how often a gate is red for nothing and how soon it sees a shift.

    python benchmarks/gating.py                         1,000 years of each kind, to docs/accuracy.md
    python benchmarks/gating.py --years 50 --output -   fewer, to standard output

Weekly counts are drawn directly: the true rate of a week is normal around 90 %, with a standard deviation of 0.7
points, and the orders of the week are independent. The gate looks at each week of a year with the weeks before it.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from ordermine.stats.control import Period, p_prime
from ordermine.stats.gating import BASELINE, POOLED, Judgement, WeeklyShares, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

YEARS = 1_000
VOLUMES = (500, 1_000, 5_000)
RATE = 0.90
WEEK_SD = 0.007
SHIFT = 0.03
WEEKS = 52
RUN = 8
"""Weeks that the longest run rule looks at."""
OUTPUT = Path(__file__).resolve().parents[1] / "docs" / "accuracy.md"
HEADING = "## Gates"
COLUMNS = (
    "judged by",
    "orders a week",
    "red weeks a year",
    "years with more than one",
    "3 points seen within 4 weeks",
    "smallest shift it names",
    "seen within 4 weeks",
)


def gated(weeks: Sequence[Period], limit: float | None) -> Judgement:
    """Return what a gate says after the last of `weeks`."""
    before = weeks[-BASELINE - POOLED : -POOLED]
    return judge(WeeklyShares(before), before, weeks[-POOLED:], "at_least", limit)


def breaches_limit(weeks: Sequence[Period], limit: float | None) -> bool:
    """Return whether a gate is red after the last of `weeks`."""
    return bool(gated(weeks, limit).rules)


def breaks_run_rules(weeks: Sequence[Period]) -> bool:
    """Return whether the last of `weeks` completes a run rule of the p′ chart on the bad side."""
    chart = p_prime(weeks[-BASELINE - RUN :], baseline=BASELINE)
    return any(signal.side == "below" for signal in chart.points[-1].signals)


def draw_weeks(dice: np.random.Generator, orders: int, weeks: int, shift: float, shifted: int) -> list[Period]:
    """Return weeks, the last `shifted` of them with a rate that is lower by `shift`."""
    rate = RATE + WEEK_SD * dice.standard_normal(weeks)
    if shifted:
        rate[-shifted:] -= shift
    return [Period(int(hits), orders) for hits in dice.binomial(orders, np.clip(rate, 0, 1))]


@dataclass(frozen=True, slots=True)
class Alarms:
    """How a gate does in years without a change."""

    red_weeks: float
    """A year."""
    more_than_one: float
    """Share of the years with more than one red week."""


def count_alarms(red: Callable[[Sequence[Period]], bool], orders: int, years: int, seed: int) -> Alarms:
    """Gate years in which the rate stays exactly at the limit."""
    dice = np.random.default_rng([seed, orders])
    past = BASELINE + RUN
    counts = []
    for _ in range(years):
        weeks = draw_weeks(dice, orders, past + WEEKS, 0, 0)
        counts.append(sum(red(weeks[:end]) for end in range(past + 1, past + WEEKS + 1)))
    return Alarms(sum(counts) / years, sum(count > 1 for count in counts) / years)


def share_seen(red: Callable[[Sequence[Period]], bool], orders: int, shift: float, years: int, seed: int) -> float:
    """Return how often a lasting shift is seen in one of its first four weeks."""
    dice = np.random.default_rng([seed, orders, 1])
    seen = 0
    for _ in range(years):
        weeks = draw_weeks(dice, orders, BASELINE + RUN + POOLED, shift, POOLED)
        seen += any(red(weeks[: len(weeks) - left]) for left in range(POOLED))
    return seen / years


def named_shift(limit: float | None, orders: int, years: int, seed: int) -> float:
    """Return the smallest visible shift that a gate names, in the median of years without a change."""
    dice = np.random.default_rng([seed, orders, 2])
    drawn = (draw_weeks(dice, orders, BASELINE + POOLED, 0, 0) for _ in range(years))
    return median(gated(weeks, limit).smallest_shift or 1 for weeks in drawn)


def table(years: int, seed: int = 1) -> str:
    """Return the figures as a Markdown table."""
    lines = [list(COLUMNS), ["---", *["---:"] * (len(COLUMNS) - 1)]]
    for name, limit in (("gate on 90 %", RATE), ("gate on the weeks before", None)):
        red = partial(breaches_limit, limit=limit)
        for orders in VOLUMES:
            shift = named_shift(limit, orders, years, seed)
            seen = share_seen(red, orders, shift, years, seed)
            lines.append([*_row(name, red, orders, years, seed), f"{shift * 100:.1f} points", f"{seen * 100:.0f} %"])
            sys.stderr.write(f"{' | '.join(lines[-1])}\n")
    for orders in VOLUMES:
        lines.append([*_row("usual run rules, for comparison", breaks_run_rules, orders, years, seed), "", ""])
        sys.stderr.write(f"{' | '.join(lines[-1])}\n")
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row(name: str, red: Callable[[Sequence[Period]], bool], orders: int, years: int, seed: int) -> list[str]:
    alarms = count_alarms(red, orders, years, seed)
    seen = share_seen(red, orders, SHIFT, years, seed)
    return [
        name,
        f"{orders:,}",
        f"{alarms.red_weeks:.2f}",
        f"{alarms.more_than_one * 100:.1f} %",
        f"{seen * 100:.1f} %",
    ]


def section(years: int) -> str:
    """Return the section of the page."""
    rate = f"{RATE * 100:.0f} %"
    return f"""{HEADING}

Written by `python benchmarks/gating.py`, which `make accuracy` runs.

A gate must stay green where nothing changed and turn red soon where something did. For each line, {years:,} years of
{WEEKS} weekly runs are simulated. The true rate varies around {rate} from week to week, with a standard deviation of
{WEEK_SD * 100:.1f} points, and the gate's limit is {rate}, exactly where the process sits. Wanted: at most one red week
in a year, all rules of the gate together, and at 5,000 orders a week a lasting shift of 3 points seen within 4 matured
weeks in at least 90 %.

{table(years)}

* *smallest shift it names* is what the gate prints beside its verdict (the median over the years), *seen within 4
  weeks* how often a shift of that size was seen: 90 % is what it promises.
* *usual run rules* are one beyond 3 sigma, two of three beyond 2 sigma and eight on one side, on a p′ chart with limits
  from the {BASELINE} weeks before the run. The report's chart shows them; a gate doesn't use them.
"""


def main() -> None:
    """Measure how gates do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--years", type=int, default=YEARS, help="simulated years for each figure")
    parser.add_argument("--output", "-o", default=str(OUTPUT), help="page that it ends; - is standard output")
    given = parser.parse_args()
    text = section(given.years)
    if given.output == "-":
        sys.stdout.write(text)
        return
    page = Path(given.output)
    above = page.read_text(encoding="utf-8").partition(HEADING)[0].rstrip("\n")
    page.write_text(f"{above}\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
