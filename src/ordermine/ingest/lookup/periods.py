"""Periods in which rows hold: half-open, from their begin up to but not including their end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from ordermine.errors import InputError
from ordermine.ingest.timestamps import DAY, DAY_US, FormatFinder, coarsest, parse
from ordermine.zones import to_utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from ordermine.ingest.timestamps import Format
    from ordermine.project import Lookup

ALWAYS: Final = -(2**62)
FOREVER: Final = 2**62
"""Begin and end of a period that is open, in UTC microseconds."""

OPEN: Final = frozenset({"", "00000000", "0000-00-00", "-", "null", "none"})
"""How exports spell that a period has no begin or no end."""


class Row(NamedTuple):
    """One row of a file: the line it stands in, when it holds, and what it says."""

    line: int
    begin: int
    end: int
    choice: int


def periods_of(name: str, table: pa.Table, lookup: Lookup, timezone: str) -> tuple[list[int | None], list[int | None]]:
    """Return where each row's period begins and where it ends, in UTC microseconds; None where that can't be read.

    Raises
    ------
    InputError
        The dates of a column are ambiguous, contradict each other, or are none.
    """
    last = lookup.until or lookup.through
    texts = {column: _filled(table.column(column).combine_chunks()) for column in (lookup.since, last) if column}
    finders = {column: FormatFinder(column, lookup.date_order) for column in texts}
    for column, finder in finders.items():
        finder.look(texts[column])
    begins: list[int | None] = [ALWAYS] * table.num_rows
    ends: list[int | None] = [FOREVER] * table.num_rows
    if lookup.since is not None:
        form = _format(name, finders[lookup.since], finders)
        begins = _instants(texts[lookup.since], form, timezone, ALWAYS)
    if last is not None:
        form = _format(name, finders[last], finders)
        ends = _instants(texts[last], form, timezone, FOREVER, through=lookup.through is not None)
    return begins, ends


def _filled(texts: pa.Array) -> pa.Array:
    """Return stamps as text, null where the period is open."""
    import pyarrow as pa
    import pyarrow.compute as pc

    said = [(text or "").strip().lower() not in OPEN for text in texts.to_pylist()]
    return pc.if_else(pa.array(said, pa.bool_()), texts, None)


def _format(name: str, finder: FormatFinder, finders: Mapping[str, FormatFinder]) -> Format | None:
    """Return how a column's stamps are written, None where it has none; the other column may prove the order."""
    if not finder.seen:
        return None
    if finder.ambiguous:
        proofs = {one.decide() for one in finders.values() if one.proven and one.family == finder.family}
        if len(proofs) == 1:
            return proofs.pop()
    try:
        return finder.decide()
    except InputError as error:
        raise InputError(
            f"{name}: {error}", hint="write date_order under its [[source.lookup]], or name another column"
        ) from None


def _instants(
    texts: pa.Array, form: Format | None, timezone: str, open_end: int, *, through: bool = False
) -> list[int | None]:
    """Return instants in UTC microseconds; with `through`, the first one after the day or the instant that is given."""
    import numpy as np
    import pyarrow.compute as pc

    if form is None:
        return [open_end] * len(texts)
    stamps = parse(texts, form)
    wall = stamps.wall
    if through:
        # Sheets write a day as its midnight.
        whole = stamps.precision == DAY
        if coarsest(wall[stamps.valid]) == DAY:
            whole = stamps.valid
        # A day is added before the zone is looked up: not every day has 24 hours.
        wall = wall + np.where(whole, DAY_US, 1)
    naive = stamps.valid & ~stamps.zoned
    utc = wall - stamps.offset
    utc[naive] = to_utc(wall[naive], timezone)[0]
    there = np.asarray(pc.is_valid(texts)).tolist()
    return [
        open_end if not said else at if valid else None
        for at, valid, said in zip(utc.tolist(), stamps.valid.tolist(), there, strict=True)
    ]


def timeline(rows: Sequence[Row], *, nothing: int, several: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches of time in which the same holds, from the first to the last: begin, and what holds.

    Parameters
    ----------
    rows
        Of one key, in any order.
    nothing, several
        What to say where no row holds, and where rows hold that say different things.
    """
    changes = sorted([(row.begin, 1, row.choice) for row in rows] + [(row.end, -1, row.choice) for row in rows])
    holding: Counter[int] = Counter()
    said: int | None = None
    for place, (at, step, choice) in enumerate(changes):
        if at == FOREVER:
            return
        holding[choice] += step
        if not holding[choice]:
            del holding[choice]
        if place + 1 < len(changes) and changes[place + 1][0] == at:
            continue
        says = several if len(holding) > 1 else next(iter(holding), nothing)
        if says != said:
            yield at, says
            said = says
