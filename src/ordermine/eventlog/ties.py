"""How often cases come back over all orders that their equal timestamps allow (section 7 of the design).

Events of a case that share a timestamp may have happened in any order. Where they are of different departments, or some
of none, the numbers of handoffs, returns, rallies and long loops depend on it; they are then ranges, see `tied_orders`:
exact for up to eight events at a time; for more there may be a range that is only sure to contain the truth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import UsageError, near
from ordermine.eventlog.moment_orders import COUNTS
from ordermine.eventlog.productive import productive_in
from ordermine.eventlog.tied_orders import Moments, least_and_most
from ordermine.schema import SYSTEM_ACTORS

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log
    from ordermine.eventlog.productive import Productive

NOBODY = -1
"""Code of a department that is not recorded."""


def find_tied_ranges(log: Log, level: str = "department") -> dict[str, pa.Table]:
    """Return the views ``tied_ranges`` and ``tied_events``.

    ``tied_ranges``: case_no, and for each of `moment_orders.COUNTS` the least and the most as ``<count>_low`` and
    ``<count>_high``; the cases for which one of them varies, in log order. ``tied_events``: case_no, instant_us (UTC
    µs), unit (null where not recorded), productive; what people did in the cases in which order may matter.

    Raises
    ------
    UsageError
        There is no such column.
    """
    if level not in log.columns:
        raise UsageError(f"no column {level!r} for --level", hint=near(level, log.columns))
    productive = productive_in(log)
    columns = list(dict.fromkeys(["case_no", "timestamp", "actor_type", level, *productive.columns]))
    # In one piece, as all values of the log prove how its dates are written.
    events, ranges = _part(_tied_events(log.arrays(columns), level, productive))
    return {"tied_events": events.unify_dictionaries(), "tied_ranges": ranges}


def ranges_between(log: Log, one: str, other: str) -> pa.Table:
    """Return ``tied_ranges`` of what happens between two departments only; the view ``tied_events`` must be there.

    Other departments only stand between visits of the two, as a gap does. Of returns, those to `one` are counted; cases
    that can have no return to it are left out.
    """
    return _ranges(
        log.table(
            "SELECT case_no, instant_us, CASE WHEN unit IN ($1, $2) THEN unit END AS unit, productive FROM tied_events"
            " WHERE case_no IN (SELECT case_no FROM tied_events WHERE unit = $1 GROUP BY case_no HAVING count(*) > 1)"
            " AND case_no IN (SELECT case_no FROM tied_events WHERE unit = $2) ORDER BY case_no, instant_us",
            [one, other],
        ),
        one,
    )


def ranges_to(log: Log, unit: str) -> pa.Table:
    """Return ``tied_ranges`` of the long loops that lead to one department; other counts there are of no use.

    The view ``tied_events`` must be there. Only what happens from the first to the last event of the department counts.
    """
    return _ranges(
        log.table(
            "SELECT case_no, instant_us, unit, false AS productive FROM tied_events JOIN ("
            "SELECT case_no, min(instant_us) AS first_us, max(instant_us) AS last_us FROM tied_events WHERE unit = $1"
            " GROUP BY case_no HAVING count(*) > 1) USING (case_no)"
            " WHERE instant_us BETWEEN first_us AND last_us ORDER BY case_no, instant_us",
            [unit],
        ),
        unit,
    )


def _tied_events(table: pa.Table, level: str, productive: Productive) -> pa.Table:
    """Return ``tied_events`` of a part of the log."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    actor = table.column("actor_type").combine_chunks()
    unit = table.column(level).combine_chunks()
    found = pa.table(
        {
            "case_no": table.column("case_no"),
            "instant_us": table.column("timestamp").cast(pa.int64()),
            "unit": unit if pa.types.is_dictionary(unit.type) else unit.cast(pa.string()).dictionary_encode(),
        }
    )
    system = np.array([value in SYSTEM_ACTORS for value in actor.dictionary.to_pylist()] + [False])
    people = ~system[np.asarray(pc.fill_null(actor.indices, len(system) - 1))]
    if not people.all():
        table, found = table.filter(pa.array(people)), found.filter(pa.array(people))
    unit_code, case, instant = _coded(found)
    # Cases without a moment of several departments don't matter from here on.
    kept = pa.array(np.isin(case, np.unique(case[_open_moments(unit_code, case, instant)[1]])))
    table, found = table.filter(kept), found.filter(kept)
    return found.append_column("productive", pa.array(productive.marks(table.combine_chunks())))


