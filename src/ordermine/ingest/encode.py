"""One batch of a source to canonical events: mapped columns, stamps in UTC, cleaned departments, counted rejects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ordermine.canonical import EventBatch, LeftOut
from ordermine.errors import InputError
from ordermine.ingest.actor_types import actor_type
from ordermine.ingest.dictionaries import with_values
from ordermine.ingest.numerals import to_decimal
from ordermine.ingest.timestamps import DAY_OR_MONTH, US, Format, coarsest, family_of, parse
from ordermine.placeholders import is_placeholder
from ordermine.schema import ACTOR_TYPES, EVENT_COLUMNS, KEY_COLUMNS, NOT_RECORDED, PRECISIONS
from ordermine.zones import to_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa

    from ordermine.ingest.privacy.disguise import Disguise
    from ordermine.ingest.source import Batch

ColumnChoice = str | tuple[str, str]
"""A source column, or a (date, time) pair of them."""

NO_CASE = "no case"
NO_ACTIVITY = "no activity"
NO_TIMESTAMP = "no timestamp"
BAD_TIMESTAMP = "unreadable timestamp"
LIFECYCLE = "lifecycle left out"
REASONS = ("", NO_CASE, NO_ACTIVITY, NO_TIMESTAMP, BAD_TIMESTAMP, LIFECYCLE)
"""Why a row is left out, by the code that arrays carry; 0 for a row that becomes an event."""

ALWAYS_CODED = frozenset({"case_id", "activity", "department", "resource", "lifecycle", "actor_type"})
CLEANED = ("department", "resource")
DISTINCT_SHARE = 0.5
"""Above this share of distinct values in its first batch, a text column is kept without a dictionary."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one source is to be read; the same for all of its batches."""

    source: int
    name: str
    columns: Mapping[str, ColumnChoice]
    """Source key → column."""
    extras: Mapping[str, str]
    """Further source column → its name in the log."""
    formats: Mapping[str, Format]
    """Source key → format of its stamps."""
    proven: frozenset[str]
    """Keys whose order of day and month was proven rather than declared: a contrary date is a contradiction."""
    marks: Mapping[str, str | None]
    """Source key → what `decimal_mark` says of the column."""
    coded: frozenset[str]
    """Columns of the log that repeat their values."""
    timezone: str
    not_recorded: frozenset[str]
    """Declared spellings, in lower case, beside `schema.NOT_RECORDED`."""
    lifecycle: str
    """``all`` or ``complete``."""
    disguise: Disguise | None = None
    """What replaces names by pseudonyms; None where names stay."""


