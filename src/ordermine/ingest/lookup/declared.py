"""The lookups that a project file declares, tied to the files and the columns they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ordermine.errors import UsageError, near
from ordermine.ingest.lookup.reference import load
from ordermine.ingest.lookup.source import Match
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.lookup.reference import Reference
    from ordermine.ingest.mapping import ColumnMapping
    from ordermine.ingest.source import Source
    from ordermine.project import Lookup

KEPT: Final = ("case", "activity")
"""Source keys that keep the export's own value where nothing is found: no event goes without."""


class References:
    """The files of one ingest in which something is looked up; each is read once for every use of it."""

    def __init__(self, files: Mapping[str, Source]) -> None:
        self._files = files
        self._loaded: dict[tuple[str, str], Reference] = {}

    def of(self, lookup: Lookup, timezone: str) -> Reference:
        """Return the file of a lookup.

        Raises
        ------
        UsageError
            The file or a column isn't there.
        InputError
            It contradicts itself, or its dates can't be read; see `reference.load`.
        """
        source = self._files.get(lookup.name)
        if source is None:
            raise UsageError(
                f"{lookup.file}, in which {' and '.join(lookup.take)} is to be looked up, isn't there",
                hint="put it beside the project file, or name it together with the exports",
            )
        key = (lookup.model_dump_json(), timezone)
        if key not in self._loaded:
            self._loaded[key] = load(source, lookup, timezone)
        return self._loaded[key]

    def without_use(self, name: str) -> dict[int, str]:
        """Return the rows of a file that no lookup in it can use, and why."""
        loaded = [one.without_use for one in self._loaded.values() if one.name == name]
        shared = set.intersection(*map(set, loaded)) if loaded else set()
        return {row: loaded[0][row] for row in sorted(shared)}


def tie(
    source: Source,
    mapping: ColumnMapping,
    lookups: Sequence[Lookup],
    references: Sequence[Reference],
    declared: Collection[str],
) -> tuple[list[Match], ColumnMapping]:
    """Return the lookups of one source by its columns, and which column plays which part with them.

    Parameters
    ----------
    source
        Its event rows.
    mapping
        Which of its own columns plays which part.
    lookups, references
        What is looked up, and the file of each, in the order in which it happens: a later one may match by what an
        earlier one took.
    declared
        Source keys for which a column is declared.

    Raises
    ------
    UsageError
        A column isn't there, or something is to be taken that the source has already.
    """
    present = list(source.columns)
    called: dict[str, str] = {}
    columns: dict[str, ColumnChoice] = dict(mapping.columns)
    reasons = dict(mapping.reasons)
    unused = list(mapping.unused)
    matches = []
    for lookup, reference in zip(lookups, references, strict=True):
        keys = []
        for column in lookup.match:
            keys.append(called.get(column, column))
            if keys[-1] not in present:
                raise UsageError(
                    f"{source.name}: no column {column!r} to match with {lookup.name}",
                    hint=near(column, [*source.columns, *called]),
                )
        added: list[str] = []
        instead: list[str | None] = []
        for taken, there in lookup.take.items():
            own = columns.get(taken)
            if taken in KEY_COLUMNS:
                if own is not None and taken not in KEPT and taken in declared and taken not in called:
                    raise UsageError(
                        f"{source.name}: {taken} is declared as column {own!r} and looked up in {lookup.name}",
                        hint="leave one of the two out",
                    )
                name = _free(f"{there} in {lookup.name}", present)
                instead.append(own if taken in KEPT and isinstance(own, str) else None)
                columns[taken] = name
                reasons[taken] = f"looked up by {' and '.join(lookup.match)}"
                if isinstance(own, str) and own in source.columns and own not in columns.values():
                    unused.append(own)
            else:
                if taken in present:
                    raise UsageError(
                        f"{source.name}: it has a column {taken!r} already",
                        hint=f'give what is looked up another name: take = {{ "{taken} (looked up)" = "{there}" }}',
                    )
                name = taken
                instead.append(None)
                unused.append(name)
            present.append(name)
            added.append(name)
            called[taken] = name
        matches.append(Match(reference, tuple(keys), tuple(added), tuple(instead)))
    return matches, replace(
        mapping,
        columns={key: columns[key] for key in KEY_COLUMNS if key in columns},
        reasons={key: reasons[key] for key in KEY_COLUMNS if key in columns},
        unused=unused,
    )


def _free(name: str, taken: Collection[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free = f"{name} ({number})"
        number += 1
    return free
