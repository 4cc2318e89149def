"""Canonical events to a log on disk: number the cases, hand their events to parts, link each part, publish.

1. Batches are kept as they come (on disk beyond the memory limit); each case's first instant is noted.
2. Cases are numbered by (start, id); consecutive cases form parts of about a million events.
3. Every batch is split by part.
4. Parts are linked and written, several at a time.

Cost is linear in the number of events: the only sorts are of cases and, within a part, of packed integers. Where parts
begin doesn't depend on threads or memory, so that neither do the files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ordermine.canonical import DUPLICATE, EventBatch, LeftOut, RawText, SourceRecord
from ordermine.errors import EnvironmentFault, InputError, OrdermineError
from ordermine.eventlog.checksums import checksums
from ordermine.eventlog.layout import Layout, PartSummary
from ordermine.eventlog.link import link
from ordermine.eventlog.manifest import NAME, UNPUBLISHED, Ledger, read_manifest, sync_folder
from ordermine.eventlog.shelf import Shelf
from ordermine.parallel import ordered_map
from ordermine.placing import parents_of
from ordermine.schema import EVENT_COLUMNS, PRECISIONS
from ordermine.temporary import own, remove_unowned, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow as pa


PART_EVENTS = 500_000
"""Events of a part; a part ends with the case that reaches it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, for the manifest."""

    ledger: Ledger
    cases: int
    activities: int
    variants: int
    first: str | None
    last: str | None
    precision: dict[str, int]
    recorded: frozenset[str]
    """Columns that hold a value in at least one event."""
    columns: tuple[str, ...]
    case_attributes: tuple[str, ...]
    repeated_kept: int
    """Exact duplicates that were kept."""
    checksums: dict[str, int]
    """File → CRC-32 of its bytes."""


@contextlib.contextmanager
def generation(log: Path) -> Iterator[tuple[int, Path]]:
    """Give the number and folder of a new generation of a log; whoever fails leaves the old one as it was.

    Only one run at a time may write a log. Remains of earlier runs are removed first; the folder is removed when the
    body fails, the manifest of which publishes it otherwise.

    Raises
    ------
    EnvironmentFault
        Another run is writing this log, or the folder can't be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(parents_of(log / NAME))
            lock = own(log)
        except OSError as error:
            raise EnvironmentFault(f"{log}: {error.strerror}", hint="choose a folder that can be written") from error
        if lock is None:
            raise EnvironmentFault(f"{log}: locked: another run is writing it", hint="wait until it is done")
        stack.callback(os.close, lock)
        folder: Path | None = None
        try:
            current = _current_generation(log)
            _remove_remains(log, current)
            folder = log / f"{current + 1:06d}"
            folder.mkdir()
            yield current + 1, folder
        except OSError as error:
            raise EnvironmentFault(f"{log}: {error.strerror or error}", hint="check space and permissions") from error
        finally:
            # Asked of the manifest, since a signal may come between publishing and the next statement.
            if folder is not None and not _is_published(log, folder):
                shutil.rmtree(folder, ignore_errors=True)
                with contextlib.suppress(OSError):
                    (log / UNPUBLISHED).unlink(missing_ok=True)


def _remove_remains(log: Path, current: int) -> None:
    """Remove what earlier runs left; a generation that is being read is left to a later run."""
    (log / UNPUBLISHED).unlink(missing_ok=True)
    for stale in log.iterdir():
        if stale.is_dir() and stale.name.isdigit() and int(stale.name) != current:
            remove_unowned(stale)


def _is_published(log: Path, folder: Path) -> bool:
    """Whether the manifest names this generation; where it can't be read, it may."""
    try:
        return read_manifest(log).folder(log) == folder
    except EnvironmentFault:
        return True
    except OrdermineError:
        return False


def remove_generations(log: Path, but: int) -> None:
    """Remove all generations of a log but one."""
    for stale in log.iterdir():
        if stale.is_dir() and stale.name.isdigit() and int(stale.name) != but:
            shutil.rmtree(stale)


