"""What every field of every order held, and since when: runs of values that mean the same.

Positions count the selected events of the log, doubled: event n is at 2n, the moment before it at 2n − 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.eventlog.value_meaning import day_comes_first, number_spellings, readings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pyarrow as pa

    from ordermine.eventlog.log import Log

NOTHING: Final = -1
"""Code of a value that is not recorded, or blank."""
FOREVER: Final = 1 << 62
"""End of a run that no write has ended."""
BEFORE_THE_LOG: Final = -1
"""Start of a run whose value was there before the first write that is recorded."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one type of object."""

    name: str
    """As recorded, e.g. ``price`` or ``invoice.price``."""
    object_type: str | None = None
    """As recorded in a column of its own; a type within the name comes first."""

    @property
    def bare(self) -> str:
        """Name without its object: ``invoice.price`` → ``price``."""
        return self.name.rpartition(".")[2]

    @property
    def qualified(self) -> str:
        """Name with its object, where that is known."""
        return self.name if "." in self.name or not self.object_type else f"{self.object_type}.{self.name}"

    def is_called(self, declared: str) -> bool:
        """Return whether a name in the project file means this field; without an object, on every object."""
        return declared in (self.name, self.qualified) or ("." not in declared and declared == self.bare)


@dataclass(frozen=True, slots=True)
class Writes:
    """Every recorded write of a field, sorted by place and, within it, as in the log."""

    fields: Sequence[Field]
    event: np.ndarray
    """Number of the event among the selected ones."""
    case_no: np.ndarray
    field: np.ndarray
    """Index into `fields`."""
    place: np.ndarray
    """Number of what holds the value: a field of an order, or of one of its objects where they hold their own."""
    old: np.ndarray
    new: np.ndarray
    """Codes of meanings, comparable within a family of fields; `NOTHING` for none."""
    by_documents: bool
    """Whether `old` is what the document before says, for want of a field history."""

    def __len__(self) -> int:
        return len(self.event)


@dataclass(frozen=True, slots=True)
class Runs:
    """Maximal stretches in which a place held values of one meaning, sorted by place and time."""

    case_no: np.ndarray
    field: np.ndarray
    value: np.ndarray
    """Code of the meaning; `NOTHING` where the place was empty."""
    start: np.ndarray
    """Position, exact where `write` is known; otherwise the value was there at some time after it."""
    end: np.ndarray
    """Position of the write that ended it, or `FOREVER`."""
    write: np.ndarray
    """Index into the writes of the one that began it; -1 if that is not recorded."""
    before: np.ndarray
    """Per write: the run that it found, or -1 if nothing is known to have been there."""


