"""Snapshots, recognised by a column that numbers the modifications of each record: `inspect` proposes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.errors import UsageError
from ordermine.ingest.mapping import may_mean, propose, simple
from ordermine.schema import NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.ingest.mapping import ColumnMapping

SEQUENCES: Final = frozenset(
    simple(name) for name in ("sys_mod_count", "mod count", "versionnumber", "version", "revision", "row version")
)
"""Names of columns that number the modifications of a record."""

WATCHED: Final = ("activity", "department", "resource")
"""Source keys that the columns whose changes are steps would be."""


def snapshots(
    samples: Mapping[str, Sequence[str | None]], where: str
) -> tuple[ColumnMapping, str, tuple[str, ...]] | None:
    """Return how rows are read as snapshots: columns, the one that numbers them, and those to watch.

    None where no column numbers the rows of each record, or nothing to watch changes.

    Parameters
    ----------
    samples
        The first values of every column.
    where
        Name of the file, for messages.
    """
    sequence = next((column for column in samples if simple(column) in SEQUENCES), None)
    if sequence is None:
        return None
    try:
        mapping = propose(samples, {}, shape="snapshots", where=where)
    except UsageError:
        return None
    case = mapping.columns["case"]
    if not isinstance(case, str):
        return None
    records = list(zip(samples[case], samples[sequence], strict=True))
    if len(set(records)) < len(records) or len({record for record, _ in records}) == len(records):
        return None
    if not all(number is None or number.strip().isdigit() for _, number in records):
        return None
    watch = tuple(
        column
        for column, values in samples.items()
        if column not in (case, sequence)
        and any(may_mean(column, key) for key in WATCHED)
        and _changes(samples[case], values)
    )
    return (mapping, sequence, watch) if watch else None


def _changes(records: Sequence[str | None], values: Sequence[str | None]) -> bool:
    """Whether a column takes several values within a record."""
    first: dict[str | None, str] = {}
    for record, value in zip(records, values, strict=True):
        if value and value.strip().lower() not in NOT_RECORDED and first.setdefault(record, value) != value:
            return True
    return False
