"""The first pass over exports that are to be pseudonymised: which values are names, and where else they are.

Only then are the exports read into the log, so that a name in the first row is recognised even if the last row is the
first to say that it is one.

1. Look into every text column: all values of the columns that were asked for, a sample of the others'.
2. Decide place by place (`Place`). A place is pseudonymised as a whole if it was asked for, if by it is looked up in
   another file what was asked for, if its column or field is called like one that was, or if at least half of its
   values are values of one that was; as text if it is free text. Everywhere else single values are replaced.
3. Look once more into the places that only step 2 found, since they hold further names.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ordermine.errors import OrdermineError, UsageError, near
from ordermine.ingest.encode import CLEANED
from ordermine.ingest.lookup.source import LookedUpSource
from ordermine.ingest.mapping import is_called
from ordermine.ingest.open import unique_name
from ordermine.ingest.privacy.disguise import CHANGES, Disguise
from ordermine.ingest.privacy.free_text import Sample, looks_personal
from ordermine.ingest.privacy.names import Names, is_telling
from ordermine.ingest.privacy.places import GROUPED, Cells, Place, cells_by_place, text_columns
from ordermine.ingest.privacy.pseudonyms import TEXT, Pseudonyms, composed, label
from ordermine.ingest.privacy.settings import ALLOWED, Privacy
from ordermine.parallel import ordered_map
from ordermine.schema import EVENT_COLUMNS, KEY_COLUMNS, NOT_RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence

    from ordermine.ingest.encode import Reading
    from ordermine.ingest.plan import Plan
    from ordermine.ingest.source import Batch

MOSTLY: Final = 0.5
"""Share of a place's values that must be names for all of it to be pseudonymised."""


@dataclass(slots=True)
class _Seen:
    """What the exports hold."""

    values: dict[str, set[str]] = field(default_factory=dict)
    """Name of the pseudonym → raw values, trimmed and composed."""
    samples: dict[Place, Sample] = field(default_factory=dict)
    called: dict[Place, dict[str, None]] = field(default_factory=dict)
    """Place → names of its columns in the exports."""


def survey(
    plans: Sequence[Plan],
    privacy: Privacy,
    meaning: Callable[[str], frozenset[str]],
    *,
    earlier: Mapping[Place, str] | None = None,
    threads: int = 2,
    progress: Callable[[str], None] = lambda _: None,
) -> Disguise:
    """Find out what is to be replaced where.

    Parameters
    ----------
    plans
        How the exports are read.
    privacy
        What is asked for.
    meaning
        Gives what a value of a change means, whatever its spelling; nothing for a value that means nothing.
    earlier
        What was decided when the log was made, where it is added to.
    threads, progress
        As for `pipeline.ingest`.

    Raises
    ------
    UsageError
        What is asked for isn't there, or has a meaning that a pseudonym would take away.
    """
    earlier = earlier or {}
    asked = _asked(plans, privacy, earlier)
    seen = _Seen({name: set() for name in asked.values()})
    nothing = NOT_RECORDED.union(*(plan.reading.not_recorded for plan in plans))
    for place, cells, personal, column in _read(plans, threads, progress, None):
        seen.called.setdefault(place, {}).setdefault(column)
        if place.column in asked:
            seen.values[asked[place.column]].update(_raw(cells, nothing if place.column in CLEANED else frozenset()))
        else:
            sample = seen.samples.setdefault(place, Sample())
            sample.personal = sample.personal or personal
            if not sample.full:
                sample.add(cells.values.to_pylist(), cells.filled)
    present = {place.column for place in seen.called}
    decided = {Place(column): name for column, name in asked.items() if column in present}
    found = {
        each: name
        for place in seen.samples
        if (name := _decide(place, seen, asked, privacy.keep_text))
        for each in _both(place)
    }
    decided = {**decided, **found, **earlier}
    _check_all_found(privacy, decided)
    representative: dict[tuple[str, str], str] = {}
    if found:
        written: dict[str, set[str]] = {}
        for place, cells, _, _ in _read(plans, threads, progress, found.keys()):
            name = found[place]
            if name != TEXT:
                seen.values[name].update(_raw(cells))
            if place.column in CHANGES:
                written.setdefault(name, set()).update(cells.values.to_pylist())
        representative = _representatives(written, meaning)
    pseudonyms = Pseudonyms(privacy.key)
    names = Names(pseudonyms)
    for name, values in seen.values.items():
        if len({pseudonyms.of(name, value) for value in values}) < len(values):
            raise OrdermineError(
                f"two values of {name} have the same pseudonym", hint="use another key, and please report this"
            )
        names.add(name, sorted(values))
    doubtful = {place.column for place, sample in seen.samples.items() if sample.personal and place not in decided}
    loose = {place.column for place in seen.samples if place not in decided and _kept(place, seen, privacy.keep_text)}
    return Disguise(
        pseudonyms, names, decided, earlier, representative, meaning, frozenset(doubtful), frozenset(loose - {*CHANGES})
    )


