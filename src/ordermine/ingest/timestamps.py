"""Text to instants: one format per column, proven by the column or declared, never guessed value by value.

A column's *family* (year first, day or month first, compact digits, month names, epoch numbers, sheet serials) is what
most of its values look like. In the family that starts with day or month, the order must be proven: it is the only one
under which every value that can be a date is one. Values of another family are left out and counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordermine.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Digits are those of ASCII: Arrow's engine takes \d for these alone, Python's for all there are. Both know these
# blanks; some systems put a no-break space before AM and PM.
_BLANK = "[\\s\u00a0\u202f]"
_TIME = (
    r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
    rf"(?:{_BLANK}*(?P<p>[AaPp])\.?[Mm]\.?)?"
)
_POINTS = r"(?P<H>[0-9]{2})\.(?P<M>[0-9]{2})\.(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?"
_ZONE = rf"(?:{_BLANK}*(?P<z>Z|z|UTC|GMT|[+-][0-9]{{2}}:?[0-9]{{2}}|[+-][0-9]{{2}})(?:\[[A-Za-z0-9_/+-]+\])?)?"
_CLOCK = rf"(?:(?:{_BLANK}*,)?(?:{_BLANK}*[Tt]{_BLANK}*|{_BLANK}+){_TIME}{_ZONE})?"


def _family_of(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"^{_BLANK}*{pattern}{_BLANK}*$")


FAMILIES = {
    "year first": _family_of(rf"(?P<y>[0-9]{{4}})[-/.](?P<m>[0-9]{{1,2}})[-/.](?P<d>[0-9]{{1,2}}){_CLOCK}"),
    "day or month first": _family_of(
        rf"(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<c>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"
    ),
    "compact": _family_of(
        r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"
        rf"(?:[T\s]*(?P<H>[0-9]{{2}}):?(?P<M>[0-9]{{2}})(?::?(?P<S>[0-9]{{2}})(?:[.,](?P<f>[0-9]{{1,9}}))?)?{_ZONE})?"
    ),
    "year first, points in the time (DB2)": _family_of(
        rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})-{_POINTS}"
    ),
    "day, month name, points in the time (Oracle)": _family_of(
        rf"(?P<d>[0-9]{{1,2}})-(?P<mon>[^\W\d_]{{3,10}})-(?P<y>[0-9]{{4}}|[0-9]{{2}})\s+{_POINTS}(?:\s*(?P<p>[AP])M)?"
    ),
    "day, month name": _family_of(
        r"(?P<d>[0-9]{1,2})[-/.\s]+(?P<mon>[^\W\d_]{3,10})\.?[-/.,\s]+(?P<y>[0-9]{4}|[0-9]{2})" + _CLOCK
    ),
    "month name, day": _family_of(rf"(?P<mon>[^\W\d_]{{3,10}})\.?\s+(?P<d>[0-9]{{1,2}}),?\s+(?P<y>[0-9]{{4}}){_CLOCK}"),
    "seconds since 1970": _family_of(r"(?P<n>[0-9]{9,10})(?:\.(?P<f>[0-9]{1,6}))?"),
    "milliseconds since 1970": _family_of(r"(?P<n>[0-9]{12,13})(?:\.0+)?"),
    "microseconds since 1970": _family_of(r"(?P<n>[0-9]{15,16})(?:\.0+)?"),
    "days since 1900 (sheet)": _family_of(r"(?P<n>[0-9]{5})(?:\.(?P<f>[0-9]{1,15}))?"),
}
DAY_OR_MONTH = "day or month first"
NUMBERS = {
    "seconds since 1970": 1_000_000,
    "milliseconds since 1970": 1_000,
    "microseconds since 1970": 1,
    "days since 1900 (sheet)": 86_400_000_000,
}
"""Microseconds in one unit of each numeric family."""

ORDERS = ("dmy", "mdy", "ymd")
FIRST = {"dmy": "day", "mdy": "month", "ymd": "year"}
DAY_US = 86_400_000_000
MOST_HOURS = 15
"""Hours that the offsets of the time zone database ever had, at most: 15 and some minutes, in Alaska and Manila."""
SHEET_EPOCH_DAYS = -25_569
"""1899-12-30 in days since 1970: day 0 of sheet serials from 1 March 1900 on."""

_MONTHS = """
jan january januar janvier janv enero ene jän jaenner jänner
feb february februar février févr fév febrero fevrier
mar march märz mär mrz maerz mars marzo
apr april avril avr abril abr
may mai mayo
jun june juni juin junio
jul july juli juillet juil julio
aug august août aout agosto ago
sep sept september septembre septiembre set
oct october oktober okt octobre octubre
nov november novembre noviembre
dec december dezember dez décembre déc diciembre dic decembre
"""
MONTHS = {name: number for number, line in enumerate(_MONTHS.split("\n")[1:-1], 1) for name in line.split()}

US, S, MIN, DAY = range(4)
"""Codes of `schema.PRECISIONS`."""


@dataclass(frozen=True, slots=True)
class Format:
    """How the stamps of one column are written."""

    family: str
    order: str | None = None
    """dmy, mdy or ymd where the family leaves it open."""

    def __str__(self) -> str:
        return f"{FIRST[self.order]} first ({self.order})" if self.order else self.family


@dataclass(frozen=True, slots=True)
class Parsed:
    """Instants of one piece of a column, all arrays of equal length."""

    wall: np.ndarray
    """int64 microseconds since 1970 as the clock on the wall showed; 0 where not valid."""
    valid: np.ndarray
    zoned: np.ndarray
    """Whether the value carried an offset of its own."""
    offset: np.ndarray
    """int64 microseconds: wall clock minus UTC where `zoned`, else 0."""
    precision: np.ndarray
    """int8, code of `schema.PRECISIONS` by how it is written."""


def parse(values: pa.Array, form: Format) -> Parsed:
    """Parse text stamps; what isn't a date and time of the format comes back as not valid.

    24:00:00 is midnight at the end of the day; a second 60 is not valid, nor is an offset that no clock ever had.
    Two-digit years mean 1970 to 2069.
    """
    if form.family in NUMBERS:
        return _parse_numbers(values, form.family)
    fast = _parse_uniform(values, form)
    return fast if fast is not None else _parse_any(values, form)


class FormatFinder:
    """Collects evidence on one column until its format is proven.

    Feed it pieces with `look` while it is `undecided`; `decide` gives the format or says why there is none.
    """

    def __init__(self, column: str, declared: str | None = None, key: str = "timestamp") -> None:
        self.column = column
        self.declared = declared
        self.key = key
        self.family: str | None = None
        self.examples: list[str] = []
        self.seen = 0
        self.against = dict.fromkeys(ORDERS, 0)
        """Order → values that can be a date under some order but not under this one."""

    @property
    def possible(self) -> list[str]:
        """Orders under which every value seen so far can be a date."""
        return [order for order, count in self.against.items() if count == 0]

    @property
    def _order_matters(self) -> bool:
        return self.family == DAY_OR_MONTH and self.declared is None

    @property
    def proven(self) -> bool:
        """Whether the format is certain."""
        return self.family is not None and (not self._order_matters or len(self.possible) == 1)

    @property
    def ambiguous(self) -> bool:
        """Whether several orders of day and month fit all values seen so far."""
        return self._order_matters and len(self.possible) > 1

    @property
    def undecided(self) -> bool:
        """Whether more of the column may help."""
        return self.family is None or self.ambiguous

    def look(self, values: pa.Array) -> None:
        """Take a piece of the column as evidence."""
        import numpy as np
        import pyarrow.compute as pc

        values = values.drop_null()
        if not len(values):
            return
        if self.family is None:
            self.family = _family(values.slice(0, 1000).to_pylist())
        if not self.examples:
            shown = (value for value in values.slice(0, 1000).to_pylist() if value.strip())
            self.examples = list(dict.fromkeys(shown))[:3]
        self.seen += len(values)
        if self.family != DAY_OR_MONTH:
            return
        parts = pc.extract_regex(values, pattern=_re2(self.family)).drop_null()
        a, b, c = (_integers(parts.field(name)) for name in "abc")
        # By the ranges of days and months, not by the calendar: 31.06.24 is a slip, no proof of another order.
        readings = {"dmy": _in_range(b, a), "mdy": _in_range(a, b)}
        # Nobody writes the year first in two digits and with points.
        if not any(FAMILIES[DAY_OR_MONTH].match(example) and "." in example[:6] for example in self.examples):
            readings["ymd"] = (np.array(pc.utf8_length(parts.field("c"))) == 2) & _in_range(b, c)
        some = np.logical_or.reduce(list(readings.values()))
        for order in ORDERS:
            self.against[order] += int(np.count_nonzero(some & ~readings.get(order, np.False_)))

    def decide(self) -> Format:
        """Return the format.

        Raises
        ------
        InputError
            The column doesn't hold stamps, its values don't prove an order of day and month, or they contradict each
            other.
        """
        shown = ", ".join(repr(example) for example in self.examples)
        if self.family is None:
            what = f"its values are {shown}" if shown else "it is empty"
            raise InputError(
                f"column {self.column!r} doesn't hold dates that can be read: {what}",
                hint=f"name another column with --{self.key}",
            )
        if self.family != DAY_OR_MONTH:
            return Format(self.family)
        if self.declared:
            return Format(self.family, self.declared)
        possible = self.possible
        if len(possible) == 1:
            return Format(self.family, possible[0])
        if possible:
            why = "has a day above 12" if {"dmy", "mdy"} <= {*possible} else "shows which part is the year"
            raise InputError(
                f"column {self.column!r}: the order of day and month is ambiguous, no value of {self.seen:,} "
                f"{why}: {shown}",
                hint=f"add --date-order {possible[0]} or --date-order {possible[1]}, whichever the export uses",
            )
        against = ", ".join(f"{count:,} can't be {order}" for order, count in self.against.items() if order != "ymd")
        raise InputError(
            f"column {self.column!r}: the dates contradict each other: {against}; the first are {shown}",
            hint="export with one date format, or add --date-order dmy or mdy: what is no date then is left out",
        )


def count_from_1970(values: list[str]) -> bool:
    """Whether all values are numbers that mean moments between 2000 and 2100 in one unit, counted from 1970.

    Sheet serials have five digits as many other numbers do: they are taken for dates only where they are declared.
    """
    return bool(values) and any(
        all(FAMILIES[name].match(value) and _in_window(value, name) for value in values)
        for name in NUMBERS
        if name.endswith("since 1970")
    )


def family_of(text: str) -> str | None:
    """Return the family that a single value looks like; none for numbers, as only a column shows their unit."""
    return next((name for name, form in FAMILIES.items() if name not in NUMBERS and form.match(text)), None)


def _family(values: list[str]) -> str | None:
    """Return the family that most values belong to, None if fewer than half belong to any."""
    counts = {name: sum(1 for value in values if form.match(value)) for name, form in FAMILIES.items()}
    for name in NUMBERS:
        inside = [value for value in values if FAMILIES[name].match(value) and _in_window(value, name)]
        counts[name] = len(inside) if len(inside) == counts[name] else 0
    best = max(counts, key=lambda name: counts[name])
    return best if values and counts[best] * 2 >= len(values) else None


def _in_window(value: str, family: str) -> bool:
    """Whether a number falls between the years 2000 and 2100, so that it can be meant as a date."""
    days = float(value.strip()) * NUMBERS[family] / DAY_US
    if family.startswith("days"):
        days += SHEET_EPOCH_DAYS
    return 10_957 <= days <= 47_482


def _re2(family: str) -> str:
    """Return the family's pattern in the syntax of Arrow's engine."""
    return FAMILIES[family].pattern.replace(r"[^\W\d_]", r"\p{L}")


def _integers(texts: pa.Array) -> np.ndarray:
    """Return integers; empty text is 0."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    filled = pc.if_else(pc.equal(texts, ""), "0", texts)
    return np.asarray(pc.cast(filled, pa.int64()))


