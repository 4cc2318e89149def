"""The contract that every analyzer file meets: a measure (all numbers), a judge (what becomes a finding), a page.

An analyzer file holds, in this order: a module docstring with the headings of `SECTIONS` (it is the analyzer's page,
and its Example is executed by a test); ``SQL`` over the named views (and ``TOTALS``, one row); a frozen ``Params`` with
the thresholds; a judge function under ``@analyzer``.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ordermine.eventlog.on_demand import create_view
from ordermine.quoting import identifier
from ordermine.schema import REPETITION

if TYPE_CHECKING:
    from ordermine.eventlog.log import Log
    from ordermine.findings.finding import Finding, Unit

SECTIONS = ("Definition", "Unit", "Needs", "Thresholds", "Source", "Limits", "Example")


@dataclass(frozen=True, slots=True)
class Measured:
    """Every number behind an analyzer, judged or not."""

    columns: Mapping[str, Unit]
    """Name → unit, in order."""
    rows: list[dict[str, Any]]
    """Sorted; the same keys as `columns`."""
    totals: dict[str, Any]
    unseen: tuple[str, ...] = ()
    """Events that the log lacks, in words: the counts are at least so many then."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a judge may need beside the numbers."""

    log: Log
    level: str = "department"


Judge = Callable[[Measured, Any, Context], "Iterator[Finding]"]
Measure = Callable[["Log", str], Measured]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """A measure, a judgement and their explanation."""

    code: str
    name: str
    columns: Mapping[str, Unit]
    needs: tuple[str, ...]
    """What the log must record, as `missing` says."""
    views: tuple[str, ...]
    """Views beyond events, cases, variants and left_out that the queries read; see `eventlog.on_demand.MAKERS`."""
    params: Any
    judge: Judge = field(repr=False)
    doc: str = field(repr=False)
    sql: str = field(repr=False, default="")
    """``{level}`` stands for the column that takes the part of departments."""
    totals: str = field(repr=False, default="")
    measured_by: Measure | None = field(repr=False, default=None)
    """For what no query can say; `sql` is empty then."""
    about_departments: bool = False
    """Whether its findings speak of departments, so that small groups are suppressed."""
    monotone: bool = False
    """Whether events that a log lacks could only raise what it counts: then its counts are lower bounds.

    What compares neighbours, such as self-loops and returns, may be off either way.
    """
    hides: Callable[[Log], frozenset[str]] | None = field(repr=False, default=None)
    """Which subjects to suppress, large as they may be, since they would give small ones away."""

    @property
    def summary(self) -> str:
        """First line of the page."""
        return self.doc.splitlines()[0]

    @property
    def definition(self) -> str:
        """First paragraph of the Definition, on one line."""
        return " ".join(self.section("Definition").split("\n\n")[0].split())

    def section(self, title: str) -> str:
        """Return the text under one underlined heading of the page."""
        pattern = rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)"
        found = re.search(pattern, self.doc, re.MULTILINE | re.DOTALL)
        return found[1].strip() if found else ""

    def missing(self, log: Log, level: str = "department") -> str:
        """Return why this log can't be measured, empty where it can; `level` takes the part of the department."""
        if not log.manifest.ledger.events:
            return "the log is empty"
        needs = [level if need == "department" else need for need in self.needs]
        if REPETITION in needs and not log.manifest.measurable.get(REPETITION, True):
            return "this export has one date per milestone: a step that is done again doesn't show"
        absent = [need for need in needs if need != REPETITION and need not in log.recorded]
        return f"needs {', '.join(absent)}, which this export doesn't record" if absent else ""

    def measure(self, log: Log, level: str = "department") -> Measured:
        """Return every number.

        Parameters
        ----------
        log
            An open log that records what the analyzer needs.
        level
            Column whose values take the part of departments.
        """
        for view in self.views:
            create_view(log, view, level)
        unseen = log.manifest.unseen if self.monotone else ()
        if self.measured_by is not None:
            return replace(self.measured_by(log, level), unseen=unseen)
        column = identifier(level)
        rows = [dict(zip(self.columns, row, strict=True)) for row in log.rows(self.sql.replace("{level}", column))]
        totals: dict[str, Any] = {}
        if self.totals:
            table = log.table(self.totals.replace("{level}", column))
            totals = {name: table.column(name)[0].as_py() for name in table.column_names}
        return Measured(self.columns, rows, totals, unseen)

    def run(self, log: Log, level: str = "department") -> list[Finding]:
        """Measure, then judge; findings that don't say so themselves get definition and thresholds from the page."""
        measured = self.measure(log, level)
        return [
            replace(
                finding,
                bound="lower" if measured.unseen else None,
                message=f"{finding.message}; at least, as steps are missing" if measured.unseen else finding.message,
                definition=finding.definition or self.definition,
                thresholds=finding.thresholds or self.thresholds(),
            )
            for finding in self.judge(measured, self.params, Context(log, level))
        ]

    def thresholds(self) -> dict[str, float]:
        """Return the thresholds by name."""
        return asdict(self.params)


def analyzer(
    *,
    code: str,
    name: str,
    columns: Mapping[str, Unit],
    params: Any,
    needs: tuple[str, ...] = (),
    views: tuple[str, ...] = (),
    sql: str = "",
    totals: str = "",
    measure: Measure | None = None,
    about_departments: bool = False,
    monotone: bool = False,
    hides: Callable[[Log], frozenset[str]] | None = None,
) -> Callable[[Judge], Analyzer]:
    """Turn a judge function into an Analyzer; its module docstring is its page."""

    def build(judge: Judge) -> Analyzer:
        doc = inspect.cleandoc(sys.modules[judge.__module__].__doc__ or "")
        return Analyzer(
            code,
            name,
            columns,
            needs,
            views,
            params,
            judge,
            doc,
            sql,
            totals,
            measure,
            about_departments,
            monotone,
            hides,
        )

    return build
