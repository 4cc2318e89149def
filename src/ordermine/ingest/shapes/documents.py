"""Documents and their flow as event rows: an event for the creation of each, and for each of its dates."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ordermine.canonical import DUPLICATE
from ordermine.errors import InputError, UsageError
from ordermine.ingest.mapping import ColumnMapping
from ordermine.ingest.shapes import flow
from ordermine.ingest.shapes.columns import check_columns, formats_of, names_of
from ordermine.ingest.shapes.shaped import EVENTS, FILE, PLACE, ShapedSource
from ordermine.ingest.shapes.statements import DEPARTMENT, MOMENT, STEP, filled
from ordermine.ingest.shapes.table import ROW, WRITTEN, connect, load
from ordermine.quoting import identifier, literal
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from ordermine.ingest.encode import ColumnChoice
    from ordermine.ingest.source import Source
    from ordermine.project import DeclaredSource, Flow

CASE: Final = "(order)"
DOCUMENT: Final = "(document)"
KIND: Final = "(kind of document)"
REPEATED: Final = "_repeated"
CREATE: Final = "Create {kind}"
"""What the creation of a document is called where the project file doesn't say it."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """One file of documents."""

    source: Source
    mapping: ColumnMapping
    """Which column plays which part, as proposed or declared."""
    declared: DeclaredSource
    date_order: str | None


@dataclass(frozen=True, slots=True)
class Documents:
    """Files of documents as event rows, and which of their columns plays which part."""

    sources: list[ShapedSource]
    mappings: list[ColumnMapping]
    notes: tuple[str, ...]


def read_documents(
    files: Sequence[DocumentFile], further: Mapping[str, Source], *, keep_duplicates: bool = False
) -> Documents:
    """Return files of documents as event rows; the flow may lead from one file to the other.

    Parameters
    ----------
    files
        In source order.
    further
        All exported files by name, among them those that say which document follows which.
    keep_duplicates
        Keep rows that equal an earlier one.

    Raises
    ------
    UsageError
        A column isn't there, or it isn't known what the documents are.
    InputError
        Documents of different kinds have one number; dates are ambiguous or contradict each other.
    """
    connection = connect()
    for at, one in enumerate(files):
        _load(connection, at, one, keep_duplicates=keep_duplicates)
    _load_flow(connection, [one.declared.flow for one in files if one.declared.flow is not None], further)
    parts = " UNION ALL ".join(_documents_of(at, one) for at, one in enumerate(files))
    connection.execute(
        f"""
        CREATE TABLE {flow.DOCUMENTS} AS
        SELECT * EXCLUDE dates, row_number() OVER first AS place, dates = first_value(dates) OVER first AS same
        FROM ({parts}) WINDOW first AS (PARTITION BY id ORDER BY _file, _row)
        """
    )
    _refuse_shared_numbers(connection, files)
    connection.execute(
        f"""
        CREATE TABLE {flow.EDGES} AS
        SELECT predecessor AS preceding, id AS subsequent FROM {flow.DOCUMENTS}
        WHERE predecessor IS NOT NULL AND id IS NOT NULL
        UNION
        SELECT preceding, subsequent FROM told
        WHERE preceding IS NOT NULL AND subsequent IN (SELECT id FROM {flow.DOCUMENTS})
        """
    )
    connection.execute(flow.roots(list(dict.fromkeys(kind for one in files for kind in one.declared.roots))))
    connection.execute(flow.cases())
    union = " UNION ALL BY NAME ".join(f"({_events_of(at, one)})" for at, one in enumerate(files))
    connection.execute(
        f"""
        CREATE TABLE {EVENTS} AS
        SELECT * EXCLUDE _milestone,
               row_number() OVER (PARTITION BY {FILE}, {ROW} ORDER BY _milestone, {identifier(CASE)}) AS {PLACE}
        FROM ({union}) ORDER BY {FILE}, {ROW}, {PLACE}
        """
    )
    left_out: dict[int, dict[int, str]] = {at: {} for at in range(len(files))}
    for file, row, reason in connection.execute(flow.reasons()).fetchall():
        left_out[file][row] = reason
    for at in range(len(files)):
        for (row,) in connection.execute(f"SELECT {ROW} FROM {_table(at)} WHERE {REPEATED}").fetchall():
            left_out[at][row] = DUPLICATE
    lock = threading.Lock()
    sources = [
        ShapedSource(one.source, connection, "no event", "documents", file=at, reasons=left_out[at], _lock=lock)
        for at, one in enumerate(files)
    ]
    mappings = [_mapping(one, shaped) for one, shaped in zip(files, sources, strict=True)]
    return Documents(sources, mappings, _notes(connection))


