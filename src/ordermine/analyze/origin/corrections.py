"""Which writes correct something: changes of meaning by people after confirmation, and what customers asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.visits import find_visits

if TYPE_CHECKING:
    import numpy as np

    from ordermine.analyze.origin.fields import FieldSet
    from ordermine.eventlog.log import Log
    from ordermine.eventlog.step_arrays import StepArrays
    from ordermine.eventlog.value_history import Writes


def confirmations(log: Log, steps: StepArrays, level: str) -> np.ndarray:
    """Return, per event, the event with which its order was confirmed; -1 if it was not.

    If no step of the log confirms, the last event before the order's first handoff takes its place.
    """
    import numpy as np

    confirmed = np.full(len(steps.case_no), -1, dtype=np.int64)
    if "confirm" in steps.kinds_known:
        at = np.flatnonzero(steps.is_kind("confirm"))
        _, begins = np.unique(steps.case_no[at], return_index=True)
        at = at[begins]
    else:
        visits = find_visits(log, level)
        before = visits.handoffs()
        cases, begins = np.unique(visits.case_no[before], return_index=True)
        opening = steps.first[np.searchsorted(steps.case_no, cases)] if len(cases) else cases
        at = opening + visits.last_seq[before][begins] - 1
    confirmed[steps.first[at]] = at
    of_order: np.ndarray = confirmed[steps.first]
    return of_order


def find_corrections(writes: Writes, steps: StepArrays, fields: FieldSet, confirmed: np.ndarray) -> np.ndarray:
    """Return the writes (indices) by which people gave a protected field another meaning after confirmation."""
    import numpy as np

    changed = (writes.old >= 0) & (writes.new >= 0) & (writes.old != writes.new) & fields.protected[writes.field]
    at = np.flatnonzero(changed)
    event = writes.event[at]
    counted = (confirmed[event] >= 0) & (event > confirmed[event]) & ~steps.by_system[event]
    corrections: np.ndarray = at[counted]
    return corrections


def asked_for(
    log: Log, steps: StepArrays, fields: FieldSet, family: np.ndarray, since: np.ndarray, event: np.ndarray
) -> np.ndarray:
    """Return which changes a customer asked for: a contact about the order, and that field where it names one.

    Parameters
    ----------
    log, steps, fields
        The log and its fields.
    family
        Family of the changed field, per change.
    since
        Position (doubled) of the wrong write; a contact must come later.
    event
        Event that changed the value; a contact must come earlier.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    contacts = np.flatnonzero(steps.is_kind("contact"))
    asked = np.zeros(len(event), dtype=bool)
    if not len(contacts) or not len(event):
        return asked
    column = log.arrays(["field"]).column("field").combine_chunks()
    names = column.dictionary.to_pylist()
    known = {field.bare: int(fields.family[number]) for number, field in enumerate(fields.fields)}
    other = int(fields.family.max(initial=0)) + 1
    families = np.array([*(known.get(name.rpartition(".")[2], other) for name in names), -1])
    about = families[np.asarray(pc.fill_null(column.take(pa.array(contacts)).indices, len(names)))]
    for one in [-1, *np.unique(family).tolist()]:
        concerned = np.flatnonzero(family == one) if one >= 0 else np.arange(len(event))
        at = contacts[about == one]
        earlier = np.searchsorted(at, event[concerned])
        asked[concerned] |= earlier > np.searchsorted(2 * at, since[concerned], side="right")
    return asked
