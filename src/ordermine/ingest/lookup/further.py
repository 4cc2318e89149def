"""A file that only tells something about events: every row of it is accounted for, none is an event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ordermine.canonical import LeftOut
from ordermine.ingest.source import Rows
from ordermine.schema import REQUIRED_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from ordermine.ingest.source import Batch, Source


@dataclass(frozen=True, slots=True)
class FurtherBatch:
    """One batch of the file."""

    batch: Batch
    owner: FurtherSource

    def read(self) -> Rows:
        """Return no event rows; every row of the file is left out with its reason."""
        rows = self.batch.read()
        raw = self.batch.raw_text([int(number) for number in rows.numbers])
        left_out = [LeftOut(row, self.owner.reasons.get(row, self.owner.reason), text) for row, text in raw.items()]
        return Rows(no_events(), rows.numbers[:0], [*rows.left_out, *left_out])

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return rows of the file as they stand in it."""
        return self.batch.raw_text(numbers)


@dataclass(frozen=True)
class FurtherSource:
    """A file that only tells something about events."""

    source: Source
    reason: str
    """What its rows are there for."""
    reasons: dict[int, str] = field(default_factory=dict)
    """Row → why it is of no use."""

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.source.name

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that every event has."""
        return REQUIRED_KEYS

    @property
    def tabular(self) -> bool:
        """Whether exact duplicates are left out."""
        return self.source.tabular

    @property
    def described(self) -> Mapping[str, str]:
        """What was found out about the file."""
        return {**self.source.described, "use": self.reason}

    def batches(self) -> Iterator[FurtherBatch]:
        """Iterate over the file."""
        for batch in self.source.batches():
            yield FurtherBatch(batch, self)


def no_events() -> pa.Table:
    """Return event rows, of which there are none."""
    import pyarrow as pa

    return pa.schema([(key, pa.string()) for key in REQUIRED_KEYS]).empty_table()
