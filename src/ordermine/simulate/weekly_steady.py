"""Weekly, without the shift: whatever looks like a change is chance, the season, or signals that are still to come."""

from __future__ import annotations

from dataclasses import replace

from ordermine.simulate import weekly

PLAN = replace(
    weekly.PLAN,
    draw=lambda behaviour, seed: weekly.draw_weeks(behaviour, seed, 0.0),
    further_truth=lambda recorder: weekly.truth(recorder, 0.0),
)
