"""The whole flow, from exported files to a log that is open for questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.canonical import EventBatch, SourceRecord
from ordermine.errors import EnvironmentFault, InputError, UsageError, near
from ordermine.eventlog.look_alike_ids import KEPT_APART, note_on_ids
from ordermine.eventlog.manifest import NAME, UNPUBLISHED, Manifest, publish, read_manifest
from ordermine.eventlog.reread import stored_batches, stored_raw_text
from ordermine.eventlog.store import Written, generation, remove_generations, write_events
from ordermine.ingest.encode import Tally, encode
from ordermine.ingest.lookup.source import LookedUpSource
from ordermine.ingest.open import Opened, unique_name
from ordermine.ingest.originals import digests, unchanged
from ordermine.ingest.plan import Options, Plan, make_plans
from ordermine.ingest.privacy.settings import check_left_out, check_privacy
from ordermine.ingest.timestamps import DAY_OR_MONTH, ORDERS, US, Format
from ordermine.parallel import ordered_map
from ordermine.placeholders import END_YEAR, FIRST_YEAR
from ordermine.quoting import check_text
from ordermine.schema import KEY_COLUMNS, MEASURABLE, REPETITION
from ordermine.temporary import PREFIX

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from ordermine.ingest.privacy.settings import Privacy
    from ordermine.project import Project
    from ordermine.pseudonymised import Pseudonymised

MIN_STAMPS = 20
"""Stamps that a source must have before their being always on full minutes or days says something."""

SHOWN_ROWS = 5
"""Rows with a defect that a note names."""

MOST_DAYS = 6
"""Placeholder days that a note names."""

KEPT = "exact duplicate events were kept"
AT_LEAST = "counts of steps are at least so many, since this log can't show"

Progress = Callable[[str], None]


def ingest(
    sources: Sequence[Opened],
    out: Path,
    project: Project,
    options: Options,
    *,
    privacy: Privacy | None = None,
    force: bool = False,
    append: bool = False,
    max_rejected: str | None = None,
    threads: int = 2,
    memory_limit: int | None = None,
    progress: Progress = lambda _: None,
) -> Manifest:
    """Read exported files into a log.

    Parameters
    ----------
    sources
        The exported files, in any order.
    out
        Folder of the log.
    project
        What the data can't say; a copy is kept in the log.
    options
        What the command line decides.
    privacy
        What is pseudonymised; None where names stay.
    force
        Replace a log that exists.
    append
        Add to a log that exists: the result equals one ingest of all files so far. Files that are in it already are
        recognised by their content, rows by the columns that the files share.
    max_rejected
        ``N`` or ``P%``: above it nothing is written.
    threads, memory_limit
        Limits; bytes.
    progress
        Is told, in a few words, what is going on.

    Returns
    -------
    Manifest
        What the log says about itself.

    Raises
    ------
    OrdermineError
        See section 6 of the design for which; what was there before is untouched.
    """
    if privacy is None:
        silent: AbstractContextManager[None] = nullcontext()
    else:
        from ordermine.pseudonymised import silenced

        silent = silenced([opened.source for opened in sources], project)
    with silent:
        return _ingest(
            sources, out, project, options, privacy, force, append, max_rejected, threads, memory_limit, progress
        )


def _ingest(
    sources: Sequence[Opened],
    out: Path,
    project: Project,
    options: Options,
    privacy: Privacy | None,
    force: bool,
    append: bool,
    max_rejected: str | None,
    threads: int,
    memory_limit: int | None,
    progress: Progress,
) -> Manifest:
    allowed = _allowed_rejects(max_rejected)
    for spelling in options.not_recorded:
        check_text(spelling, "--not-recorded")
    check_text(str(out.absolute()), "folder of the log")
    exists = (out / NAME).exists()
    if out.exists() and not exists and not _holds_nothing(out):
        raise UsageError(f"{out}: exists and is not a log", hint="name another folder with -o")
    if exists and not (force or append):
        raise UsageError(f"{out}: exists", hint="add --force to replace it, or --append to add to it")
    for opened in sources:
        if exists and _is_of_log(opened.path, out):
            raise UsageError(
                f"{opened.source.name}: is a part of {out}, which the next run removes",
                hint="ingest the export that the log was made of, or name another log with -o",
            )
    old = read_manifest(out) if exists and append else None
    check_privacy(privacy, project, old.privacy if old else None, added=old is not None)
    if privacy is not None and privacy.left_out is not None:
        check_left_out(privacy.left_out, out)
    files = [(opened.path, opened.source.name, opened.state) for opened in sources]
    with digests([path for path, *_ in files]) as digesting, unchanged(files) as check_unchanged:
        if old is not None:
            known = {record.sha256 for record in old.sources}
            asked = {at for at, opened in enumerate(sources) if not project.has_events(opened.source.name)}
            _refuse_changed([sources[at].source.name for at in sorted(asked) if digesting[at].result() not in known])
            if all(at in asked or digest.result() in known for at, digest in enumerate(digesting)):
                return old
            kept = [at for at, digest in enumerate(digesting) if at in asked or digest.result() not in known]
            sources, digesting = [sources[at] for at in kept], [digesting[at] for at in kept]
            options = _with_remembered(options, old)
        progress("reading")
        plans = make_plans([opened.source for opened in sources], project, options)
        if old is not None:
            # What is asked again is in the log already.
            plans = [plan for plan in plans if project.has_events(plan.source.name)]
        if old is not None and any(plan.joined for plan in plans):
            raise UsageError(
                "the tables of a system, and documents, can't be added to a log one by one: their events come from "
                "several files",
                hint="ingest all files again, with --force in place of --append",
            )
        private = None
        if privacy is not None:
            from ordermine.pseudonymised import Pseudonymised

            private = Pseudonymised(privacy, plans, old, threads, progress)
            plans = private.plans
        with generation(out) as (number, folder):
            if number != (old.generation + 1 if old else 1) and not force:
                raise EnvironmentFault(f"{out}: another run has written it meanwhile", hint="run it again")
            run = _Run(plans, old, out, threads, progress, private)
            written = write_events(
                folder,
                run.batches(),
                run.records,
                run.raw_text,
                run.coarsest,
                keep_duplicates=options.keep_duplicates,
                case_attributes=_case_attributes(project, plans),
                carried=run.carried(),
                threads=threads,
                memory_limit=memory_limit,
                progress=progress,
            )
            if not written.ledger.events:
                raise InputError(
                    f"none of {written.ledger.rows_in:,} rows became an event: {_rejected(written)}",
                    hint="check which columns were read as what, with: ordermine inspect",
                )
            if written.ledger.rejected > allowed(written.ledger.rows_in):
                raise InputError(
                    f"{written.ledger.rejected:,} of {written.ledger.rows_in:,} rows are rejected, more than "
                    f"--max-rejected {max_rejected}: {_rejected(written)}",
                    hint="look at them with: ordermine inspect; or raise the limit",
                )
            read = [(digest.result(), opened.state.size) for digest, opened in zip(digesting, sources, strict=True)]
            manifest = run.manifest(number, written, read, project, options, note_on_ids(folder / "cases.parquet"))
            check_unchanged()
            if private is None:
                publish(out, manifest)
                return manifest
            manifest = private.manifest(manifest, project, folder)
            with private.texts_kept(folder, [record.name for record in run.new_records]):
                publish(out, manifest)
            # What was there before may hold raw values.
            remove_generations(out, number)
    return manifest


def _refuse_changed(names: Sequence[str]) -> None:
    """Raise if files in which something is looked up aren't those that the log was made with."""
    if names:
        raise UsageError(
            f"{', '.join(names)}: not as it was when the log was made, so that its events would be told otherwise now",
            hint="ingest all files again, with --force in place of --append",
        )


