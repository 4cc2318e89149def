"""Rejections: what becomes of rejected orders, when only half of those entered anew say so.

Credit and Order Management reject orders, and a monthly job rejects all that wait too long in the same second. Half of
the orders entered anew carry a reference to the first; the others look like any order, and some are changed a
little. Customers of rejected orders also order things alike that have nothing to do with it, and some orders are
rejected so shortly before the export that nobody knows yet.
"""

from __future__ import annotations

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.export import Export
from ordermine.simulate.plan import Plan

PLAN = Plan(
    behaviour=Behaviour(
        entry_rejected=0.025,
        credit_rejected=0.045,
        bulk_rejected=0.01,
        rejection_outcomes={"restored": 0.2, "resubmitted": 0.55, "abandoned": 0.25},
        unreferenced=0.5,
        altered=0.3,
        alike=0.3,
        partial_delivery=0.0,
        lines={1: 0.45, 2: 0.2, 3: 0.15, 5: 0.1, 6: 0.1},
    ),
    export=Export(columns=COLUMNS_WITH_OBJECTS),
)