def _in_range(month: np.ndarray, day: np.ndarray) -> Any:
    return (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)


def _full_year(year: np.ndarray, short: Any) -> np.ndarray:
    """Return years in four digits; `short` says which are written in two."""
    import numpy as np

    return np.where(short, np.where(year >= 70, year + 1900, year + 2000), year)


def _days_of(year: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first day of each month in days since 1970, and the month's length in days."""
    import numpy as np

    months = (year - 1970) * 12 + (month - 1)
    low, high = (int(months.min()), int(months.max())) if len(months) else (0, 0)
    # A table of the months that occur is many times faster than calendar arithmetic on every value.
    starts = np.arange(low, high + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    at = months - low
    return starts[at], np.diff(starts)[at]


def _first_day(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first day of each value's month in days since 1970, and whether the value is a date."""
    import numpy as np

    good = (month >= 1) & (month <= 12) & (year >= 1)
    first, length = _days_of(np.where(good, year, 1970), np.where(good, month, 1))
    return first, good & (day >= 1) & (day <= length)


def _instants(fields: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return microseconds on the wall clock from the fields of a date and time, and which are valid."""
    first, good = _first_day(fields["y"], fields["m"], fields["d"])
    hour, minute, second, micros = fields["H"], fields["M"], fields["S"], fields["us"]
    midnight = (hour == 24) & (minute == 0) & (second == 0) & (micros == 0)
    good = good & ((hour < 24) | midnight) & (minute < 60) & (second < 60)
    seconds = (first + fields["d"] - 1) * 86_400 + (hour * 3600 + minute * 60 + second)
    instants = seconds * 1_000_000 + micros
    instants[~good] = 0
    return instants, good


def _parse_uniform(values: pa.Array, form: Format) -> Parsed | None:
    """Parse a piece in which every value has the same layout, as a matrix of characters; None for other pieces.

    This is many times faster than a regular expression per value, and it is what machines write:
    ``2024-01-31T10:20:30.123456+01:00``, ``31/01/2024 10:20:30``.
    """
    import numpy as np

    if form.family not in ("year first", DAY_OR_MONTH) or values.null_count or not len(values):
        return None
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    width = int(offsets[1] - offsets[0])
    if not 10 <= width <= 32 or not (np.diff(offsets) == width).all():
        return None
    text = np.frombuffer(values.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]].reshape(len(values), width)
    first = bytes(text[0]).decode("ascii", errors="replace")
    matched = FAMILIES[form.family].match(first)
    if matched is None or matched["p"] is not None:
        return None
    # A copy even of a single row: the text is the column itself.
    rows = np.array(text.T, order="C")
    # Signs of offsets may differ from row to row; everything else that isn't a digit must be the same.
    sign_at = matched.start("z") if matched["z"] and matched["z"][0] in "+-" else -1
    for column, character in enumerate(first):
        row = rows[column]
        if column == sign_at:
            same = ((row == ord("+")) | (row == ord("-"))).all()
        else:
            same = (row - 48 <= 9).all() if character.isdigit() else (row == ord(character)).all()
        if not same:
            return None
    rows -= 48

    def number(name: str) -> Any:
        start, end = matched.span(name) if matched[name] is not None else (0, 0)
        total = rows[start].astype(np.int32) if end > start else np.zeros(len(values), dtype=np.int32)
        for row in rows[start + 1 : end]:
            total = total * 10 + row
        return total

    names = {"year first": "ymd", DAY_OR_MONTH: "abc"}[form.family]
    parts = [number(name) for name in names]
    order = form.order or "ymd"
    fields = dict(zip(order, parts, strict=True))
    fields["y"] = _full_year(fields["y"], len(matched[names[order.index("y")]]) == 2)
    fields |= {name: number(name) for name in "HMS"}
    fraction = matched["f"] or ""
    fields["us"] = (
        number("f") * 10 ** (6 - len(fraction)) if len(fraction) <= 6 else number("f") // 10 ** (len(fraction) - 6)
    )
    wall, good = _instants(fields)
    size = len(values)
    zoned = np.full(size, matched["z"] is not None)
    offset = np.zeros(size, dtype=np.int64)
    span = matched.span("z")
    if sign_at >= 0:
        at = [column for column in range(*span) if first[column].isdigit()]
        digits = [rows[column].astype(np.int64) for column in at] + [np.zeros(size, dtype=np.int64)] * (4 - len(at))
        hours, minutes = digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]
        offset = np.where(text[:, sign_at] == ord("-"), -1, 1) * (hours * 60 + minutes) * 60_000_000
        good = good & (hours <= MOST_HOURS) & (minutes < 60)
        offset[~good] = wall[~good] = 0
    code = US if fraction else S if matched["S"] else MIN if matched["H"] else DAY
    return Parsed(wall, good, zoned, offset, np.full(size, code, dtype=np.int8))


def _parse_any(values: pa.Array, form: Format) -> Parsed:
    """Parse values of differing layout with the family's regular expression."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(values, pattern=_re2(form.family))
    matched = np.array(pc.is_valid(parts))

    def text(name: str) -> pa.Array:
        try:
            return pc.fill_null(parts.field(name), "")
        except KeyError:
            return pa.array([""] * len(values), pa.string())

    if form.family == DAY_OR_MONTH:
        order = form.order or ""
        named = dict(zip(order, (_integers(text(name)) for name in "abc"), strict=True))
        year_text = text("abc"[order.index("y")])
    else:
        named = {name: _integers(text(name)) for name in "yd"}
        year_text = text("y")
        if "month" in form.family:
            lowered = pc.utf8_lower(text("mon")).dictionary_encode()
            numbers = np.array([MONTHS.get(name, 0) for name in lowered.dictionary.to_pylist()], dtype=np.int64)
            named["m"] = numbers[np.asarray(lowered.indices)]
        else:
            named["m"] = _integers(text("m"))
    fields: dict[str, Any] = dict(named)
    fields["y"] = _full_year(fields["y"], np.array(pc.equal(pc.utf8_length(year_text), 2)))
    fields |= {name: _integers(text(name)) for name in "HMS"}
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(text("f"), width=6, padding="0"), 0, 6)
    fields["us"] = _integers(fraction)
    half = text("p")
    if pc.any(pc.not_equal(half, "")).as_py():
        afternoon = np.array(pc.is_in(half, pa.array(["p", "P"])))
        morning = np.array(pc.is_in(half, pa.array(["a", "A"])))
        hour = fields["H"]
        matched &= ~((afternoon | morning) & ((hour < 1) | (hour > 12)))
        fields["H"] = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    wall, good = _instants(fields)
    zone = text("z")
    zoned = np.array(pc.not_equal(zone, ""))
    offset = np.zeros(len(values), dtype=np.int64)
    if zoned.any():
        encoded = zone.dictionary_encode()
        known = [_offset_minutes(text_) for text_ in encoded.dictionary.to_pylist()]
        at = np.asarray(encoded.indices)
        offset = np.array([minutes or 0 for minutes in known], dtype=np.int64)[at] * 60_000_000
        matched &= np.array([minutes is not None for minutes in known])[at]
    precision = np.full(len(values), DAY, dtype=np.int8)
    for name, code in (("H", MIN), ("S", S), ("f", US)):
        precision[np.array(pc.not_equal(text(name), ""))] = code
    return Parsed(np.where(matched, wall, 0), good & matched, zoned, offset, precision)


def _offset_minutes(zone: str) -> int | None:
    """Return an offset in minutes, None if no clock ever had it."""
    digits = re.sub(r"\D", "", zone)
    if not digits:
        return 0
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > MOST_HOURS or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone.startswith("-") else 1)


def _parse_numbers(values: pa.Array, family: str) -> Parsed:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    good = np.array(pc.fill_null(pc.match_substring_regex(values, _re2(family)), False))
    numbers = pc.if_else(pa.array(good), pc.utf8_trim_whitespace(values), "0")
    whole = np.asarray(pc.cast(pc.replace_substring_regex(numbers, r"\..*$", ""), pa.int64()))
    decimals = np.asarray(pc.cast(pc.replace_substring_regex(numbers, r"^\d+\.?", "0."), pa.float64()))
    unit = NUMBERS[family]
    # Sheets store fractions of a day in binary; milliseconds are what they mean at most.
    rounding = 1000 if unit == DAY_US else 1
    micros = whole * unit + np.rint(decimals * unit / rounding).astype(np.int64) * rounding
    if unit == DAY_US:
        micros = micros + SHEET_EPOCH_DAYS * DAY_US
    size = len(values)
    zoned = np.full(size, unit != DAY_US)
    return Parsed(
        np.where(good, micros, 0), good, zoned, np.zeros(size, dtype=np.int64), np.full(size, US, dtype=np.int8)
    )


def coarsest(micros: np.ndarray) -> int:
    """Return the precision that a source really recorded: the coarsest unit of which all its stamps are multiples.

    Give wall-clock microseconds. Worth something only over some 20 stamps or more: that so many fall on full seconds or
    minutes by chance is out of the question.
    """
    import numpy as np

    for code, unit in ((DAY, DAY_US), (MIN, 60_000_000), (S, 1_000_000)):
        if not np.any(micros % unit):
            return code
    return US
