"""Exported files to a log: what happens in which order, and what ends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from ordermine.errors import EnvironmentFault, InputError, UsageError
from ordermine.eventlog.look_alike_ids import note_on_ids
from ordermine.eventlog.manifest import Ledger, Manifest, publish, read_manifest
from ordermine.eventlog.store import generation, remove_generations, write_events
from ordermine.ingest.originals import digests, unchanged
from ordermine.ingest.plan import Options, make_plans
from ordermine.ingest.privacy.settings import check_left_out, check_privacy
from ordermine.pipeline.checks import allowed_rejects, case_attributes, check_place, refuse_changed, with_remembered
from ordermine.pipeline.run import Run
from ordermine.pipeline.told import make_manifest
from ordermine.quoting import check_text

if TYPE_CHECKING:
    from pathlib import Path

    from ordermine.ingest.open import Opened
    from ordermine.ingest.privacy.settings import Privacy
    from ordermine.project import Project

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
    allowed = allowed_rejects(max_rejected)
    for spelling in options.not_recorded:
        check_text(spelling, "--not-recorded")
    exists = check_place(out, sources, force=force, append=append)
    old = read_manifest(out) if exists and append else None
    check_privacy(privacy, project, old.privacy if old else None, added=old is not None)
    if privacy is not None and privacy.left_out is not None:
        check_left_out(privacy.left_out, out)
    files = [(opened.path, opened.source.name, opened.state) for opened in sources]
    with digests([path for path, *_ in files]) as digesting, unchanged(files) as check_unchanged:
        if old is not None:
            known = {record.sha256 for record in old.sources}
            asked = {at for at, opened in enumerate(sources) if not project.has_events(opened.source.name)}
            refuse_changed([sources[at].source.name for at in sorted(asked) if digesting[at].result() not in known])
            if all(at in asked or digest.result() in known for at, digest in enumerate(digesting)):
                return old
            kept = [at for at, digest in enumerate(digesting) if at in asked or digest.result() not in known]
            sources, digesting = [sources[at] for at in kept], [digesting[at] for at in kept]
            options = with_remembered(options, old)
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
            run = Run(plans, old, out, threads, progress, private)
            written = write_events(
                folder,
                run.batches(),
                run.records,
                run.raw_text,
                run.coarsest,
                keep_duplicates=options.keep_duplicates,
                case_attributes=case_attributes(project, plans),
                carried=run.carried(),
                threads=threads,
                memory_limit=memory_limit,
                progress=progress,
            )
            _check_ledger(written.ledger, project, allowed, max_rejected)
            read = [(digest.result(), opened.state.size) for digest, opened in zip(digesting, sources, strict=True)]
            note = note_on_ids(folder / "cases.parquet")
            manifest = make_manifest(run, number, written, read, project, options, note)
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


def _check_ledger(ledger: Ledger, project: Project, allowed: Callable[[int], float], max_rejected: str | None) -> None:
    """Raise if no row became an event, or more rows are rejected than may be.

    Rows that are only there to be looked up in are as they should be.
    """
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in ledger.rejected_by_reason.items())
    if not ledger.events:
        raise InputError(
            f"none of {ledger.rows_in:,} rows became an event: {reasons}",
            hint="check which columns were read as what, with: ordermine inspect",
        )
    uses = {one.use for one in project.further_files().values()}
    told = sum(count for reason, count in ledger.rejected_by_reason.items() if reason in uses)
    rejected, rows = ledger.rejected - told, ledger.rows_in - told
    if rejected > allowed(rows):
        raise InputError(
            f"{rejected:,} of {rows:,} rows are rejected, more than --max-rejected {max_rejected}: {reasons}",
            hint="look at them with: ordermine inspect; or raise the limit",
        )
