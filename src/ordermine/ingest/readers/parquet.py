"""Parquet: every column as text, batch by batch; the file is decoded in a process of its own."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError
from ordermine.ingest.readers.dialect import unique_names
from ordermine.ingest.readers.files import AGAIN, check_readable, refuse_bomb
from ordermine.ingest.readers.parquet_worker import UNREADABLE
from ordermine.ingest.readers.spool import rows_as_json
from ordermine.ingest.readers.text import LARGEST_EXACT, NOT_TEXT, json_text, text_of
from ordermine.ingest.readers.worker import died, running
from ordermine.ingest.source import LeftOut, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa

WORKER = "ordermine.ingest.readers.parquet_worker"
LEAST_MEMORY = 4 << 30
"""Bytes of the worker's address space, of which Arrow sets a part aside that it doesn't use."""


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
        import pyarrow as pa

        number, unpacked, stored = 1, 0, self.path.stat().st_size
        memory = LEAST_MEMORY + 2 * stored
        with (
            tempfile.TemporaryFile(prefix="ordermine-") as said,
            running(WORKER, str(memory), str(self.path.absolute()), errors=said) as process,
        ):
            cut_short: Exception | None = None
            try:
                with pa.ipc.open_stream(process.stdout) as stream:
                    for batch in stream:
                        unpacked += batch.nbytes
                        refuse_bomb(self.name, unpacked, stored, "export the table as CSV")
                        yield ParquetBatch(self, batch, number)
                        number += len(batch)
            except (pa.ArrowInvalid, OSError) as error:
                # As a rule the worker's exit code says more.
                cut_short = error
            code = process.wait()
            if code == UNREADABLE:
                said.seek(0)
                reason = said.read().decode("utf-8", "replace").splitlines()[-1]
                raise InputError(f"{self.name}: not a readable Parquet file: {reason}", hint=AGAIN)
            if code:
                raise died(code, self.name, AGAIN)
            if cut_short is not None:
                raise InputError(f"{self.name}: not a readable Parquet file: {cut_short}", hint=AGAIN) from cut_short


@dataclass(frozen=True, slots=True)
class ParquetBatch:
    """Some rows, with the types of the file until they are read."""

    source: ParquetSource
    batch: pa.RecordBatch
    first: int

    def read(self) -> Rows:
        """Turn all values into text; rows with bytes that are no text are left out."""
        import numpy as np
        import pyarrow as pa

        numbers = np.arange(self.first, self.first + len(self.batch), dtype=np.int64)
        bad = _rows_without_text(self.batch)
        left_out = [LeftOut(int(numbers[at]), NOT_TEXT, _shown(self.batch, int(at))) for at in np.flatnonzero(bad)]
        batch = self.batch.filter(pa.array(~bad)) if left_out else self.batch
        columns = [as_text(column) for column in batch.columns]
        return Rows(pa.table(columns, names=list(self.source.columns)), numbers[~bad], left_out)

    def raw_text(self, numbers: Sequence[int]) -> Mapping[int, str]:
        """Return these rows as JSON, without their empty cells."""
        return rows_as_json(self.read(), numbers)


def _rows_without_text(batch: pa.RecordBatch) -> np.ndarray:
    """Return for each row whether it has a text that isn't UTF-8, which Arrow doesn't look at by itself."""
    import numpy as np
    import pyarrow as pa

    bad = np.zeros(len(batch), dtype=bool)
    for column in batch.columns:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            text = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
            bad |= [_is_no_text(text, at) for at in range(len(text))]
    return bad


def _is_no_text(column: pa.Array, at: int) -> bool:
    try:
        column[at].as_py()
    except UnicodeDecodeError:
        return True
    return False


def _shown(batch: pa.RecordBatch, at: int) -> str:
    """Return a row as JSON, with bytes that are no text as escapes."""
    import pyarrow as pa

    cells = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        value = column.slice(at, 1)
        if pa.types.is_dictionary(value.type):
            value = value.dictionary_decode()
        if _is_no_text(value, 0):
            text = value.cast(pa.large_binary() if pa.types.is_large_string(value.type) else pa.binary())
            cells[name] = text[0].as_py().decode("utf-8", "backslashreplace")
        else:
            cells[name] = as_text(value)[0].as_py()
    return json_text({name: cell for name, cell in cells.items() if cell is not None})


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
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{name}: not a readable Parquet file: {reason}", hint=AGAIN) from error
