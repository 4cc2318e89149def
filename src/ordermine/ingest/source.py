"""What every reader gives: a source of batches of text columns, each row traceable to where it stands in the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ordermine.canonical import LeftOut

__all__ = ["NO_HEADER", "Batch", "LeftOut", "Mended", "Rows", "Source"]

NO_HEADER = "none"
"""What `Source.described` says of the header of a table without names."""

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Mended:
    """A row that isn't as it should be, but can be read in one way only."""

    row: int
    what: str
    """What was done to read it; one of a few stable wordings."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The parsed rows of one batch."""

    table: pa.Table
    """Every source column as text (`pa.string()`, null where the cell is empty or absent), all of equal length."""
    numbers: np.ndarray
    """int64, one per row of `table`: where a person finds it (line of a text file, counted from 1; row of a sheet)."""
    left_out: list[LeftOut] = field(default_factory=list)
    """Rows of the batch that could not be parsed."""
    mended: list[Mended] = field(default_factory=list)
    """Rows of `table` that have a defect."""


class Batch(Protocol):
    """A piece of a source; parsing is put off to `read`, so that batches can be parsed by several threads."""

    def read(self) -> Rows:
        """Parse the batch."""
        ...

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return the text of these rows as it stands in the file (for formats without lines: the row as JSON)."""
        ...


class Source(Protocol):
    """One exported file (or one sheet or table of it), ready to be read."""

    @property
    def name(self) -> str:
        """File name as it is recorded in the log: without folders, unique within one ingest."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, as exported, unique."""
        ...

    @property
    def tabular(self) -> bool:
        """Whether exact duplicates are left out (tables) or only counted (XES, OCEL)."""
        ...

    @property
    def described(self) -> Mapping[str, str]:
        """What was found out about the file, for people: format, encoding, delimiter, …; sorted by key."""
        ...

    def batches(self) -> Iterator[Batch]:
        """Iterate over the file from its start; may be called more than once, with the same result."""
        ...
