"""The weekly report as one HTML page: nothing external, and no script but that of the map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ordermine.findings.glossary import GLOSSARY
from ordermine.report.drawing.text import clean
from ordermine.report.findings import acceptances, numbers, sections
from ordermine.report.gates import gate_sentence
from ordermine.report.map_page.page import source_hash
from ordermine.report.scorecard import tables as scorecard_tables
from ordermine.report.table import Column, Table, counted, share_text, value_text
from ordermine.report.weekly import figures, tables, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.weekly.matrix import Matrix
    from ordermine.analyze.weekly.value import WeeklyReport
    from ordermine.eventlog.log import Log
    from ordermine.report.map_page.page import InteractiveMap

_FOLDER = Path(__file__).parent


def page(report: WeeklyReport, log: Log, drawn: InteractiveMap, name: str, notes: Sequence[str]) -> str:
    """Return the page.

    Parameters
    ----------
    report
        What it says.
    log
        The log that it is about, for where it comes from.
    drawn
        Its process map.
    name
        Of the log.
    notes
        What has to be said with it.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    style = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "charts.css")) + drawn.style
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        loader=FileSystemLoader(_FOLDER),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    environment.filters |= {"cell": _cell, "kind": _kind, "share": share_text}
    return environment.get_template("page.html").render(
        # Nothing but this style and this script, known by their content, may act on the page.
        policy=(
            f"default-src 'none'; script-src '{source_hash(drawn.script)}'; style-src '{source_hash(style)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        style=Markup(style),
        script=Markup(drawn.script),
        name=name,
        notes=notes,
        report=report,
        log=log,
        map=Markup(drawn.html),
        figures=figures,
        tables=tables,
        words=words,
        counted=counted,
        heat=_heat,
        # The last of its tables is about what isn't measurable, which has a section of its own here.
        card=[] if isinstance(report.scorecard, str) else scorecard_tables(report.scorecard)[:-1],
        sections=list(sections(report.analysis.counting)),
        numbers=numbers,
        accepted=acceptances(report.analysis),
        gate_sentence=gate_sentence,
        glossary=GLOSSARY,
        used=_used(report),
        provenance=_provenance(report, log),
        steps=_steps(report),
    )


def _cell(value: Any, column: Column) -> str:
    return value_text(value, column.unit)


def _kind(column: Column) -> str:
    return "text" if column.unit == "text" else "number"


def _heat(matrix: Matrix, row_said: str, column_said: str) -> dict[str, Any]:
    """Return what the template needs to show a matrix."""
    return {
        "rows": tables.matrix_names(matrix.rows, matrix.others),
        "columns": tables.matrix_names(matrix.columns, matrix.others),
        "cells": figures.shaded(matrix, row_said, column_said),
        "row_said": row_said,
        "column_said": column_said,
        "note": tables.HIDDEN_NOTE if matrix.hides else "",
    }


def _used(report: WeeklyReport) -> list[tuple[str, str, str]]:
    """Return code, name and definition of the analyzers that found something, and of the measures."""
    found = {one.code for one in report.analysis.findings}
    analyzers = [(one.code, one.name, one.definition) for one in report.analysis.run if one.code in found]
    return analyzers + [(said.measure.name, said.measure.title, said.measure.definition) for said in report.measures]


def _provenance(report: WeeklyReport, log: Log) -> list[tuple[str, str]]:
    manifest, ledger = log.manifest, log.manifest.ledger
    filters = " ".join(f"--{option} {value}" for option, value in log.filters.describe().items())
    rejected = "".join(f", {count:,} {reason}" for reason, count in ledger.rejected_by_reason.items())
    return [
        *((f"source {source.name}", f"sha256 {source.sha256}") for source in manifest.sources),
        (
            "rows",
            f"{ledger.rows_in:,} = {ledger.events:,} events + {ledger.duplicates:,} exact duplicates + "
            f"{ledger.rejected:,} left out{rejected}",
        ),
        ("orders", f"{report.orders:,}" + (f" of {manifest.cases:,}, selected by {filters}" if filters else "")),
        ("events from", str(manifest.first)),
        ("to", str(manifest.last)),
        ("stamps without offset read as", manifest.timezone),
        ("as of", words.moment_text(report.as_of)),
        ("orders mature after", f"{report.maturity_days:.0f} days"),
        ("project file", f"sha256 {report.project_sha256} (of its content, layout aside)"),
        ("ordermine", report.version),
    ]


def _steps(report: WeeklyReport) -> Table:
    """Return what every step is taken to mean."""
    assumed = report.analysis.assumed
    source = {"project": "project file", "lexicon": "built-in lexicon", None: "nothing known"}
    rows = [(s.activity, s.kind or "–", s.stage or "–", source[s.source], s.events) for s in assumed.steps]
    return Table(
        "What steps are taken to mean",
        (
            Column("activity", "step"),
            Column("kind", "kind"),
            Column("stage", "stage"),
            Column("source", "known from"),
            Column("events", "events", "count"),
        ),
        rows,
    )
