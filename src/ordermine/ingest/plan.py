"""How each source is to be read: columns, date formats, decimal marks; decided before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from ordermine.canonical import SourceRecord
from ordermine.errors import UsageError
from ordermine.ingest.encode import ALWAYS_CODED, DISTINCT_SHARE, ColumnChoice, Reading, stored_names
from ordermine.ingest.formats import decide_format, find_formats
from ordermine.ingest.head import check_header, first_rows, read_head
from ordermine.ingest.lookup.declared import References, tie
from ordermine.ingest.lookup.further import FurtherSource, no_events
from ordermine.ingest.lookup.source import LookedUpSource
from ordermine.ingest.mapping import ColumnMapping, propose
from ordermine.ingest.numerals import decimal_mark
from ordermine.ingest.parts import assign_parts
from ordermine.ingest.presets.join import join, mapping_of
from ordermine.ingest.shapes.documents import DocumentFile, read_documents
from ordermine.ingest.shapes.reshape import reshape
from ordermine.project import DeclaredSource
from ordermine.schema import KEY_COLUMNS, REQUIRED_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from ordermine.ingest.parts import System
    from ordermine.ingest.source import Source
    from ordermine.ingest.timestamps import Format
    from ordermine.project import Project

SAMPLE_ROWS = 1000
NUMBER_KEYS = ("amount", "quantity")
WITHOUT_EVENTS = ColumnMapping(dict(zip(REQUIRED_KEYS, REQUIRED_KEYS, strict=True)), {}, [], "events")
"""Columns of a file that only tells something about events."""


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
    unseen: str = ""
    """Events that happened and that the source lacks, in words."""
    notes: tuple[str, ...] = ()
    """What has to be said of how it was read."""
    joined: bool = False
    """Whether its events were made together with those of other files."""
    zone_known: bool = False
    """Whether somebody said in which zone stamps without an offset are."""


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
    parts = assign_parts(sources, project, preset=options.preset, columns=options.columns)
    drafts = {at: _by_itself(sources[at], project, options, among_others=len(sources) > 1) for at in parts.alone}
    for system in parts.systems:
        drafts |= _joined(system, sources, options)
    if parts.documents:
        drafts |= _documents(parts.documents, sources, project, options)
    further = {at: FurtherSource(sources[at], project.further_files()[sources[at].name].use) for at in parts.further}
    drafts |= {at: Draft(told, no_events(), WITHOUT_EVENTS) for at, told in further.items()}
    references = References({source.name: source for source in sources})
    plans = _plans([drafts[at] for at in range(len(sources))], references, project, options)
    for told in further.values():
        told.reasons.update(references.without_use(told.name))
    return plans


@dataclass(frozen=True, slots=True)
class Draft:
    """A source as event rows, before its formats are decided and other files are asked."""

    source: Source
    head: pa.Table
    choice: ColumnMapping
    loses: tuple[str, ...] = ()
    unseen: str = ""
    notes: tuple[str, ...] = ()
    joined: bool = False


def _by_itself(source: Source, project: Project, options: Options, *, among_others: bool) -> Draft:
    """Return an export that is read without others."""
    head = read_head(source)
    declared = project.source_of(source.name) or DeclaredSource()
    samples, choice = _choice(source, head, declared, options, among_others=among_others)
    if choice.shape == "events":
        return Draft(source, head, choice)
    order = options.date_order or declared.date_order
    reshaped = reshape(source, choice, declared, order, samples)
    return Draft(reshaped.source, read_head(reshaped.source), reshaped.mapping, reshaped.loses, reshaped.unseen)


def _choice(
    source: Source, head: pa.Table, declared: DeclaredSource, options: Options, *, among_others: bool
) -> tuple[dict[str, list[str | None]], ColumnMapping]:
    """Return the first values of every column, and which column plays which part."""
    if not options.columns and declared == DeclaredSource():
        check_header(source, head)
    samples = {name: head.column(name).slice(0, SAMPLE_ROWS).to_pylist() for name in source.columns}
    asked = _declared(source, options)
    try:
        choice = propose(samples, asked, project=declared.columns(), shape=declared.shape, where=source.name)
    except UsageError as error:
        if not among_others:
            raise
        raise UsageError(
            str(error),
            hint="say under a [[source]] in ordermine.toml what its columns are, or look things up in it with "
            "[[source.lookup]] (ordermine inspect proposes both), or leave it out",
        ) from None
    return samples, choice


def _documents(
    positions: Sequence[int], sources: Sequence[Source], project: Project, options: Options
) -> dict[int, Draft]:
    """Return the files of documents, by their position among all files."""
    files = []
    for at in positions:
        source = sources[at]
        declared = project.source_of(source.name) or DeclaredSource()
        _, choice = _choice(source, read_head(source), declared, options, among_others=len(sources) > 1)
        files.append(DocumentFile(source, choice, declared, options.date_order or declared.date_order))
    by_name = {source.name: source for source in sources}
    found = read_documents(files, by_name, keep_duplicates=options.keep_duplicates)
    return {
        at: Draft(
            source,
            first_rows(source) or source.between(0, -1),
            mapping,
            notes=found.notes if at == positions[0] else (),
            joined=True,
        )
        for at, source, mapping in zip(positions, found.sources, found.mappings, strict=True)
    }


def _joined(system: System, sources: Sequence[Source], options: Options) -> dict[int, Draft]:
    """Return the tables of one system, by their position among all files."""
    preset = system.preset
    positions = list(system.tables)
    tables = {number: system.tables[at] for number, at in enumerate(positions)}
    joined = join([sources[at] for at in positions], tables, preset, keep_duplicates=options.keep_duplicates)
    traps = tuple(f"{preset.name}: {trap}" for trap in preset.traps)
    return {
        at: Draft(
            source,
            first_rows(source) or source.between(0, -1),
            mapping_of(source, preset),
            notes=traps if at == min(positions) else (),
            joined=True,
        )
        for at, source in zip(positions, joined, strict=True)
    }


def _plans(drafts: Sequence[Draft], references: References, project: Project, options: Options) -> list[Plan]:
    finders = find_formats(
        [draft.source for draft in drafts],
        [draft.head for draft in drafts],
        [draft.choice.columns for draft in drafts],
        project,
        options,
    )
    plans = []
    for number, draft in enumerate(drafts):
        formats = {
            key: decide_format(finder, finders, draft.source, options.remembered_formats)
            for key, finder in finders[number].items()
        }
        known = {key: form for key, form in formats.items() if form is not None}
        proven = frozenset(key for key, finder in finders[number].items() if finder.declared is None)
        declared_source = project.source_of(draft.source.name)
        zones = (options.timezone, declared_source and declared_source.timezone, project.log.timezone)
        timezone = next((zone for zone in zones if zone), None)
        told = draft
        if declared_source and declared_source.lookup and draft.choice is not WITHOUT_EVENTS:
            told = _looked_up(draft, declared_source, references, known["timestamp"], timezone or "UTC", options)
        plans.append(_plan(number, told, known, proven, timezone, project, options))
    return plans


def _looked_up(
    draft: Draft,
    declared: DeclaredSource,
    references: References,
    form: Format,
    timezone: str,
    options: Options,
) -> Draft:
    """Return a draft with the columns that other files add."""
    found = [references.of(lookup, timezone) for lookup in declared.lookup]
    keys = {*declared.columns(), *options.columns}
    if any(milestone.department for milestone in declared.milestones.values()):
        keys.add("department")
    matches, choice = tie(draft.source, draft.choice, declared.lookup, found, keys)
    source = LookedUpSource(draft.source, matches, choice.columns["timestamp"], form, timezone)
    return replace(draft, source=source, head=source.completed(draft.head), choice=choice)


def _plan(
    number: int,
    draft: Draft,
    formats: Mapping[str, Format],
    proven: frozenset[str],
    timezone: str | None,
    project: Project,
    options: Options,
) -> Plan:
    source, head, choice = draft.source, draft.head, draft.choice
    extras = stored_names(choice.unused)
    names = {KEY_COLUMNS[key]: column for key, column in choice.columns.items()} | {
        name: column for column, name in extras.items()
    }
    reading = Reading(
        source=number,
        name=source.name,
        columns=choice.columns,
        extras=extras,
        formats=formats,
        proven=proven,
        marks={
            key: decimal_mark(_pieces(source, head, str(choice.columns[key])))
            for key in NUMBER_KEYS
            if key in choice.columns
        },
        coded=frozenset(
            name for name, column in names.items() if isinstance(column, str) and _repeats(head.column(column), name)
        ),
        timezone=timezone or "UTC",
        not_recorded=frozenset(
            spelling.strip().lower() for spelling in (*project.departments.not_recorded, *options.not_recorded)
        ),
        lifecycle=options.lifecycle,
    )
    shown = {key: column if isinstance(column, str) else " + ".join(column) for key, column in choice.columns.items()}
    record = SourceRecord(
        source.name,
        "",
        0,
        tuple(sorted({*names, "actor_type"})),
        source.tabular,
        dict(source.described),
        {} if choice is WITHOUT_EVENTS else shown,
        dict(choice.reasons),
    )
    zone_known = timezone is not None
    return Plan(
        source,
        reading,
        record,
        draft.loses,
        draft.unseen,
        draft.notes,
        joined=draft.joined,
        zone_known=zone_known,
    )


def _declared(source: Source, options: Options) -> dict[str, ColumnChoice]:
    """Return the columns that the command line names; in OCEL, ``--case`` names the object type, not a column."""
    remembered = {key: column for key, column in options.remembered_columns.items() if column in source.columns}
    declared: dict[str, ColumnChoice] = {**remembered, **options.columns}
    if source.described["format"].startswith("OCEL"):
        declared.pop("case", None)
    return declared


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
