"""Which date format each stamp column has: proven by its own values, or by those of other files."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ordermine.errors import InputError
from ordermine.ingest.encode import stamp_text
from ordermine.ingest.timestamps import Format, FormatFinder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.plan import Options
    from ordermine.ingest.source import Source
    from ordermine.project import Project

STAMP_KEYS = ("timestamp", "start")


def find_formats(
    sources: Sequence[Source],
    heads: Sequence[pa.Table],
    columns: Sequence[Mapping[str, ColumnChoice]],
    project: Project,
    options: Options,
) -> list[dict[str, FormatFinder]]:
    """Collect evidence on the date format of each source's stamp columns; read on only while something is open."""
    found = []
    for source, head, choice in zip(sources, heads, columns, strict=True):
        declared_source = project.source_of(source.name)
        order = options.date_order or (declared_source.date_order if declared_source else None)
        finders = {key: FormatFinder(_shown(choice[key]), order, key) for key in STAMP_KEYS if key in choice}
        for key, finder in finders.items():
            finder.look(stamp_text(head, choice[key]))
        open_ = [key for key in finders if finders[key].undecided]
        for batch in islice(source.batches(), 1, None) if open_ else ():
            table = batch.read().table
            for key in open_:
                finders[key].look(stamp_text(table, choice[key]))
            open_ = [key for key in open_ if finders[key].undecided]
            if not open_:
                break
        found.append(finders)
    return found


def decide_format(
    finder: FormatFinder,
    all_finders: Sequence[Mapping[str, FormatFinder]],
    source: Source,
    remembered: Mapping[str, Format],
) -> Format | None:
    """Return a column's format; another file of the same export may prove what this one leaves open."""
    if finder.key == "start" and finder.family is None:
        return None
    if not finder.seen:
        # A file from which no event came: the format of the others does, or any.
        seen = [other.decide() for finders in all_finders for other in finders.values() if other.seen]
        return next(iter(seen), Format("year first"))
    if finder.ambiguous:
        proofs = {
            other.decide()
            for finders in all_finders
            for other in finders.values()
            if other.column == finder.column and other.family == finder.family and other.proven
        }
        earlier = remembered.get(finder.column)
        if earlier is not None and earlier.family == finder.family and earlier.order in finder.possible:
            proofs.add(earlier)
        if len(proofs) == 1:
            return proofs.pop()
    try:
        return finder.decide()
    except InputError as error:
        raise InputError(f"{source.name}: {error}", hint=error.hint) from None


def _shown(choice: ColumnChoice) -> str:
    return choice if isinstance(choice, str) else " + ".join(choice)
