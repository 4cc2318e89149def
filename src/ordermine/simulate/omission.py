"""Omission: required fields are empty when an order is handed over, and the next department fills them.

Sales hands over 6 % of its new leads without a delivery address, Marketing 6 % without a tax number, Legal 6 %
of the contracts without payment terms. Order Management fills most gaps and looks guilty. No omissions: gaps
that are filled before the order is handed over, later by the same department, or never.
"""

from __future__ import annotations

from ordermine.simulate.behaviour import IN_TIME, NOBODY, Behaviour
from ordermine.simulate.company import BILLING, LEGAL, LOGISTICS, MARKETING, ORDER_MANAGEMENT, SALES, WORKFLOW
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.export import Export
from ordermine.simulate.plan import Plan

PLAN = Plan(
    behaviour=Behaviour(
        further_fields={"Capture lead": {"tax_id": ""}, "Draft contract": {"contract.terms": ""}},
        lead_desk=MARKETING,
        workflow=WORKFLOW,
        notified=0.15,
        confirmed_before_credit=0.0,
        left_empty={(SALES, "ship_to"): 0.1, (MARKETING, "tax_id"): 0.06, (LEGAL, "terms"): 0.06},
        filled_by={
            (SALES, "ship_to"): {ORDER_MANAGEMENT: 0.6, SALES: 0.2, IN_TIME: 0.2},
            (MARKETING, "tax_id"): {ORDER_MANAGEMENT: 0.5, BILLING: 0.4, NOBODY: 0.1},
            (LEGAL, "terms"): {ORDER_MANAGEMENT: 0.5, LOGISTICS: 0.1, BILLING: 0.3, NOBODY: 0.1},
        },
    ),
    export=Export(
        columns=COLUMNS_WITH_OBJECTS,
        required={"lead": ["tax_id"], "qualify": ["ship_to"], "contract": ["contract.terms"]},
    ),
)
