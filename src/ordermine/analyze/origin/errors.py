"""Every error of a log and where it started (sections 7, Error, Origin and Omission, of the design)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ordermine.analyze.cluster_arrays import cluster_codes
from ordermine.analyze.origin.copies import roots, source_missing, sources
from ordermine.analyze.origin.corrections import asked_for, confirmations, find_corrections
from ordermine.analyze.origin.fields import FieldSet, arrange_fields
from ordermine.analyze.origin.omissions import Handovers, find_handovers
from ordermine.errors import NotMeasurable
from ordermine.eventlog.step_arrays import StepArrays, read_steps
from ordermine.eventlog.value_history import BEFORE_THE_LOG, Runs, Writes, find_runs, read_writes

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

INTEGRATION: Final = "Integration"
"""Department of an interface that the export files under none."""

NOT_RECORDED: Final = "who wrote it first is not recorded"
SOURCE_MISSING: Final = "copied from a field that is not recorded"
BY_SYSTEM: Final = "written by a system or a batch job"
NO_DEPARTMENT: Final = "the department is not recorded"
ASKED_FOR: Final = "asked for by the customer"

HINT: Final = (
    "export the change history: a row per change with field, old value and new value (--field, --old, --new); or, "
    "without one, a row per document with field, value and the document's number (--field, --new, --object-id)"
)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who wrote, or left empty, which field in which order, other than by correcting it; one row each."""

    case_no: np.ndarray
    field: np.ndarray
    department: np.ndarray


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors, omissions and changes that customers asked for, in the order in which they were noticed."""

    case_no: np.ndarray
    kind: np.ndarray
    """Index into `CLASSES`."""
    field: np.ndarray
    """Index into `fields`: where it was noticed."""
    origin_field: np.ndarray
    """Where it started; the field where it was noticed if that is not known."""
    detected: np.ndarray
    """Event."""
    detected_by: np.ndarray
    """Index into `departments`, -1 where not recorded."""
    originated: np.ndarray
    """Event; -1 where not known."""
    originated_by: np.ndarray
    """Index into `departments`, -1 where unattributable."""
    reason: np.ndarray
    """Index into `REASONS`; -1 for none."""
    method: np.ndarray
    """Index into `METHODS`."""
    tied: np.ndarray
    """Whether the answer depends on the order of events that share their time."""
    wrong_value: pa.Array
    departments: list[str]
    fields: FieldSet
    steps: StepArrays
    exposure: Exposure
    handovers: list[Handovers]

    def __len__(self) -> int:
        return len(self.case_no)


CLASSES: Final = ("error", "omission", "change_request")
REASONS: Final = (NOT_RECORDED, SOURCE_MISSING, BY_SYSTEM, NO_DEPARTMENT, ASKED_FOR)
METHODS: Final = ("value history", "copy followed", "documents", "required field")


def why_nothing(log: Log) -> str:
    """Return why neither changes nor omissions can be traced in a log; empty where one of them can."""
    if log.project.required and {"department", "field", "new_value"} <= log.recorded:
        return ""
    return why_not(log)


def why_not(log: Log) -> str:
    """Return why changes of values can't be traced in a log; empty where they can."""
    recorded = log.recorded
    if not log.manifest.ledger.events:
        return "the log is empty"
    if not {"field", "new_value"} <= recorded:
        return "this export records neither changes of fields nor documents with their values"
    if not recorded & {"old_value", "object_id"}:
        return "this export records new values, but neither the old ones nor the documents they stand on"
    return "" if "department" in recorded else "this export records no departments"


