"""Columns of an exported file that a shape needs: that they are there, and how their stamps are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.errors import InputError, UsageError, near
from ordermine.ingest.encode import stamp_text
from ordermine.ingest.timestamps import FormatFinder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.source import Source
    from ordermine.ingest.timestamps import Format


def check_columns(source: Source, columns: Sequence[str] | Mapping[str, object], key: str) -> None:
    """Raise UsageError if a column that is declared for a key isn't there."""
    for column in columns:
        if column not in source.columns:
            raise UsageError(f"{source.name}: no column {column!r} for {key}", hint=near(column, source.columns))


def formats_of(source: Source, choices: Iterable[ColumnChoice], date_order: str | None) -> dict[ColumnChoice, Format]:
    """Return the proven formats of stamp columns.

    Columns of one file that are written alike prove the order of day and month for each other.

    Raises
    ------
    InputError
        Dates of a column are ambiguous, contradict each other, or are none.
    """
    finders = {choice: FormatFinder(" + ".join(names_of(choice)), date_order) for choice in choices}
    for batch in source.batches():
        undecided = [choice for choice, finder in finders.items() if finder.undecided]
        if not undecided:
            break
        table = batch.read().table
        for choice in undecided:
            finders[choice].look(stamp_text(table, choice))
    return {choice: _decided(source, finder, finders.values()) for choice, finder in finders.items()}


def _decided(source: Source, finder: FormatFinder, others: Iterable[FormatFinder]) -> Format:
    if finder.ambiguous:
        alike = [one for one in others if one.proven and one.family == finder.family and _dots(one) == _dots(finder)]
        proofs = {one.decide() for one in alike}
        if len(proofs) == 1 and next(iter(proofs)).order in finder.possible:
            return proofs.pop()
    try:
        return finder.decide()
    except InputError as error:
        raise InputError(f"{source.name}: {error}", hint=error.hint) from None


def _dots(finder: FormatFinder) -> set[str]:
    """Return what stands between the numbers of a column's dates."""
    return {character for example in finder.examples for character in example[:10] if character in "./-"}


def names_of(choice: ColumnChoice) -> tuple[str, ...]:
    """Return the columns of a choice, which are two where date and time are apart."""
    return (choice,) if isinstance(choice, str) else choice
