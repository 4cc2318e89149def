"""What is fuzzed: each target takes any bytes and must end well or with one of ordermine's own errors.

A target that reads a file also checks the ledger of what was read; a target that parses text, that what it understood
survives being written and read again.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.errors import OrdermineError
from ordermine.quoting import writable
from tests.fuzz import seeds, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ordermine.eventlog.manifest import Manifest

DOCUMENTED = frozenset({2, 3, 5, 6})
"""Exit codes of errors that an input can be the cause of."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz."""

    run: Callable[[bytes, Path], None]
    """Takes an input and a folder to write to; raises what is a find."""
    seeds: Callable[[], Sequence[bytes]]
    tokens: Sequence[bytes]
    runs: int
    """Inputs in the short run of the test suite."""
    isolated: bool = False
    """Whether it reads with compiled parsers that may end the process."""


def try_input(target: Target, data: bytes, folder: Path) -> None:
    """Run one input; raises unless it ends well or with an error that says what is wrong."""
    try:
        target.run(data, folder)
    except OrdermineError as error:
        if error.exit_code not in DOCUMENTED or not str(error).strip():
            raise AssertionError(f"exit code {error.exit_code}: {error}") from error


def _ingest(path: Path, folder: Path, case: str | None = None, columns: dict[str, str] | None = None) -> Manifest:
    """Ingest a file and check that every row is accounted for."""
    import pyarrow.parquet as pq

    from ordermine.ingest.open import open_sources
    from ordermine.ingest.plan import Options
    from ordermine.pipeline import ingest
    from ordermine.project import Project

    log = folder / "log"
    manifest = ingest(open_sources([path], case), log, Project(), Options(columns=columns or {}), force=True, threads=1)
    ledger = manifest.ledger
    assert ledger.rows_in == ledger.events + ledger.duplicates + ledger.rejected
    stored = manifest.folder(log)
    events = pq.read_table(stored / "events")
    reasons = Counter(pq.read_table(stored / "left_out.parquet").column("reason").to_pylist())
    assert len(events) == ledger.events
    assert reasons.pop("duplicate", 0) == ledger.duplicates
    assert reasons == Counter(ledger.rejected_by_reason)
    assert not {"case_id", "activity", "timestamp"} & {name for name in events.column_names if events[name].null_count}
    return manifest


def _of_file(name: str, case: str | None = None) -> Callable[[bytes, Path], None]:
    def run(data: bytes, folder: Path) -> None:
        path = folder / name
        path.write_bytes(data)
        _ingest(path, folder, case)

    return run


def _csv(data: bytes, folder: Path) -> None:
    name = "export.csv.gz" if data.startswith(b"\x1f\x8b") else "export.csv"
    path = folder / name
    path.write_bytes(data)
    _ingest(path, folder)


LINE_END = re.compile(r"\r\n|\n|\r")


def _csv_records(data: bytes, folder: Path) -> None:
    """Every line below the header is part of exactly one record, whether that becomes a row or not."""
    from ordermine.ingest.readers.csv import open_csv

    path = folder / "records.csv"
    path.write_bytes(data)
    source = open_csv(path, path.name)
    found: list[tuple[int, str]] = []
    for batch in source.batches():
        rows = batch.read()
        assert all(len(rows.table.column(name)) == len(rows.numbers) for name in source.columns)
        found += sorted(batch.raw_text(rows.numbers.tolist()).items())
        found += [(left.row, left.raw or "") for left in rows.left_out]
    numbers = [number for number, _ in found]
    assert len(set(numbers)) == len(numbers), "a line begins two records"
    if source.encoding != "utf-8" or source.gzipped or not _is_utf8(data):
        return
    lines = dict(enumerate(LINE_END.split(data.removeprefix(b"\xef\xbb\xbf").decode()), 1))
    told: dict[int, str] = {}
    for number, raw in found:
        for at, line in enumerate(LINE_END.split(raw), number):
            assert at not in told, f"line {at} is part of two records"
            told[at] = line
    below = {at: line for at, line in lines.items() if at >= source.dialect.data_line and line.strip()}
    assert {at: line for at, line in told.items() if line.strip()} == below


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _stamps(data: bytes, _: Path) -> None:
    """Whatever a column of stamps holds is read or refused; ISO 8601 means what Python's own reading says."""
    from datetime import UTC, datetime, timedelta

    import pyarrow as pa

    from ordermine.ingest.timestamps import FormatFinder, parse

    texts: list[str | None] = [text or None for text in data.decode("utf-8", "replace").split("\n")]
    values = pa.array(texts, pa.string())
    for declared in (None, "dmy"):
        finder = FormatFinder("when", declared)
        try:
            finder.look(values)
            form = finder.decide()
        except OrdermineError:
            continue
        parsed = parse(values, form)
        assert len(parsed.valid) == len(texts)
        for text, valid, wall in zip(texts, parsed.valid, parsed.wall, strict=True):
            if valid and text and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?", text, re.ASCII):
                expected = datetime.fromisoformat(text).replace(tzinfo=UTC)
                assert int(wall) == (expected - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), text


