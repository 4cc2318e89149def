"""Which file another one could be looked up in: by what their columns share. A person decides; `inspect` proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ordermine.ingest.mapping import means, simple
from ordermine.schema import NOT_RECORDED

if TYPE_CHECKING:
    from ordermine.project import Lookup

ENOUGH: Final = 0.5
"""Share of a column's different values that the other file must hold; batch users are in no list of people."""
SHORT: Final = 3
"""Numbers with fewer digits are equal by chance."""

SINCE: Final = frozenset(
    simple(name)
    for name in (
        "valid from", "from", "since", "start date", "effective from", "effective date", "begda", "datab", "gültig ab",
        "gültig von", "ab", "von", "valable du", "valide du", "depuis", "desde", "válido desde",
    )
)  # fmt: skip
UNTIL: Final = frozenset(
    simple(name)
    for name in (
        "valid to", "valid until", "to", "until", "end date", "effective to", "gültig bis", "bis", "valable jusqu'au",
        "jusqu'au", "hasta", "válido hasta",
    )
)  # fmt: skip
THROUGH: Final = frozenset({"endda", "datbi"})
"""Names of columns with the begin, the end, and the last day of a period."""

Columns = Mapping[str, Sequence[str | None]]


def suggest(file: str, there: Columns, here: Columns, keys: Sequence[str]) -> Lookup | None:
    """Return what could be looked up in a file for some event rows; None where nothing in them tells.

    Parameters
    ----------
    file
        Name of the file.
    there
        Its columns, with their first values.
    here
        Columns of the event rows, with their first values.
    keys
        Source keys that the event rows have.
    """
    from ordermine.project import Lookup

    period = {
        part: column
        for part, names in (("since", SINCE), ("until", UNTIL), ("through", THROUGH))
        for column in reversed(list(there))
        if simple(column) in names
    }
    pair = _pair(there, here, several=bool(period), leave=set(period.values()))
    if pair is None:
        return None
    column, key = pair
    take: dict[str, str] = {}
    for name in there:
        if name != key and name not in period.values():
            free = "department" if means(name) == "department" and "department" not in {*keys, *take} else name
            take[free if free not in here else f"{name} ({file})"] = name
    return Lookup(file=file, match={column: key}, take=take, **period) if take else None


def _pair(there: Columns, here: Columns, *, several: bool, leave: set[str]) -> tuple[str, str] | None:
    """Return the column here and the one there that hold the same, the best such pair."""
    best: tuple[bool, float] | None = None
    found = None
    for key, values in there.items():
        known = [value.strip() for value in values if value and value.strip()]
        if key in leave or (len(set(known)) < len(known) and not several):
            continue
        for column, ours in here.items():
            asked = {value.strip() for value in ours if value and value.strip().lower() not in NOT_RECORDED}
            share = len(asked & {*known}) / len(asked) if asked else 0.0
            if share < ENOUGH or all(value.isdigit() and len(value) < SHORT for value in asked):
                continue
            rank = (simple(column) == simple(key), share)
            if best is None or rank > best:
                best, found = rank, (column, key)
    return found
