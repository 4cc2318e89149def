"""Parquet: every column as text, batch by batch."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.dialect import unique_names
from ordermine.ingest.readers.files import AGAIN, check_readable
from ordermine.ingest.readers.spool import rows_as_json
from ordermine.ingest.readers.text import LARGEST_EXACT, text_of
from ordermine.ingest.source import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 1 << 16


def open_parquet(path: Path, name: str) -> ParquetSource:
    """Open a Parquet file; nothing but its footer is read before the batches are.

    Rows are numbered from 1.

    Raises
    ------
    InputError
        It is not a Parquet file, or it is damaged or encrypted.
    """
    check_readable(path)
    with _file(path, name) as file:
        schema, metadata = file.schema_arrow, file.metadata
        if not len(schema):
            raise InputError(f"{name}: the file has no columns", hint=AGAIN)
        described = {"format": "Parquet", "rows": str(metadata.num_rows)}
        if metadata.created_by:
            described["written by"] = metadata.created_by
        return ParquetSource(path, name, unique_names(schema.names), described)


@dataclass(frozen=True, slots=True)
class ParquetSource:
    """A Parquet file."""

    path: Path
    name: str
    columns: tuple[str, ...]
    described: Mapping[str, str]
    tabular: bool = True

    def batches(self) -> Iterator[ParquetBatch]:
        """Iterate over the file."""
        number = 1
        with _file(self.path, self.name) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                yield ParquetBatch(self, batch, number)
                number += len(batch)


@dataclass(frozen=True, slots=True)
class ParquetBatch:
    """Some rows, with the types of the file until they are read."""

    source: ParquetSource
    batch: pa.RecordBatch
    first: int

    def read(self) -> Rows:
        """Turn all values into text."""
        import numpy as np
        import pyarrow as pa

        columns = [as_text(column) for column in self.batch.columns]
        numbers = np.arange(self.first, self.first + len(self.batch), dtype=np.int64)
        return Rows(pa.table(columns, names=list(self.source.columns)), numbers)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return these rows as JSON, without their empty cells."""
        return rows_as_json(self.read(), numbers)


def as_text(array: pa.Array) -> pa.Array:
    """Return an array as text by the rules of `text_of`; common types without a step through Python."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        text = array.cast(pa.string())
        return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_null(kind):
        return array.cast(pa.string())
    if pa.types.is_float32(kind) or pa.types.is_float64(kind):
        return _float_text(array)
    if pa.types.is_timestamp(kind):
        return _timestamp_text(array)
    return pa.array([text_of(value) for value in array.to_pylist()], pa.string())


def _float_text(array: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    finite = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    # Arrow would write integers from 1e15 on with an exponent.
    integral = pc.and_(pc.equal(pc.floor(finite), finite), pc.less(pc.abs(finite), float(LARGEST_EXACT)))
    whole = pc.if_else(integral, finite, pa.scalar(0, array.type)).cast(pa.int64()).cast(pa.string())
    return pc.if_else(integral, whole, finite.cast(pa.string()))


def _timestamp_text(array: pa.Array) -> pa.Array:
    """Return ISO 8601 without trailing zeros in its fraction, with an offset where the type has a zone."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text: Any = pc.replace_substring(array.cast(pa.string()), " ", "T", max_replacements=1)
    text = pc.replace_substring_regex(text, r"(\.[0-9]*?)0+([Z+-]|$)", r"\1\2")
    text = pc.replace_substring_regex(text, r"\.([Z+-]|$)", r"\1")
    text = pc.replace_substring_regex(text, r"([+-][0-9]{2})([0-9]{2})$", r"\1:\2") if array.type.tz else text
    return text


@contextmanager
def _file(path: Path, name: str) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{name}: not a readable Parquet file: {reason}", hint=AGAIN) from error