def read_writes(log: Log, family_of: Callable[[Sequence[Field]], np.ndarray]) -> Writes:
    """Return the writes of fields in the selected orders.

    Where documents are recorded and old values are not, every value is taken for that of a document, and the old value
    for that of the document before.

    Parameters
    ----------
    log
        An open log that records ``field`` and ``new_value``.
    family_of
        Gives every field the number of the family whose values are compared with each other.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = log.arrays(["case_no", "field", "object_type", "object_id", "old_value", "new_value"])
    table = table.append_column("event", pa.array(np.arange(len(table), dtype=np.int64)))
    by_documents = "old_value" not in log.recorded and "object_id" in log.recorded
    named = pc.is_valid(table.column("field"))
    written = pc.or_(pc.is_valid(table.column("old_value")), pc.is_valid(table.column("new_value")))
    table = table.filter(pc.and_(named, written)).combine_chunks()
    case_no, event = (np.asarray(table.column(name).combine_chunks()) for name in ("case_no", "event"))
    fields, field = _fields(table)
    old, new = _meanings(table, family_of(fields)[field] if len(table) else field)
    object_id = number_spellings(table.column("object_id"), {})
    in_field = case_no.astype(np.int64) * max(len(fields), 1) + field
    place = in_field
    if not by_documents:
        of_object = np.unique(in_field, return_inverse=True)[1] * (int(object_id.max(initial=0)) + 2) + object_id + 1
        own = _fields_of_objects(in_field, of_object, field, old, new, len(fields))
        distinct = np.unique(of_object, return_inverse=True)[1]
        place = np.where(own[field], distinct + int(in_field.max(initial=0)) + 1, in_field)
    place = np.unique(place, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    event, case_no, field, place, old, new = (a[order] for a in (event, case_no, field, place, old, new))
    if by_documents and len(place):
        follows = np.append(False, place[1:] == place[:-1])
        old = np.where(follows, np.append(NOTHING, new[:-1]), NOTHING)
    return Writes(fields, event, case_no, field, place, old, new, by_documents)


def find_runs(writes: Writes) -> Runs:
    """Return what every place held and when.

    An old value that is not what was written before was put there by a write that is not recorded; it begins a run of
    its own. A write without an old value says nothing about what it found.
    """
    import numpy as np

    size = len(writes)
    first = np.append(True, writes.place[1:] != writes.place[:-1])[:size]
    known = np.append(NOTHING, writes.new[:-1])[:size]
    unrecorded = (writes.old >= 0) & (first | (writes.old != known))
    # Two states per such write, the one it found and the one it left; one per other write.
    at = np.arange(size) + np.cumsum(unrecorded)
    found = at[unrecorded] - 1
    states = size + int(unrecorded.sum())
    value, start, end_before, write = (np.empty(states, dtype=np.int64) for _ in range(4))
    value[at], value[found] = writes.new, writes.old[unrecorded]
    start[at] = end_before[at] = 2 * writes.event
    since = np.where(first, BEFORE_THE_LOG, np.append(0, 2 * writes.event[:-1] + 1)[:size])
    start[found], end_before[found] = since[unrecorded], 2 * writes.event[unrecorded]
    write[at], write[found] = np.arange(size), -1
    owner = np.empty(states, dtype=np.int64)
    owner[at], owner[found] = np.arange(size), np.flatnonzero(unrecorded)
    place = writes.place[owner]
    begins = np.append(True, (place[1:] != place[:-1]) | (value[1:] != value[:-1]))[:states]
    opening = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    end = np.full(len(opening), FOREVER, dtype=np.int64)
    same = place[opening[1:]] == place[opening[:-1]]
    end[:-1][same] = end_before[opening[1:]][same]
    before = np.where(first & ~unrecorded, -1, run[np.maximum(at - 1, 0)] if size else at)
    return Runs(
        writes.case_no[owner][opening],
        writes.field[owner][opening],
        value[opening],
        start[opening],
        end,
        write[opening],
        before,
    )


def _fields(table: pa.Table) -> tuple[list[Field], np.ndarray]:
    import numpy as np

    names, name = _codes(table, "field")
    types, of_type = _codes(table, "object_type")
    pair = name * (len(types) + 1) + of_type + 1
    distinct, field = np.unique(pair, return_inverse=True)
    fields: dict[Field, int] = {}
    numbers = []
    for code in distinct.tolist():
        called, kind = names[code // (len(types) + 1)], code % (len(types) + 1) - 1
        one = Field(called) if "." in called or kind < 0 else Field(called, types[kind])
        numbers.append(fields.setdefault(one, len(fields)))
    return list(fields), np.array(numbers, dtype=np.int64)[field] if numbers else field


def _codes(table: pa.Table, name: str) -> tuple[list[str], np.ndarray]:
    """Return the distinct texts of a column, sorted, and the place of each row's among them, -1 for null."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.column(name).combine_chunks()
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    values = column.dictionary.to_pylist()
    names = sorted(values)
    rank = {value: number for number, value in enumerate(names)}
    codes = np.array([*(rank[value] for value in values), -1], dtype=np.int64)
    return names, codes[np.asarray(pc.fill_null(column.indices, len(values)))]


def _meanings(table: pa.Table, family: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return codes of what the old and the new values mean; spellings that share a reading have the same code.

    The values of a family prove whether day or month comes first in its dates.
    """
    import numpy as np

    size = len(table)
    numbered: dict[str, int] = {}
    code = np.concatenate([number_spellings(table.column(name), numbered) for name in ("old_value", "new_value")])
    spelt = [*numbered]
    key = np.where(code < 0, -1, np.tile(family, 2) * max(len(spelt), 1) + code)
    distinct, place = np.unique(key, return_inverse=True)
    meanings = np.full(len(distinct), NOTHING, dtype=np.int64)
    root: dict[int, int] = {}
    known: dict[tuple[int, str], int] = {}

    def of(number: int) -> int:
        while root.setdefault(number, number) != number:
            number = root[number]
        return number

    of_family: dict[int, list[str]] = {}
    for one in distinct[distinct >= 0].tolist():
        of_family.setdefault(one // len(spelt), []).append(spelt[one % len(spelt)])
    day_first = {one: day_comes_first(texts) for one, texts in of_family.items()}
    for number, one in enumerate(distinct.tolist()):
        if one < 0:
            continue
        meant = readings(spelt[one % len(spelt)], day_first[one // len(spelt)])
        for reading in meant:
            other = known.setdefault((one // len(spelt), reading), number)
            if other != number:
                low, high = sorted((of(other), of(number)))
                root[high] = low
        if meant:
            meanings[number] = number
    for number in root:
        meanings[number] = of(number)
    codes = meanings[place]
    return codes[:size], codes[size:]


def _fields_of_objects(
    in_field: np.ndarray, of_object: np.ndarray, field: np.ndarray, old: np.ndarray, new: np.ndarray, fields: int
) -> np.ndarray:
    """Return which fields hold a value per object rather than per order.

    That is where the old values fit the object's last value at least as often as the order's: an id that is new with
    every write, such as that of a change document, is no object with values of its own.
    """
    import numpy as np

    def fits(place: np.ndarray) -> np.ndarray:
        order = np.argsort(place, kind="stable")
        follows = place[order][1:] == place[order][:-1]
        fit = follows & (old[order][1:] >= 0) & (old[order][1:] == new[order][:-1])
        return np.bincount(field[order][1:][fit], minlength=fields)

    own: np.ndarray = fits(of_object) >= fits(in_field)
    return own
