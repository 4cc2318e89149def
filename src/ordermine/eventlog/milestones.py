"""Milestones: the steps that most orders take, when each order first took them, and which usually comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.eventlog.kept import once_per_log
from ordermine.eventlog.on_demand import create_view
from ordermine.lexicon import meanings

if TYPE_CHECKING:
    import numpy as np

    from ordermine.eventlog.log import Log

USUAL_SHARE: Final = 0.8
"""A step is a milestone if at least this share of the finished orders have it."""
USUALLY_BEFORE: Final = 0.9
"""One milestone comes before another if it does so in this share of the orders in which times tell them apart."""
MOST: Final = 15
"""Milestones looked at, the most frequent first."""
NOT_TAKEN: Final = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Milestones:
    """First times of milestones, orders × milestones; orders that began before the export does are left out."""

    names: list[str]
    case_no: np.ndarray
    first_us: np.ndarray
    """Microseconds since 1970, NOT_TAKEN where the order hasn't taken the step."""
    before: np.ndarray
    """Milestones × milestones: orders with both in which the one of the row came first."""
    tied: np.ndarray
    """Milestones × milestones: orders with both in which they share their time."""

    @property
    def taken(self) -> np.ndarray:
        """Orders × milestones: whether the order has taken the step."""
        there: np.ndarray = self.first_us != NOT_TAKEN
        return there

    def later(self, one: int) -> list[int]:
        """Return the milestones that usually come after milestone `one`."""
        return [other for other in range(len(self.names)) if other != one and self.usually_before(one, other)]

    def earlier(self, one: int) -> list[int]:
        """Return the milestones that usually come before milestone `one`."""
        return [other for other in range(len(self.names)) if other != one and self.usually_before(other, one)]

    @property
    def skipping(self) -> np.ndarray:
        """Which orders went on to a later milestone without an earlier one."""
        import numpy as np

        taken, found = self.taken, np.zeros(len(self.case_no), dtype=bool)
        for at in range(len(self.names)):
            if later := self.later(at):
                found |= taken[:, later].any(axis=1) & ~taken[:, at]
        return found

    @property
    def out_of_order(self) -> np.ndarray:
        """Which orders took a milestone before one that usually comes before it."""
        import numpy as np

        taken, times, found = self.taken, self.first_us, np.zeros(len(self.case_no), dtype=bool)
        for at in range(len(self.names)):
            for other in self.earlier(at):
                found |= taken[:, at] & taken[:, other] & (times[:, at] < times[:, other])
        return found

    def usually_before(self, one: int, other: int) -> bool:
        """Whether milestone `one` usually comes before `other`."""
        decided = int(self.before[one, other] + self.before[other, one])
        return decided > 0 and bool(self.before[one, other] >= USUALLY_BEFORE * decided)


@once_per_log
def find_milestones(log: Log) -> Milestones:
    """Return the milestones of a log.

    Finished orders are those with a step of kind deliver or invoice, whichever comes in more orders; where no step is
    known to be either, all orders.
    """
    import numpy as np
    import pyarrow as pa

    create_view(log, "cut_off")
    table = log.arrays(["case_no", "activity", "timestamp", "occurrence"])
    case = np.asarray(table.column("case_no").combine_chunks())
    activity = table.column("activity").combine_chunks()
    names = activity.dictionary.to_pylist()
    first = np.asarray(table.column("occurrence").combine_chunks()) == 1
    cut = np.asarray(log.table("SELECT case_no FROM cut_off WHERE edge = 'start'").column(0).combine_chunks())
    if len(cut):
        first &= ~np.isin(case, cut)
    case, code = case[first], np.asarray(activity.indices)[first]
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))[first]
    orders, row = np.unique(case, return_inverse=True)
    finished = _finished(log, names, code, row, len(orders))
    having = np.bincount(code[finished[row]], minlength=len(names))
    usual = [at for at in range(len(names)) if having[at] and having[at] >= USUAL_SHARE * np.count_nonzero(finished)]
    usual = sorted(usual, key=lambda at: (-having[at], names[at]))[:MOST]
    column = np.full(len(names), -1)
    column[usual] = np.arange(len(usual))
    wanted = column[code] >= 0
    times = np.full((len(orders), len(usual)), NOT_TAKEN, dtype=np.int64)
    times[row[wanted], column[code[wanted]]] = stamp[wanted]
    size = len(usual)
    before, tied = np.zeros((size, size), dtype=np.int64), np.zeros((size, size), dtype=np.int64)
    for one in range(size):
        for other in range(one):
            both = (times[:, one] != NOT_TAKEN) & (times[:, other] != NOT_TAKEN)
            before[one, other] = np.count_nonzero(both & (times[:, one] < times[:, other]))
            before[other, one] = np.count_nonzero(both & (times[:, one] > times[:, other]))
            tied[one, other] = tied[other, one] = np.count_nonzero(both) - before[one, other] - before[other, one]
    return Milestones([names[at] for at in usual], orders, times, before, tied)


def _finished(log: Log, names: list[str], code: np.ndarray, row: np.ndarray, orders: int) -> np.ndarray:
    """Return which orders are finished."""
    import numpy as np

    known = meanings(names, log.project)
    best = np.ones(orders, dtype=bool)
    most = 0
    for kind in ("deliver", "invoice"):
        closing = np.array([known[name].kind == kind for name in names], dtype=bool)
        done = np.bincount(row[closing[code]], minlength=orders) > 0
        if np.count_nonzero(done) > most:
            best, most = done, int(np.count_nonzero(done))
    return best
