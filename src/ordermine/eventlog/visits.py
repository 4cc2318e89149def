"""Visits: maximal runs of events of one department, and the handoffs between them (section 7 of the design).

Events of system actors are skipped, transparently. A null department cuts the case into segments; nothing spans a cut.
``A B null A`` has the visits A, B and A, and one handoff; ``A sys B A`` has the visits A, B, A and two handoffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.eventlog.kept import once_per_log
from ordermine.eventlog.link import occurrence_in_case
from ordermine.eventlog.scan import scan, scan_kept
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

VISIT_COLUMNS = ("case_no", "seq", "timestamp", "actor_type")
"""Columns of `events` that say, beside the level itself, where visits begin and end."""


@dataclass(frozen=True, slots=True)
class Visits:
    """All visits in log order, as arrays of equal length."""

    names: list[str]
    """Departments (or values of the level)."""
    unit: np.ndarray
    """Index into `names`."""
    case_no: np.ndarray
    segment: np.ndarray
    """Number of the segment within the whole log; visits of different segments don't follow each other."""
    start: np.ndarray
    end: np.ndarray
    """Instants of the first and the last event, UTC µs."""
    first_seq: np.ndarray
    last_seq: np.ndarray
    """Positions in the case of the first and the last event."""

    def handoffs(self) -> np.ndarray:
        """Return the positions of the visits that are followed by another visit of their segment."""
        import numpy as np

        return np.flatnonzero(self.segment[1:] == self.segment[:-1])

    def first_in_case(self, codes: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Return, for the visits at some positions, whether their code occurs for the first time in its case."""
        first: np.ndarray = occurrence_in_case(self.case_no[at], codes) == 1
        return first

    def visit_table(self) -> pa.Table:
        """Return the visits as a table for queries; see `on_demand.MAKERS`."""
        import numpy as np
        import pyarrow as pa

        changes = np.append(True, self.segment[1:] != self.segment[:-1])[: len(self.segment)]
        begins = np.flatnonzero(changes)
        lengths = np.diff(np.append(begins, len(self.segment)))
        position = np.arange(len(self.segment)) - np.repeat(begins, lengths) + 1
        return pa.table(
            {
                "case_no": self.case_no,
                "segment": self.segment,
                "position": position.astype(np.int64),
                "unit": self._named(self.unit),
                "first_seq": self.first_seq,
                "last_seq": self.last_seq,
                "start_us": self.start,
                "end_us": self.end,
            }
        )

    def handoff_table(self) -> pa.Table:
        """Return the handoffs as a table for queries; see `find_handoffs`."""
        import numpy as np
        import pyarrow as pa

        at = self.handoffs()
        pair = self.unit[at].astype(np.int64) * max(len(self.names), 1) + self.unit[at + 1]
        return pa.table(
            {
                "case_no": self.case_no[at],
                "segment": self.segment[at],
                "last_seq": self.last_seq[at],
                "source": self._named(self.unit[at]),
                "target": self._named(self.unit[at + 1]),
                "left_us": self.end[at],
                "start_us": self.start[at + 1],
                "wait_us": self.start[at + 1] - self.end[at],
                "first_in_case": self.first_in_case(pair, at),
            }
        )

    def _named(self, units: np.ndarray) -> pa.DictionaryArray:
        import numpy as np
        import pyarrow as pa

        return pa.DictionaryArray.from_arrays(pa.array(units.astype(np.int32)), pa.array(self.names, pa.string()))


@once_per_log
def find_handoffs(log: Log, level: str = "department") -> pa.Table:
    """Return the handoffs of a log; see `find_visits`.

    Returns
    -------
    pyarrow.Table
        ``case_no``, ``segment``, ``last_seq`` (of the visit that ends), ``source``, ``target``, ``left_us`` and
        ``start_us`` (last event of the one visit, first of the other), ``wait_us`` (between them), ``first_in_case``
        (of this pair in its order).
    """
    return find_visits(log, level).handoff_table()


@once_per_log
def find_visits(log: Log, level: str = "department") -> Visits:
    """Return the visits of a log.

    Parameters
    ----------
    log
        An open log; its filters apply.
    level
        Column of `events` whose values are visited: ``department``, ``resource`` or any other.

    Raises
    ------
    UsageError
        There is no such column.
    """
    return _joined(list(scan_kept(log, _columns(log, level), lambda table: visits_in(table, level))))


def scan_visits(log: Log, level: str = "department") -> Iterator[Visits]:
    """Yield the visits of each part of the log, in log order, keeping none; see `find_visits`."""
    yield from scan(log, _columns(log, level), lambda table: visits_in(table, level))


def _columns(log: Log, level: str) -> list[str]:
    if level not in log.columns:
        raise UsageError(f"no column {level!r} for --level", hint=near(level, log.columns))
    return list(dict.fromkeys([*VISIT_COLUMNS, level]))


def visits_in(table: pa.Table, level: str) -> Visits:
    """Return the visits in one table with the columns `VISIT_COLUMNS` and the level, each in one piece."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.column(level).combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    names = column.dictionary.to_pylist()
    unit = np.asarray(pc.fill_null(column.indices, -1))
    case, seq = (np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "seq"))
    stamp = np.asarray(table.column("timestamp").combine_chunks().cast(pa.int64()))
    actor = table.column("actor_type").combine_chunks()
    system = np.array([value in SYSTEM_ACTORS for value in actor.dictionary.to_pylist()] + [False])
    if system.any():
        keep = ~system[np.asarray(pc.fill_null(actor.indices, len(system) - 1))]
        unit, case, seq, stamp = unit[keep], case[keep], seq[keep], stamp[keep]
    if not len(unit):
        empty = np.zeros(0, dtype=np.int64)
        return Visits(names, unit, case, empty, empty, empty, seq, seq)
    first = np.append(0, np.flatnonzero((unit[1:] != unit[:-1]) | (case[1:] != case[:-1])) + 1)
    last = np.append(first[1:], len(unit)) - 1
    run_unit, run_case = unit[first], case[first]
    cut = np.append(True, run_case[1:] != run_case[:-1]) | (run_unit < 0)
    kept = run_unit >= 0
    # Segments without visits have no number, so that numbers don't depend on where parts begin.
    segment = np.cumsum(cut)[kept]
    segment = np.cumsum(np.append(True, segment[1:] != segment[:-1])) if len(segment) else segment
    first, last = first[kept], last[kept]
    return Visits(names, run_unit[kept], run_case[kept], segment, stamp[first], stamp[last], seq[first], seq[last])


def _joined(parts: Sequence[Visits]) -> Visits:
    """Return the visits of consecutive parts as one."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    code = {name: number for number, name in enumerate(dict.fromkeys(name for part in parts for name in part.names))}
    units, segments, before = [], [], 0
    for part in parts:
        units.append(np.array([code[name] for name in part.names], dtype=np.int32)[part.unit])
        segments.append(part.segment + before)
        before += int(part.segment[-1]) if len(part.segment) else 0
    same = ("case_no", "start", "end", "first_seq", "last_seq")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in same}
    return Visits(list(code), np.concatenate(units), segment=np.concatenate(segments), **columns)