def find_errors(log: Log, level: str = "department") -> Errors:
    """Find and trace every error of the selected orders.

    Parameters
    ----------
    log
        An open log; its filters and its project file apply.
    level
        Column whose values take the part of departments.

    Raises
    ------
    NotMeasurable
        The log has neither a field history nor documents to compare, and no field is declared as required.
    """
    import numpy as np

    if lack := why_nothing(log):
        raise NotMeasurable(f"where errors start can't be measured: {lack}", hint=HINT)
    steps = read_steps(log, level)
    writes = read_writes(log, lambda names: arrange_fields(names, log.project).family)
    fields = arrange_fields(writes.fields, log.project)
    runs = find_runs(writes)
    corrections = find_corrections(writes, steps, fields, confirmations(log, steps, level))
    wrong = runs.before[corrections]
    matters = _same_value(runs, fields, wrong)
    source = sources(runs, fields, matters)
    root = roots(source)
    lost = source_missing(runs, writes, fields, matters & (source < 0))

    # One error per wrong value at its origin: the first correction stands for all of its copies.
    origin = np.where(root[wrong] >= 0, root[wrong], wrong)
    first = np.lexsort((writes.event[corrections], origin))
    first = first[np.unique(origin[first], return_index=True)[1]]
    at, wrong, origin = corrections[first], wrong[first], origin[first]
    begun = runs.write[origin]
    circular = root[wrong] < 0
    written = np.where((begun >= 0) & ~circular, writes.event[begun], -1)
    since = np.where(written >= 0, 2 * written, runs.start[origin])
    since = np.where(since == BEFORE_THE_LOG, 2 * steps.first[writes.event[at]] - 1, since)
    asked = asked_for(log, steps, fields, fields.family[writes.field[at]], since, writes.event[at])

    departments = [*steps.departments]
    if INTEGRATION not in departments:
        departments.append(INTEGRATION)
    interface = steps.by_actor("integration")
    department = np.where(interface & (steps.department < 0), departments.index(INTEGRATION), steps.department)
    reason = np.select(
        [asked, written < 0, lost[origin], steps.by_actor("system", "batch")[written], department[written] < 0],
        [REASONS.index(one) for one in (ASKED_FOR, NOT_RECORDED, SOURCE_MISSING, BY_SYSTEM, NO_DEPARTMENT)],
        -1,
    )
    method = np.where(origin == wrong, METHODS.index("value history"), METHODS.index("copy followed"))
    if writes.by_documents:
        method[:] = METHODS.index("documents")
    known = reason < 0
    handovers = find_handovers(writes, steps, fields, log.project)
    omitted = np.concatenate([np.zeros(0, dtype=np.int64), *(one.filled_by[one.filled_by >= 0] for one in handovers)])
    givers = np.concatenate([np.zeros(0, dtype=np.int64), *(one.giver[one.filled_by >= 0] for one in handovers)])
    omitted, chosen = np.unique(omitted, return_index=True)
    givers = givers[chosen]

    event = writes.event[at]
    columns = {
        "case_no": (writes.case_no[at], writes.case_no[omitted]),
        "kind": (np.where(asked, 2, 0), np.full(len(omitted), 1)),
        "field": (writes.field[at], writes.field[omitted]),
        "origin_field": (np.where(known, runs.field[origin], writes.field[at]), writes.field[omitted]),
        "detected": (event, writes.event[omitted]),
        "detected_by": (steps.department[event], steps.department[writes.event[omitted]]),
        "originated": (np.where(known, written, -1), givers),
        "originated_by": (np.where(known, department[written], -1), steps.department[givers]),
        "reason": (reason, np.full(len(omitted), -1)),
        "method": (method, np.full(len(omitted), METHODS.index("required field"))),
        "tied": (
            known & (steps.stamp[written] == steps.stamp[event]),
            steps.stamp[givers] == steps.stamp[writes.event[omitted]],
        ),
    }
    joined = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.lexsort((joined["field"], joined["detected"]))
    spelt = np.concatenate([_place_of_spelling(writes, at), np.full(len(omitted), -1)])[order]
    correcting = corrections[~np.isin(root[runs.before[corrections]], origin[asked])]
    exposure = _exposure(writes, steps, department, fields, correcting, (omitted, givers))
    return Errors(
        **{name: values[order] for name, values in joined.items()},
        wrong_value=_spelling(log, writes, spelt),
        departments=departments,
        fields=fields,
        steps=steps,
        exposure=exposure,
        handovers=handovers,
    )


def _same_value(runs: Runs, fields: FieldSet, wrong: np.ndarray) -> np.ndarray:
    """Return the runs of the orders, families and values that were wrong."""
    import numpy as np

    values = int(runs.value.max(initial=0)) + 2
    # Meanings are numbered across families, so order and meaning say which family it is.
    key = runs.case_no.astype(np.int64) * values + runs.value + 1
    same: np.ndarray = np.isin(key, key[wrong])
    return same


