"""An ingest under pseudonyms: what it does beside what every ingest does. `pipeline` asks it where names could pass."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from ordermine.eventlog.left_out_file import RawTexts, left_out_file
from ordermine.eventlog.unique_cases import unique_cases
from ordermine.eventlog.value_meaning import readings
from ordermine.ingest.privacy.project_copy import declared_columns, disguised
from ordermine.ingest.privacy.settings import check_clusters
from ordermine.ingest.privacy.silence import masked, without_quoted, without_values
from ordermine.ingest.privacy.survey import survey, under
from ordermine.ingest.privacy.told import ABOUT_PRIVACY, earlier_places, privacy_facts, privacy_notes
from ordermine.ingest.timestamps import ORDERS
from ordermine.schema import KEY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ordermine.canonical import EventBatch, LeftOut
    from ordermine.eventlog.manifest import Manifest
    from ordermine.ingest.plan import Plan
    from ordermine.ingest.privacy.settings import Privacy
    from ordermine.ingest.source import Source
    from ordermine.project import Project


class Pseudonymised:
    """One ingest under pseudonyms; making it reads the exports for the first time.

    Parameters
    ----------
    privacy
        What is asked.
    plans
        How the exports are read.
    old
        Manifest of the log that is added to.
    threads, progress
        As for `pipeline.ingest`.

    Raises
    ------
    UsageError
        What is asked for isn't there, or has a meaning that a pseudonym would take away.
    """

    def __init__(
        self,
        privacy: Privacy,
        plans: Sequence[Plan],
        old: Manifest | None,
        threads: int,
        progress: Callable[[str], None],
    ) -> None:
        earlier = earlier_places(old.privacy if old else None)
        self._privacy = privacy
        self._texts = RawTexts(privacy.left_out is not None)
        self._disguise = survey(plans, privacy, readings, earlier=earlier, threads=threads, progress=progress)
        self.plans = under(self._disguise, plans)
        """The plans, by which the exports are read without names."""

    def stored(self, batch: EventBatch) -> EventBatch:
        """Return events of the log that is added to, without what only the new exports show to be names."""
        return replace(batch, table=self._disguise.stored(batch.table))

    def left_out(self, source: str, rows: Sequence[LeftOut]) -> list[LeftOut]:
        """Return left-out rows for the log: without text."""
        return self._texts.taken_from(source, rows)

    def ask_texts(
        self, source: str, rows: Sequence[int], raw_text: Callable[[Sequence[int]], Mapping[int, str]]
    ) -> None:
        """Take the text of left-out rows from `raw_text`, if it goes anywhere."""
        self._texts.ask(source, rows, raw_text)

    def described(self, described: Mapping[str, str]) -> dict[str, str]:
        """Return what was found out about a file, without names and without lines of it, as from above its header."""
        return {what: self._disguise.text(without_quoted(found)) for what, found in described.items()}

    def manifest(self, manifest: Manifest, project: Project, folder: Path) -> Manifest:
        """Return what the log says about itself, without names and with what became of them.

        Parameters
        ----------
        manifest
            As of any ingest.
        project
            The project file as used.
        folder
            Of the generation that was written.

        Raises
        ------
        UsageError
            The project file reads off case ids what is no longer in them.
        """
        check_clusters(project, self._disguise, manifest.columns)
        unique = unique_cases(folder)
        harmless = _harmless([plan.source for plan in self.plans], project) | {*manifest.columns, *manifest.date_orders}
        said = [note for note in manifest.notes if not note.startswith(ABOUT_PRIVACY)]
        notes = [self._disguise.text(masked(note, harmless)) for note in said]
        return replace(
            manifest,
            project=disguised(project, self._disguise).to_toml(),
            notes=(*notes, *privacy_notes(self._privacy, self._disguise, folder, unique)),
            privacy={**privacy_facts(self._privacy, self._disguise), "unique": unique},
        )

    def texts_kept(self, folder: Path, sources: Sequence[str]) -> AbstractContextManager[None]:
        """Write the text of left-out rows to its file, if there is one; it goes again if the body fails."""
        if self._privacy.left_out is None:
            return nullcontext()
        return left_out_file(self._privacy.left_out, folder, self._texts, sources)


def silenced(sources: Sequence[Source], project: Project) -> AbstractContextManager[None]:
    """Take values out of the messages of errors; names of columns and files stay."""
    return without_values(_harmless(sources, project))


def _harmless(sources: Sequence[Source], project: Project) -> set[str]:
    """Return what may be quoted."""
    columns = {name for source in sources for name in source.columns}
    names = {source.name for source in sources}
    return {*columns, *names, *declared_columns(project), *KEY_COLUMNS, *ORDERS}
