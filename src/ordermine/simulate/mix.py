"""Mix: thirty sales teams, of which two err more than their customers explain.

Orders of small businesses go wrong more often than those of enterprises, whoever has them, and express orders are
looked at more closely, so that more errors are found. The teams in the East have the small businesses and the express
orders: they look bad, and are not. The smallest teams look worst or best by chance. Really worse are two: one of the
larger teams twice, and a small one three times as bad as their mix explains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.simulate.behaviour import Behaviour, Team
from ordermine.simulate.company import BILLING, CUSTOMER_SERVICE, DEAL_DESK, LOGISTICS, ORDER_MANAGEMENT
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.export import Export
from ordermine.simulate.plan import Plan

if TYPE_CHECKING:
    from ordermine.simulate.recorder import Recorder

_ORDERS = {
    "East": (500, 170, 120, 80, 40, 20, 10, 8),
    "North": (220, 210, 200, 60, 30, 15, 8),
    "South": (2000, 100, 70, 60, 30, 15, 8),
    "West": (600, 200, 100, 60, 30, 18, 10, 8),
}
"""Region → orders of its teams among 5,000."""

WORSE = {"Sales West 1": 2.0, "Sales North 3": 3.0}
"""Team → how many times as bad it is as its mix explains."""

_BASE = 0.11
_DIFFICULT = {"Small business": 0.7, "Mid-size": 0.2, "Enterprise": 0.1}
_EASY = {"Small business": 0.25, "Mid-size": 0.4, "Enterprise": 0.35}
_HURRIED = {"Standard": 0.4, "Project": 0.2, "Express": 0.4}
_CALM = {"Standard": 0.65, "Project": 0.26, "Express": 0.09}

_TEAMS = tuple(
    Team(
        name=f"Sales {region} {number}",
        region=region,
        weight=orders,
        segments=_DIFFICULT if region == "East" else _EASY,
        order_types=_HURRIED if region == "East" else _CALM,
    )
    for region, sizes in _ORDERS.items()
    for number, orders in enumerate(sizes, 1)
)

_RATES = {
    **{(team.name, "item"): _BASE * WORSE.get(team.name, 1.0) for team in _TEAMS},
    (DEAL_DESK, "price"): _BASE,
    (ORDER_MANAGEMENT, "price"): _BASE,
}
_NOTICED = {"item": {LOGISTICS: 0.6, CUSTOMER_SERVICE: 0.4}, "price": {BILLING: 0.6, CUSTOMER_SERVICE: 0.4}}


def _planted(recorder: Recorder) -> dict[str, Any]:
    return {"worse": [{"department": team, "times": times} for team, times in WORSE.items()]}


PLAN = Plan(
    behaviour=Behaviour(
        teams=_TEAMS,
        error_rates=_RATES,
        noticed_by={place: _NOTICED[place[1]] for place in _RATES},
        segment_risk={"Small business": 2.0, "Mid-size": 1.0, "Enterprise": 0.6},
        uninspected={"Standard": 0.4, "Project": 0.4},
    ),
    # no region: a team is most of its region, so it would be compared with little but itself
    export=Export(columns=COLUMNS_WITH_OBJECTS, case_attributes=("Segment", "Order type")),
    further_truth=_planted,
)
