"""A file in which something is looked up: its rows by key, and by the period in which each holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ordermine.errors import InputError, UsageError, near
from ordermine.ingest.lookup.periods import FOREVER, Row, periods_of, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.ingest.source import Source
    from ordermine.project import Lookup

NOT_THERE: Final = -1
NOT_THEN: Final = -2
AMBIGUOUS: Final = -3
"""Why nothing is found: no such key, no row of the key that holds then, rows that contradict each other."""

PARTS: Final = " | "
"""What stands between the parts of a key of several columns where people read it."""


@dataclass(frozen=True)
class Reference:
    """A file in which something is looked up, as arrays."""

    name: str
    what: str
    """What is looked up, in words."""
    keys: dict[str, int]
    """Key → its number."""
    owners: np.ndarray
    """int64: number of a key, for each stretch of time of each key; ascending."""
    begins: np.ndarray
    """int64 UTC microseconds: where the stretch begins, ascending within a key; it ends where the next begins."""
    choices: np.ndarray
    """int64: position in `values` for the stretch, or why there is none."""
    values: tuple[pa.Array, ...]
    """For each column that is taken, its different values."""
    dated: bool
    """Whether rows hold for a period only."""
    without_use: dict[int, str]
    """Row of the file that can't be used → why."""
    notes: tuple[str, ...]

    def find(self, keys: pa.DictionaryArray, at: np.ndarray | None) -> np.ndarray:
        """Return for each event the position in `values`, or why there is none.

        Parameters
        ----------
        keys
            Key of each event; null where it has none.
        at
            UTC microseconds of each event; None unless `dated`.
        """
        import numpy as np
        import pyarrow.compute as pc

        if not len(self.owners):
            return np.full(len(keys), NOT_THERE, dtype=np.int64)
        numbers = np.array([self.keys.get(key, -1) for key in keys.dictionary.to_pylist()] + [-1], dtype=np.int64)
        number = numbers[np.asarray(pc.fill_null(keys.indices, len(numbers) - 1))]
        if at is None:
            # Every key has one stretch, and they are in order of the keys.
            return np.where(number < 0, NOT_THERE, self.choices[np.maximum(number, 0)])
        moments = np.unique(self.begins)
        steps = len(moments) + 1
        stretches = self.owners * steps + np.searchsorted(moments, self.begins, side="right")
        asked = number * steps + np.searchsorted(moments, at, side="right")
        place = np.maximum(np.searchsorted(stretches, asked, side="right") - 1, 0)
        then = np.where(self.owners[place] == number, self.choices[place], NOT_THEN)
        return np.where(number < 0, NOT_THERE, then)

    def nearly(self, missing: Iterable[str]) -> str | None:
        """Say if keys that aren't there would be, were they spelt a little differently."""
        spelt: dict[str, str] = {}
        for key in self.keys:
            spelt.setdefault(loosely(key), key)
        pairs = [(key, spelt[loosely(key)]) for key in sorted(missing) if loosely(key) in spelt]
        if not pairs:
            return None
        key, there = pairs[0]
        return f"by case, blanks or zeros alone differ {len(pairs):,}, such as {key!r} from {there!r} there"


def loosely(key: str) -> str:
    """Return a key without what people and spreadsheets change: case, blanks, leading zeros, a decimal ``.0``.

    >>> loosely(" 000123.0 "), loosely("Smith, J") == loosely("SMITH,J")
    ('123', True)
    """
    short = "".join(key.casefold().split()).removesuffix(".0")
    return short.lstrip("0") or short


def key_text(columns: Sequence[pa.ChunkedArray]) -> pa.DictionaryArray:
    """Return the trimmed values of key columns as one text; null where one of them is blank."""
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = [column.combine_chunks().cast(pa.string()).dictionary_encode() for column in columns]
    if len(coded) == 1:
        return _trimmed(coded[0]).dictionary_encode()
    return pc.binary_join_element_wise(*(_trimmed(one) for one in coded), PARTS).dictionary_encode()


def _trimmed(coded: pa.DictionaryArray) -> pa.Array:
    import pyarrow.compute as pc

    words = pc.utf8_trim_whitespace(coded.dictionary)
    return pc.if_else(pc.equal(words, ""), None, words).take(coded.indices)