def _project(data: bytes, folder: Path) -> None:
    from ordermine.project import load_project, parse_project

    path = folder / "ordermine.toml"
    path.write_bytes(data)
    project = load_project(path)
    assert parse_project(project.to_toml()) == project
    project.source_of("export_1.csv")


def _gate(data: bytes, _: Path) -> None:
    from ordermine.analyze.gates.expression import parse_gate

    gate = parse_gate(data.decode("utf-8", "surrogateescape"))
    again = parse_gate(gate.text)
    assert (again.measure, again.side, again.limit) == (gate.measure, gate.side, gate.limit)


def _condition(data: bytes, folder: Path) -> None:
    """A condition selects whole cases or is refused, and reaches nothing else."""
    from ordermine.eventlog.filters import Filters
    from ordermine.eventlog.log import open_log

    log = folder / "conditions"
    if not log.exists():
        export = folder / "conditions.csv"
        export.write_bytes(seeds.CSV[0])
        _ingest(export, folder)
        (folder / "log").rename(log)
    before = sorted(folder.rglob("*"))
    opened = open_log(log, filters=Filters(where=data.decode("utf-8", "surrogateescape")), threads=1)
    try:
        chosen = {case for (case,) in opened.rows("SELECT case_id FROM cases")}
        assert chosen <= {"001", "002", "1E5"}
        kept = sum(1 for row in seeds.ROWS if row[0] in chosen)
        assert opened.rows("SELECT count(*) FROM events")[0][0] == kept
    finally:
        opened.connection.close()
    assert sorted(folder.rglob("*")) == before


def _file_name(data: bytes, folder: Path) -> None:
    """A file of any name is read, and not another one whose name is like it."""
    name = os.fsdecode(data.replace(b"/", b"").replace(b"\0", b"")[:200])
    if name in ("", ".", "..", "export1.csv"):
        return
    home = folder / "named"
    home.mkdir(exist_ok=True)
    path = home / name
    kinds = {".parquet": seeds.parquet()[0], ".jsonl": seeds.JSONL[0], ".xes": seeds.XES[0]}
    path.write_bytes(kinds.get(path.suffix.lower(), seeds.CSV[0]))
    decoy = home / "export1.csv"
    decoy.write_text("case,activity,timestamp\nwrong,wrong,2026-01-01\n")
    try:
        manifest = _ingest(path, folder)
        assert manifest.ledger.events == (3 if path.suffix.lower() == ".xes" else len(seeds.ROWS))
        assert [source.name for source in manifest.sources] == [writable(name)]
    finally:
        path.unlink()


TARGETS = {
    "csv": Target(_csv, lambda: seeds.CSV, tokens.CSV, 120),
    "csv-records": Target(_csv_records, lambda: seeds.CSV, tokens.CSV, 250),
    "stamps": Target(_stamps, lambda: seeds.STAMPS, tokens.STAMPS, 300),
    "json": Target(_of_file("export.json"), lambda: seeds.JSON, tokens.JSON, 60),
    "jsonl": Target(_of_file("export.jsonl"), lambda: seeds.JSONL, tokens.JSON, 60),
    "xes": Target(_of_file("export.xes"), lambda: seeds.XES, tokens.XML, 80),
    "ocel-json": Target(_of_file("export.json", "order"), lambda: seeds.OCEL_JSON, tokens.OCEL, 60),
    "ocel-xml": Target(_of_file("export.xml", "order"), lambda: seeds.OCEL_XML, (*tokens.OCEL, *tokens.XML), 60),
    "excel": Target(_of_file("export.xlsx"), seeds.excel, tokens.EXCEL, 6, isolated=True),
    "parquet": Target(_of_file("export.parquet"), seeds.parquet, (b"PAR1",), 60, isolated=True),
    "project": Target(_project, lambda: seeds.PROJECTS, tokens.PROJECT, 150),
    "gate": Target(_gate, lambda: seeds.GATES, tokens.GATES, 500),
    "condition": Target(_condition, lambda: seeds.CONDITIONS, tokens.CONDITIONS, 60),
    "file-name": Target(_file_name, lambda: seeds.NAMES, tokens.NAMES, 50),
}
