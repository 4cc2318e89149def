"""Whether a log can show that a rejected order was entered anew under another number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.schema import MEASURABLE

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log


def resubmission_is_seen(log: Log) -> bool:
    """Return whether references, or customer, item and amount, are recorded."""
    return any(MEASURABLE[f"resubmission by {how}"] <= log.recorded for how in ("reference", "similarity"))
