"""Weekly: 60 weeks from February 2026 on, with everything that makes a weekly figure move, and one week that matters.

One order in ten proves wrong, half of them within 12 days of the invoice, the others up to months later. What moves:

* from week 2026-W38 on, 3 more orders in a hundred prove wrong: the true shift;
* from week to week the share goes up and down by itself, with a standard deviation of 0.7 points, for all alike;
* a December peak, quiet holidays and a summer slump change how many orders there are, not how good they are;
* ten sales teams differ. One of the best takes part in a pilot from 2026-W14 to W29, because it wanted to. The pilot
  changes nothing: its orders look better than the others, as they did before.

Weeks of quality are those in which orders are invoiced, weeks of the pilot those in which customers first get
in touch.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ordermine.simulate.behaviour import Behaviour, Team
from ordermine.simulate.csv_export import COLUMNS, TEAM_COLUMNS
from ordermine.simulate.dice import Dice
from ordermine.simulate.eventually import eventually_right
from ordermine.simulate.export import Export
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.maturity import NOTHING_ELSE_WRONG
from ordermine.simulate.plan import Plan
from ordermine.simulate.working_hours import DAY

if TYPE_CHECKING:
    from ordermine.simulate.recorder import Recorder

SHIFT = 0.03
SHIFT_WEEK = "2026-W38"
WEEK_DEVIATION = 0.007
PILOT_TEAM = "Sales North 1"
PILOT_WEEKS = tuple(f"2026-W{week}" for week in range(14, 30))

_WEEKS = 60
_SPAN = 80
"""Weeks from the first of the calendar on for which there is a share: more than orders are concluded in."""

_BUSY = {
    **{f"2026-W{week}": 0.8 for week in range(31, 35)},
    **{f"2026-W{week}": 1.2 for week in range(45, 49)},
    **{f"2026-W{week}": 1.5 for week in range(49, 52)},
    "2026-W52": 0.5,
    "2026-W53": 0.3,
    "2027-W01": 0.7,
}

_POINTS = {
    "Sales North 1": -3.0,
    "Sales North 2": 1.5,
    "Sales North 3": 0.0,
    "Sales East 1": 3.0,
    "Sales East 2": -1.5,
    "Sales South 1": -4.5,
    "Sales South 2": 4.5,
    "Sales South 3": 0.0,
    "Sales West 1": 1.5,
    "Sales West 2": -1.5,
}
"""Team → by how many points its share of orders that prove wrong differs from the usual."""

_TEAMS = tuple(
    Team(
        name=name,
        region=name.split()[1],
        weight=1.0,
        segments={"Small business": 0.5, "Mid-size": 0.35, "Enterprise": 0.15},
        order_types={"Standard": 0.62, "Project": 0.26, "Express": 0.12},
        late_complaint=points / 100,
    )
    for name, points in _POINTS.items()
)

BEHAVIOUR = replace(
    NOTHING_ELSE_WRONG,
    late_complaint=0.1,
    teams=_TEAMS,
    weeks=_WEEKS,
    busy=_BUSY,
    pilot_team=PILOT_TEAM,
    pilot_weeks=PILOT_WEEKS,
)
EXPORT = Export(columns=(*COLUMNS, *TEAM_COLUMNS))


def draw_weeks(behaviour: Behaviour, seed: int, shift: float) -> Behaviour:
    """Return the behaviour with a share of its own for every week, higher by `shift` from the shift's week on."""
    dice = Dice(seed, "weeks")
    points = {}
    for number in range(_SPAN):
        week = HOURS.week(number * 7 * DAY)
        points[week] = dice.normal(WEEK_DEVIATION) + (shift if week >= SHIFT_WEEK else 0.0)
    return replace(behaviour, late_complaint_by_week=points)


def truth(recorder: Recorder, shift: float) -> dict[str, Any]:
    """Return what is true of the weeks, the shift and the pilot."""
    return {
        **eventually_right(recorder),
        "shift": {"week": SHIFT_WEEK, "error_rate": shift} if shift else None,
        "week_deviation": WEEK_DEVIATION,
        "pilot": {"team": PILOT_TEAM, "weeks": list(PILOT_WEEKS), "effect": 0.0},
    }


PLAN = Plan(
    behaviour=BEHAVIOUR,
    draw=lambda behaviour, seed: draw_weeks(behaviour, seed, SHIFT),
    export=EXPORT,
    further_truth=lambda recorder: truth(recorder, SHIFT),
)
