"""One ingest under way: all sources in their order, and what was noticed while reading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.canonical import EventBatch, SourceRecord
from ordermine.eventlog.reread import stored_batches, stored_raw_text
from ordermine.ingest.encode import Tally, encode
from ordermine.ingest.open import unique_name
from ordermine.ingest.timestamps import US
from ordermine.parallel import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from ordermine.eventlog.manifest import Manifest
    from ordermine.ingest.plan import Plan
    from ordermine.pseudonymised import Pseudonymised

MIN_STAMPS = 20
"""Stamps that a source must have before their being always on full minutes or days says something."""


class Run:
    """One ingest under way: all sources in their order, and what was noticed while reading."""

    def __init__(
        self,
        plans: Sequence[Plan],
        old: Manifest | None,
        out: Path,
        threads: int,
        progress: Callable[[str], None],
        private: Pseudonymised | None,
    ) -> None:
        self.private = private
        self.old = old
        self.old_folder = old.folder(out) if old else None
        self.threads = threads
        self.progress = progress
        stored = list(old.sources) if old else []
        named = [(record.name, 0, position, record) for position, record in enumerate(stored)]
        taken = {record.name for record in stored}
        for position, plan in enumerate(plans):
            name = unique_name(plan.record.name, taken)
            taken.add(name)
            named.append((name, 1, position, replace(plan.record, name=name)))
        named.sort(key=lambda item: item[:3])
        self.records: list[SourceRecord] = [record for *_, record in named]
        self.stored_number = {name: at for at, (name, new, _, _) in enumerate(named) if not new}
        self.plans = {at: plans[position] for at, (_, new, position, _) in enumerate(named) if new}
        self.tallies = {at: Tally() for at in self.plans}

    def batches(self) -> Iterator[EventBatch]:
        """Yield the events of all sources."""
        if self.old_folder is not None:
            for stored in stored_batches(self.old_folder, self.stored_number):
                yield stored if self.private is None else self.private.stored(stored)
        for number, plan in self.plans.items():
            rows = 0
            for batch, tally in ordered_map(
                lambda item, plan=plan: encode(item, plan.reading),  # type: ignore[misc]
                plan.source.batches(),
                self.threads,
            ):
                self.tallies[number].add(tally)
                rows += batch.table.num_rows + len(batch.left_out)
                name = self.records[number].name
                self.progress(f"reading {name}: {rows:,} rows")
                left_out = batch.left_out if self.private is None else self.private.left_out(name, batch.left_out)
                yield EventBatch(number, batch.table, left_out)

    def raw_text(self, number: int, rows: Sequence[int]) -> Mapping[int, str]:
        """Return rows as they stand in their file, for the log."""
        if self.private is None:
            return self._raw_text(number, rows)
        if number in self.plans:
            self.private.ask_texts(self.records[number].name, rows, lambda missing: self._raw_text(number, missing))
        return {}

    def _raw_text(self, number: int, rows: Sequence[int]) -> Mapping[int, str]:
        plan = self.plans.get(number)
        if plan is None:
            assert self.old_folder is not None
            return stored_raw_text(self.old_folder, self.records[number].name, rows)
        wanted = set(rows)
        texts: dict[int, str] = {}
        for batch in plan.source.batches():
            here = [int(row) for row in batch.read().numbers if int(row) in wanted]
            texts.update(batch.raw_text(here))
            wanted.difference_update(here)
            if not wanted:
                break
        return texts

    @property
    def new_records(self) -> list[SourceRecord]:
        """Records of the sources that are read now."""
        return [self.records[number] for number in self.plans]

    def coarsest(self, number: int) -> int:
        """Return the coarsest precision that a source's stamps really have."""
        tally = self.tallies.get(number)
        if tally is None or tally.coarsest is None or tally.stamps < MIN_STAMPS:
            return US
        return tally.coarsest

    def carried(self) -> pa.Table | None:
        """Return the rows that earlier runs left out, None without any."""
        if self.old_folder is None:
            return None
        import pyarrow.parquet as pq

        return pq.read_table(self.old_folder / "left_out.parquet", page_checksum_verification=True)
