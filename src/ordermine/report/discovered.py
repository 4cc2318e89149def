"""What `discover` found, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.report.table import Column, Table, share_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordermine.discover.process import Process
    from ordermine.eventlog.manifest import Manifest

TOP_VARIANTS = 10
SHOWN_VARIANTS = 5
SHOWN_ROWS = 8


def result(process: Process, files: Mapping[str, str]) -> dict[str, Any]:
    """Return the `result` of the JSON, as section 6 of the design lays it down."""
    graph, model = process.graph, process.model
    quality = process.quality
    return {
        "activities": [{"activity": a.name, "events": a.events, "cases": a.cases} for a in graph.activities],
        "edges": [
            {
                "from": edge.source,
                "to": edge.target,
                "events": edge.events,
                "cases": edge.cases,
                "median_s": edge.median_s,
                "p90_s": edge.p90_s,
            }
            for edge in graph.edges
        ],
        "starts": [{"activity": name, "cases": cases} for name, cases in graph.starts],
        "ends": [{"activity": name, "cases": cases} for name, cases in graph.ends],
        "variants": {
            "count": len(process.variants),
            "top": [
                {
                    "variant_id": variant.variant_id,
                    "activities": list(variant.activities),
                    "cases": variant.cases,
                    "share": variant.share,
                }
                for variant in process.variants[:TOP_VARIANTS]
            ],
        },
        "departments": [{"department": d.name, "events": d.events, "cases": d.cases} for d in process.departments],
        "handoffs": [
            {"from": h.source, "to": h.target, "events": h.events, "cases": h.cases, "median_s": h.median_s}
            for h in process.handoffs
        ],
        "stages": [{"stage": s.name, "events": s.events, "cases": s.cases} for s in process.stages],
        "model": {
            "algorithm": model.algorithm,
            "noise": model.noise,
            "fitness": quality.fitness if quality else None,
            "precision": quality.precision if quality else None,
            "fitting_cases_share": quality.fitting_cases_share if quality else None,
            "measured_cases": quality.cases_measured if quality else None,
            "tree": model.tree,
        },
        "files": dict(sorted(files.items())),
    }


def heading(process: Process, manifest: Manifest, name: str) -> list[str]:
    """Return what the log is, in a few lines."""
    ledger = manifest.ledger
    lines = [
        f"{name}: {process.cases:,} orders, {process.events:,} events, {len(process.graph.activities)} activities, "
        f"{len(process.variants):,} variants"
    ]
    if manifest.first and manifest.last:
        lines.append(f"from {manifest.first[:10]} to {manifest.last[:10]} (UTC)")
    left_out = ledger.duplicates + ledger.rejected
    if left_out:
        reasons = [f"{ledger.duplicates:,} exact duplicates"] if ledger.duplicates else []
        reasons += [f"{count:,} {reason}" for reason, count in ledger.rejected_by_reason.items()]
        lines.append(f"{left_out:,} of {ledger.rows_in:,} rows are not in it: {', '.join(reasons)}")
    return lines


def tables(process: Process) -> list[Table]:
    """Return the answers to a newcomer's first questions."""
    shown = process.variants[:SHOWN_VARIANTS]
    covered = sum(variant.share for variant in shown)
    found = [
        Table(
            "What usually happens?",
            (Column("cases", "orders", "count"), Column("share", "share", "share"), Column("activities", "steps")),
            [(variant.cases, variant.share, " → ".join(variant.activities)) for variant in shown],
            len(process.variants) - len(shown),
            (f"these {len(shown)} of {len(process.variants):,} variants are {share_text(covered)} of the orders",),
        )
    ]
    slowest = sorted(process.graph.edges, key=lambda edge: (-edge.median_s * edge.events, edge.source, edge.target))
    slowest = [edge for edge in slowest if edge.median_s > 0][:SHOWN_ROWS]
    found.append(
        Table(
            "Where do orders wait?",
            (
                Column("from", "after"),
                Column("to", "before"),
                Column("events", "times", "count"),
                Column("median_s", "median", "seconds"),
                Column("p90_s", "9 of 10 in", "seconds"),
            ),
            [(edge.source, edge.target, edge.events, edge.median_s, edge.p90_s) for edge in slowest],
            notes=("most waiting first: median × times; elapsed time, nights and weekends included",),
        )
    )
    found += _department_tables(process)
    found.append(_stage_table(process))
    return found


