"""Text that repeats itself, as codes of a dictionary: what is done to it is done once for each different value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa


def with_values(encoded: pa.DictionaryArray, values: Sequence[str | None]) -> pa.DictionaryArray:
    """Return the array with other dictionary values; those that are None become null, equal ones become one.

    Parameters
    ----------
    encoded
        Text with a dictionary.
    values
        What each value of the dictionary becomes, in its order.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    distinct = list(dict.fromkeys(value for value in values if value is not None))
    position = {value: code for code, value in enumerate(distinct)}
    codes = np.array([-1 if value is None else position[value] for value in values] + [-1], dtype=np.int32)
    new = codes[np.asarray(pc.fill_null(encoded.indices, len(values)))]
    return pa.DictionaryArray.from_arrays(pa.array(new, mask=new < 0), pa.array(distinct, pa.string()))