def under(disguise: Disguise, plans: Sequence[Plan]) -> list[Plan]:
    """Return plans that read their exports under a disguise, with no raw value in the names of the files."""
    found: list[Plan] = []
    for plan in plans:
        name = unique_name(disguise.text(plan.record.name), {other.record.name for other in found})
        reading = replace(plan.reading, name=name, disguise=disguise)
        found.append(replace(plan, reading=reading, record=replace(plan.record, name=name)))
    return found


def _asked(plans: Sequence[Plan], privacy: Privacy, earlier: Mapping[Place, str]) -> dict[str, str]:
    """Return column of the log → name of its pseudonyms, for the columns asked for."""
    asked: dict[str, str] = {}
    known = {name for plan in plans for name in plan.source.columns}
    for what in privacy.columns:
        if what in KEY_COLUMNS:
            asked[KEY_COLUMNS[_allowed(what, what)]] = what
            continue
        keys = {key for plan in plans for key, column in plan.reading.columns.items() if what == column}
        stored = {plan.reading.extras[what] for plan in plans if what in plan.reading.extras}
        asked |= {KEY_COLUMNS[_allowed(key, what)]: key for key in keys}
        asked |= dict.fromkeys(stored, label(what))
        if not keys and not stored and label(what) not in earlier.values():
            raise UsageError(
                f"--pseudonymise {what}: neither a source key nor a column", hint=near(what, {*known, *ALLOWED})
            )
    for plan in plans:
        asked = _looked_up_by(plan, asked) | asked
    order = list(KEY_COLUMNS.values())
    return dict(sorted(asked.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))


def _looked_up_by(plan: Plan, asked: Mapping[str, str]) -> dict[str, str]:
    """Return further column of the log → name of the pseudonyms of what another file says for its values.

    Whoever has that file would tell by an employee's number beside a pseudonym whose it is.
    """
    stored = {column: KEY_COLUMNS[key] for key, column in plan.reading.columns.items() if isinstance(column, str)}
    found: dict[str, str] = {}
    # A later lookup may match by what an earlier one took.
    for match in reversed(plan.source.matches) if isinstance(plan.source, LookedUpSource) else ():
        known = {**found, **asked}
        taken = [plan.reading.extras.get(column) or stored.get(column) for column in match.added]
        names = [known[column] for column in taken if column in known]
        columns = [plan.reading.extras[column] for column in match.columns if column in plan.reading.extras]
        found |= {column: names[0] for column in columns if names and column not in known}
    return found


def _allowed(key: str, what: str) -> str:
    if key not in ALLOWED:
        read = "" if key == what else f": it is read as {key}, and"
        raise UsageError(
            f"--pseudonymise {what}{read or ':'} a pseudonym would take its meaning away",
            hint=f"of the source keys, these can be pseudonymised: {', '.join(ALLOWED)}",
        )
    return key


def _check_all_found(privacy: Privacy, decided: Mapping[Place, str]) -> None:
    present = set(decided.values())
    for what in privacy.columns:
        if what in KEY_COLUMNS and what not in present:
            raise UsageError(
                f"--pseudonymise {what}: no column is read as the {what}",
                hint=f"say which it is with --{what.replace('_', '-')} COLUMN, or leave {what} out",
            )