@dataclass(slots=True)
class Tally:
    """What was noticed while reading, for notes and the manifest."""

    not_recorded: dict[str, Counter[str]] = field(default_factory=dict)
    naive: int = 0
    zoned: int = 0
    skipped_hour: int = 0
    repeated_hour: int = 0
    not_a_number: Counter[str] = field(default_factory=Counter)
    unknown_actor_types: Counter[str] = field(default_factory=Counter)
    unreadable_starts: int = 0
    mended: dict[str, list[int]] = field(default_factory=dict)
    """What was done to read a row that has a defect → rows."""
    placeholders: Counter[str] = field(default_factory=Counter)
    """Day of stamps that can't be meant → how many."""
    ends_first: int = 0
    """Events that end before they start."""
    other_formats: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Format of stamps that aren't in the column's → how many, row and text of the first."""
    stamps: int = 0
    coarsest: int | None = None
    """Code of the coarsest precision that all stamps so far share."""

    def add(self, other: Tally) -> None:
        """Take in what another batch noticed."""
        for column, counts in other.not_recorded.items():
            self.not_recorded.setdefault(column, Counter()).update(counts)
        for name in ("naive", "zoned", "skipped_hour", "repeated_hour", "unreadable_starts", "stamps", "ends_first"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for what, rows in other.mended.items():
            self.mended.setdefault(what, []).extend(rows)
        self.not_a_number.update(other.not_a_number)
        self.unknown_actor_types.update(other.unknown_actor_types)
        self.placeholders.update(other.placeholders)
        for form, (count, row, text) in other.other_formats.items():
            before = self.other_formats.get(form, (0, row, text))
            self.other_formats[form] = (before[0] + count, *before[1:])
        if other.coarsest is not None:
            self.coarsest = other.coarsest if self.coarsest is None else min(self.coarsest, other.coarsest)


def stored_names(further: list[str]) -> dict[str, str]:
    """Return further source column → its name in the log; a name that collides, ignoring case, gets ``source_``.

    >>> stored_names(["Plant", "Activity", "SEQ"])
    {'Plant': 'Plant', 'Activity': 'source_Activity', 'SEQ': 'source_SEQ'}
    """
    taken = {name.lower() for name in EVENT_COLUMNS} | {"kind", "stage"}
    names: dict[str, str] = {}
    for column in further:
        name = column
        while name.lower() in taken:
            name = f"source_{name}"
        taken.add(name.lower())
        names[column] = name
    return names


def encode(batch: Batch, reading: Reading) -> tuple[EventBatch, Tally]:
    """Read one batch.

    Raises
    ------
    InputError
        A date contradicts the order of day and month that the column proved.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = batch.read()
    tally = Tally()
    for row in rows.mended:
        tally.mended.setdefault(row.what, []).append(row.row)
    table, numbers = rows.table, rows.numbers
    reasons = np.zeros(len(numbers), dtype=np.int8)

    case = table.column(str(reading.columns["case"])).combine_chunks().dictionary_encode()
    activity = _trimmed(table.column(str(reading.columns["activity"])).combine_chunks().dictionary_encode())
    texts = stamp_text(table, reading.columns["timestamp"])
    stamps = parse(texts, reading.formats["timestamp"])
    missing_stamp = np.array(pc.is_null(texts)) | np.array(
        pc.fill_null(pc.equal(pc.utf8_trim_whitespace(texts), ""), True)
    )
    reasons[~stamps.valid] = REASONS.index(BAD_TIMESTAMP)
    reasons[missing_stamp] = REASONS.index(NO_TIMESTAMP)
    reasons[np.array(pc.is_null(activity))] = REASONS.index(NO_ACTIVITY)
    reasons[np.array(pc.is_null(_blank_to_null(case)))] = REASONS.index(NO_CASE)
    bad = reasons == REASONS.index(BAD_TIMESTAMP)
    if bad.any():
        tally.other_formats = _other_formats(texts.filter(pa.array(bad)), numbers[bad], reading.formats["timestamp"])
    if "timestamp" in reading.proven:
        _check_contradiction(texts, numbers, reasons == REASONS.index(BAD_TIMESTAMP), reading)

    coded: dict[str, Any] = {"case_id": case, "activity": activity}
    for key, column in reading.columns.items():
        name = KEY_COLUMNS[key]
        if name not in coded and name not in ("timestamp", "start_timestamp", "amount", "quantity"):
            coded[name] = _text(table, str(column), name in reading.coded or name in ALWAYS_CODED)
    for column, name in reading.extras.items():
        coded[name] = _text(table, column, name in reading.coded)
    for name in CLEANED:
        if name in coded:
            coded[name], tally.not_recorded[name] = _cleaned(coded[name], reading.not_recorded)
    if "lifecycle" in coded and reading.lifecycle == "complete":
        complete = np.array(pc.fill_null(pc.equal(pc.utf8_lower(coded["lifecycle"].cast("string")), "complete"), True))
        reasons[(reasons == 0) & ~complete] = REASONS.index(LIFECYCLE)
    coded["actor_type"] = _actor_type(coded.get("actor_type"), len(numbers), tally)
    if reading.disguise is not None:
        coded = reading.disguise.columns(coded)

    keep = reasons == 0
    utc = _to_utc(stamps, keep, reading, tally)
    columns: dict[str, Any] = {**coded, "timestamp": pa.array(utc)}
    precision = stamps.precision
    if "timestamp_precision" in coded:
        told = coded["timestamp_precision"]
        codes = np.array([PRECISIONS.index(p) if p in PRECISIONS else -1 for p in told.dictionary.to_pylist()] or [-1])
        given = codes[np.asarray(pc.fill_null(told.indices, 0))]
        precision = np.where((given >= 0) & np.array(pc.is_valid(told)), given, precision).astype(np.int8)
        tally.coarsest = US
    columns["timestamp_precision"] = pa.array(precision)
    if "start" in reading.columns:
        columns["start_timestamp"] = starts = _start(table, keep, reading, tally)
        later = np.array(pc.fill_null(pc.greater(starts, pa.array(utc)), False))
        tally.ends_first = int(np.count_nonzero(later & keep))
    for key in ("amount", "quantity"):
        if key in reading.columns:
            columns[key] = _number(table, key, reading, tally)
    columns["source_row"] = pa.array(numbers)

    left_out = list(rows.left_out)
    events = pa.table(columns)
    if not keep.all():
        out = np.flatnonzero(~keep)
        raw = batch.raw_text([int(number) for number in numbers[out]])
        shown_texts = texts.take(pa.array(out)).to_pylist()
        for at, shown in zip(out, shown_texts, strict=True):
            reason = REASONS[reasons[at]]
            detail = repr(shown) if reason == BAD_TIMESTAMP else ""
            left_out.append(LeftOut(int(numbers[at]), reason, raw.get(int(numbers[at])), detail))
        events = events.filter(pa.array(keep))
    return EventBatch(reading.source, events, left_out), tally


