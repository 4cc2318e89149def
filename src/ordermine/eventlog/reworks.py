"""Steps done again on the same object after a change of meaning, or after a reversal (section 7 of the design).

Where events share their time, it may be open whether a change or reversal lies between a step and its repetition; then
the repetition is possible but not certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ordermine.eventlog.value_meaning import changes_meaning
from ordermine.lexicon import meanings
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

REVERSED_BY: Final = {
    "submit": ("reject",),
    "confirm": ("reject", "cancel"),
    "approve": ("reject",),
    "reject": ("restore", "resubmit"),
    "block": ("unblock",),
    "deliver": ("return",),
    "invoice": ("credit", "cancel"),
}
"""Kind of a step → kinds of the steps that undo it."""

NEVER_REWORK: Final = frozenset({"note", "contact", "complaint", "system", "pay"})
"""Kinds that come again without anything being done again."""


@dataclass(frozen=True, slots=True)
class _Events:
    """The events of a log as arrays of equal length, in log order."""

    case: np.ndarray
    activity: np.ndarray
    kind: np.ndarray
    """Kind of each activity, by its code."""
    object: np.ndarray
    """Code of the object that an event is about, -1 where none is recorded."""
    by_system: np.ndarray
    begins: np.ndarray
    """Place of the first event of the same order at the same time."""
    ends: np.ndarray
    """Place after the last one."""


def find_reworks(log: Log) -> pa.Table:
    """Return one row per rework, in log order.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``seq``, ``activity``, ``prior_seq`` (of the time before, on the same object), ``cause``
        (``reversal`` or ``change``), ``counted`` (in the order of the export), ``certain`` (in every order that ties
        allow; each row is one in some order), ``expected`` (listed under ``[expected] repeat``).
    """
    import numpy as np
    import pyarrow as pa

    values = [name for name in ("field", "old_value", "new_value") if name in log.recorded]
    objects = ["object_id"] if "object_id" in log.recorded else []
    table = log.arrays(["case_no", "seq", "activity", "timestamp", "actor_type", "occurrence", *objects, *values])
    activity = table.column("activity").combine_chunks()
    names = activity.dictionary.to_pylist()
    known = meanings(names, log.project)
    events = _events(table, [known[name].kind or "" for name in names])
    before, again = _pairs(events, np.asarray(table.column("occurrence").combine_chunks()))
    changed = _changes(table, events)
    kind = events.kind[events.activity[again]]
    possible, counted, certain = (np.zeros(len(again), dtype=bool) for _ in range(3))
    reversal = np.zeros(len(again), dtype=bool)
    for reversed_kind, by in REVERSED_BY.items():
        mine = np.flatnonzero(kind == reversed_kind)
        if len(mine):
            undone = np.isin(events.kind, by)[events.activity]
            found = _between(events, undone, before[mine], again[mine])
            reversal[mine] |= found[0]
            possible[mine], counted[mine], certain[mine] = found
    others = np.flatnonzero((kind != "change") & ~certain)
    after_change = _between(events, changed, before[others], again[others])
    for all_pairs, part in zip((possible, counted, certain), after_change, strict=True):
        all_pairs[others] |= part
    rewritten = _rewritten(table, kind, before, again)
    possible, counted, certain = possible | rewritten, counted | rewritten, certain | rewritten
    kept = np.flatnonzero(possible)
    kept = kept[np.argsort(again[kept], kind="stable")]
    expected = np.array([name in log.project.expected.repeat for name in names], dtype=bool)
    seq = np.asarray(table.column("seq").combine_chunks())
    return pa.table(
        {
            "case_no": events.case[again[kept]],
            "seq": seq[again[kept]],
            "activity": activity.take(pa.array(again[kept])),
            "prior_seq": seq[before[kept]],
            "cause": pa.array(np.where(reversal[kept], "reversal", "change").tolist(), pa.string()),
            "counted": counted[kept],
            "certain": certain[kept],
            "expected": expected[events.activity[again[kept]]] if len(names) else np.zeros(0, dtype=bool),
        }
    )


def _events(table: pa.Table, kinds: list[str]) -> _Events:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    case = np.asarray(table.column("case_no").combine_chunks()).astype(np.int64)
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    actor = table.column("actor_type").combine_chunks()
    system = np.array([value in SYSTEM_ACTORS for value in actor.dictionary.to_pylist()] + [False])
    by_system = system[np.asarray(pc.fill_null(actor.indices, len(system) - 1))]
    about = np.full(len(case), -1, dtype=np.int64)
    if "object_id" in table.column_names:
        coded = table.column("object_id").combine_chunks().cast(pa.string()).dictionary_encode()
        about = np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int64)
    first = np.flatnonzero(np.append(True, (case[1:] != case[:-1]) | (stamp[1:] != stamp[:-1]))[: len(case)])
    lengths = np.diff(np.append(first, len(case)))
    activity = np.asarray(table.column("activity").combine_chunks().indices).astype(np.int64)
    return _Events(
        case,
        activity,
        np.array(kinds, dtype=object),
        about,
        by_system,
        np.repeat(first, lengths),
        np.repeat(first + lengths, lengths),
    )


def _pairs(events: _Events, occurrence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of steps and of their repetitions by people on the same object."""
    import numpy as np

    step = events.case * (int(events.activity.max(initial=0)) + 1) + events.activity
    excluded = np.isin(events.kind, list(NEVER_REWORK))[events.activity] | events.by_system
    repeated = np.unique(step[(occurrence > 1) & ~excluded])
    at = np.flatnonzero(np.isin(step, repeated) & ~excluded)
    order = at[np.lexsort((at, events.object[at], step[at]))]
    same = (step[order[1:]] == step[order[:-1]]) & (events.object[order[1:]] == events.object[order[:-1]])
    return order[:-1][same], order[1:][same]


