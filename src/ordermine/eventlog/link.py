"""Link the events of whole cases: order them, leave exact duplicates out, and write down what follows what.

This is the only place that sorts events. Everything works on arrays of one part of the log at a time: the cases of a
part are complete, so parts can be linked by several threads.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.placeholders import is_placeholder
from ordermine.schema import EVENT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa

CASE_COLUMNS = ("customer", "item", "channel", "amount", "currency", "quantity")
"""Canonical columns that may describe the whole case; further source columns may, too."""


@dataclass(frozen=True, slots=True)
class Part:
    """The linked events of consecutive cases, and what was found out about them."""

    table: pa.Table
    """Events in log order, with the derived columns except ``case_id`` and ``source_file``."""
    source: np.ndarray
    """Source index of each event."""
    duplicates: list[tuple[int, int]]
    """(source, row) of every exact duplicate left out."""
    repeated_kept: int
    """Exact duplicates that were kept because their source is not a table, or on request."""
    starts: np.ndarray
    ends: np.ndarray
    events: np.ndarray
    """Per case: first and last instant (UTC µs), number of events."""
    first_row: np.ndarray
    """Per case: position of its first event in `table`."""
    variants: list[tuple[str, ...]]
    variant: np.ndarray
    """Per case: index into `variants`, which holds each activity sequence of the part once."""
    attributes: dict[str, pa.Array]
    """Per column that has at most one value in every case of the part, or is declared: the first value of each case."""
    constant: frozenset[str]
    """Those of `attributes` that have at most one value in every case of the part."""


def link(
    tables: Sequence[pa.Table],
    *,
    first_case: int,
    source_columns: Sequence[frozenset[str]],
    drop_duplicates: Sequence[bool],
    constant: frozenset[str] | None,
    declared: frozenset[str] = frozenset(),
) -> Part:
    """Link the events of complete cases.

    Parameters
    ----------
    tables
        Events with int32 ``case_no`` and int16 ``source_file`` (number of the source), as a rule in source order.
    first_case
        Number of the first case; the others follow without gaps.
    source_columns
        Per source: the columns that it records.
    drop_duplicates
        Per source: whether its exact duplicates are left out.
    constant
        Columns that may still be constant in every case; None for all.
    declared
        Columns that are case attributes whether constant or not.
    """
    import numpy as np
    import pyarrow as pa

    table = pa.concat_tables(tables, promote_options="permissive").unify_dictionaries().combine_chunks()
    case = np.asarray(table.column("case_no").combine_chunks()) - first_case
    stamp = np.asarray(table.column("timestamp").combine_chunks())
    source = np.asarray(table.column("source_file").combine_chunks())
    table = table.drop_columns(["case_no", "source_file"])

    order = _order(case, stamp, source, np.asarray(table.column("source_row").combine_chunks()))
    case, stamp, source = case[order], stamp[order], source[order]
    table = table.take(pa.array(order)) if not _is_identity(order) else table
    duplicate, repeated_kept = _duplicates(table, case, stamp, source, source_columns, drop_duplicates)
    left_out: list[tuple[int, int]] = []
    if duplicate.any():
        rows = np.asarray(table.column("source_row").combine_chunks())
        left_out = [(int(s), int(r)) for s, r in zip(source[duplicate], rows[duplicate], strict=True)]
        keep = ~duplicate
        case, stamp, source = case[keep], stamp[keep], source[keep]
        table = table.filter(pa.array(keep)).combine_chunks()

    size = len(case)
    follows = np.zeros(size, dtype=bool)
    follows[1:] = case[1:] == case[:-1]
    has_next = np.append(follows[1:], False)
    first_row = np.flatnonzero(~follows)
    events = np.diff(np.append(first_row, size))
    position = np.arange(size, dtype=np.int64)
    seq = (position - np.repeat(first_row, events) + 1).astype(np.int32)
    same_time = np.zeros(size, dtype=bool)
    same_time[1:] = follows[1:] & (stamp[1:] == stamp[:-1])
    seconds = np.zeros(size)
    seconds[:-1] = (stamp[1:] - stamp[:-1]) / 1e6
    vague = is_placeholder(stamp)
    timed = has_next.copy()
    timed[:-1] &= ~(vague[1:] | vague[:-1])
    following = pa.array(np.append(position[1:], 0), mask=~has_next)

    attributes, constants = _case_attributes(table, first_row, constant, declared)
    activity = _codes(table.column("activity"))
    derived: dict[str, Any] = {
        "case_no": pa.array((case + first_case).astype(np.int32)),
        "seq": pa.array(seq),
        "occurrence": pa.array(occurrence_in_case(case, activity)),
        "seconds_to_next": pa.array(seconds, mask=~timed),
        "tied": pa.array(same_time | np.append(same_time[1:], False)),
    }
    for name in ("activity", "department", "resource"):
        if name in table.column_names:
            derived[f"next_{name}"] = table.column(name).combine_chunks().take(following)
    for name, column in derived.items():
        table = table.append_column(name, column)

    last_row = first_row + events - 1
    sequences, variant = _variants(table.column("activity"), activity, seq, first_row, events)
    return Part(
        table,
        source,
        left_out,
        repeated_kept,
        stamp[first_row],
        stamp[last_row],
        events,
        first_row,
        sequences,
        variant,
        attributes,
        constants,
    )


def _is_identity(order: np.ndarray) -> bool:
    import numpy as np

    return bool((order == np.arange(len(order))).all())


def _order(case: np.ndarray, stamp: np.ndarray, source: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the positions in order of (case, instant, source, row)."""
    import numpy as np

    size = len(case)
    if size < 2:
        return np.arange(size)
    if ((source[1:] < source[:-1]) | ((source[1:] == source[:-1]) & (row[1:] < row[:-1]))).any():
        return np.lexsort((row, source, stamp, case))
    bits = int(size - 1).bit_length()
    # Sorting packed (case, position) integers is several times faster than any argsort, and stable by construction.
    packed = (case.astype(np.int64) << bits) | np.arange(size)
    packed.sort()
    order = packed & ((1 << bits) - 1)
    by_case, by_time = case[order], stamp[order]
    if ((by_case[1:] == by_case[:-1]) & (by_time[1:] < by_time[:-1])).any():
        order = order[np.lexsort((by_time, by_case))]
    return order


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    """Return small integers that are equal where values are equal; -1 for null."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks()
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    codes: np.ndarray = np.asarray(pc.fill_null(array.indices, -1))
    return codes


def occurrence_in_case(case: np.ndarray, activity: np.ndarray) -> np.ndarray:
    """Return how often each event's activity (any small integers from -1) has occurred in its case so far, from 1."""
    import numpy as np

    size = len(case)
    occurrence = np.ones(size, dtype=np.int32)
    if size < 2:
        return occurrence
    bits = int(size - 1).bit_length()
    group = case.astype(np.int64) * (int(activity.max()) + 2) + (activity + 1)
    packed = (group << bits) | np.arange(size)
    packed.sort()
    at = packed & ((1 << bits) - 1)
    group = packed >> bits
    start = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    lengths = np.diff(np.append(start, size))
    occurrence[at] = np.arange(size) - np.repeat(start, lengths) + 1
    return occurrence


