"""How the typed columns of a query are asked for as text, so that every type arrives, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.ingest.readers.dialect import unique_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """One column of a query."""

    name: str
    as_text: str
    """Expression for what is asked for, with ``{}`` for the column: a cast, or nothing where Arrow's type is exact."""
    order: str
    """Expression that orders the rows."""
    stamp: bool = False
    """Whether it is a moment: the database writes a blank before the time, ISO 8601 a T."""
    zoned: bool = False
    """Whether that moment has a zone; it is asked for in UTC."""


def wrapped(query: str, columns: Sequence[TypedColumn], ordered: bool) -> str:
    """Return the query as one that gives text, in a defined order."""
    asked = ", ".join(f"{column.as_text.format(f'c{at}')} AS c{at}" for at, column in enumerate(columns))
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    order = ", ".join(column.order.format(f"q.c{at}") for at, column in enumerate(columns))
    # The query may end in a comment.
    select = f"SELECT {asked} FROM ({query}\n) AS q ({names})"
    return select if ordered else f"{select} ORDER BY {order}"


def text_batch(batch: pa.RecordBatch, columns: Sequence[TypedColumn], utc: bool) -> pa.RecordBatch:
    """Return a batch of the wrapped query as text; `utc` says that times without a zone are UTC."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from ordermine.ingest.readers.parquet import as_text

    arrays = []
    for column, array in zip(columns, batch.columns, strict=True):
        text = as_text(array)
        if column.stamp:
            text = pc.replace_substring(text, " ", "T", max_replacements=1)
        if column.zoned:
            text = pc.replace_substring_regex(text, r"\+00$", "Z")
        elif column.stamp and utc:
            text = pc.replace_substring_regex(text, r"(:\d\d(\.\d+)?)$", r"\1Z")
        arrays.append(text)
    return pa.record_batch(arrays, names=list(unique_names([column.name for column in columns])))
