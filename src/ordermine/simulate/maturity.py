"""Maturity: one order in seven proves wrong, some in days and some in months, and that never changes.

Half of the signals show within 12 days of the invoice, nine in ten within 43. Of the orders of the last weeks
most signals are still to come when the export is made, so their first-time-right looks better than it is.
"""

from __future__ import annotations

from dataclasses import replace

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.eventually import eventually_right
from ordermine.simulate.export import Export
from ordermine.simulate.plan import Plan

NOTHING_ELSE_WRONG = Behaviour(
    error_rates={},
    declined=0.0,
    entry_rejected=0.0,
    credit_block=0.0,
    credit_rejected=0.0,
    cancelled=0.0,
    damaged=0.0,
)
"""Orders go wrong by late signals alone, so that it is known of every order whether it was right."""

PLAN = Plan(
    behaviour=replace(NOTHING_ELSE_WRONG, late_complaint=0.15),
    export=Export(columns=COLUMNS_WITH_OBJECTS),
    further_truth=eventually_right,
)
