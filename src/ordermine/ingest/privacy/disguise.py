"""What is replaced where, applied to events, to texts, and to the project file that the log keeps."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ordermine.ingest.dictionaries import with_values
from ordermine.ingest.privacy.places import GROUPED, NO_GROUP, NO_TEXT, Place, pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from ordermine.ingest.privacy.names import Names
    from ordermine.ingest.privacy.pseudonyms import Pseudonyms

_LETTER = re.compile(r"[^\W\d_]")

UNTOUCHED: Final = (*NO_TEXT, "source_row")


@dataclass(frozen=True)
class Disguise:
    """Replaces names by pseudonyms; the same for all exports of one ingest."""

    pseudonyms: Pseudonyms
    names: Names
    decided: Mapping[Place, str]
    """Place that is pseudonymised as a whole → name of its pseudonyms."""
    earlier: Mapping[Place, str]
    """Those of `decided` that a log which is added to has pseudonymised already."""
    representative: Mapping[tuple[str, str], str]
    """(name, value of a change) → the spelling that stands for all that mean the same."""
    meaning: Callable[[str], frozenset[str]]
    """What a value of a change means."""
    doubtful: frozenset[str]
    """Columns that stay, in which values look like e-mail addresses, telephone numbers or IBANs."""
    loose: frozenset[str] = frozenset()
    """Columns whose free text stays: there a name is found however it is spelt."""
    changed_activities: dict[str, str] = field(default_factory=dict)
    """Activity in whose name a raw value stood → its name in the log."""
    searched_out: Counter[str] = field(default_factory=Counter)
    """Column that stays → different values per batch in which a raw value was replaced."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def columns(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Return the columns of one batch of events without any raw value."""
        return self._applied(columns, self.decided)

    def stored(self, table: pa.Table) -> pa.Table:
        """Return events of a log that is added to, without the raw values that only the new exports show to be such."""
        import pyarrow as pa

        new = {place: name for place, name in self.decided.items() if place not in self.earlier}
        columns = {name: table.column(name).combine_chunks() for name in table.column_names}
        done = {place.column for place in self.earlier if place.group is None}
        applied = self._applied({name: array for name, array in columns.items() if name not in done}, new)
        return pa.table({**columns, **applied})

    def text(self, text: str) -> str:
        """Return a text for people, such as a note or the name of a file, without raw values."""
        return self.names.replace(text, loosely=True)

    def of(self, name: str, value: str) -> str:
        """Return the pseudonym of a value, with the blanks around it; what is blank stays so."""
        bare = value.strip()
        return value.replace(bare, self.pseudonyms.of(name, bare), 1) if bare else value

    def _applied(self, columns: Mapping[str, pa.Array], decided: Mapping[Place, str]) -> dict[str, pa.Array]:
        grouped = {place.column for place in decided if place.group is not None}
        found = {}
        for column, array in columns.items():
            if column in UNTOUCHED:
                found[column] = array
            elif (name := decided.get(Place(column))) is not None:
                found[column] = mapped(array, lambda value, name=name: self.of(name, value))  # type: ignore[misc]
            elif column in grouped and GROUPED[column] in columns:
                found[column] = self._by_group(column, array, columns[GROUPED[column]], decided)
            else:
                found[column] = mapped(array, lambda value, column=column: self._searched(column, value))  # type: ignore[misc]
        return found

    def _by_group(self, column: str, array: pa.Array, groups: pa.Array, decided: Mapping[Place, str]) -> pa.Array:
        """Replace values of the groups that are pseudonymised; search the others."""
        import pyarrow as pa

        different, of, values, coded = pairs(array, groups)
        group_names = [*coded.dictionary.to_pylist(), NO_GROUP]
        spelt = [*values.dictionary.to_pylist(), None]
        renamed: list[str | None] = []
        for group, value in different.tolist():
            text = spelt[value]
            name = decided.get(Place(column, group_names[group]))
            if text is None:
                renamed.append(None)
            elif name is None:
                renamed.append(self._searched(column, text))
            elif column in CHANGES and not self.meaning(text):
                # It says that the field is empty, which is no secret and must stay so.
                renamed.append(text)
            else:
                renamed.append(self.of(name, self.representative.get((name, text), text)))
        new = pa.array(renamed, pa.string()).take(pa.array(of))
        return new.dictionary_encode() if pa.types.is_dictionary(array.type) else new

    def _searched(self, column: str, value: str) -> str:
        """Return a value of a column that stays, without the raw values in it."""
        if column in CHANGES and not _LETTER.search(value):
            # A quantity that happens to be someone's number.
            return value
        found = self.names.replace(value, loosely=column in self.loose)
        if found != value:
            with self._lock:
                self.searched_out[column] += 1
                if column == "activity":
                    self.changed_activities[value] = found
        return found


CHANGES: Final = ("old_value", "new_value")


def mapped(array: pa.Array, rename: Callable[[str], str]) -> pa.Array:
    """Return text with every different value renamed once; the array itself where nothing changes."""
    import pyarrow as pa

    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    renamed = [rename(value) for value in values]
    if renamed == values:
        return array
    new = with_values(encoded, renamed)
    return new if pa.types.is_dictionary(array.type) else new.cast(pa.string())