def _department_tables(process: Process) -> list[Table]:
    if not process.departments:
        return [Table("Who does the work?", (), (), notes=("not measurable: no department is recorded in this log",))]
    shown = process.handoffs[:SHOWN_ROWS]
    missing = process.without_department
    share = share_text(missing / process.events) if process.events else "0 %"
    note = (f"{missing:,} events ({share}) have no department recorded",) if missing else ()
    return [
        Table(
            "Who does the work?",
            (
                Column("department", "department"),
                Column("events", "events", "count"),
                Column("cases", "orders", "count"),
                Column("share", "of orders", "share"),
            ),
            [(d.name, d.events, d.cases, d.cases / process.cases) for d in process.departments[:SHOWN_ROWS]],
            max(len(process.departments) - SHOWN_ROWS, 0),
            note,
        ),
        Table(
            "Who hands over to whom?",
            (
                Column("from", "from"),
                Column("to", "to"),
                Column("events", "times", "count"),
                Column("cases", "orders", "count"),
                Column("median_s", "median wait", "seconds"),
            ),
            [(h.source, h.target, h.events, h.cases, h.median_s) for h in shown],
            len(process.handoffs) - len(shown),
        ),
    ]


def _stage_table(process: Process) -> Table:
    unknown = process.without_meaning
    notes = (
        f"what a step means is taken from the project file, else from the built-in lexicon; it knows none for "
        f"{unknown:,} events ({share_text(unknown / process.events)})",
    )
    return Table(
        "Which stages of lead-to-cash does this export show?",
        (
            Column("stage", "stage"),
            Column("events", "events", "count"),
            Column("cases", "orders", "count"),
            Column("share", "of orders", "share"),
        ),
        [(s.name, s.events, s.cases, s.cases / process.cases) for s in process.stages],
        notes=notes,
    )


def edge_table(process: Process) -> Table:
    """Return the directly-follows graph as one table."""
    return Table(
        "Directly-follows graph",
        (
            Column("from", "from"),
            Column("to", "to"),
            Column("events", "times", "count"),
            Column("cases", "orders", "count"),
            Column("median_s", "median", "seconds"),
            Column("p90_s", "9 of 10 in", "seconds"),
        ),
        [
            (edge.source, edge.target, edge.events, edge.cases, edge.median_s, edge.p90_s)
            for edge in process.graph.edges
        ],
    )


def model_table(process: Process) -> Table:
    """Return what is to be said about the model."""
    model, quality = process.model, process.quality
    noise = f", noise {model.noise:g}" if model.noise is not None else ""
    title = f"How well does a model describe it? ({model.algorithm}{noise})"
    if quality is None:
        return Table(title, (), (), notes=("not measured (--no-quality)",))
    lines = [
        f"fitness {quality.fitness:.3f}, precision {quality.precision:.3f}; "
        f"{share_text(quality.fitting_cases_share)} of the orders fit it exactly"
    ]
    if quality.cases_measured < quality.cases:
        lines.append(
            f"measured on the {quality.variants_measured:,} most frequent of {quality.variants:,} variants: "
            f"{quality.cases_measured:,} of {quality.cases:,} orders"
        )
    return Table(title, (), (), notes=tuple(lines))


def not_shown_table(manifest: Manifest) -> Table:
    """Return what this export cannot show, and what to export to change that."""
    needs = {
        "departments": "who does the work and where orders bounce: export a department or team",
        "people": "whether one or several people did a step again: export the user",
        "processing time": "how much of the time is work and how much is waiting: export when a step began",
        "field changes": "where errors start: export field, old and new value of every change",
        "reasons": "why orders were rejected or blocked: export the reason code",
    }
    missing = [text for what, text in needs.items() if not manifest.measurable.get(what)]
    coarse = manifest.precision.get("day", 0)
    if coarse:
        missing.append(
            f"what came first within a day: {coarse:,} of {manifest.ledger.events:,} stamps are days; export the time"
        )
    return Table("What can this export not show?", (), (), notes=tuple(missing or ["nothing that ordermine asks for"]))


def files_table(files: Mapping[str, str]) -> Table:
    """Return where the files are."""
    return Table("Files", (Column("file", "file"),), [(path,) for _, path in sorted(files.items())])
