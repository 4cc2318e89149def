"""The events of a log as CSV, Parquet, JSON Lines or XES: what comes from the source, nothing that is derived."""

from __future__ import annotations

import gzip
import io
import json
from typing import TYPE_CHECKING, Any, BinaryIO

from ordermine.errors import UsageError
from ordermine.placing import replacing
from ordermine.quoting import identifier
from ordermine.schema import DERIVED_COLUMNS, EVENT_COLUMNS, XES_NAMES
from ordermine.targets import check_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from ordermine.eventlog.log import Log

FORMATS = (".csv", ".parquet", ".xes", ".xes.gz", ".jsonl")
BATCH = 50_000
STAMP_TEXT = """
CASE timestamp_precision
  WHEN 'us' THEN strftime({0}, '%Y-%m-%dT%H:%M:%S.%fZ')
  ELSE strftime({0}, '%Y-%m-%dT%H:%M:%SZ')
END
"""
"""Stamps as text, in UTC; how precise they are stands in a column of its own."""


def export_events(log: Log, path: Path, names: str, *, force: bool) -> None:
    """Write the selected events in log order.

    Parameters
    ----------
    log
        An open log.
    path
        The file; its ending says which format.
    names
        ``plain`` for the names of the log, ``xes`` for those of XES and pm4py. XES files always have the latter.
    force
        Replace a file that exists.

    Raises
    ------
    UsageError
        Unknown format, or the file exists.
    EnvironmentFault
        It can't be written.
    """
    ending = next((form for form in sorted(FORMATS, key=len, reverse=True) if path.name.lower().endswith(form)), None)
    if ending is None:
        raise UsageError(f"{path}: no export format {path.suffix!r}", hint=f"write one of {', '.join(FORMATS)}")
    check_file(path, force=force)
    columns = exported_columns(log)
    renamed = {name: XES_NAMES.get(name, name) if names == "xes" else name for name in columns}
    with log.explained(), replacing(path) as file:
        if ending == ".parquet":
            _write_parquet(log, columns, renamed, file)
        elif ending == ".csv":
            _write_csv(log, columns, renamed, file)
        elif ending == ".jsonl":
            _write_json_lines(log, columns, renamed, file)
        else:
            _write_xes(log, columns, file, gzipped=ending == ".xes.gz")


def exported_columns(log: Log) -> list[str]:
    """Return the columns that come from the source, in order; of ordermine's own only those that hold anything."""
    columns = [name for name in log.columns if name not in DERIVED_COLUMNS]
    counts = ", ".join(f"count({identifier(name)})" for name in columns)
    filled = log.rows(f"SELECT {counts} FROM events")[0]
    always = ("case_id", "activity", "timestamp", "timestamp_precision")
    known = log.rows("SELECT count(*) FROM events WHERE actor_type <> 'unknown'")[0][0]
    return [
        name
        for name, count in zip(columns, filled, strict=True)
        if name in always or name not in EVENT_COLUMNS or (count and (name != "actor_type" or known))
    ]


def _select(log: Log, columns: list[str]) -> duckdb.DuckDBPyConnection:
    """Run the query for these columns, every one as text."""
    chosen = []
    for name in columns:
        kind = EVENT_COLUMNS.get(name, "string")
        quoted = identifier(name)
        if kind.startswith("timestamp"):
            chosen.append(f"{STAMP_TEXT.format(quoted)} AS {quoted}")
        elif kind.startswith("decimal"):
            chosen.append(f"rtrim(rtrim({quoted}::VARCHAR, '0'), '.') AS {quoted}")
        else:
            chosen.append(quoted)
    return log.connection.execute(f"SELECT {', '.join(chosen)} FROM events ORDER BY case_no, seq")


def _batches(log: Log, columns: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    cursor = _select(log, columns)
    while rows := cursor.fetchmany(BATCH):
        yield rows


def _write_csv(log: Log, columns: list[str], renamed: dict[str, str], file: BinaryIO) -> None:
    import csv

    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([renamed[name] for name in columns])
    for rows in _batches(log, columns):
        writer.writerows(rows)
    text.flush()
    text.detach()


def _write_json_lines(log: Log, columns: list[str], renamed: dict[str, str], file: BinaryIO) -> None:
    named = [renamed[name] for name in columns]
    for rows in _batches(log, columns):
        for row in rows:
            event = {name: value for name, value in zip(named, row, strict=True) if value is not None}
            file.write(json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")


def _write_parquet(log: Log, columns: list[str], renamed: dict[str, str], file: BinaryIO) -> None:
    import pyarrow.parquet as pq

    chosen = ", ".join(f"{identifier(name)} AS {identifier(renamed[name])}" for name in columns)
    reader = log.connection.sql(f"SELECT {chosen} FROM events ORDER BY case_no, seq").to_arrow_reader(BATCH)
    with pq.ParquetWriter(file, reader.schema, compression="zstd", write_page_checksum=True) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _write_xes(log: Log, columns: list[str], file: BinaryIO, *, gzipped: bool) -> None:
    from lxml import etree

    from ordermine.discover.model_files import xml_text

    of_trace = ["case_id", *(name for name in columns if name.startswith("case:") and _is_same_in_case(log, name))]
    at = {name: position for position, name in enumerate(columns)}
    # A fixed time stamp in the gzip header keeps the bytes the same on every run.
    target: Any = gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") if gzipped else file

    def attribute(name: str, value: str) -> Any:
        kind = "date" if name in ("timestamp", "start_timestamp") else "string"
        key = XES_NAMES.get(name, name).removeprefix("case:")
        return etree.Element(kind, key=xml_text(key), value=xml_text(value))

    with etree.xmlfile(target, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(
            "log", {"xes.version": "1849-2016", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
        ):
            for name, prefix in (
                ("Concept", "concept"),
                ("Time", "time"),
                ("Organizational", "org"),
                ("Lifecycle", "lifecycle"),
            ):
                uri = f"http://www.xes-standard.org/{prefix}.xesext"
                xml.write(etree.Element("extension", name=name, prefix=prefix, uri=uri))
            for rows in _traces(log, columns, at["case_id"]):
                with xml.element("trace"):
                    for name in of_trace:
                        value = next((row[at[name]] for row in rows if row[at[name]] is not None), None)
                        if value is not None:
                            xml.write(attribute(name, value))
                    for row in rows:
                        event = etree.Element("event")
                        for name in columns:
                            if name not in of_trace and row[at[name]] is not None:
                                event.append(attribute(name, str(row[at[name]])))
                        xml.write(event)
                    xml.write("\n")
    if gzipped:
        target.close()


def _is_same_in_case(log: Log, name: str) -> bool:
    """Return whether all events of a case have the same value, or none of them has one."""
    query = """
    SELECT 1 FROM events GROUP BY case_no HAVING count(DISTINCT {0}) > 1 OR count({0}) NOT IN (0, count(*)) LIMIT 1
    """
    return not log.rows(query.format(identifier(name)))


def _traces(log: Log, columns: list[str], case_at: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the events of one case at a time."""
    trace: list[tuple[Any, ...]] = []
    for rows in _batches(log, columns):
        for row in rows:
            if trace and row[case_at] != trace[0][case_at]:
                yield trace
                trace = []
            trace.append(row)
    if trace:
        yield trace