def _current_generation(log: Path) -> int:
    """Return the number of the published generation, 0 without any; of a damaged log that of the newest folder."""
    if not (log / NAME).exists():
        return 0
    try:
        return read_manifest(log).generation
    except InputError:
        return max((int(folder.name) for folder in log.iterdir() if folder.name.isdigit()), default=0)


def write_events(
    folder: Path,
    batches: Iterable[EventBatch],
    sources: Sequence[SourceRecord],
    raw_text: RawText,
    coarsest: Callable[[int], int],
    *,
    keep_duplicates: bool = False,
    case_attributes: Sequence[str] = (),
    carried: pa.Table | None = None,
    threads: int = 2,
    memory_limit: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write the files of one generation.

    Parameters
    ----------
    folder
        The new generation's folder, empty.
    batches
        Canonical events in source order: by source, then row.
    sources
        All sources, in source order.
    raw_text
        Gives the text of duplicates, which are only found out at the end.
    coarsest
        Tells, once all batches are read, the coarsest precision (a position in `schema.PRECISIONS`) that a source's
        stamps really have; what is written with seconds that are always zero is precise to the minute.
    keep_duplicates
        Keep exact duplicates as events.
    case_attributes
        Declared case attributes; columns that are constant in every case are added.
    carried
        Rows left out by earlier runs on this log, in the layout of ``left_out.parquet``.
    threads, memory_limit
        Limits; bytes.
    progress
        Is told, in a few words, what is going on.

    Raises
    ------
    OrdermineError
        The ledger doesn't add up: a defect in ordermine.
    EnvironmentFault
        The disk is full or can't be written.
    """
    try:
        # Beside the generation, where the next run finds what a killed one leaves.
        with temporary_folder(folder.parent) as scratch:
            writer = _Writer(
                folder, scratch, sources, keep_duplicates, frozenset(case_attributes), threads, memory_limit
            )
            writer.collect(batches)
            progress("numbering cases")
            writer.number_cases()
            progress("linking events")
            writer.distribute(coarsest)
            writer.link_parts()
            return writer.finish(raw_text, carried)
    except OSError as error:
        raise EnvironmentFault(
            f"writing the log failed: {error.strerror or error}", hint="free some space, or choose another folder"
        ) from error


class _Writer:
    """State of one write; its methods are the steps, in order."""

    def __init__(
        self,
        folder: Path,
        scratch: Path,
        sources: Sequence[SourceRecord],
        keep_duplicates: bool,
        declared: frozenset[str],
        threads: int,
        memory_limit: int | None,
    ) -> None:
        self.folder = folder
        self.sources = sources
        self.drop = [source.tabular and not keep_duplicates for source in sources]
        self.source_columns = [frozenset(source.columns) for source in sources]
        self.declared = declared
        self.threads = threads
        (scratch / "batches").mkdir()
        (scratch / "parts").mkdir()
        budget = None if memory_limit is None else memory_limit // 4
        self.batches = Shelf(scratch / "batches", budget)
        self.parts = Shelf(scratch / "parts", budget)
        self.left_out: list[tuple[int, LeftOut]] = []
        self.rows_in = 0
        self.rows_of: Counter[str] = Counter()
        self.cases_of: list[pa.DictionaryArray] = []
        self.stamps: list[np.ndarray] = []
        self.batch_source: list[int] = []
        self.extras: dict[str, None] = {}
        self.types: dict[str, pa.DataType] = {}
        self.recorded: set[str] = set()
        self.precision: Counter[str] = Counter()
        self.repeated_kept = 0

    def collect(self, batches: Iterable[EventBatch]) -> None:
        """Step 1: keep the batches, note what numbering needs."""
        import numpy as np
        import pyarrow as pa

        for batch in batches:
            table = batch.table
            self.rows_in += table.num_rows + len(batch.left_out)
            self.rows_of[self.sources[batch.source].name] += table.num_rows + len(batch.left_out)
            self.left_out.extend((batch.source, row) for row in batch.left_out)
            for name in table.column_names:
                if name not in EVENT_COLUMNS:
                    self.extras.setdefault(name)
                kind = table.schema.field(name).type
                # Text that one source repeats and another doesn't is plain text in the log.
                self.types[name] = kind if self.types.get(name, kind) == kind else pa.string()
                if name not in self.recorded and table.column(name).null_count < table.num_rows:
                    self.recorded.add(name)
            if not table.num_rows:
                continue
            self.cases_of.append(table.column("case_id").combine_chunks())
            self.stamps.append(np.asarray(table.column("timestamp").combine_chunks()))
            self.batches.put(len(self.batch_source), table.drop_columns(["case_id"]))
            self.batch_source.append(batch.source)

    def number_cases(self) -> None:
        """Step 2: number the cases by (start, id) and decide where parts begin."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        self.case_numbers: list[np.ndarray] = []
        if not self.cases_of:
            self.case_ids = pa.array([], pa.string())
            self.part_starts = np.zeros(1, dtype=np.int64)
            return
        unified = pa.chunked_array(self.cases_of).unify_dictionaries()
        self.cases_of = []
        ids = unified.chunk(0).dictionary
        codes = [np.asarray(chunk.indices) for chunk in unified.chunks]
        start = np.full(len(ids), np.iinfo(np.int64).max)
        events = np.zeros(len(ids), dtype=np.int64)
        for code, stamp in zip(codes, self.stamps, strict=True):
            np.minimum.at(start, code, stamp)
            events += np.bincount(code, minlength=len(ids))
        order = np.asarray(
            pc.sort_indices(
                pa.table({"start": start, "id": ids}), sort_keys=[("start", "ascending"), ("id", "ascending")]
            )
        ).astype(np.int64)
        # A case all of whose rows were rejected is still in the dictionary.
        order = order[events[order] > 0]
        number = np.empty(len(ids), dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)
        self.case_numbers = [number[code] for code in codes]
        self.case_ids = ids.take(pa.array(order))
        before = np.cumsum(events[order]) - events[order]
        part = before // PART_EVENTS
        self.part_starts = np.append(np.flatnonzero(np.append(True, part[1:] != part[:-1])), len(order))
        self.stamps = []

    def distribute(self, coarsest: Callable[[int], int]) -> None:
        """Step 3: split every batch by part, keeping source order."""
        import numpy as np
        import pyarrow as pa

        boundaries = self.part_starts[1:-1]
        types = {name: kind for name, kind in self.types.items() if name != "case_id"}

        def split(key: int) -> list[tuple[int, pa.Table]]:
            case, source = self.case_numbers[key], self.batch_source[key]
            table = _with_columns(pa.concat_tables(self.batches.take(key)), types)
            table = table.append_column("case_no", pa.array(case))
            table = table.append_column("source_file", pa.array(np.full(len(case), source, dtype=np.int16)))
            table = _with_precision(table, coarsest(source))
            part = np.searchsorted(boundaries, case, side="right")
            if part.min() == part.max():
                return [(int(part[0]), table)]
            order = np.argsort(part, kind="stable")
            table = table.take(pa.array(order)).combine_chunks()
            present, first = np.unique(part[order], return_index=True)
            ends = [*first[1:], len(part)]
            return [
                (int(number), table.slice(begin, end - begin))
                for number, begin, end in zip(present, first, ends, strict=True)
            ]

        for pieces in ordered_map(split, range(len(self.batch_source)), self.threads):
            for number, table in pieces:
                self.parts.put(number, table)
        self.case_numbers = []

    def link_parts(self) -> None:
        """Step 4: link the parts and write them."""
        (self.folder / "events").mkdir()
        self.layout = Layout(self.case_ids, [source.name for source in self.sources], list(self.extras))
        self.summaries: list[PartSummary] = []
        constant: frozenset[str] | None = None

        def work(number: int) -> PartSummary:
            part = link(
                self.parts.take(number),
                first_case=int(self.part_starts[number]),
                source_columns=self.source_columns,
                drop_duplicates=self.drop,
                constant=constant,
                declared=self.declared,
            )
            return self.layout.write_part(self.folder / "events" / f"part-{number:05d}.parquet", part)

        for summary in ordered_map(work, range(len(self.part_starts) - 1), self.threads):
            self.summaries.append(summary)
            constant = summary.constant if constant is None else constant & summary.constant
            self.left_out.extend((source, LeftOut(row, DUPLICATE)) for source, row in summary.duplicates)
            self.precision.update(summary.precision)
            self.repeated_kept += summary.repeated_kept
        self.constant = constant or frozenset()

    def finish(self, raw_text: RawText, carried: pa.Table | None) -> Written:
        """Write cases, variants and left-out rows; check the ledger."""
        reasons = Counter(row.reason for _, row in self.left_out)
        by_source = {source.name: Counter[str]() for source in self.sources}
        for source, row in self.left_out:
            by_source[self.sources[source].name][row.reason] += 1
        events = sum(summary.events for summary in self.summaries)
        if carried is not None:
            self.rows_in += carried.num_rows
            reasons.update(carried.column("reason").to_pylist())
            for name, reason in zip(*(carried.column(key).to_pylist() for key in ("file", "reason")), strict=True):
                self.rows_of[name] += 1
                by_source[name][reason] += 1
        duplicates = reasons.pop(DUPLICATE, 0)
        counts = {
            name: {
                "rows_in": self.rows_of[name],
                "events": self.rows_of[name] - left.total(),
                "left_out": dict(sorted(left.items())),
            }
            for name, left in by_source.items()
        }
        ledger = Ledger(self.rows_in, events, duplicates, dict(sorted(reasons.items())), counts)
        if not ledger.adds_up():
            raise OrdermineError(
                f"rows are missing: {ledger.rows_in} read, {events} events, {duplicates} duplicates, "
                f"{ledger.rejected} rejected",
                hint="nothing was written; please report this with the export's first lines",
            )
        wanted = self.constant | self.declared
        attributes = [name for name in [*EVENT_COLUMNS, *self.extras] if name in wanted]
        variants = self.layout.write_cases(self.folder, self.summaries, attributes)
        self.layout.write_left_out(self.folder, self.left_out, raw_text, carried)
        for path in sorted(self.folder.rglob("*.parquet")):
            with path.open("rb") as file:
                os.fsync(file.fileno())
        sync_folder(self.folder / "events")
        sync_folder(self.folder)
        stamps = [(s.first, s.last) for s in self.summaries if s.events]
        return Written(
            ledger,
            len(self.case_ids),
            len(frozenset().union(*(summary.activity_names for summary in self.summaries))),
            variants,
            _iso(min(first for first, _ in stamps)) if stamps else None,
            _iso(max(last for _, last in stamps)) if stamps else None,
            {name: self.precision[name] for name in PRECISIONS if self.precision[name]},
            frozenset(self.recorded),
            (*EVENT_COLUMNS, *self.extras),
            tuple(attributes),
            self.repeated_kept,
            checksums(self.folder),
        )


def _with_columns(table: pa.Table, types: dict[str, pa.DataType]) -> pa.Table:
    """Return the table with exactly these columns; absent ones are null."""
    import pyarrow as pa

    arrays = []
    present = set(table.column_names)
    for name, kind in types.items():
        if name not in present:
            arrays.append(pa.chunked_array([pa.nulls(table.num_rows, kind)]))
        else:
            column = table.column(name)
            arrays.append(column if column.type == kind else column.cast(kind))
    return pa.table(arrays, names=list(types))


def _with_precision(table: pa.Table, coarsest: int) -> pa.Table:
    """Replace precision codes by their words, none finer than the source really is."""
    import numpy as np
    import pyarrow as pa

    at = table.schema.get_field_index("timestamp_precision")
    codes = np.maximum(np.asarray(table.column(at).combine_chunks()), coarsest).astype(np.int32)
    words = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(PRECISIONS, pa.string()))
    return table.set_column(at, "timestamp_precision", words)


def _iso(micros: int) -> str:
    import numpy as np

    return f"{np.datetime64(micros, 'us')}Z"
