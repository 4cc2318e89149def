"""Maturity: one order in seven proves wrong, some in days and some in months, and that never changes.

Half of the signals show within 12 days of the invoice, nine in ten within 43. Of the orders of the last weeks
most signals are still to come when the export is made, so their first-time-right looks better than it is.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from ordermine.simulate.behaviour import Behaviour
from ordermine.simulate.csv_export import COLUMN_KEYS
from ordermine.simulate.export import Export
from ordermine.simulate.lead_to_cash import HOURS
from ordermine.simulate.plan import Plan

if TYPE_CHECKING:
    from ordermine.simulate.recorder import Recorder


def iso_week(stamp: str) -> str:
    """Return the week of a stamp, as ``2026-W07``."""
    year, week, _ = date.fromisoformat(stamp[:10]).isocalendar()
    return f"{year}-W{week:02d}"


def _first_time_right(recorder: Recorder) -> dict[str, Any]:
    """Return what will have become of every concluded order in the end, also after the export."""
    cases, weeks, right = [], Counter[str](), Counter[str]()
    for conclusion in recorder.conclusions:
        week = iso_week(HOURS.stamp(conclusion.concluded_at))
        weeks[week] += 1
        right[week] += not conclusion.signal
        cases.append(
            {
                "case_id": conclusion.order,
                "concluded_at": HOURS.stamp(conclusion.concluded_at),
                "first_time_right": not conclusion.signal,
                "signal": conclusion.signal or None,
                "signal_at": None if conclusion.signal_at is None else HOURS.stamp(conclusion.signal_at),
            }
        )
    return {
        "ftr": {
            "concluded": len(cases),
            "first_time_right": right.total(),
            "rate": right.total() / len(cases) if cases else None,
            "weeks": [
                {"week": week, "concluded": weeks[week], "first_time_right": right[week]} for week in sorted(weeks)
            ],
            "cases": cases,
        }
    }


PLAN = Plan(
    behaviour=Behaviour(
        error_rates={},
        late_complaint=0.15,
        declined=0.0,
        entry_rejected=0.0,
        credit_block=0.0,
        credit_rejected=0.0,
        cancelled=0.0,
        damaged=0.0,
    ),
    export=Export(columns=tuple(COLUMN_KEYS)),
    further_truth=_first_time_right,
)