def _exposure(
    writes: Writes,
    steps: StepArrays,
    department: np.ndarray,
    fields: FieldSet,
    correcting: np.ndarray,
    omissions: tuple[np.ndarray, np.ndarray],
) -> Exposure:
    import numpy as np

    counts = (writes.new >= 0) & (writes.new != writes.old) & fields.protected[writes.field]
    counts &= (department[writes.event] >= 0) & ~steps.by_actor("system", "batch")[writes.event]
    counts[correcting] = False
    omitted, givers = omissions
    at = np.flatnonzero(counts)
    rows = np.stack(
        [
            np.concatenate([writes.case_no[at], writes.case_no[omitted]]),
            np.concatenate([writes.field[at], writes.field[omitted]]),
            np.concatenate([department[writes.event[at]], steps.department[givers]]),
        ]
    ).astype(np.int64)
    width = len(fields.fields) + 1
    size = int(department.max(initial=0)) + 1
    keys = np.sort((rows[0] * width + rows[1]) * size + rows[2])
    distinct = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    return Exposure(distinct // size // width, distinct // size % width, distinct % size)


def _place_of_spelling(writes: Writes, at: np.ndarray) -> np.ndarray:
    """Return the event that says how the wrong value was spelt: the change itself, or the document before."""
    event: np.ndarray = writes.event[at - 1] if writes.by_documents else writes.event[at]
    return event


def _spelling(log: Log, writes: Writes, event: np.ndarray) -> pa.Array:
    import pyarrow as pa

    name = "new_value" if writes.by_documents else "old_value"
    values = log.arrays([name]).column(name).combine_chunks()
    return values.take(pa.array(event, mask=event < 0)).cast(pa.string())


def rows(log: Log, errors: Errors) -> list[dict[str, Any]]:
    """Return the errors as rows with the columns of ``origins --errors``.

    Times are ISO 8601 in UTC; what is not known is empty.
    """
    cases = dict(log.rows("SELECT case_no, case_id FROM cases"))
    wrong = errors.wrong_value.to_pylist()
    kinds = {number: errors.fields.error_type(number, log.project) for number in set(errors.field.tolist())}
    found = []
    for place in range(len(errors)):
        originated, by = int(errors.originated[place]), int(errors.originated_by[place])
        detected_by = int(errors.detected_by[place])
        reason = int(errors.reason[place])
        field = int(errors.field[place])
        found.append(
            {
                "case_id": cases[int(errors.case_no[place])],
                "field": errors.fields.fields[field].name,
                "error_type": kinds[field],
                "class": CLASSES[errors.kind[place]],
                "wrong_value": wrong[place] or "",
                "detected_at": _instant(errors.steps.stamp[errors.detected[place]]),
                "detected_by": errors.departments[detected_by] if detected_by >= 0 else "",
                "originated_at": _instant(errors.steps.stamp[originated]) if originated >= 0 else "",
                "originated_by": errors.departments[by] if by >= 0 else "",
                "method": METHODS[errors.method[place]],
                "confidence": confidence(errors, place),
                "reason": REASONS[reason] if reason >= 0 else "",
            }
        )
    return found


def cluster_of_errors(log: Log, errors: Errors) -> list[int]:
    """Return, per error or omission, the number of the order, or of the declared cluster, that it belongs to."""
    cases = errors.case_no[errors.kind != CLASSES.index("change_request")]
    declared = cluster_codes(log, cases)
    found: list[int] = (cases if declared is None else declared).tolist()
    return found


def confidence(errors: Errors, place: int) -> str:
    """Return how sure an origin is: low where times are equal, medium where copies or documents had to be compared."""
    if errors.tied[place] or errors.reason[place] >= 0:
        return "low"
    return "medium" if METHODS[errors.method[place]] in ("copy followed", "documents") else "high"


def _instant(micros: np.int64) -> str:
    import datetime as dt

    stamp = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=int(micros))  # noqa: DTZ001
    return stamp.isoformat(timespec="microseconds" if stamp.microsecond else "seconds") + "Z"
