"""Where errors start, as one would write it with pandas: a loop over orders, tracing every correction back in it.

It knows one way of copying (a field of the same name, or declared lineage, on another object) and leaves out omissions,
maturity, clusters and intervals, so it does less than `ordermine origins`. Errors by department as JSON.

python benchmarks/pandas_origins.py LOG/000001/events
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

COLUMNS = ["case_no", "activity", "department", "actor_type", "field", "old_value", "new_value", "object_type"]
CONFIRM, CONTACT = "Confirm order", "Log customer request"
SYSTEMS = ("system", "batch", "integration")
LINEAGE = {
    "order.price": "quote.price",
    "invoice.price": "order.price",
    "order.terms": "contract.terms",
    "invoice.terms": "order.terms",
}


def plain(value: Any) -> str | None:
    """Return a value without case, blanks and punctuation; None for nothing."""
    return "".join(sign for sign in value.casefold() if sign.isalnum()) or None if isinstance(value, str) else None


def trace(order: pd.DataFrame) -> Counter[str]:
    """Return the errors of one order by the department in which they started."""
    confirmed = asked = False
    held: dict[str, str | None] = {}
    begun: dict[str, Any] = {}
    origins = {}
    for event in order.itertuples():
        confirmed |= event.activity == CONFIRM
        asked |= event.activity == CONTACT
        if not isinstance(event.field, str):
            continue
        field = event.field if "." in event.field else f"{event.object_type}.{event.field}"
        old, new = plain(event.old_value), plain(event.new_value)
        if confirmed and not asked and old and new and old != new and event.actor_type not in SYSTEMS:
            start = begun.get(field) if held.get(field) == old else None
            if start is not None:
                origins[start.Index] = start
        if held.get(field) != new:
            held[field] = new
            bare = field.rpartition(".")[2]
            source = LINEAGE.get(field)
            others = [source] if source else [name for name in held if name != field and name.endswith(f".{bare}")]
            copied = next((name for name in others if held.get(name) == new), None)
            begun[field] = begun.get(copied, event) if copied else event
    return Counter(start.department for start in origins.values() if isinstance(start.department, str))


def main() -> None:
    """Read, go through the orders, print."""
    frame = pd.read_parquet(Path(sys.argv[1]), columns=COLUMNS)
    found: Counter[str] = Counter()
    for _, order in frame.groupby("case_no", sort=False):
        found.update(trace(order))
    print(json.dumps(dict(sorted(found.items()))))


if __name__ == "__main__":
    main()