def _table(at: int) -> str:
    return f"exported_{at}"


def _load(connection: duckdb.DuckDBPyConnection, at: int, one: DocumentFile, *, keep_duplicates: bool) -> None:
    source, declared = one.source, one.declared
    check_columns(source, declared.milestones, "milestones")
    check_columns(source, [declared.predecessor] if declared.predecessor else [], "predecessor")
    if "object_type" not in one.mapping.columns and declared.document is None:
        raise UsageError(
            f"{source.name}: what are these documents? No column says it",
            hint='write document = "invoice", or object_type = "COLUMN", under its [[source]]',
        )
    load(connection, source, formats_of(source, _stamps(one), one.date_order), _table(at))
    columns = ", ".join(identifier(column) for column in source.columns)
    repeated = "false" if keep_duplicates else f"row_number() OVER (PARTITION BY {columns} ORDER BY {ROW}) > 1"
    connection.execute(f"CREATE OR REPLACE TABLE {_table(at)} AS SELECT *, {repeated} AS {REPEATED} FROM {_table(at)}")


def _stamps(one: DocumentFile) -> list[ColumnChoice]:
    """Return the columns with stamps: of the creation, then of the milestones."""
    return list(dict.fromkeys([one.mapping.columns["timestamp"], *one.declared.milestones]))


def _load_flow(connection: duckdb.DuckDBPyConnection, flows: Sequence[Flow], further: Mapping[str, Source]) -> None:
    connection.execute("CREATE TABLE told (preceding VARCHAR, subsequent VARCHAR)")
    for number, one in enumerate(dict.fromkeys(flows)):
        source = further.get(one.name)
        if source is None:
            raise UsageError(
                f"{one.file}, which says which document follows which, isn't there",
                hint="put it beside the project file, or name it together with the exports",
            )
        check_columns(source, [one.preceding, one.subsequent], "flow")
        load(connection, source, {}, f"flow_{number}")
        pair = f"{filled(identifier(one.preceding))}, {filled(identifier(one.subsequent))}"
        connection.execute(f"INSERT INTO told SELECT {pair} FROM flow_{number}")


def _documents_of(at: int, one: DocumentFile) -> str:
    """Return the query for file, row, id, kind, predecessor and dates of every row of a file."""
    columns = one.mapping.columns
    kind = f"coalesce({_kind(one)}, 'document')"
    predecessor = filled(identifier(one.declared.predecessor)) if one.declared.predecessor else "NULL::VARCHAR"
    dates = ", ".join(WRITTEN.format(place) for place in range(len(_stamps(one))))
    return f"""
    SELECT {at}::INTEGER AS _file, {ROW} AS _row, {filled(identifier(str(columns["object_id"])))} AS id,
           {kind} AS kind, {predecessor} AS predecessor, [{dates}]::VARCHAR AS dates
    FROM {_table(at)} WHERE NOT {REPEATED}
    """


def _kind(one: DocumentFile) -> str:
    column = one.mapping.columns.get("object_type") if one.declared.document is None else None
    return literal(one.declared.document) if column is None else filled(identifier(str(column)))


