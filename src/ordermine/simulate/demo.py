"""The demo: an ordinary company with one sore spot that shows elsewhere.

The Deal Desk calculates three times as many wrong prices as usual. Order Management copies them into the
order; Billing and Customer Service find and correct most of them. Orders queue for Credit: it lacks people.
"""

from __future__ import annotations

from dataclasses import replace

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.company import DEAL_DESK
from ordermine.simulate.plan import Plan

_CALM = Behaviour()

PLAN = Plan(behaviour=replace(_CALM, error_rates={**_CALM.error_rates, (DEAL_DESK, "price"): 0.09}))