def stamp_text(table: pa.Table, choice: ColumnChoice) -> pa.Array:
    """Return the text of a stamp column, or of a date and a time column joined by a blank."""
    import pyarrow.compute as pc

    if isinstance(choice, str):
        return table.column(choice).combine_chunks()
    date, time = (table.column(name).combine_chunks() for name in choice)
    # Sheets and tables give a date as its midnight, SAP a time as six digits.
    date = pc.replace_substring_regex(date, r"[T\s]+0?0:00(:00([.,]0+)?)?\s*$", "")
    time = pc.replace_substring_regex(time, r"^\s*(\d{2})(\d{2})(\d{2})\s*$", r"\1:\2:\3")
    return pc.binary_join_element_wise(date, pc.fill_null(time, ""), " ")


def _other_formats(texts: pa.Array, numbers: np.ndarray, form: Format) -> dict[str, tuple[int, int, str]]:
    """Return the formats of stamps that can't be read: how many, row and text of the first."""
    found: dict[str, tuple[int, int, str]] = {}
    for text, number in zip(texts.to_pylist(), numbers.tolist(), strict=True):
        family = family_of(text)
        if family is not None and family != form.family:
            count, *first = found.get(family, (0, number, text))
            found[family] = (count + 1, *first)
    return found


def _check_contradiction(texts: pa.Array, numbers: np.ndarray, bad: np.ndarray, reading: Reading) -> None:
    """Raise if a value that is no date in the proven order is one in another order."""
    import numpy as np
    import pyarrow as pa

    form = reading.formats["timestamp"]
    if form.family != DAY_OR_MONTH or not bad.any():
        return
    doubtful = texts.filter(pa.array(bad))
    other = "mdy" if form.order == "dmy" else "dmy"
    contrary = parse(doubtful, Format(form.family, other)).valid
    if contrary.any():
        at = int(np.flatnonzero(contrary)[0])
        line = int(numbers[bad][at])
        raise InputError(
            f"{reading.name}: the dates of column {reading.columns['timestamp']!r} contradict each other: others prove "
            f"{form.order}, but {doubtful[at].as_py()!r} in row {line} can only be {other}",
            hint=f"export with one date format, or add --date-order {form.order}: such rows are left out and counted",
        )


def _text(table: pa.Table, column: str, coded: bool) -> pa.Array:
    array = table.column(column).combine_chunks()
    return array.dictionary_encode() if coded else array


def _trimmed(encoded: pa.DictionaryArray) -> pa.DictionaryArray:
    return with_values(encoded, [value.strip() or None for value in encoded.dictionary.to_pylist()])


