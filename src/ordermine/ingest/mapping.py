"""Which column of an export plays which part: declared, or proposed from names and content, with the reason.

Names decide and content must agree; the names are in `mapping.toml`. A weak name such as `Key` is only taken
where its values behave like the key. Beyond case, activity, timestamp, start, department, resource and
lifecycle only known names count, since a wrong column is worse than none.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from ordermine.errors import UsageError, near
from ordermine.ingest.timestamps import count_from_1970
from ordermine.schema import KEY_COLUMNS, NOT_RECORDED, REQUIRED_KEYS

if TYPE_CHECKING:
    from ordermine.project import DeclaredSource

FEWEST_MILESTONES: Final = 2
"""Columns with dates that make a file with one row per order one of milestones."""

Column = str | tuple[str, str]
"""Name of a column, or names of the date column and the time column of a timestamp."""

Declared = Mapping[str, Column | Mapping[str, str]]
"""Source key → column, or ``{"date": …, "time": …}``."""

Samples = Mapping[str, Sequence[str | None]]
"""Column → its first values as text, None where empty; in the order of the file."""

_EXCLUSIVE: Final = ("case", "activity", "timestamp", "department", "resource")
"""Keys of which no two may share a column."""

_CHECKED: Final = ("activity", "case", "timestamp", "start", "department", "resource", "lifecycle")
"""Keys whose proposals must agree with the content; activity comes first, since it tells about the case."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column plays which part."""

    columns: dict[str, Column]
    """Source key → column, in the order of `schema.KEY_COLUMNS`."""
    reasons: dict[str, str]
    """Source key → why this column, in words."""
    unused: list[str]
    """Columns that play no part, in the order of the file."""
    shape: str
    """``events``, or what was declared; ``field_history`` where the rows are changes of fields, ``wide`` where they are
    orders with a date for each milestone."""


def propose(
    samples: Samples,
    declared: Declared,
    *,
    project: Declared | None = None,
    shape: str = "events",
    where: str = "",
) -> ColumnMapping:
    """Return which column plays which part.

    Parameters
    ----------
    samples
        The first values of every column; the more rows, the surer a weak name is judged.
    declared
        What the command line says; it wins over everything.
    project
        What the ``[[source]]`` of the project file says; it wins over proposals.
    shape
        Shape of the source, if declared.
    where
        Name of the file, for messages.

    Raises
    ------
    UsageError
        A declared column is not there, one column is declared for two keys, or no column is convincing for a
        key that is needed.
    """
    columns, reasons = _declared(samples, declared, project or {}, where)
    proposal = _Proposal(samples, columns, reasons, [], where)
    for key in dict.fromkeys((*_CHECKED, *KEY_COLUMNS)):
        if key not in columns:
            proposal.fill(key)
    if shape == "events" and "activity" not in columns and {"field", "old", "new"} <= columns.keys():
        shape = "field_history"
    if shape == "events" and "activity" not in columns and "case" in columns:
        shape = _wide_or_events(samples, columns)
    missing = [key for key in _needed(shape) if key not in columns]
    if missing:
        raise _nothing_convincing(missing, samples, proposal.doubts, where)
    taken = _names(columns.values())
    return ColumnMapping(
        columns={key: columns[key] for key in KEY_COLUMNS if key in columns},
        reasons={key: reasons[key] for key in KEY_COLUMNS if key in columns},
        unused=[column for column in samples if column not in taken],
        shape=shape,
    )


def holds_dates(values: Sequence[str | None]) -> bool:
    """Return whether nearly all values that are there are dates or instants."""
    return _look_so([value for value in values if value and value.strip().lower() not in NOT_RECORDED], _MOMENT)


def is_called(key: str, column: str) -> bool:
    """Return whether a column's name is one that the key is known by, or may be."""
    known = [name for names in _lexicon()["known"].get(key, {}).values() for name in names]
    return simple(column) in {simple(name) for name in (key, *known, *_lexicon()["weak"].get(key, ()))}


