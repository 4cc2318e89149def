"""Where text of an export goes in the log: a column, or the values of one field or kind of object in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from ordermine.ingest.encode import Reading

GROUPED: Final = {"old_value": "field", "new_value": "field", "object_id": "object_type"}
"""Column whose values are of different kinds → column that says of which."""

NO_GROUP: Final = ""
"""Group of the cells of which it isn't recorded."""

NO_TEXT: Final = ("timestamp", "start_timestamp", "timestamp_precision", "actor_type", "amount", "quantity")
"""Columns of the log that hold no text from the export."""


class Place(NamedTuple):
    """A column of the log, or those of its cells whose group is named."""

    column: str
    group: str | None = None

    def shown(self) -> str:
        """Return it in words."""
        return repr(self.column) if self.group is None else f"{self.column} of {self.group!r}"


@dataclass(frozen=True, slots=True)
class Cells:
    """What one batch holds in one place."""

    values: pa.Array
    """Different values, without null."""
    filled: int


def text_columns(reading: Reading) -> dict[str, str]:
    """Return column of the log → column of the source, for all that hold text."""
    columns = {KEY_COLUMNS[key]: column for key, column in reading.columns.items() if isinstance(column, str)}
    columns |= {stored: column for column, stored in reading.extras.items()}
    return {stored: column for stored, column in columns.items() if stored not in NO_TEXT}


def cells_by_place(columns: Mapping[str, pa.Array]) -> Iterator[tuple[Place, Cells]]:
    """Yield what the text columns of one batch hold.

    Parameters
    ----------
    columns
        Column of the log → its cells.
    """
    for name, array in columns.items():
        group = columns.get(GROUPED.get(name, ""))
        if group is not None:
            yield from _grouped(name, array, group)
        else:
            yield Place(name), Cells(array.unique().drop_null(), len(array) - array.null_count)


def pairs(values: pa.Array, groups: pa.Array) -> tuple[Any, Any, pa.DictionaryArray, pa.DictionaryArray]:
    """Return the different pairs of group and value, as codes of their dictionaries, -1 for null.

    Returns
    -------
    tuple
        Array of shape (pairs, 2) with the codes of group and value; for every row the number of its pair; values and
        groups as dictionary arrays.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    coded_values, coded_groups = (
        array if pa.types.is_dictionary(array.type) else array.dictionary_encode() for array in (values, groups)
    )
    value, group = (
        np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int64) for coded in (coded_values, coded_groups)
    )
    width = len(coded_values.dictionary) + 1
    combined, of = np.unique((group + 1) * width + value + 1, return_inverse=True)
    return np.stack([combined // width - 1, combined % width - 1], axis=1), of, coded_values, coded_groups


def _grouped(name: str, array: pa.Array, group: pa.Array) -> Iterator[tuple[Place, Cells]]:
    import numpy as np
    import pyarrow as pa

    different, of, values, groups = pairs(array, group)
    rows = np.bincount(of, minlength=len(different))
    names = [*groups.dictionary.to_pylist(), NO_GROUP]
    for code in np.unique(different[:, 0]).tolist():
        here = (different[:, 0] == code) & (different[:, 1] >= 0)
        if here.any():
            found = values.dictionary.take(pa.array(different[here, 1]))
            yield Place(name, names[code]), Cells(found, int(rows[here].sum()))
