"""A source whose events are told more by other files: start here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ordermine.ingest.encode import stamp_text
from ordermine.ingest.lookup.reference import AMBIGUOUS, NOT_THEN, NOT_THERE, Reference, key_text
from ordermine.ingest.source import Rows
from ordermine.ingest.timestamps import parse
from ordermine.schema import NOT_RECORDED
from ordermine.zones import to_utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.source import Batch, Source
    from ordermine.ingest.timestamps import Format

EXAMPLES: Final = 3
"""Keys that a note names."""

WHY: Final = {
    NOT_THERE: "isn't in {file}",
    NOT_THEN: "isn't in {file} for that time",
    AMBIGUOUS: "is in {file} with several values for that time",
}


@dataclass(frozen=True, slots=True)
class Match:
    """One lookup of one source."""

    reference: Reference
    columns: tuple[str, ...]
    """Columns of the event rows that make the key, in the order of the reference's."""
    added: tuple[str, ...]
    """Names of the columns that it adds, in the order of what the reference gives."""
    instead: tuple[str | None, ...]
    """For each of them, the column whose value stands where nothing is found."""


@dataclass(frozen=True, slots=True)
class LookedUpBatch:
    """The event rows of one batch, with what was looked up."""

    batch: Batch
    position: int
    owner: LookedUpSource

    def read(self) -> Rows:
        """Return the event rows with the added columns."""
        rows = self.batch.read()
        return Rows(self.owner.completed(rows.table, self), rows.numbers, rows.left_out)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return rows of the file as they stand in it."""
        return self.batch.raw_text(numbers)


@dataclass(frozen=True)
class LookedUpSource:
    """A source with columns that other files add."""

    source: Source
    matches: Sequence[Match]
    stamp: ColumnChoice
    """The events' time."""
    form: Format
    timezone: str
    _failed: dict[tuple[int, int], dict[int, Counter[str]]] = field(default_factory=dict, repr=False)
    """(batch, match) → why nothing was found → key → rows; a batch that is read twice counts once."""
    _asked: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.source.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the event rows, then the added ones."""
        return (*self.source.columns, *(name for match in self.matches for name in match.added))

    @property
    def tabular(self) -> bool:
        """Whether exact duplicates are left out."""
        return self.source.tabular

    @property
    def described(self) -> Mapping[str, str]:
        """What was found out about the file."""
        return self.source.described

    def batches(self) -> Iterator[LookedUpBatch]:
        """Iterate over the event rows, in the batches of the file."""
        for position, batch in enumerate(self.source.batches()):
            yield LookedUpBatch(batch, position, self)

    def completed(self, table: pa.Table, batch: LookedUpBatch | None = None) -> pa.Table:
        """Return event rows with what the other files say of each, at its own time; those of a batch are counted."""
        import pyarrow as pa
        import pyarrow.compute as pc

        at = valid = None
        if batch is not None:
            self._asked[batch.position] = table.num_rows
        for number, match in enumerate(self.matches):
            keys = key_text([table.column(name) for name in match.columns])
            if match.reference.dated and at is None:
                at, valid = self._instants(table)
            found = match.reference.find(keys, at)
            if batch is not None:
                self._failed[batch.position, number] = _failures(keys, found, valid)
            rows = pa.array(found, mask=found < 0)
            for name, values, own in zip(match.added, match.reference.values, match.instead, strict=True):
                column = values.take(rows)
                if own is not None:
                    column = pc.coalesce(column, table.column(own).combine_chunks().cast(pa.string()))
                table = table.append_column(name, column)
        return table

    def notes(self, *, named: bool = True) -> list[str]:
        """Return what was not found, once every batch was read; with `named`, some of the keys by name."""
        said = []
        for number, match in enumerate(self.matches):
            total: dict[int, Counter[str]] = {}
            for (_, of), failures in self._failed.items():
                for why, keys in failures.items() if of == number else ():
                    total.setdefault(why, Counter()).update(keys)
            for why, keys in sorted(total.items(), reverse=True):
                said.append(self._note(match, why, keys, named=named))
            said += [note for note in match.reference.notes if note not in said]
        return said

    def _note(self, match: Match, why: int, keys: Counter[str], *, named: bool) -> str:
        most = sorted(keys.items(), key=lambda item: (-item[1], item[0]))[:EXAMPLES]
        shown = ": " + ", ".join(f"{key!r} in {rows:,}" for key, rows in most) if named else ""
        reference = match.reference
        more = ", …" if named and len(keys) > len(most) else ""
        said = (
            f"{self.name}: {reference.what} can't be looked up for {keys.total():,} of {sum(self._asked.values()):,} "
            f"rows: their {' + '.join(match.columns)} {WHY[why].format(file=reference.name)} "
            f"({len(keys):,} different{shown}{more})"
        )
        near = reference.nearly(keys) if named and why == NOT_THERE else None
        return f"{said}; {near}" if near else said

    def _instants(self, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
        """Return the UTC microseconds of the events, and which of them have any."""
        stamps = parse(stamp_text(table, self.stamp), self.form)
        utc = stamps.wall - stamps.offset
        naive = stamps.valid & ~stamps.zoned
        if naive.any():
            utc = utc.copy()
            utc[naive] = to_utc(stamps.wall[naive], self.timezone)[0]
        return utc, stamps.valid


def _failures(keys: pa.DictionaryArray, found: np.ndarray, valid: np.ndarray | None) -> dict[int, Counter[str]]:
    """Return why nothing was found → key → rows; rows without a key or without a time ask nothing.

    Neither do keys that say, unless the file has them, that nothing was recorded.
    """
    import numpy as np
    import pyarrow.compute as pc

    failed = (found < 0) & np.asarray(pc.is_valid(keys))
    if valid is not None:
        failed &= valid
    if not failed.any():
        return {}
    spelt = keys.dictionary.to_pylist()
    codes = np.asarray(pc.fill_null(keys.indices, 0))
    nothing = np.array([key.lower() in NOT_RECORDED for key in spelt])
    failed &= ~(nothing[codes] & (found == NOT_THERE))
    failures: dict[int, Counter[str]] = {}
    for why in np.unique(found[failed]):
        distinct, rows = np.unique(codes[failed & (found == why)], return_counts=True)
        failures[int(why)] = Counter({spelt[code]: int(number) for code, number in zip(distinct, rows, strict=True)})
    return failures