def _duplicates(
    table: pa.Table,
    case: np.ndarray,
    stamp: np.ndarray,
    source: np.ndarray,
    source_columns: Sequence[frozenset[str]],
    drop: Sequence[bool],
) -> tuple[np.ndarray, int]:
    """Find exact duplicates: rows that equal an earlier row in every column that both sources record.

    Returns a mask of those to leave out, and how many there are in sources that keep theirs.
    """
    import numpy as np

    size = len(case)
    duplicate = np.zeros(size, dtype=bool)
    tied = np.zeros(size, dtype=bool)
    pairs = (case[1:] == case[:-1]) & (stamp[1:] == stamp[:-1])
    tied[1:] = pairs
    tied[:-1] |= pairs
    at = np.flatnonzero(tied)
    if not len(at):
        return duplicate, 0
    import pyarrow as pa

    tied_table = table.take(pa.array(at))
    group = np.cumsum(~np.append(False, pairs)[at])
    of = source[at]
    sets = sorted({source_columns[number] for number in np.unique(of)}, key=sorted)
    set_of_source = np.array([sets.index(columns) if columns in sets else -1 for columns in source_columns])
    kind = set_of_source[of]
    found = np.zeros(len(at), dtype=bool)
    codes = {name: _codes(tied_table.column(name)) for name in table.column_names if name != "source_row"}
    for one in range(len(sets)):
        for other in range(one, len(sets)):
            rows = np.flatnonzero((kind == one) | (kind == other))
            signature = group[rows]
            for name in sorted(sets[one] & sets[other]):
                if name in codes:
                    values = codes[name][rows].astype(np.int64) + 1
                    signature = np.unique(signature * (values.max() + 1) + values, return_inverse=True)[1]
            ranked = np.lexsort((rows, signature))
            same = np.append(False, signature[ranked][1:] == signature[ranked][:-1])
            if one != other:
                # Within one set of columns the comparison on fewer columns would say too much.
                start = np.flatnonzero(~same)
                first = np.repeat(ranked[start], np.diff(np.append(start, len(ranked))))
                same &= kind[rows][ranked] != kind[rows][first]
            found[rows[ranked[same]]] = True
    dropped = np.array(drop, dtype=bool)[of]
    duplicate[at[found & dropped]] = True
    return duplicate, int(np.count_nonzero(found & ~dropped))