def _read(
    plans: Sequence[Plan],
    threads: int,
    progress: Callable[[str], None],
    only: Collection[Place] | None,
) -> Iterator[tuple[Place, Cells, bool, str]]:
    """Yield what every batch holds in every place, with whether it looks personal, and the column it is from."""
    for plan in plans:
        columns = text_columns(plan.reading)
        rows = 0
        for size, found in ordered_map(
            lambda batch, plan=plan: _look(batch, plan.reading, only),  # type: ignore[misc]
            plan.source.batches(),
            threads,
        ):
            rows += size
            progress(f"looking for names: {rows:,} rows")
            for place, cells, personal in found:
                yield place, cells, personal, columns[place.column]


def _look(
    batch: Batch, reading: Reading, only: Collection[Place] | None
) -> tuple[int, list[tuple[Place, Cells, bool]]]:
    table = batch.read().table
    wanted = None if only is None else {place.column for place in only}
    columns = {
        stored: table.column(column).combine_chunks()
        for stored, column in text_columns(reading).items()
        if wanted is None or stored in wanted or stored in {GROUPED.get(name) for name in wanted}
    }
    found = [
        (place, cells, only is None and looks_personal(cells.values) > 0)
        for place, cells in cells_by_place(columns)
        if only is None or place in only
    ]
    return table.num_rows, found


def _raw(cells: Cells, nothing: frozenset[str] = frozenset()) -> set[str]:
    trimmed = {value.strip() for value in cells.values.to_pylist()}
    return {composed(value) for value in trimmed if value and value.lower() not in nothing}


def _decide(place: Place, seen: _Seen, asked: Mapping[str, str], keep: frozenset[str]) -> str | None:
    """Return the name under which all of a place is pseudonymised; None where only single values are."""
    further = place.column not in EVENT_COLUMNS
    called = [place.group] if place.group is not None else list(seen.called[place])
    sample = Sample.of(seen.samples[each] for each in _both(place) if each in seen.samples)
    if place.column == "reference" and "case" in asked.values():
        return "case"
    if further or place.column in GROUPED or place.column == "reference":
        for column, name in asked.items():
            for other in called:
                if name in KEY_COLUMNS and (further or place.group) and is_called(name, other):
                    return name
                if label(other) == name or other in seen.called.get(Place(column), ()):
                    return name
        for name, values in seen.values.items():
            if _mostly(sample, values):
                return name
    written = further or place.column in ("reason", "old_value", "new_value")
    if written and not _kept(place, seen, keep):
        return TEXT if any(sample.is_free_text(other) for other in called) else None
    return None


def _both(place: Place) -> list[Place]:
    """Return a place, and with the old values of a field its new ones: what a field holds shows in both."""
    return [Place(column, place.group) for column in CHANGES] if place.column in CHANGES else [place]


def _kept(place: Place, seen: _Seen, keep: frozenset[str]) -> bool:
    """Whether the free text of a place stays: its key, its column or its field is named."""
    keys = [key for key, stored in KEY_COLUMNS.items() if stored == place.column]
    return bool(keep & {place.column, *keys, *seen.called[place], *([place.group] if place.group else ())})


def _mostly(sample: Sample, values: set[str]) -> bool:
    """Whether a place holds mostly names."""
    found = {composed(value.strip()) for value in sample.values} & values
    if not found or len(found) < MOSTLY * len(sample.values):
        return False
    # Short numbers are everywhere: such a column must hold most of those that are names, too.
    return any(is_telling(value) for value in found) or len(found) >= MOSTLY * len(values)


def _representatives(written: Mapping[str, set[str]], meaning: Callable[[str], Hashable]) -> dict[tuple[str, str], str]:
    """Return (name, value of a change) → the spelling that stands for all that mean the same, where it is another.

    A name that was only spelt differently was not changed, and must not look changed under pseudonyms.
    """
    found: dict[tuple[str, str], str] = {}
    for name, values in written.items():
        first: dict[Hashable, str] = {}
        for value in sorted(values):
            spelling = first.setdefault(meaning(value), value)
            if spelling != value:
                found[name, value] = spelling
    return found