def load(source: Source, lookup: Lookup, timezone: str) -> Reference:
    """Read a file in which something is looked up.

    Parameters
    ----------
    source
        The file.
    lookup
        What the project file says of it.
    timezone
        Zone of stamps without an offset.

    Raises
    ------
    UsageError
        A column that is named isn't there.
    InputError
        A key stands there twice with different values and no period tells which holds; dates are ambiguous.
    """
    import numpy as np
    import pyarrow as pa

    last = lookup.until or lookup.through
    _check_columns(source, [*lookup.match.values(), *lookup.take.values(), lookup.since, last])
    wanted = list(dict.fromkeys([*lookup.match.values(), *lookup.take.values(), *filter(None, (lookup.since, last))]))
    pieces = [batch.read() for batch in source.batches()]
    schema = pa.schema([(name, pa.string()) for name in wanted])
    table = pa.concat_tables([schema.empty_table(), *(piece.table.select(wanted).cast(schema) for piece in pieces)])
    lines = [int(number) for piece in pieces for number in piece.numbers]
    keys = key_text([table.column(name) for name in lookup.match.values()]).to_pylist()
    taken = [_trimmed(table.column(name).combine_chunks().dictionary_encode()) for name in lookup.take.values()]
    choices: dict[tuple[str | None, ...], int] = {}
    chosen = [choices.setdefault(row, len(choices)) for row in zip(*(one.to_pylist() for one in taken), strict=True)]
    dated = lookup.since is not None or last is not None
    without_use = {line: "looked up, but without a key" for line, key in zip(lines, keys, strict=True) if key is None}
    begins, ends = periods_of(source.name, table, lookup, timezone)
    by_key: dict[str, list[Row]] = {}
    for line, key, choice, begin, end in zip(lines, keys, chosen, begins, ends, strict=True):
        if key is None:
            continue
        if begin is None or end is None:
            without_use[line] = "looked up, but its period can't be read"
        elif begin >= end:
            without_use[line] = "looked up, but its period ends before it begins"
        else:
            by_key.setdefault(key, []).append(Row(line, begin, end, choice))
    if not dated:
        _refuse_contradictions(source.name, lookup, by_key)
    stretches = [
        (number, begin, choice)
        for number, rows in enumerate(by_key.values())
        for begin, choice in timeline(rows, nothing=NOT_THEN, several=AMBIGUOUS)
    ]
    owners, starts, found = np.array(stretches, dtype=np.int64).reshape(-1, 3).T
    different = list(choices)
    return Reference(
        source.name,
        " and ".join(lookup.take),
        {key: number for number, key in enumerate(by_key)},
        owners,
        starts,
        found,
        tuple(pa.array([row[at] for row in different], pa.string()) for at in range(len(taken))),
        dated,
        without_use,
        _notes(source.name, lookup, by_key),
    )


def _check_columns(source: Source, columns: Sequence[str | None]) -> None:
    for column in columns:
        if column is not None and column not in source.columns:
            raise UsageError(f"{source.name}: no column {column!r} to look up", hint=near(column, source.columns))


def _refuse_contradictions(name: str, lookup: Lookup, by_key: dict[str, list[Row]]) -> None:
    for key, rows in by_key.items():
        other = next((row for row in rows if row.choice != rows[0].choice), None)
        if other is not None:
            raise InputError(
                f"{name}: {key!r} stands there twice with different {' and '.join(lookup.take.values())}, in line "
                f"{rows[0].line:,} and in line {other.line:,}",
                hint="if each holds for a time, name the columns that say so: since, until or through; "
                "else match by a further column, or correct the file",
            )


def _notes(name: str, lookup: Lookup, by_key: dict[str, list[Row]]) -> tuple[str, ...]:
    """Say where periods look as if their last day were given in place of their end."""
    day = 86_400_000_000
    if lookup.until is None:
        return ()
    pairs = [
        (first.end, second.begin)
        for rows in by_key.values()
        for first, second in pairwise(sorted(rows, key=lambda row: row.begin))
        if first.end < FOREVER
    ]
    apart = sum(second - first == day for first, second in pairs)
    if not pairs or apart * 2 <= len(pairs):
        return ()
    return (
        f"{name}: {apart:,} of {len(pairs):,} periods end a day before the next one begins; if {lookup.until!r} is the "
        f"last day on which a row holds, write through in place of until",
    )
