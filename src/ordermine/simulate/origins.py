"""Origins: errors start in seven departments and show in others, under everything that hides where.

About 18 errors per 100 orders, of which Sales plants 41 %, the Deal Desk 20 %, Marketing 10 %, the web shop
9 %, Logistics 8 %, Order Management 7 % and Legal 5 %. A quarter is noticed where it started. What hides it:

* copies from quote to order to invoice, from contract to order to invoice, from order to delivery,
  sometimes with an error of their own, and sometimes corrected along with the original;
* values saved again in another spelling, right ones and wrong ones, and values loaded again by a job;
* changes that customers ask for, most of them logged;
* first writes that left no trace, and addresses that were wrong before the order began: nobody can be named;
* people whom the export files under a department in which they don't work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.simulate.behaviour import CUSTOMER_MASTER, NOBODY, Behaviour
from ordermine.simulate.company import (
    BILLING,
    CUSTOMER_SERVICE,
    DEAL_DESK,
    LEGAL,
    LOGISTICS,
    MARKETING,
    ORDER_MANAGEMENT,
    SALES,
    WEB_SHOP,
)
from ordermine.simulate.csv_export import COLUMNS_WITH_OBJECTS
from ordermine.simulate.export import Export
from ordermine.simulate.plan import Plan

if TYPE_CHECKING:
    from ordermine.simulate.recorder import Recorder

_RATES = {
    (SALES, "ship_to"): 0.042,
    (SALES, "item"): 0.026,
    (SALES, "quantity"): 0.026,
    (DEAL_DESK, "price"): 0.039,
    (MARKETING, "tax_id"): 0.048,
    (WEB_SHOP.department, "tax_id"): 0.1,
    (LOGISTICS, "ship_to"): 0.008,
    (LOGISTICS, "serial"): 0.008,
    (ORDER_MANAGEMENT, "price"): 0.012,
    (LEGAL, "terms"): 0.05,
    (CUSTOMER_MASTER, "ship_to"): 0.01,
}

_NOTICED_LATER = {BILLING: 0.3, CUSTOMER_SERVICE: 0.4, NOBODY: 0.05}
_NOTICED_DOWNSTREAM = {ORDER_MANAGEMENT: 0.15, LOGISTICS: 0.25, BILLING: 0.1, CUSTOMER_SERVICE: 0.2, NOBODY: 0.05}
_NOTICED_BY_ITSELF = 0.25


def _noticed_by(department: str, field: str) -> dict[str, float]:
    others = _NOTICED_LATER if field in ("price", "serial") or department == LOGISTICS else _NOTICED_DOWNSTREAM
    weights = {other: weight for other, weight in others.items() if other != department}
    if department in (CUSTOMER_MASTER, WEB_SHOP.department):
        return weights
    return {**weights, department: _NOTICED_BY_ITSELF}


def _untracked(recorder: Recorder) -> dict[str, Any]:
    return {"untracked": [{"case_id": case_id, "field": field} for case_id, field in recorder.untracked]}


PLAN = Plan(
    behaviour=Behaviour(
        error_rates=_RATES,
        noticed_by={place: _noticed_by(*place) for place in _RATES},
        further_fields={
            "Capture lead": {"tax_id": ""},
            "Configure product": {"quantity": ""},
            "Draft contract": {"contract.terms": ""},
            "Enter order": {"order.terms": "contract.terms"},
            "Pick goods": {"delivery.ship_to": "ship_to", "serial": ""},
            "Create invoice": {"invoice.terms": "order.terms"},
        },
        lead_desk=MARKETING,
        web_form=WEB_SHOP,
        misfiled_people=0.04,
        untracked=0.15,
        copies_corrected=0.4,
        resaved=0.05,
        resaved_anywhere=0.1,
        batch_touched=0.05,
        change_request=0.08,
        contact_unlogged={"Field sales": 0.1, "Web": 0.05, "Partner": 0.4},
    ),
    export=Export(
        columns=COLUMNS_WITH_OBJECTS,
        lineage={
            "order.price": "quote.price",
            "invoice.price": "order.price",
            "order.terms": "contract.terms",
            "invoice.terms": "order.terms",
        },
        error_types={
            "item": "item",
            "price": "pricing",
            "quantity": "item",
            "serial": "service",
            "ship_to": "customer data",
            "tax_id": "customer data",
            "terms": "contract",
        },
    ),
    further_truth=_untracked,
)