def _events_of(at: int, one: DocumentFile) -> str:
    """Return the query for the event rows of a file: the creation, then the milestones, for each case."""
    stamps = _stamps(one)
    entries = [
        f"{{'place': 0, 'step': {_created(one)}, 'department': NULL::VARCHAR, "
        f"'moment': coalesce({filled('t.' + WRITTEN.format(0))}, '')}}"
    ]
    for column, milestone in one.declared.milestones.items():
        moment = f"t.{WRITTEN.format(stamps.index(column))}"
        entries.append(
            f"{{'place': {len(entries)}, 'step': {literal(milestone.activity)}, "
            f"'department': {literal(milestone.department)}::VARCHAR, 'moment': {filled(moment)}}}"
        )
    kept = "".join(f"t.{identifier(column)}, " for column in one.source.columns)
    department = f", m.department AS {identifier(DEPARTMENT)}" if _declares_departments(one) else ""
    return f"""
    SELECT {kept}d._file AS {FILE}, d._row AS {ROW}, c.root AS {identifier(CASE)}, d.id AS {identifier(DOCUMENT)},
           d.kind AS {identifier(KIND)}, m.step AS {identifier(STEP)}, m.moment AS {identifier(MOMENT)}{department},
           m.place AS _milestone
    FROM {_table(at)} t JOIN {flow.DOCUMENTS} d ON d._file = {at} AND d._row = t.{ROW} AND d.place = 1
    JOIN {flow.CASES} c ON c.id = d.id, unnest([{", ".join(entries)}]) AS u(m)
    WHERE m.moment IS NOT NULL
    """


def _created(one: DocumentFile) -> str:
    """Return SQL for what the creation of a document is called."""
    steps = {kind: step.set for kind, step in one.declared.steps.items()}
    others = literal(steps.pop("*", CREATE))
    cases = " ".join(f"WHEN {literal(kind)} THEN {literal(step)}" for kind, step in steps.items())
    named = f"CASE d.kind {cases} ELSE {others} END" if cases else others
    return f"replace({named}, '{{kind}}', d.kind)"


def _declares_departments(one: DocumentFile) -> bool:
    return any(milestone.department for milestone in one.declared.milestones.values())


def _refuse_shared_numbers(connection: duckdb.DuckDBPyConnection, files: Sequence[DocumentFile]) -> None:
    found = connection.execute(
        f"""
        SELECT id, arg_min((kind, _file, _row), (_file, _row)), arg_max((kind, _file, _row), (_file, _row))
        FROM {flow.DOCUMENTS} WHERE id IS NOT NULL GROUP BY id HAVING count(DISTINCT kind) > 1 ORDER BY id LIMIT 1
        """
    ).fetchone()
    if found is None:
        return
    number, *places = found
    shown = " and ".join(
        f"{kind} in row {row:,} of {files[file].source.name}" for kind, file, row in (tuple(place) for place in places)
    )
    raise InputError(
        f"document {number!r} is {shown}: one number for different documents, so that the flow can't be followed",
        hint="export numbers that are unique over all kinds, e.g. with the kind in front of them",
    )


def _mapping(one: DocumentFile, shaped: ShapedSource) -> ColumnMapping:
    columns: dict[str, ColumnChoice] = {
        **one.mapping.columns,
        "case": CASE,
        "activity": STEP,
        "timestamp": MOMENT,
        "object_type": KIND,
        "object_id": DOCUMENT,
    }
    made = "followed from document to document"
    reasons = {
        **one.mapping.reasons,
        "case": made,
        "activity": "the creation of a document, and its further dates",
        "timestamp": "when it was created, or the further date",
        "object_type": "what kind of document it is",
        "object_id": "the document's own number",
    }
    if one.declared.predecessor is not None:
        columns.setdefault("reference", one.declared.predecessor)
        reasons.setdefault("reference", "the document that it came of")
    if DEPARTMENT in shaped.columns and "department" not in columns:
        columns["department"] = DEPARTMENT
        reasons["department"] = "declared for each date"
    taken = {name for choice in columns.values() for name in names_of(choice)}
    return ColumnMapping(
        columns={key: columns[key] for key in KEY_COLUMNS if key in columns},
        reasons={key: reasons[key] for key in KEY_COLUMNS if key in columns},
        unused=[column for column in shaped.columns if column not in taken],
        shape="events",
    )


def _notes(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    [(several,)] = connection.execute(
        f"SELECT count(*) FROM (SELECT id FROM {flow.CASES} GROUP BY id HAVING count(*) > 1)"
    ).fetchall()
    if not several:
        return ()
    return (f"{several:,} documents belong to several orders: each has an event in every one of them",)
