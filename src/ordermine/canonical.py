"""What ingest hands to the log: batches of canonical events, the sources they come from, and the rows left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pyarrow as pa


DUPLICATE: Final = "duplicate"
"""Reason of a row that equals an earlier one."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that does not become an event, and why."""

    row: int
    reason: str
    """One of the stable reason words, e.g. ``wrong number of fields``, ``no case``, ``duplicate``."""
    raw: str | None = None
    """The row as it stands in the file; None where the batch can still be asked for it (``Batch.raw_text``)."""
    detail: str = ""
    """What was found, e.g. ``expected 8 fields, found 7``."""
    raw_bytes: bytes | None = None
    """The exact bytes of the row where `raw`, in the encoding of the file, isn't them."""


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Canonical events of one source, in source order.

    `table` has the columns of `schema.EVENT_COLUMNS` that the source records, without the derived ones but with
    ``source_row``, then the further source columns. Types: ``case_id`` and other repeating text are
    dictionary<int32, string>, other text is string; ``timestamp`` and ``start_timestamp`` are int64 microseconds (UTC);
    ``timestamp_precision`` is int8, a position in `schema.PRECISIONS`; ``amount`` and ``quantity`` are decimal(28, 6).
    """

    source: int
    """Index into the list of sources."""
    table: pa.Table
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source as the manifest records it."""

    name: str
    sha256: str
    bytes: int
    """Digest and size; empty and 0 until the whole file has been read."""
    columns: tuple[str, ...]
    """Columns of the log that this source records (canonical names, then its further columns)."""
    tabular: bool
    described: Mapping[str, str]
    mapping: Mapping[str, str]
    """Source key → column(s) it was read from."""
    reasons: Mapping[str, str]
    """Source key → why that column."""


RawText = Callable[[int, Sequence[int]], Mapping[int, str]]
"""(source index, row numbers) → the rows as they stand in the file."""
