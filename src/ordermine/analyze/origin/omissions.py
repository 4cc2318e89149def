"""Required fields that were empty when an order was handed over, and that the next department had to fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.schema import STAGES

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.origin.fields import FieldSet
    from ordermine.eventlog.step_arrays import StepArrays
    from ordermine.eventlog.value_history import Writes
    from ordermine.project import Project


@dataclass(frozen=True, slots=True)
class Handovers:
    """Orders that left a stage with a required field, per stage and field."""

    stage: str
    field: str
    """As the project file names it."""
    giver: np.ndarray
    """Last event, before the order left, of the department that handed over."""
    taker: np.ndarray
    """First later-stage event by another department."""
    filled_by: np.ndarray
    """Write (index) by which another department filled the gap; -1 where there was none."""


def find_handovers(writes: Writes, steps: StepArrays, fields: FieldSet, project: Project) -> list[Handovers]:
    """Return all handovers of stages with required fields, in the project file's order."""
    found = []
    for stage, required in project.required.items():
        giver, taker = _left(steps, STAGES.index(stage))
        for name in required:
            filled = _filled(writes, steps, fields.called(name), giver, taker)
            found.append(Handovers(stage, name, giver, taker, filled))
    return found


def _left(steps: StepArrays, stage: int) -> tuple[np.ndarray, np.ndarray]:
    """Return, per order that left the stage, the last event of who handed over and the first of who took over."""
    import numpy as np

    events = np.arange(len(steps.case_no))
    person = ~steps.by_system & (steps.department >= 0)
    within = np.maximum.accumulate(np.where(person & (steps.stage == stage), events, -1))
    last = np.maximum(within, 0)
    begun = (within >= 0) & (within >= steps.first)
    leaves = person & begun & (steps.stage > stage) & (steps.department != steps.department[last])
    taker = np.flatnonzero(leaves)
    taker = taker[np.unique(steps.case_no[taker], return_index=True)[1]]
    return within[taker], taker


def _filled(writes: Writes, steps: StepArrays, called: np.ndarray, giver: np.ndarray, taker: np.ndarray) -> np.ndarray:
    import numpy as np

    filled = np.full(len(taker), -1, dtype=np.int64)
    at = np.flatnonzero(called[writes.field]) if len(called) else filled[:0]
    at = at[np.argsort(writes.event[at], kind="stable")]
    if not len(at) or not len(taker):
        return filled
    event = writes.event[at]
    later = np.searchsorted(event, taker)
    after, before = np.minimum(later, len(at) - 1), np.maximum(later - 1, 0)
    exists = (later < len(at)) & (writes.case_no[at[after]] == steps.case_no[taker])
    written = (later > 0) & (writes.case_no[at[before]] == steps.case_no[taker]) & (writes.new[at[before]] >= 0)
    filler = event[after]
    by_another = (
        ~steps.by_system[filler]
        & (steps.department[filler] >= 0)
        & (steps.department[filler] != steps.department[giver])
    )
    gap = exists & ~written & by_another & (writes.new[at[after]] >= 0) & (writes.old[at[after]] < 0)
    filled[gap] = at[after[gap]]
    return filled