def _case_attributes(project: Project, plans: Sequence[Plan]) -> list[str]:
    """Return the declared case attributes by the names they have in the log."""
    names: dict[str, None] = {}
    for plan in plans:
        declared = project.source_of(plan.record.name)
        canonical = {column: KEY_COLUMNS[key] for key, column in plan.reading.columns.items()}
        for column in declared.case_attributes if declared else ():
            stored = plan.reading.extras.get(column) or canonical.get(column)
            if stored is None:
                raise UsageError(
                    f"{plan.record.name}: no column {column!r} for case_attributes",
                    hint=near(column, plan.source.columns),
                )
            names.setdefault(stored)
    return list(names)


def _holds_nothing(out: Path) -> bool:
    """Whether a folder is empty but for what a run that was killed left behind."""
    return out.is_dir() and all(
        (entry.is_dir() and entry.name.isdigit()) or entry.name == UNPUBLISHED or entry.name.startswith(PREFIX)
        for entry in out.iterdir()
    )


def _is_of_log(path: Path, out: Path) -> bool:
    """Whether a file is in one of the generations of a log."""
    folders = (
        path.resolve().relative_to(out.resolve()).parts[:-1] if path.resolve().is_relative_to(out.resolve()) else ()
    )
    return bool(folders) and folders[0].isdigit()


