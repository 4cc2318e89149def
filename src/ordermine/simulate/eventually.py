"""What becomes of orders in the end: whether they were right the first time, also where that shows after the export."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from ordermine.simulate.lead_to_cash import HOURS

if TYPE_CHECKING:
    from ordermine.simulate.recorder import Recorder


def eventually_right(recorder: Recorder) -> dict[str, Any]:
    """Return the section ``ftr`` of the truth: every concluded order, and every week in which orders were concluded.

    ``rate`` is what became of all orders; ``expected`` of a week is what it would be for very many orders like those
    that were concluded in it, without the chance that falls on each.
    """
    cases, weeks, right = [], Counter[str](), Counter[str]()
    risk = defaultdict[str, float](float)
    for conclusion in recorder.conclusions:
        week = HOURS.week(conclusion.concluded_at)
        weeks[week] += 1
        right[week] += not conclusion.signal
        risk[week] += conclusion.risk
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
                {
                    "week": week,
                    "concluded": weeks[week],
                    "first_time_right": right[week],
                    "expected": round(1 - risk[week] / weeks[week], 6),
                }
                for week in sorted(weeks)
            ],
            "cases": cases,
        }
    }
