"""The dials of a scenario: how often what happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.simulate.company import (
    BILLING,
    CUSTOMER_SERVICE,
    DEAL_DESK,
    ERP,
    LOGISTICS,
    ORDER_MANAGEMENT,
    SALES,
    WEB_FORM,
    Actor,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CUSTOMER_MASTER = ""
"""Stands in for a department where the value was wrong before the order began: no event wrote it."""

NOBODY = ""
"""Stands in for the department that notices an error which stays unnoticed."""

IN_TIME = "in time"
"""Stands in for the department that fills a gap which it left itself, before it hands over."""

_ERROR_RATES = {
    (DEAL_DESK, "price"): 0.03,
    (ORDER_MANAGEMENT, "price"): 0.015,
    (SALES, "ship_to"): 0.03,
    (CUSTOMER_MASTER, "ship_to"): 0.015,
    (SALES, "item"): 0.025,
}

_NOTICED_BY = {
    (DEAL_DESK, "price"): {ORDER_MANAGEMENT: 0.1, BILLING: 0.5, CUSTOMER_SERVICE: 0.3, NOBODY: 0.1},
    (ORDER_MANAGEMENT, "price"): {BILLING: 0.6, CUSTOMER_SERVICE: 0.3, NOBODY: 0.1},
    (SALES, "ship_to"): {LOGISTICS: 0.6, CUSTOMER_SERVICE: 0.4},
    (CUSTOMER_MASTER, "ship_to"): {LOGISTICS: 0.4, CUSTOMER_SERVICE: 0.6},
    (SALES, "item"): {LOGISTICS: 0.6, CUSTOMER_SERVICE: 0.4},
}


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Team:
    """A team of Sales, with customers of its own."""

    name: str
    region: str
    weight: float
    """Its part of all orders."""
    segments: Mapping[str, float]
    order_types: Mapping[str, float]
    late_complaint: float = 0.0
    """Added to the share of orders that prove wrong only after they were delivered and invoiced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Shares (0 to 1) of the orders that may be concerned; the defaults are a company without a sore spot."""

    error_rates: Mapping[tuple[str, str], float] = field(default_factory=lambda: dict(_ERROR_RATES))
    """(department, field) → share of the values it writes that are wrong."""
    noticed_by: Mapping[tuple[str, str], Mapping[str, float]] = field(default_factory=lambda: dict(_NOTICED_BY))
    """(department, field) of the error → who notices it, with weights."""
    order_types: Mapping[str, float] = field(
        default_factory=lambda: {"Standard": 0.62, "Project": 0.26, "Express": 0.12}
    )
    channels: Mapping[str, float] = field(default_factory=lambda: {"Field sales": 0.5, "Web": 0.3, "Partner": 0.2})
    new_customer: float = 0.6
    """Begins as a lead; the others order again and begin with the configuration."""
    discount: float = 0.2
    redlines: Mapping[int, float] = field(default_factory=lambda: {0: 0.72, 1: 0.16, 2: 0.08, 3: 0.04})
    """Rounds in which Sales asks Legal to change a project's contract."""
    declined: float = 0.03
    """The customer declines the quote."""
    entry_query: float = 0.02
    """Order Management asks Sales before it accepts the order."""
    entry_rejected: float = 0.02
    credit_free_below: int = 150_000
    """Cents up to which the system approves the credit."""
    credit_query: float = 0.05
    """Credit asks Sales, and may ask again."""
    query_repeated: float = 0.35
    credit_block: float = 0.05
    credit_rejected: float = 0.05
    confirmed_before_credit: float = 0.25
    """Express orders are confirmed before their credit is checked."""
    rejection_outcomes: Mapping[str, float] = field(
        default_factory=lambda: {"restored": 0.35, "resubmitted": 0.4, "abandoned": 0.25}
    )
    change_request: float = 0.05
    """The customer asks for another address or quantity after the confirmation."""
    cancelled: float = 0.015
    """The customer cancels after the confirmation."""
    resaved: float = 0.015
    """Logistics saves the address again in another spelling: nothing was wrong."""
    partial_delivery: float = 0.18
    question: float = 0.08
    """The customer asks about the delivery; nothing changes."""
    damaged: float = 0.015
    renewal: float = 0.3
    """Projects that are offered a renewal after payment."""

    further_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Step → fields written along with it → the field each is copied from, empty for a first write."""
    lead_desk: str = SALES
    """Department that captures leads which don't come from the web."""
    web_form: Actor = WEB_FORM
    workflow: Actor = ERP
    """Machine that sends notifications."""
    notified: float = 0.0
    """Steps of people after which the workflow sends a notification."""
    misfiled_people: float = 0.0
    """People whom the export files under a department in which they don't work."""
    untracked: float = 0.0
    """First writes of a field that leave no trace in the field history."""
    copies_corrected: float = 0.0
    """Copies of a wrong value that are corrected too, as opposed to left as they are."""
    resaved_anywhere: float = 0.0
    """Someone saves any field again in another spelling, be the value right or wrong."""
    batch_touched: float = 0.0
    """A nightly job writes a value again, as it is or in another spelling."""
    contact_unlogged: Mapping[str, float] = field(default_factory=dict)
    """Channel → changes that customers ask for without anybody logging it."""
    left_empty: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(department, field) → share of first writes that it omits."""
    filled_by: Mapping[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)
    """(department, field) of the gap → who fills it, with weights."""
    lines: Mapping[int, float] = field(default_factory=lambda: {1: 1.0})
    """Lines of an order; each gets its own row when the order is entered."""
    monthly_billing: float = 0.0
    """Billed in monthly instalments rather than at once."""
    answer_changes: float = 0.0
    """Answers of Sales to a query that change the payment terms."""
    answer_resaves: float = 0.0
    """Answers of Sales to a query that save the price again in another spelling."""
    redlines_change_terms: bool = False
    """Rounds on the contract leave the terms in the field history, proposal and reply."""
    delivery_query: float = 0.0
    """Logistics asks Sales before it picks the goods."""
    unreferenced: float = 0.0
    """Orders entered anew that look like any other: no step, no reference says so."""
    altered: float = 0.0
    """Orders entered anew with one piece more or less, or one of their lines replaced."""
    bulk_rejected: float = 0.0
    """Rejected by a job that runs over all orders which wait too long."""
    alike: float = 0.0
    """Rejected orders after which the same customer orders something alike that has nothing to do with it."""
    teams: tuple[Team, ...] = ()
    """Teams that Sales is divided into."""
    segment_risk: Mapping[str, float] = field(default_factory=dict)
    """Segment → how many times more likely than usual every error is."""
    uninspected: Mapping[str, float] = field(default_factory=dict)
    """Order type → errors that nobody notices because nobody looks."""
    late_complaint: float = 0.0
    """Orders that prove wrong only after they were delivered and invoiced."""
    late_complaint_by_week: Mapping[str, float] = field(default_factory=dict)
    """Week of the invoice, e.g. 2026-W07 → added to that share."""
    weeks: int = 26
    """Weeks in which the exported orders begin."""
    busy: Mapping[str, float] = field(default_factory=dict)
    """Week → how many times as many orders begin in it as in a usual one."""
    pilot_team: str = ""
    """Team that takes part in a pilot, which changes nothing."""
    pilot_weeks: Collection[str] = ()
    """Weeks in which orders of this team must arrive to be in the pilot."""
