"""How each source is to be read: columns, date formats, decimal marks; decided before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from ordermine.canonical import SourceRecord
from ordermine.errors import InputError, UsageError
from ordermine.ingest.encode import ALWAYS_CODED, DISTINCT_SHARE, ColumnChoice, Reading, stamp_text, stored_names
from ordermine.ingest.mapping import propose
from ordermine.ingest.numerals import decimal_mark
from ordermine.ingest.presets.join import join, mapping_of
from ordermine.ingest.presets.preset import find_preset, needed, recognise
from ordermine.ingest.shapes.reshape import reshape
from ordermine.ingest.source import NO_HEADER
from ordermine.ingest.timestamps import FAMILIES, NUMBERS, Format, FormatFinder
from ordermine.project import DeclaredSource
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from ordermine.ingest.mapping import ColumnMapping
    from ordermine.ingest.presets.preset import Preset
    from ordermine.ingest.source import Source
    from ordermine.project import Project

SAMPLE_ROWS = 1000
SHOWN_VALUES = 8
STAMP_KEYS = ("timestamp", "start")
NUMBER_KEYS = ("amount", "quantity")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line decides for all sources; what it leaves out comes from the project file."""

    columns: Mapping[str, str] = field(default_factory=dict)
    """Source key → column."""
    timezone: str | None = None
    date_order: str | None = None
    not_recorded: tuple[str, ...] = ()
    lifecycle: str = "all"
    keep_duplicates: bool = False
    preset: str | None = None
    """Name of the system that all files are tables of."""
    remembered_columns: Mapping[str, str] = field(default_factory=dict)
    """Like `columns`, from earlier ingests into the same log; counts for sources that have such a column."""
    remembered_formats: Mapping[str, Format] = field(default_factory=dict)
    """Stamp column → format that earlier files of the same log proved."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one source is read, and what to say about it."""

    source: Source
    reading: Reading
    record: SourceRecord
    loses: tuple[str, ...] = ()
    """What the source's shape can't show."""
    notes: tuple[str, ...] = ()
    """What has to be said of how it was read."""
    joined: bool = False
    """Whether its events were made together with those of other files."""


def make_plans(sources: Sequence[Source], project: Project, options: Options) -> list[Plan]:
    """Decide how each source is to be read.

    Parameters
    ----------
    sources
        In source order.

    Raises
    ------
    UsageError
        A declared column doesn't exist, or a required one can't be proposed.
    InputError
        A source has no header or no rows; the dates of a column are ambiguous or contradict each other.
    """
    preset = _preset(sources, project, options)
    if preset is not None:
        return _joined_plans(sources, *preset, project, options)
    sources = list(sources)
    heads = [read_head(source) for source in sources]
    told: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    choices = []
    for position, (source, head) in enumerate(zip(sources, heads, strict=True)):
        declared_source = project.source_of(source.name)
        if not (options.columns or declared_source):
            _check_header(source, head)
        samples = {name: head.column(name).slice(0, SAMPLE_ROWS).to_pylist() for name in source.columns}
        choice = propose(
            samples,
            _declared(source, options),
            project=declared_source.columns() if declared_source else None,
            shape=declared_source.shape if declared_source else "events",
            where=source.name,
        )
        if choice.shape != "events":
            order = options.date_order or (declared_source.date_order if declared_source else None)
            reshaped = reshape(source, choice, declared_source or DeclaredSource(), order, samples)
            sources[position], choice = reshaped.source, reshaped.mapping
            told[position] = (reshaped.loses, reshaped.notes)
            heads[position] = read_head(reshaped.source)
        choices.append(choice)
    return _plans(sources, heads, choices, told, project, options)


def _preset(sources: Sequence[Source], project: Project, options: Options) -> tuple[Preset, dict[int, str]] | None:
    """Return the preset that is named, or that all of the files are tables of, and which file is which table."""
    name = options.preset or project.log.preset
    if name is not None:
        preset = find_preset(name)
        tables = preset.assign(sources)
        if tables is None:
            raise UsageError(
                f"preset {name}: these files are not its tables",
                hint="it needs " + "; ".join(f"{table} with {', '.join(one.columns)}" for table, one in needed(preset)),
            )
        return preset, tables
    if project.source or options.columns:
        return None
    return recognise(sources)


def _joined_plans(
    sources: Sequence[Source], preset: Preset, tables: dict[int, str], project: Project, options: Options
) -> list[Plan]:
    """Return the plans of the tables of one system."""
    joined = join(sources, tables, preset, keep_duplicates=options.keep_duplicates)
    heads = [first_rows(source) or source.between(0, -1) for source in joined]
    choices = [mapping_of(source, preset) for source in joined]
    told: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {
        0: ((), tuple(f"{preset.name}: {trap}" for trap in preset.traps))
    }
    return _plans(joined, heads, choices, told, project, options, joined=True)


