"""Control: nothing stands out. Every department errs as rarely as every other, and nothing goes back.

Who notices an error corrects it in passing, so no order returns to a department. What happens to orders of
any company happens here too: rejections, blocks, partial deliveries, questions, values saved again.
"""

from __future__ import annotations

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.company import BILLING, DEAL_DESK, LOGISTICS, ORDER_MANAGEMENT, SALES
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.loops import true_loops
from ordermine.simulate.plan import Plan

_NOTICED_BY = {
    (DEAL_DESK, "price"): {BILLING: 1.0},
    (ORDER_MANAGEMENT, "price"): {BILLING: 1.0},
    (SALES, "ship_to"): {LOGISTICS: 1.0},
    (SALES, "item"): {LOGISTICS: 1.0},
}
_BASE = 0.02

PLAN = Plan(
    behaviour=Behaviour(
        error_rates=dict.fromkeys(_NOTICED_BY, _BASE),
        noticed_by=_NOTICED_BY,
        redlines={0: 1.0},
        declined=0.0,
        entry_query=0.0,
        credit_query=0.0,
        change_request=0.0,
        cancelled=0.0,
        damaged=0.0,
        renewal=0.0,
    ),
    further_truth=lambda recorder: true_loops(recorder.events, HOURS.stamp),
)
