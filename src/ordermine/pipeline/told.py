"""What a log says about itself: how its sources were read, what it can't show, what a person should know."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.eventlog.look_alike_ids import KEPT_APART
from ordermine.eventlog.manifest import Manifest
from ordermine.ingest.lookup.source import LookedUpSource
from ordermine.placeholders import END_YEAR, FIRST_YEAR
from ordermine.schema import MEASURABLE, REPETITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordermine.eventlog.store import Written
    from ordermine.ingest.encode import Tally
    from ordermine.ingest.plan import Options, Plan
    from ordermine.pipeline.run import Run
    from ordermine.project import Project

SHOWN_ROWS = 5
"""Rows with a defect that a note names."""

MOST_DAYS = 6
"""Placeholder days that a note names."""

KEPT = "exact duplicate events were kept"
AT_LEAST = "counts of steps are at least so many, since this log can't show"


def make_manifest(
    run: Run,
    number: int,
    written: Written,
    files: Sequence[tuple[str, int]],
    project: Project,
    options: Options,
    note: str,
) -> Manifest:
    """Return what the new generation says about itself; `files` are digest and size of each new source."""
    records = list(run.records)
    timezone = options.timezone or project.log.timezone or _only_zone(run)
    for at, plan in run.plans.items():
        digest, size = files[plan.reading.source]
        # Only now is the encoding of a text file certain.
        described = dict(plan.source.described)
        if plan.reading.timezone != timezone and plan.record.mapping:
            described["timezone"] = plan.reading.timezone
        if run.private is not None:
            described = run.private.described(described)
        records[at] = replace(records[at], sha256=digest, bytes=size, described=described)
    not_recorded: dict[str, Counter[str]] = {}
    if run.old:
        not_recorded = {name: Counter(counts) for name, counts in run.old.not_recorded.items()}
    for tally in run.tallies.values():
        for name, counts in tally.not_recorded.items():
            not_recorded.setdefault(name, Counter()).update(counts)
    date_orders = dict(run.old.date_orders) if run.old else {}
    for plan in run.plans.values():
        for key, form in plan.reading.formats.items():
            if key in plan.record.mapping:
                date_orders[plan.record.mapping[key]] = str(form)
    unseen = _unseen(run)
    notes = [one for one in run.old.notes if not one.endswith((KEPT, KEPT_APART))] if run.old else []
    notes = [one for one in notes if not one.startswith(AT_LEAST)]
    for plan in run.plans.values():
        looked_up: Sequence[str] = ()
        if isinstance(plan.source, LookedUpSource):
            looked_up = plan.source.notes(named=run.private is None)
        notes += [one for one in (*plan.notes, *looked_up) if one not in notes]
    for at, tally in run.tallies.items():
        said = _source_notes(run.records[at].name, tally, run.plans[at])
        notes += [one for one in said if one not in notes]
    notes += [one for one in _zone_notes(run) if one not in notes]
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
        not_recorded={name: dict(sorted(counts.items())) for name, counts in sorted(not_recorded.items()) if counts},
        precision=written.precision,
        measurable={
            **{what: columns <= written.recorded for what, columns in MEASURABLE.items()},
            REPETITION: not all(_loses(run).values()),
        },
        columns=written.columns,
        recorded=tuple(name for name in written.columns if name in written.recorded),
        case_attributes=written.case_attributes,
        notes=(*notes, *(f"{AT_LEAST}: {what}" for what in unseen)),
        unseen=unseen,
        checksums=written.checksums,
    )


def _loses(run: Run) -> dict[str, bool]:
    """Return name of each source of events → whether it can't show that a step is done again."""
    before = (
        {}
        if run.old is None
        else {one.name: one.described.get("shape") == "wide" for one in run.old.sources if one.mapping}
    )
    return before | {
        run.records[at].name: REPETITION in plan.loses for at, plan in run.plans.items() if plan.record.mapping
    }


def _unseen(run: Run) -> tuple[str, ...]:
    """Return the events that happened and that the log lacks, in words."""
    loses = _loses(run)
    repeated = [f"repeated steps of {name}" for name, lost in loses.items() if lost and not all(loses.values())]
    missing = [plan.unseen for plan in run.plans.values() if plan.unseen]
    return tuple(sorted({*missing, *repeated, *(run.old.unseen if run.old else ())}))


def _zone_notes(run: Run) -> Iterator[str]:
    """Yield in how many stamps of which file, or of which system's tables, the zone was assumed."""
    naive: dict[object, dict[str, int]] = {}
    for at, plan in run.plans.items():
        if run.tallies[at].naive and not plan.zone_known:
            together = plan.source.described["shape"] if plan.joined else at
            naive.setdefault(together, {})[run.records[at].name] = run.tallies[at].naive
    for stamps in naive.values():
        first, *others = stamps
        more = f" and {len(others):,} more of its tables" if others else ""
        yield (
            f"{first}{more}: {sum(stamps.values()):,} stamps have no offset and were taken as UTC; name the "
            "zone with --timezone"
        )


def _only_zone(run: Run) -> str:
    """Return the zone of all stamps without an offset where nothing but their sources tells it; else UTC."""
    zones = {plan.reading.timezone for plan in run.plans.values() if plan.record.mapping}
    return zones.pop() if len(zones) == 1 else "UTC"


def _source_notes(name: str, tally: Tally, plan: Plan) -> Iterator[str]:
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