def _plans(
    sources: Sequence[Source],
    heads: Sequence[pa.Table],
    choices: Sequence[ColumnMapping],
    told: Mapping[int, tuple[tuple[str, ...], tuple[str, ...]]],
    project: Project,
    options: Options,
    *,
    joined: bool = False,
) -> list[Plan]:
    finders = find_formats(sources, heads, [choice.columns for choice in choices], project, options)
    plans = []
    for number, (source, head, choice) in enumerate(zip(sources, heads, choices, strict=True)):
        extras = stored_names(choice.unused)
        formats = {
            key: _decide(finder, finders, source, options.remembered_formats) for key, finder in finders[number].items()
        }
        names = {KEY_COLUMNS[key]: column for key, column in choice.columns.items()} | {
            name: column for column, name in extras.items()
        }
        reading = Reading(
            source=number,
            name=source.name,
            columns=choice.columns,
            extras=extras,
            formats={key: form for key, form in formats.items() if form is not None},
            proven=frozenset(key for key, finder in finders[number].items() if finder.declared is None),
            marks={
                key: decimal_mark(_pieces(source, head, str(choice.columns[key])))
                for key in NUMBER_KEYS
                if key in choice.columns
            },
            coded=frozenset(
                name
                for name, column in names.items()
                if isinstance(column, str) and _repeats(head.column(column), name)
            ),
            timezone=options.timezone or project.log.timezone or "UTC",
            not_recorded=frozenset(
                spelling.strip().lower() for spelling in (*project.departments.not_recorded, *options.not_recorded)
            ),
            lifecycle=options.lifecycle,
        )
        shown = {
            key: column if isinstance(column, str) else " + ".join(column) for key, column in choice.columns.items()
        }
        record = SourceRecord(
            source.name,
            "",
            0,
            tuple(sorted({*names, "actor_type"})),
            source.tabular,
            dict(source.described),
            shown,
            dict(choice.reasons),
        )
        plans.append(Plan(source, reading, record, *told.get(number, ((), ())), joined=joined))
    return plans


def _declared(source: Source, options: Options) -> dict[str, ColumnChoice]:
    """Return the columns that the command line names; in OCEL, ``--case`` names the object type, not a column."""
    remembered = {key: column for key, column in options.remembered_columns.items() if column in source.columns}
    declared: dict[str, ColumnChoice] = {**remembered, **options.columns}
    if source.described["format"].startswith("OCEL"):
        declared.pop("case", None)
    return declared


def first_rows(source: Source) -> pa.Table | None:
    """Return the first batch that has rows; None where there is none."""
    return next((rows for batch in source.batches() if (rows := batch.read().table).num_rows), None)


def read_head(source: Source) -> pa.Table:
    """Return the first batch that has rows.

    Raises
    ------
    InputError
        There is none.
    """
    head = first_rows(source)
    if head is not None:
        return head
    left_out = sum(len(batch.read().left_out) for batch in source.batches())
    if left_out:
        raise InputError(
            f"{source.name}: none of its {left_out:,} rows can be read", hint="look at it with: ordermine inspect"
        )
    raise InputError(f"{source.name}: it has a header but no rows", hint="export it again, with data")


def _check_header(source: Source, head: pa.Table) -> None:
    """Raise if the columns have no names, or names that are values: a date stands above a date."""
    values = []
    if source.described.get("header") == NO_HEADER:
        values = [column[0].as_py() or "" for column in head.columns]
    elif source.tabular and any(
        _is_date(name) and _is_date(head.column(name)[0].as_py() or "") for name in source.columns
    ):
        values = list(source.columns)
    if values:
        shown = ", ".join(map(repr, values[:SHOWN_VALUES])) + (", …" if len(values) > SHOWN_VALUES else "")
        raise InputError(
            f"{source.name}: no header: the first line holds values: {shown}",
            hint="put a line with the names of the columns above it, or say which column is what, by position, e.g. "
            "--case 'column 1' --activity 'column 2' --timestamp 'column 3'",
        )


def _is_date(text: str) -> bool:
    return any(form.match(text) for family, form in FAMILIES.items() if family not in NUMBERS)


def _pieces(source: Source, head: pa.Table, column: str) -> Iterator[pa.Array]:
    """Yield the values of a column piece by piece, each once per piece."""
    yield head.column(column).combine_chunks().unique()
    for batch in islice(source.batches(), 1, None):
        yield batch.read().table.column(column).combine_chunks().unique()


def _repeats(column: pa.ChunkedArray, name: str) -> bool:
    """Whether a column repeats its values often enough to be worth a dictionary."""
    if name in ALWAYS_CODED:
        return True
    values = column.combine_chunks()
    return len(values.unique()) <= max(DISTINCT_SHARE * len(values), 100)


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


def _decide(
    finder: FormatFinder,
    all_finders: Sequence[Mapping[str, FormatFinder]],
    source: Source,
    remembered: Mapping[str, Format],
) -> Format | None:
    """Return a column's format; another file of the same export may prove what this one leaves open."""
    if finder.key == "start" and finder.family is None:
        return None
    if not finder.seen:
        # A table of a system from which no event came: the format of the others does.
        return next((other.decide() for finders in all_finders for other in finders.values() if other.seen), None)
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
