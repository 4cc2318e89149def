"""Returns, rallies and long loops: how orders come back to a department (section 7 of the design).

A *return* is a visit of the department of the visit before the last, a *rally* an alternation A B A B … with at least
two returns in a row, a *long loop* a visit of a department whose latest visit lies three or more visits back. All
within a segment, so nothing spans an event without a department. *Expected* is what stays among the departments of one
loop that the project file expects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.eventlog.productive import productive_in
from ordermine.eventlog.visits import find_handoffs, find_visits
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.productive import Productive
    from ordermine.eventlog.visits import Visits

_BITS = 32
"""Room for positions in a case, below its number."""


def find_returns(log: Log, level: str = "department") -> dict[str, pa.Table]:
    """Return the views ``returns``, ``rallies`` and ``long_loops``, and with them ``visits`` and ``handoffs``."""
    visits = find_visits(log, level)
    productive = _productive_visits(log, visits)
    return {
        "visits": visits.visit_table(),
        "handoffs": find_handoffs(log, level),
        **_tables(visits, productive, log.project.expected.loops),
    }


def _tables(visits: Visits, productive: np.ndarray, loops: tuple[tuple[str, ...], ...]) -> dict[str, pa.Table]:
    """Return the three views; times are UTC µs.

    ``returns``: case_no, a (the department returned to), b (the one between), left_us (end of the visit at a before),
    start_us (of the visit that returns), unproductive (b changed no value and decided nothing), expected.
    ``rallies``: case_no, a, b, returns, start_us, end_us, unproductive (returns), expected.
    ``long_loops``: case_no, unit, between (visits), left_us, start_us, expected.
    """
    import numpy as np
    import pyarrow as pa

    earlier = _latest_earlier(visits)
    place = np.arange(len(earlier))
    back = np.flatnonzero((earlier >= 0) & (earlier == place - 2))
    far = np.flatnonzero((earlier >= 0) & (earlier <= place - 3))
    unproductive = ~productive[back - 1]

    begins = np.append(True, np.diff(back) > 1)[: len(back)]
    first = np.flatnonzero(begins)
    lengths = np.diff(np.append(first, len(back)))
    is_rally = lengths >= 2
    last = first + lengths - 1
    idle = np.append(0, np.cumsum(unproductive))
    opening, closing = back[first[is_rally]], back[last[is_rally]]
    named = visits.names

    def names(at: np.ndarray) -> pa.DictionaryArray:
        return pa.DictionaryArray.from_arrays(pa.array(visits.unit[at].astype(np.int32)), pa.array(named, pa.string()))

    return {
        "returns": pa.table(
            {
                "case_no": visits.case_no[back],
                "a": names(back),
                "b": names(back - 1),
                "left_us": visits.end[back - 2],
                "start_us": visits.start[back],
                "unproductive": unproductive,
                "expected": _expected(visits, loops, back - 2, back),
            }
        ),
        "rallies": pa.table(
            {
                "case_no": visits.case_no[opening],
                "a": names(opening - 2),
                "b": names(opening - 1),
                "returns": lengths[is_rally],
                "start_us": visits.start[opening - 2],
                "end_us": visits.end[closing],
                "unproductive": idle[last[is_rally] + 1] - idle[first[is_rally]],
                "expected": _expected(visits, loops, opening - 2, closing),
            }
        ),
        "long_loops": pa.table(
            {
                "case_no": visits.case_no[far],
                "unit": names(far),
                "between": far - earlier[far] - 1,
                "left_us": visits.end[earlier[far]],
                "start_us": visits.start[far],
                "expected": _expected(visits, loops, earlier[far], far),
            }
        ),
    }


def _expected(visits: Visits, loops: tuple[tuple[str, ...], ...], first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return which spans of visits, first and last included, stay among the departments of one expected loop."""
    import numpy as np

    found = np.zeros(len(first), dtype=bool)
    for loop in loops:
        member = np.array([name in loop for name in visits.names], dtype=bool)[visits.unit]
        outside = np.append(0, np.cumsum(~member))
        found |= outside[last + 1] == outside[first]
    return found


def _latest_earlier(visits: Visits) -> np.ndarray:
    """Return for each visit the position of the latest earlier visit of its department in the segment; -1 for none."""
    import numpy as np

    key = visits.segment.astype(np.int64) * max(len(visits.names), 1) + visits.unit
    # Sorting integers that carry their position is several times faster than any argsort.
    bits = max(len(key), 1).bit_length()
    order = np.sort((key << bits) | np.arange(len(key))) & ((1 << bits) - 1)
    earlier = np.full(len(key), -1)
    same = key[order[1:]] == key[order[:-1]]
    earlier[order[1:][same]] = order[:-1][same]
    return earlier


def _productive_events(table: pa.Table, productive: Productive) -> np.ndarray:
    """Return the productive events of people, as packed numbers."""
    import numpy as np
    import pyarrow.compute as pc

    marked = productive.marks(table)
    actor = table.column("actor_type").combine_chunks()
    if actor.null_count < len(actor):
        system = np.array([value in SYSTEM_ACTORS for value in actor.dictionary.to_pylist()] + [False])
        marked &= ~system[np.asarray(pc.fill_null(actor.indices, len(system) - 1))]
    at = np.flatnonzero(marked)
    case, seq = (np.asarray(table.column(name).combine_chunks())[at] for name in ("case_no", "seq"))
    packed: np.ndarray = (case.astype(np.int64) << _BITS) | seq
    return packed


def _productive_visits(log: Log, visits: Visits) -> np.ndarray:
    """Return which visits changed a value or decided something."""
    import numpy as np

    productive = productive_in(log)
    columns = ["case_no", "seq", "actor_type", *productive.columns]
    # In one piece, as all values of the log prove how its dates are written.
    event = _productive_events(log.arrays(columns), productive)
    begin = (visits.case_no.astype(np.int64) << _BITS) | visits.first_seq
    of = np.searchsorted(begin, event, side="right") - 1
    found = np.zeros(len(begin), dtype=bool)
    inside = of[(of >= 0) & (event <= ((begin[of] >> _BITS) << _BITS) + visits.last_seq[of])] if len(begin) else of[:0]
    found[inside] = True
    return found