def _changes(table: pa.Table, events: _Events) -> np.ndarray:
    """Return which events by people change what something means.

    Where values are recorded, they decide; a step of kind change without values is taken at its word.
    """
    import numpy as np

    changing = (events.kind == "change")[events.activity]
    recorded: dict[str, Any] = {
        name: table.column(name) for name in ("old_value", "new_value") if name in table.column_names
    }
    if recorded:
        old, new = recorded.get("old_value"), recorded.get("new_value")
        meant = changes_meaning(old, new)
        valid = [np.asarray(column.combine_chunks().is_valid()) for column in recorded.values()]
        has_value = np.logical_or.reduce(valid)
        had_value = np.asarray(old.combine_chunks().is_valid()) if old is not None else np.zeros(len(meant), dtype=bool)
        changing = np.where(has_value, meant & (changing | had_value), changing)
    changed: np.ndarray = changing & ~events.by_system
    return changed


def _between(
    events: _Events, marked: np.ndarray, before: np.ndarray, again: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for pairs of places whether a marked event lies between: possibly, in the order of the export, certainly.

    An event counts if it is about the same object, or if one of the two is about none in particular.
    """
    possible = _any(events, marked, events.begins[before], events.ends[again], again)
    counted = _any(events, marked, before + 1, again, again)
    certain = _any(events, marked, events.ends[before], events.begins[again], again)
    return possible, counted, certain


def _any(events: _Events, marked: np.ndarray, start: np.ndarray, stop: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Return whether a marked event that is about the object of the event at `again` lies from start to before stop."""
    import numpy as np

    def count(flags: np.ndarray) -> np.ndarray:
        until = np.append(0, np.cumsum(flags))
        number: np.ndarray = until[np.maximum(stop, start)] - until[start]
        return number

    about = events.object[again]
    if (events.object[marked] < 0).all() or (about < 0).all():
        return count(marked) > 0
    general = count(marked & (events.object < 0)) > 0
    own = np.flatnonzero(marked & (events.object >= 0))
    own = own[np.argsort(events.object[own], kind="stable")]
    key = events.object[own] * len(events.case) + own
    low, high = (np.searchsorted(key, about * len(events.case) + place) for place in (start, stop))
    found: np.ndarray = np.where(about < 0, count(marked) > 0, general | (high > low))
    return found


def _rewritten(table: pa.Table, kind: np.ndarray, before: np.ndarray, again: np.ndarray) -> np.ndarray:
    """Return which changes give the same field another value than the change before did."""
    import numpy as np
    import pyarrow as pa

    found = np.zeros(len(again), dtype=bool)
    if not {"field", "new_value"} <= set(table.column_names):
        return found
    mine = np.flatnonzero(kind == "change")
    first, second = (table.select(["field", "new_value"]).take(pa.array(at[mine])) for at in (before, again))
    earlier, later = (part.column("field").to_pylist() for part in (first, second))
    same_field = np.array([a is not None and a == b for a, b in zip(earlier, later, strict=True)], dtype=bool)
    if len(mine):
        found[mine] = same_field & changes_meaning(first.column("new_value"), second.column("new_value"))
    return found