def _look_so(values: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return bool(values) and sum(bool(pattern.match(value.strip())) for value in values) >= 0.9 * len(values)


def _wide_or_events(samples: Samples, columns: Mapping[str, Column]) -> str:
    """Return ``wide`` where every row is another order and several columns hold dates, other than a start."""
    cases = list(zip(*(samples[name] for name in _names([columns["case"]])), strict=True))
    start = _names([columns["start"]]) if "start" in columns else set()
    dated = [column for column in samples if column not in start and holds_dates(samples[column])]
    return "wide" if len(dated) >= FEWEST_MILESTONES and len(set(cases)) == len(cases) else "events"


def declared_source(mapping: ColumnMapping, files: str = "*") -> DeclaredSource:
    """Return a mapping as the ``[[source]]`` that a project file would declare for files of that pattern."""
    from ordermine.project import DeclaredSource

    columns = {
        key: dict(zip(("date", "time"), column, strict=True)) if isinstance(column, tuple) else column
        for key, column in mapping.columns.items()
        # In a wide export every column with dates is a milestone.
        if not (mapping.shape == "wide" and key == "timestamp")
    }
    return DeclaredSource.model_validate({"files": files, "shape": mapping.shape, **columns})


def _needed(shape: str) -> tuple[str, ...]:
    if shape == "events":
        return REQUIRED_KEYS
    if shape == "snapshots":
        return ("case", "timestamp")
    if shape == "documents":
        return ("object_id", "timestamp")
    return ("case", "timestamp", "field") if shape == "field_history" else ("case",)


# Declared columns


def _declared(
    samples: Samples, by_flag: Declared, by_project: Declared, where: str
) -> tuple[dict[str, Column], dict[str, str]]:
    columns: dict[str, Column] = {}
    reasons: dict[str, str] = {}
    for key in KEY_COLUMNS:
        if key in by_flag:
            reasons[key] = f"declared with {_flag(key)}"
        elif key in by_project:
            reasons[key] = "declared in the project file"
        else:
            continue
        written = by_flag.get(key) or by_project[key]
        if isinstance(written, Mapping):
            written = (written["date"], written["time"])
        if isinstance(written, tuple):
            columns[key] = (
                _find(written[0], samples, reasons[key], where),
                _find(written[1], samples, reasons[key], where),
            )
        else:
            columns[key] = _find(written, samples, reasons[key], where)
    for first, key in ((first, key) for i, first in enumerate(_EXCLUSIVE) for key in _EXCLUSIVE[i + 1 :]):
        if first in columns and key in columns and (shared := _names([columns[first]]) & _names([columns[key]])):
            raise UsageError(
                f"{_prefix(where)}column {min(shared)!r} is declared both as {first} and as {key}",
                hint="name different columns, or leave one of the two out",
            )
    return columns, reasons


def _find(written: str, samples: Samples, reason: str, where: str) -> str:
    """Return the column meant: the exact name, else the only one that differs in case and outer blanks, or ``#7``."""
    if written in samples:
        twins = [written, *_twins(written, samples, exactly=True)]
        if len(twins) > 1:
            raise _ambiguous(written, twins, samples, reason, where)
        return written
    if (position := _POSITION.fullmatch(written)) and 0 < int(position[1]) <= len(samples):
        return list(samples)[int(position[1]) - 1]
    alike = [column for column in samples if column.strip().casefold() == written.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    what = "several columns are called" if alike else "there is no column"
    which = f"{'they are' if alike else 'the columns are'} {', '.join(map(repr, alike or samples))}"
    raise UsageError(
        f"{_prefix(where)}{what} {written!r}, {reason}; {which}",
        hint="write the name exactly" if alike else near(written, samples),
    )


def _twins(column: str, samples: Samples, *, exactly: bool = False) -> list[str]:
    """Return the other columns of the same name, which readers number; without `exactly`, case doesn't count."""
    names = {other: _NUMBER_OF_NAME.sub("", other) if _NUMBER_OF_NAME.search(other) else other for other in samples}
    if exactly:
        return [other for other, name in names.items() if other != column and name == column]
    return [other for other, name in names.items() if other != column and simple(name) == simple(column)]


def _ambiguous(name: str, twins: Sequence[str], samples: Samples, reason: str, where: str) -> UsageError:
    order = list(samples)
    positions = sorted(order.index(twin) + 1 for twin in twins)
    shown = ", ".join(map(str, positions[:-1])) + f" and {positions[-1]}"
    return UsageError(
        f"{_prefix(where)}several columns are called {name!r}, {reason}: at positions {shown}",
        hint=f"say which by its position, e.g. '#{positions[-1]}'",
    )


def _flag(key: str) -> str:
    return "--" + key.replace("_", "-")


def _prefix(where: str) -> str:
    return f"{where}: " if where else ""


def _names(columns: Iterable[Column]) -> set[str]:
    return {name for column in columns for name in ([column] if isinstance(column, str) else column)}


# Proposed columns


@dataclass(frozen=True, slots=True)
class _Proposal:
    """Columns chosen so far, and what spoke against others."""

    samples: Samples
    columns: dict[str, Column]
    reasons: dict[str, str]
    doubts: list[str]
    where: str
    """Name of the file, for messages."""

    def fill(self, key: str) -> None:
        """Choose a column for a key, if one is convincing."""
        chosen = self._split(key) or self._known(key) or self._weak(key)
        if key == "timestamp" and not chosen:
            chosen = self._known("start") or self._only_time()
        if chosen:
            self.columns[key], self.reasons[key] = chosen

    def _free(self) -> list[str]:
        taken = _names(self.columns.values())
        return [column for column in self.samples if column not in taken]

    def _split(self, key: str) -> tuple[Column, str] | None:
        called = {simple(column): column for column in reversed(self._free())}
        for date_name, time_name in _lexicon()["split"].get(key, ()):
            date, time = called.get(simple(date_name)), called.get(simple(time_name))
            if date and time and self._holds(date, _DATE) and self._holds(time, _TIME):
                return (date, time), f"names {date!r} and {time!r} mean {key}: a date and a time"
        return None

    def _known(self, key: str) -> tuple[Column, str] | None:
        alike: dict[str, list[str]] = {}
        for column in self._free():
            alike.setdefault(simple(column), []).append(column)
        languages: dict[str, str] = {}
        for language, names in _lexicon()["known"][key].items():
            for name in names:
                for column in alike.get(simple(name), ()):
                    languages.setdefault(column, language)
        fitting = list(languages.items())
        if key in _CHECKED:
            doubts = {column: self._doubt(key, column) for column in languages}
            called = f"is called like the {key}, but"
            self.doubts.extend(f"{column!r} {called} {doubt}" for column, doubt in doubts.items() if doubt)
            # A department or a resource may well be filled only further down.
            empty = [] if key in REQUIRED_KEYS else [item for item in fitting if not self._values(item[0])]
            fitting = [item for item in fitting if not doubts[item[0]]] or empty
        if not fitting:
            return None
        (column, language), *others = fitting
        twins = [twin for twin in _twins(column, self.samples) if self.samples[twin] != self.samples[column]]
        rivals = [twin for twin in twins if key not in _CHECKED or not self._doubt(key, twin)]
        if rivals and key in REQUIRED_KEYS:
            raise _ambiguous(column, [column, *rivals], self.samples, f"which means {key}", self.where)
        notes = [
            f"{other!r} holds the same values"
            if self.samples[other] == self.samples[column]
            else f"better known than {other!r}"
            for other, _ in others
        ]
        return column, "; ".join([f"name {column!r} means {key} ({language})", *notes])

    def _weak(self, key: str) -> tuple[Column, str] | None:
        for name in _lexicon()["weak"].get(key, ()):
            for column in self._free():
                if simple(column) != simple(name):
                    continue
                doubt = self._doubt(key, column)
                evidence = "it holds dates" if key == "timestamp" else self._repetition(key, column)
                if evidence and not doubt:
                    return column, f"name {column!r} may mean {key}, and its content agrees: {evidence}"
                self.doubts.append(f"{column!r} may be the {key}, but {doubt or 'its values hardly repeat'}")
        return None

    def _only_time(self) -> tuple[Column, str] | None:
        timelike = [column for column in self._free() if self._holds(column, _MOMENT)]
        return (timelike[0], f"{timelike[0]!r} is the only column that holds dates") if len(timelike) == 1 else None

    def _doubt(self, key: str, column: str) -> str:
        """Say what in its content speaks against a column; nothing if it is plausible."""
        if not any(self.samples.values()):
            return ""  # a header without rows: the names are all there is
        if not self._values(column):
            return "it is empty"
        if key in ("timestamp", "start"):
            dated = self._holds(column, _MOMENT) or count_from_1970(self._values(column))
            return "" if dated else "it holds no dates"
        if key == "activity" and self._holds(column, _NUMBERED):
            return "it holds numbers"
        return "it holds dates" if self._holds(column, _MOMENT) else ""

    def _repetition(self, key: str, column: str) -> str:
        """Say how the values of a column repeat, if they do so as the values of a key would."""
        values = self._values(column)
        distinct = len(set(values))
        if key == "customer" and distinct == 1:
            return ""  # such as SAP's client: one for all
        if distinct < len(values) if key == "case" else distinct * 2 <= len(values):
            return f"{distinct} different values in {len(values)} rows"
        # In a file sorted by step no order line comes twice among the first rows, but their orders do.
        activity = self.columns.get("activity")
        if key == "case" and isinstance(activity, str) and len(set(self._values(activity))) == 1:
            orders = {line[1] for value in values if (line := _ORDER_LINE.match(value.strip()))}
            if len(orders) * 2 <= len(values) and orders:
                return f"{len(values)} lines of {len(orders)} orders, all in the same step"
        return ""

    def _values(self, column: str) -> list[str]:
        return [value for value in self.samples[column] if value and value.strip().lower() not in NOT_RECORDED]

    def _holds(self, column: str, pattern: re.Pattern[str]) -> bool:
        """Whether nearly all values of a column look so."""
        return _look_so(self._values(column), pattern)


_DAY: Final = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|(?:19|20)\d\d(?:0\d|1[0-2])[0-3]\d"
    r"|\d{1,2}[-. ]+[^\W\d]{3,9}\.?[-, ]+\d{2,4}|[^\W\d]{3,9}\.? \d{1,2},? \d{4})"
)
_POSITION: Final = re.compile(r"#(\d+)")
_NUMBER_OF_NAME: Final = re.compile(r" \(\d+\)$")
_ORDER_LINE: Final = re.compile(r"(.*\d)[-_/.]\d+$")
_NUMBERED: Final = re.compile(r"[^\W\d_]{0,5}[-_/# ]?\d{3,}(?:[-_/.]\d+)*$")
_DATE: Final = re.compile(_DAY + r"(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_TIME: Final = re.compile(r"(?:\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?|\d{6}|\d{1,2})$")
_MOMENT: Final = re.compile(_DAY + r"(?:$|[T ,\u00a0]|\d{6}$|-\d\d\.)")


@lru_cache(maxsize=1 << 16)
def simple(name: str) -> str:
    """Return a column's name without case, accents, blanks and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(char for char in decomposed if char.isalnum())


@cache
def _keys_by_name() -> dict[str, str]:
    named: dict[str, str] = {}
    for key, languages in _lexicon()["known"].items():
        for names in languages.values():
            for name in names:
                named.setdefault(simple(name), key)
    return named


def means(column: str) -> str | None:
    """Return the source key that a column's name is known to mean, None where it means none."""
    return _keys_by_name().get(simple(column))


def may_mean(column: str, key: str) -> bool:
    """Return whether a column's name means a source key or may mean it, be it behind a word (``incident_state``)."""
    names = {simple(name) for name in _lexicon()["weak"].get(key, ())}
    words = column.replace("_", " ").split()
    return means(column) == key or simple(column) in names or (len(words) > 1 and simple(words[-1]) in names)


@cache
def _lexicon() -> dict[str, Any]:
    return tomllib.loads(files("ordermine.ingest").joinpath("mapping.toml").read_text(encoding="utf-8"))


def _nothing_convincing(missing: list[str], samples: Samples, doubts: list[str], where: str) -> UsageError:
    keys = " or ".join(f"the {key}" for key in missing)
    lines = [f"{_prefix(where)}no column is convincing as {keys}"]
    lines += [f"  {doubt}" for doubt in doubts if any(f" the {key}, but" in doubt for key in missing)]
    lines += [f"  {column!r}: {_shown(values)}" for column, values in samples.items()]
    return UsageError("\n".join(lines), hint="say which it is: " + " ".join(f"{_flag(key)} COLUMN" for key in missing))


def _shown(values: Sequence[str | None]) -> str:
    """Show up to three different values."""
    different = list(dict.fromkeys(value for value in values if value))[:3]
    return ", ".join(repr(value if len(value) <= 30 else value[:29] + "…") for value in different) or "empty"