def _with_remembered(options: Options, old: Manifest) -> Options:
    """Return the options completed by those that the log was made with."""
    before = old.options
    formats = {
        column: Format(DAY_OR_MONTH, order)
        for column, shown in old.date_orders.items()
        for order in ORDERS
        if shown == str(Format(DAY_OR_MONTH, order))
    }
    return replace(
        options,
        timezone=options.timezone or before["timezone"],
        not_recorded=tuple({*options.not_recorded, *before["not_recorded"]}),
        lifecycle=before["lifecycle"] if options.lifecycle == "all" else options.lifecycle,
        keep_duplicates=options.keep_duplicates or before["keep_duplicates"],
        remembered_columns=before["columns"],
        remembered_formats=formats,
    )


def _allowed_rejects(limit: str | None) -> Callable[[int], float]:
    """Return how many of so many rows ``--max-rejected`` allows to be rejected."""
    if limit is None:
        return lambda rows: rows
    found = re.fullmatch(r"(\d+(?:\.\d+)?)%|(\d+)", limit)
    if not found:
        raise UsageError(f"--max-rejected {limit!r}: not a number of rows or a percentage", hint="e.g. 10 or 0.5%")
    percent, number = found.groups()
    return (lambda rows: rows * float(percent) / 100) if percent else (lambda _: int(number))


def _rejected(written: Written) -> str:
    reasons = written.ledger.rejected_by_reason.items()
    return ", ".join(f"{count:,} {reason}" for reason, count in reasons)


