"""The first rows of an export, and whether its header is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.source import NO_HEADER
from ordermine.ingest.timestamps import family_of

if TYPE_CHECKING:
    import pyarrow as pa

    from ordermine.ingest.source import Source

SHOWN_VALUES = 8


def first_rows(source: Source) -> pa.Table | None:
    """Return the first batch that has rows; None where there is none."""
    return next((rows for batch in source.batches() if (rows := batch.read().table).num_rows), None)


def read_head(source: Source) -> pa.Table:
    """Return the first batch that has rows.

    Raises
    ------
    InputError
        There is none.
    """
    head = first_rows(source)
    if head is not None:
        return head
    left_out = sum(len(batch.read().left_out) for batch in source.batches())
    if left_out:
        raise InputError(
            f"{source.name}: none of its {left_out:,} rows can be read", hint="look at it with: ordermine inspect"
        )
    raise InputError(f"{source.name}: it has a header but no rows", hint="export it again, with data")


def check_header(source: Source, head: pa.Table) -> None:
    """Raise if the columns have no names, or names that are values: a date stands above a date."""
    values = []
    if source.described.get("header") == NO_HEADER:
        values = [column[0].as_py() or "" for column in head.columns]
    elif source.tabular and any(
        _is_date(name) and _is_date(head.column(name)[0].as_py() or "") for name in source.columns
    ):
        values = list(source.columns)
    if values:
        shown = ", ".join(map(repr, values[:SHOWN_VALUES])) + (", …" if len(values) > SHOWN_VALUES else "")
        raise InputError(
            f"{source.name}: no header: the first line holds values: {shown}",
            hint="put a line with the names of the columns above it, or say which column is what, by position, e.g. "
            "--case 'column 1' --activity 'column 2' --timestamp 'column 3'",
        )


def _is_date(text: str) -> bool:
    return family_of(text) is not None