def _blank_to_null(encoded: pa.DictionaryArray) -> pa.DictionaryArray:
    import pyarrow.compute as pc

    blank = pc.equal(pc.utf8_trim_whitespace(encoded.dictionary), "")
    if not pc.any(blank).as_py():
        return encoded
    values = encoded.dictionary.to_pylist()
    return with_values(encoded, [value if value.strip() else None for value in values])


def _cleaned(encoded: pa.DictionaryArray, declared: frozenset[str]) -> tuple[pa.DictionaryArray, Counter[str]]:
    """Trim, and turn spellings of "not recorded" into null; count each spelling."""
    import pyarrow.compute as pc

    values = encoded.dictionary.to_pylist()
    trimmed = [value.strip() for value in values]
    sentinel = [value.lower() in NOT_RECORDED or value.lower() in declared for value in trimmed]
    counts: Counter[str] = Counter()
    if encoded.null_count:
        counts[""] = encoded.null_count
    if any(sentinel):
        for item in pc.value_counts(encoded.indices).to_pylist():
            if item["values"] is not None and sentinel[item["values"]]:
                counts[trimmed[item["values"]]] += item["counts"]
    cleaned = [None if drop else value for value, drop in zip(trimmed, sentinel, strict=True)]
    return (encoded if cleaned == values else with_values(encoded, cleaned)), counts


def _actor_type(encoded: pa.DictionaryArray | None, size: int, tally: Tally) -> pa.DictionaryArray:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if encoded is None:
        codes = np.full(size, ACTOR_TYPES.index("unknown"), dtype=np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(ACTOR_TYPES, pa.string()))
    spelt = encoded.dictionary.to_pylist()
    meant = [actor_type(spelling) for spelling in spelt]
    for item in pc.value_counts(encoded.indices).to_pylist():
        if item["values"] is not None and meant[item["values"]] is None:
            tally.unknown_actor_types[spelt[item["values"]]] += item["counts"]
    known = [value or "unknown" for value in meant]
    return pc.fill_null(with_values(encoded, list(known)).cast("string"), "unknown").dictionary_encode()


def _to_utc(stamps: Any, keep: np.ndarray, reading: Reading, tally: Tally) -> np.ndarray:
    import numpy as np

    naive = keep & ~stamps.zoned
    utc: np.ndarray = stamps.wall - stamps.offset
    tally.naive = int(np.count_nonzero(naive))
    tally.zoned = int(np.count_nonzero(keep)) - tally.naive
    if tally.naive and reading.timezone != "UTC":
        converted, tally.skipped_hour, tally.repeated_hour = to_utc(stamps.wall[naive], reading.timezone)
        utc = utc.copy()
        utc[naive] = converted
    vague = keep & is_placeholder(utc)
    if vague.any():
        days = np.datetime_as_string(stamps.wall[vague].astype("datetime64[us]"), unit="D")
        tally.placeholders.update(days.tolist())
    tally.stamps = int(np.count_nonzero(keep))
    tally.coarsest = coarsest(stamps.wall[keep]) if tally.stamps else None
    return utc


def _start(table: pa.Table, keep: np.ndarray, reading: Reading, tally: Tally) -> pa.Array:
    """Return the start stamps; what can't be read is null and counted, the event is kept."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    text = stamp_text(table, reading.columns["start"])
    if "start" not in reading.formats:
        return pa.nulls(len(text), pa.int64())
    stamps = parse(text, reading.formats["start"])
    recorded = np.array(pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(text), ""), False))
    tally.unreadable_starts = int(np.count_nonzero(keep & recorded & ~stamps.valid))
    utc = stamps.wall - stamps.offset
    naive = stamps.valid & ~stamps.zoned
    if naive.any():
        utc[naive] = to_utc(stamps.wall[naive], reading.timezone)[0]
    return pa.array(utc, mask=~stamps.valid)


def _number(table: pa.Table, key: str, reading: Reading, tally: Tally) -> pa.Array:
    import numpy as np

    text = table.column(str(reading.columns[key])).combine_chunks()
    numbers, wrong = to_decimal(text, reading.marks[key])
    if wrong.any():
        tally.not_a_number[key] += int(np.count_nonzero(wrong))
    return numbers