class _Run:
    """One ingest under way: all sources in their order, and what was noticed while reading."""

    def __init__(
        self,
        plans: Sequence[Plan],
        old: Manifest | None,
        out: Path,
        threads: int,
        progress: Progress,
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

    def _loses(self) -> dict[str, bool]:
        """Return name of each source of events → whether it can't show that a step is done again."""
        before = (
            {}
            if self.old is None
            else {one.name: one.described.get("shape") == "wide" for one in self.old.sources if one.mapping}
        )
        return before | {
            self.records[at].name: REPETITION in plan.loses for at, plan in self.plans.items() if plan.record.mapping
        }

    def _unseen(self) -> tuple[str, ...]:
        """Return the events that happened and that the log lacks, in words."""
        loses = self._loses()
        repeated = [f"repeated steps of {name}" for name, lost in loses.items() if lost and not all(loses.values())]
        missing = [plan.unseen for plan in self.plans.values() if plan.unseen]
        return tuple(sorted({*missing, *repeated, *(self.old.unseen if self.old else ())}))

    def _zone_notes(self) -> Iterator[str]:
        """Yield in how many stamps of which file, or of which system's tables, the zone was assumed."""
        naive: dict[object, dict[str, int]] = {}
        for at, plan in self.plans.items():
            if self.tallies[at].naive and not plan.zone_known:
                together = plan.source.described["shape"] if plan.joined else at
                naive.setdefault(together, {})[self.records[at].name] = self.tallies[at].naive
        for stamps in naive.values():
            first, *others = stamps
            more = f" and {len(others):,} more of its tables" if others else ""
            yield (
                f"{first}{more}: {sum(stamps.values()):,} stamps have no offset and were taken as UTC; name the "
                "zone with --timezone"
            )

    def _only_zone(self) -> str:
        """Return the zone of all stamps without an offset where nothing but their sources tells it; else UTC."""
        zones = {plan.reading.timezone for plan in self.plans.values() if plan.record.mapping}
        return zones.pop() if len(zones) == 1 else "UTC"

    def manifest(
        self,
        number: int,
        written: Written,
        files: Sequence[tuple[str, int]],
        project: Project,
        options: Options,
        note: str,
    ) -> Manifest:
        """Return what the new generation says about itself; `files` are digest and size of each new source."""
        records = list(self.records)
        timezone = options.timezone or project.log.timezone or self._only_zone()
        for at, plan in self.plans.items():
            digest, size = files[plan.reading.source]
            # Only now is the encoding of a text file certain.
            described = dict(plan.source.described)
            if plan.reading.timezone != timezone and plan.record.mapping:
                described["timezone"] = plan.reading.timezone
            if self.private is not None:
                described = self.private.described(described)
            records[at] = replace(records[at], sha256=digest, bytes=size, described=described)
        not_recorded: dict[str, Counter[str]] = {}
        if self.old:
            not_recorded = {name: Counter(counts) for name, counts in self.old.not_recorded.items()}
        for tally in self.tallies.values():
            for name, counts in tally.not_recorded.items():
                not_recorded.setdefault(name, Counter()).update(counts)
        date_orders = dict(self.old.date_orders) if self.old else {}
        for plan in self.plans.values():
            for key, form in plan.reading.formats.items():
                if key in plan.record.mapping:
                    date_orders[plan.record.mapping[key]] = str(form)
        unseen = self._unseen()
        notes = [one for one in self.old.notes if not one.endswith((KEPT, KEPT_APART))] if self.old else []
        notes = [one for one in notes if not one.startswith(AT_LEAST)]
        for plan in self.plans.values():
            looked_up: Sequence[str] = ()
            if isinstance(plan.source, LookedUpSource):
                looked_up = plan.source.notes(named=self.private is None)
            notes += [one for one in (*plan.notes, *looked_up) if one not in notes]
        for at, tally in self.tallies.items():
            said = _notes(self.records[at].name, tally, self.plans[at])
            notes += [one for one in said if one not in notes]
        notes += [one for one in self._zone_notes() if one not in notes]
        if written.repeated_kept:
            notes.append(f"{written.repeated_kept:,} {KEPT}")
        if note:
            notes.append(note)
        return Manifest(
            generation=number,
            sources=tuple(records),
            project=project.to_toml(),
            ledger=written.ledger,
            cases=written.cases,
            activities=written.activities,
            variants=written.variants,
            first=written.first,
            last=written.last,
            timezone=timezone,
            options={
                "columns": {**options.remembered_columns, **options.columns},
                "keep_duplicates": options.keep_duplicates,
                "lifecycle": options.lifecycle,
                "not_recorded": sorted(options.not_recorded),
                "timezone": options.timezone or project.log.timezone,
            },
            date_orders=date_orders,
            not_recorded={
                name: dict(sorted(counts.items())) for name, counts in sorted(not_recorded.items()) if counts
            },
            precision=written.precision,
            measurable={
                **{what: columns <= written.recorded for what, columns in MEASURABLE.items()},
                REPETITION: not all(self._loses().values()),
            },
            columns=written.columns,
            recorded=tuple(name for name in written.columns if name in written.recorded),
            case_attributes=written.case_attributes,
            notes=(*notes, *(f"{AT_LEAST}: {what}" for what in unseen)),
            unseen=unseen,
            checksums=written.checksums,
        )


def _notes(name: str, tally: Tally, plan: Plan) -> Iterator[str]:
    """Yield what a person should know about how a source was read."""
    zone = plan.reading.timezone
    if tally.naive and tally.zoned:
        yield f"{name}: {tally.zoned:,} stamps have an offset, {tally.naive:,} have none"
    if tally.skipped_hour:
        yield (
            f"{name}: {tally.skipped_hour:,} stamps fall into the hour that {zone} skips in spring; moved on by an hour"
        )
    if tally.repeated_hour:
        yield f"{name}: {tally.repeated_hour:,} stamps are in the hour that {zone} repeats in autumn; read as its first"
    for form, (count, row, text) in sorted(tally.other_formats.items()):
        yield (f"{name}: {count:,} stamps in another format ({form}) are left out, the first in row {row}: {text!r}")
    if tally.placeholders:
        days = sorted(tally.placeholders.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{day} ({count:,})" for day, count in days[:MOST_DAYS]) + (", …" if days[MOST_DAYS:] else "")
        yield (
            f"{name}: {tally.placeholders.total():,} stamps are before {FIRST_YEAR} or after {END_YEAR - 1}: {shown}; "
            "they stay as they are, but no wait or throughput time is measured by them"
        )
    if tally.ends_first:
        yield f"{name}: {tally.ends_first:,} events end before they start; they stay as they are"
    if tally.unreadable_starts:
        yield f"{name}: {tally.unreadable_starts:,} start times can't be read and count as not recorded"
    for what, rows in sorted(tally.mended.items()):
        shown = ", ".join(f"{row:,}" for row in rows[:SHOWN_ROWS]) + (", …" if len(rows) > SHOWN_ROWS else "")
        yield f"{name}: {len(rows):,} rows have a defect but can be read in one way only: {what} (rows {shown})"
    for key, count in sorted(tally.not_a_number.items()):
        yield f"{name}: {count:,} values of {key} are no numbers in a provable notation and count as not recorded"
    for spelling, count in sorted(tally.unknown_actor_types.items()):
        yield f"{name}: actor type {spelling!r} ({count:,} events) isn't one that ordermine knows and counts as unknown"
