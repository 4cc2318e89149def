"""Which events change a value or decide something (section 7 of the design)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.eventlog.value_meaning import changes_meaning
from ordermine.eventlog.views import create_steps

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

DECISIONS = ("approve", "reject", "restore", "confirm")
"""Kinds of steps by which a department decides something."""


@dataclass(frozen=True, slots=True)
class Productive:
    """Tells productive events; where the log records no values, a step of kind change stands for the change of one."""

    steps: frozenset[str]
    """Activities that are productive whatever values they carry."""
    values: tuple[str, ...]
    """Which of ``old_value`` and ``new_value`` the log records."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of `events` that `marks` reads."""
        return ("activity", *self.values)

    def marks(self, table: pa.Table) -> np.ndarray:
        """Return which events of a table are productive."""
        import numpy as np

        activity = table.column("activity").combine_chunks()
        named = np.array([name in self.steps for name in activity.dictionary.to_pylist()], dtype=bool)
        productive: np.ndarray = named[np.asarray(activity.indices)]
        if self.values:
            old, new = (table.column(name) if name in self.values else None for name in ("old_value", "new_value"))
            productive |= changes_meaning(old, new)
        return productive


def productive_in(log: Log) -> Productive:
    """Return what tells productive events of a log."""
    create_steps(log)
    values = tuple(name for name in ("old_value", "new_value") if name in log.recorded)
    telling = DECISIONS if values else (*DECISIONS, "change")
    kinds = log.rows("SELECT activity, kind FROM meanings")
    return Productive(frozenset(name for name, kind in kinds if kind in telling), values)
