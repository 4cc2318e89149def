"""Events as arrays: who did which kind of step when, for questions about the order of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.eventlog.kept import once_per_log
from ordermine.eventlog.views import create_steps
from ordermine.schema import ACTOR_TYPES, KINDS, STAGES, SYSTEM_ACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ordermine.eventlog.log import Log


@dataclass(frozen=True, slots=True)
class StepArrays:
    """The selected events in log order; all arrays have their length, -1 stands for what is not known."""

    case_no: np.ndarray
    stamp: np.ndarray
    """UTC µs."""
    kind: np.ndarray
    """Index into `schema.KINDS`."""
    stage: np.ndarray
    """Index into `schema.STAGES`."""
    activity: np.ndarray
    department: np.ndarray
    """Index into `departments`."""
    actor: np.ndarray
    """Index into `schema.ACTOR_TYPES`."""
    departments: Sequence[str]
    kinds_known: frozenset[str]
    """Kinds that some step of the log has."""
    first: np.ndarray
    """Per event: the first event of its order."""

    def is_kind(self, *kinds: str) -> np.ndarray:
        """Return which events are of one of these kinds."""
        import numpy as np

        wanted: np.ndarray = np.isin(self.kind, [KINDS.index(kind) for kind in kinds])
        return wanted

    def by_actor(self, *types: str) -> np.ndarray:
        """Return which events are by one of these types of actors."""
        import numpy as np

        wanted: np.ndarray = np.isin(self.actor, [ACTOR_TYPES.index(one) for one in types])
        return wanted

    @property
    def by_system(self) -> np.ndarray:
        """Return which events are by systems, batch jobs or integrations."""
        return self.by_actor(*SYSTEM_ACTORS)


@once_per_log
def read_steps(log: Log, level: str = "department") -> StepArrays:
    """Return the selected events as arrays.

    Parameters
    ----------
    log
        An open log; its filters and its project file apply.
    level
        Column whose values take the part of departments.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    create_steps(log)
    known = {name: (kind, stage) for name, kind, stage in log.rows("SELECT activity, kind, stage FROM meanings")}
    table = log.arrays(list(dict.fromkeys(["case_no", "timestamp", "activity", "actor_type", level])))
    case_no = np.asarray(table.column("case_no").combine_chunks())
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))

    def coded(name: str) -> tuple[list[str], np.ndarray]:
        column = table.column(name).combine_chunks()
        if not pa.types.is_dictionary(column.type):
            column = column.cast(pa.string()).dictionary_encode()
        return column.dictionary.to_pylist(), np.asarray(pc.fill_null(column.indices, -1)).astype(np.int64)

    activities, activity = coded("activity")
    departments, department = coded(level)
    actors, actor = coded("actor_type")
    # A step of rows that were left out is in the dictionary, too.
    kinds = [known.get(name, (None, None))[0] for name in activities]
    stages = [known.get(name, (None, None))[1] for name in activities]
    begins = np.append(True, case_no[1:] != case_no[:-1])[: len(case_no)]
    first = np.maximum.accumulate(np.where(begins, np.arange(len(case_no)), 0)) if len(case_no) else begins
    return StepArrays(
        case_no,
        stamp,
        _numbers(kinds, KINDS)[activity],
        _numbers(stages, STAGES)[activity],
        activity,
        department,
        _numbers(actors, ACTOR_TYPES)[actor],
        departments,
        frozenset(kind for kind, _ in known.values() if kind is not None),
        first,
    )


def _numbers(names: Sequence[str | None], order: Sequence[str]) -> np.ndarray:
    """Return the number of each name in the order, and of none at the end."""
    import numpy as np

    return np.array([*(-1 if name is None else order.index(name) for name in names), -1], dtype=np.int64)
