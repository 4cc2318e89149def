"""Writes the project file that says what the columns and steps of `csv_export` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.simulate.steps import STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.simulate.working_hours import WorkingHours

_TEMPLATE = """\
[log]
timezone = "Europe/Berlin"
currency = "EUR"

[[source]]
files = "orders.csv"
shape = "events"
case = "Order"
activity = "Step"
timestamp = "Changed at"
department = "Department"
resource = "User"
actor_type = "Actor type"
customer = "Customer"
channel = "Channel"
item = "Item"
quantity = "Quantity"
amount = "Amount"
currency = "Currency"
field = "Field"
old = "Old value"
new = "New value"
reason = "Reason"
reference = "Reference"
case_attributes = ["Segment", "Region", "Order type"]

[activities]
{activities}

[departments]
system = ["System"]

[lineage]
"order.price" = "quote.price"
"invoice.price" = "order.price"

[expected]
repeat = ["Ship partial delivery"]
loops = [["Legal", "Sales"]]

[errors]
types = {{ item = "item", price = "pricing", ship_to = "customer data" }}

[calendar]
workdays = ["mon", "tue", "wed", "thu", "fri"]
hours = "{opens:02d}:00-{closes:02d}:00"
holidays = [
{holidays}
]
"""


def write_project_file(path: Path, hours: WorkingHours) -> None:
    """Write ``ordermine.toml`` for an export of the simulated company."""
    width = max(len(name) for name in STEPS) + len('""')
    activities = (
        f'"{step.name}"'.ljust(width) + f' = {{ kind = "{step.kind}", stage = "{step.stage}" }}'
        for step in STEPS.values()
    )
    text = _TEMPLATE.format(
        activities="\n".join(activities),
        opens=hours.opens,
        closes=hours.closes,
        holidays="\n".join(f'  "{day.isoformat()}",' for day in sorted(hours.holidays)),
    )
    path.write_text(text, encoding="utf-8", newline="\n")
