"""What gates say of a log: its latest matured weeks, judged against limits and the weeks before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ordermine.analyze.ftr.first_time_right import DAY_US
from ordermine.analyze.measures.estimate import by_week, week_name
from ordermine.errors import NotMeasurable
from ordermine.eventlog.filters import micros
from ordermine.stats.control import Period
from ordermine.stats.gating import BASELINE, FEWEST_BEFORE, POOLED, WeeklyShares, WeeklyValues, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.gates.expression import Gate
    from ordermine.analyze.measures.base import Values
    from ordermine.analyze.measures.estimate import Week
    from ordermine.analyze.measures.population import Population
    from ordermine.stats.gating import Judgement

Outcome = Literal["breached", "held", "not enough evidence", "no orders", "not measurable"]

_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What one gate says, with all numbers behind it."""

    gate: Gate
    outcome: Outcome
    reason: str = ""
    """Why there is no judgement; empty where there is one."""
    weeks: tuple[str, ...] = ()
    """The weeks judged together, the latest last."""
    weeks_before: int = 0
    """How many weeks they are compared with."""
    judgement: Judgement | None = None
    unseen: tuple[str, ...] = ()
    """Signals that the log can't show: the true share is at most what is reported."""


def judge_gates(population: Population, gates: Sequence[Gate], until: dt.date | None = None) -> list[GateVerdict]:
    """Return what each gate says, in the order given.

    Judged are the latest matured week and the three with orders before it.

    Parameters
    ----------
    population
        Orders, each in its week.
    gates
        What to judge.
    until
        Monday of the last week to look at; by default all.
    """
    return [_verdict(population, gate, until) for gate in gates]


def require_measurable(verdicts: Sequence[GateVerdict]) -> None:
    """Raise NotMeasurable where this log can't show what one of the gates asks."""
    for one in verdicts:
        if one.outcome == "not measurable":
            raise NotMeasurable(f"gate {one.gate.text}: {one.reason}", hint=f"it needs {one.gate.measure.needs}")


def _verdict(population: Population, gate: Gate, until: dt.date | None) -> GateVerdict:
    try:
        values = gate.measure.of_orders(population)
    except NotMeasurable as lack:
        return GateVerdict(gate, "not measurable", str(lack))
    weeks = [week for week in by_week(population, values) if until is None or week.monday <= until]
    matured = [week for week in weeks if week.mature and week.n]
    if not matured:
        waited = f"an order has matured {population.maturity_days:.0f} days after its conclusion"
        return GateVerdict(gate, "no orders", f"no week with orders has matured; {waited}")
    last = _last_matured_week(population, until)
    if last > matured[-1].monday:
        found = f"no order counts in {week_name(last)}, the latest matured week"
        return GateVerdict(gate, "no orders", found, (week_name(last),))
    latest, before = matured[-POOLED:], matured[:-POOLED][-BASELINE:]
    names = tuple(week.week for week in latest)
    if len(before) < FEWEST_BEFORE:
        reason = (
            f"how much weeks differ by themselves shows from {POOLED + FEWEST_BEFORE} matured weeks with orders on; "
            f"there {'is' if len(matured) == 1 else 'are'} {len(matured)}"
        )
        return GateVerdict(gate, "not enough evidence", reason, names, len(before))
    judgement = _judgement(gate, before, latest)
    return GateVerdict(gate, _outcome(gate, judgement, values), "", names, len(before), judgement, values.unseen)


def _judgement(gate: Gate, before: Sequence[Week], latest: Sequence[Week]) -> Judgement:
    if gate.measure.unit == "share":
        past, now = ([Period(week.hits, week.n) for week in weeks] for weeks in (before, latest))
        return judge(WeeklyShares(past), past, now, gate.side, gate.limit)
    told_by: Literal["median", "mean"] = "median" if gate.measure.unit == "seconds" else "mean"
    numbers, recent = ([week.values for week in weeks] for weeks in (before, latest))
    return judge(WeeklyValues(numbers, told_by), numbers, recent, gate.side, gate.limit)


def _outcome(gate: Gate, judgement: Judgement, values: Values) -> Outcome:
    if judgement.rules:
        return "breached"
    if gate.limit is None and judgement.interval == "across":
        # Nothing got worse as far as such weeks can show; how far that is, is told by the smallest shift.
        return "held"
    bound = bool(values.unseen) and gate.side == "at_least"
    return "held" if judgement.interval == "right" and not bound else "not enough evidence"


def _last_matured_week(population: Population, until: dt.date | None) -> dt.date:
    """Return the Monday of the last week that ended so long ago that all its orders would have matured."""
    as_of = population.log.as_of
    assert as_of is not None  # The log holds orders.
    day = _EPOCH + dt.timedelta(days=int((micros(as_of) - population.maturity_days * DAY_US) // DAY_US) - 7)
    ended = day - dt.timedelta(days=day.weekday())
    return ended if until is None else min(ended, until)
