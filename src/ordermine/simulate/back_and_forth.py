"""Loops: orders go back and forth between Sales and Credit, often for nothing, and come back from afar.

About two in five answers of Sales change the payment terms; the others change nothing, even where they save
a price again in another spelling. No loops, though steps repeat: partial deliveries, monthly invoices, a row for
every line of an order. Machines send notifications in between, filed under a department of people. Sales and Legal
negotiate contracts in rounds, which is how it should be.
"""

from __future__ import annotations

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.company import WORKFLOW
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.export import Export
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.loops import true_loops
from ordermine.simulate.plan import Plan

PLAN = Plan(
    behaviour=Behaviour(
        further_fields={"Draft contract": {"contract.terms": ""}},
        redlines_change_terms=True,
        entry_query=0.05,
        credit_query=0.2,
        answer_changes=0.4,
        answer_resaves=0.15,
        delivery_query=0.03,
        confirmed_before_credit=0.0,
        partial_delivery=0.3,
        monthly_billing=0.15,
        lines={1: 0.5, 2: 0.25, 3: 0.15, 5: 0.1},
        workflow=WORKFLOW,
        notified=0.2,
    ),
    export=Export(columns=COLUMNS_WITH_OBJECTS, repeat=("Ship partial delivery", "Create monthly invoice")),
    further_truth=lambda recorder: true_loops(recorder.events, HOURS.stamp),
)