def _variants(
    names: pa.ChunkedArray, activity: np.ndarray, seq: np.ndarray, first_row: np.ndarray, events: np.ndarray
) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """Return each distinct activity sequence once, and for each case which one it has.

    Cases are grouped by a hash of their sequence, and every case is then compared with the first of its group, so that
    a collision can't merge two variants.
    """
    import numpy as np

    if not len(first_row):
        return [], np.zeros(0, dtype=np.int64)
    dictionary = names.combine_chunks().dictionary.to_pylist()
    mixed = np.array([_hash64(name) for name in dictionary], dtype=np.uint64)
    powers = np.cumprod(np.full(int(events.max()), 0x9E3779B97F4A7C15, dtype=np.uint64))
    hashes = np.add.reduceat(mixed[activity] * powers[seq - 1], first_row)
    _, representative, variant = np.unique(hashes, return_index=True, return_inverse=True)
    same_length = events == events[representative][variant]
    compared = np.repeat(first_row[representative][variant], events) + (seq - 1)
    if not same_length.all() or (activity[np.minimum(compared, len(activity) - 1)] != activity).any():
        return _variants_exactly(dictionary, activity, first_row, events)
    codes = activity.tolist()
    spans = zip(first_row[representative].tolist(), events[representative].tolist(), strict=True)
    return [tuple([dictionary[code] for code in codes[start : start + count]]) for start, count in spans], variant


def _variants_exactly(
    dictionary: list[str], activity: np.ndarray, first_row: np.ndarray, events: np.ndarray
) -> tuple[list[tuple[str, ...]], np.ndarray]:
    import numpy as np

    known: dict[tuple[str, ...], int] = {}
    variant = np.zeros(len(first_row), dtype=np.int64)
    for case, (start, count) in enumerate(zip(first_row, events, strict=True)):
        sequence = tuple(dictionary[code] for code in activity[start : start + count])
        variant[case] = known.setdefault(sequence, len(known))
    return list(known), variant


def _hash64(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _case_attributes(
    table: pa.Table, first_row: np.ndarray, candidates: frozenset[str] | None, declared: frozenset[str]
) -> tuple[dict[str, pa.Array], frozenset[str]]:
    """Return each case's first value of the declared and the constant columns, and which are constant."""
    import numpy as np
    import pyarrow as pa

    values: dict[str, pa.Array] = {}
    constant = set()
    size = table.num_rows
    for name in table.column_names if size else []:
        possible = candidates is None or name in candidates
        if name in EVENT_COLUMNS and name not in CASE_COLUMNS:
            possible = False
        if not possible and name not in declared:
            continue
        codes = _codes(table.column(name))
        recorded = codes >= 0
        highest = np.maximum.reduceat(codes, first_row)
        lowest = np.minimum.reduceat(np.where(recorded, codes, np.iinfo(codes.dtype).max), first_row)
        if possible and (highest[highest >= 0] == lowest[highest >= 0]).all():
            constant.add(name)
        elif name not in declared:
            continue
        first = np.minimum.reduceat(np.where(recorded, np.arange(size), size), first_row)
        values[name] = (
            table.column(name).combine_chunks().take(pa.array(np.minimum(first, size - 1), mask=first == size))
        )
    return values, frozenset(constant)