def _part(events: pa.Table) -> tuple[pa.Table, pa.Table]:
    return events, _ranges(events)


def _coded(events: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return department code, case and instant of each event."""
    import numpy as np
    import pyarrow.compute as pc

    unit = events.column("unit").combine_chunks()
    code = np.asarray(pc.fill_null(unit.indices, NOBODY)).astype(np.int64)
    case, instant = (np.asarray(events.column(name).combine_chunks()) for name in ("case_no", "instant_us"))
    return code, case, instant


def _ranges(events: pa.Table, only: str | None = None) -> pa.Table:
    """Return ``tied_ranges`` of events."""
    import numpy as np
    import pyarrow as pa

    column = events.column("unit").combine_chunks()
    if not pa.types.is_dictionary(column.type):
        events = events.set_column(events.schema.get_field_index("unit"), "unit", column.dictionary_encode())
    names = events.column("unit").combine_chunks().dictionary.to_pylist()
    unit, case, instant = _coded(events)
    code = None if only is None else names.index(only) if only in names else NOBODY
    productive = np.asarray(events.column("productive").combine_chunks())
    number, low, high = count_ranges(unit, case, instant, productive, code)
    found = {"case_no": pa.array(number, pa.int32())}
    for at, name in enumerate(COUNTS):
        found |= {f"{name}_low": pa.array(low[:, at]), f"{name}_high": pa.array(high[:, at])}
    return pa.table(found)


def count_ranges(
    unit: np.ndarray, case: np.ndarray, instant: np.ndarray, productive: np.ndarray, only: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return case, least and most of `moment_orders.COUNTS`, of the cases in which one of them varies.

    Parameters
    ----------
    unit
        Department of each event as a code from 0, `NOBODY` where not recorded.
    case, instant
        Case and instant of each event; cases in one piece, in order of time.
    productive
        Whether each event is productive.
    only
        Department whose visits are counted as returns and long loops; by default all.
    """
    import numpy as np

    moment, is_open = _open_moments(unit, case, instant)
    kept = np.isin(case, np.unique(case[is_open]))
    if not kept.any():
        nothing = np.zeros((0, len(COUNTS)), dtype=np.int64)
        return case[:0], nothing, nothing
    unit, case, moment, is_open, productive = (each[kept] for each in (unit, case, moment, is_open, productive))
    # Fixed events of one department in a row make one visit, and take part as one event.
    begins = np.append(True, (case[1:] != case[:-1]) | (moment[1:] != moment[:-1]))
    goes_on = np.append(False, ~is_open[1:] & ~is_open[:-1] & (unit[1:] == unit[:-1]) & (case[1:] == case[:-1]))
    moment = np.cumsum(begins & ~goes_on)
    width = int(unit.max()) + 2
    keys, example, of = np.unique(moment * width + unit + 1, return_index=True, return_inverse=True)
    told = np.bincount(of, productive, len(keys)).astype(np.int64)
    plain = np.bincount(of, minlength=len(keys)) - told
    units = keys % width - 1
    plain, told = np.where(units == NOBODY, plain + told, plain), np.where(units == NOBODY, 0, told)
    fixed = ~is_open[example]
    plain, told = np.where(fixed, told == 0, plain), np.where(fixed, told > 0, told)
    numbers, row = np.unique(case[example], return_inverse=True)
    counted = np.ones(len(keys), dtype=bool) if only is None else units == only
    low, high = least_and_most(Moments(row, keys // width, units, plain, told, counted))
    vary = (low < high).any(axis=1)
    return numbers[vary], low[vary], high[vary]


def _open_moments(unit: np.ndarray, case: np.ndarray, instant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each event's moment, and whether events of different departments share it."""
    import numpy as np

    together = (case[1:] == case[:-1]) & (instant[1:] == instant[:-1])
    moment = np.append(0, np.cumsum(~together))[: len(case)]
    mixed = moment[1:][together & (unit[1:] != unit[:-1])]
    is_mixed = np.zeros(int(moment.max(initial=0)) + 1, dtype=bool)
    is_mixed[mixed] = True
    return moment, is_mixed[moment]
