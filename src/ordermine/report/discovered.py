"""What `discover` found, for machines and for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordermine.report.table import Column, Table, counted, share_text, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordermine.discover.graph import Graph
    from ordermine.discover.process import Process
    from ordermine.eventlog.manifest import Manifest

TOP_VARIANTS = 10
SHOWN_VARIANTS = 5
SHOWN_ROWS = 8
SHOWN_ID = 8
"""Digits of a variant's id; ``--variant`` takes the beginning of one."""
LONG_PATH = 16
"""Steps of a variant that are shown."""

NEEDS = {
    "departments": ("who does the work and where orders bounce", "a department or team"),
    "people": ("whether one or several people did a step again", "the user"),
    "processing time": ("how much of the time is work, how much is waiting", "when a step began"),
    "field changes": ("in which department errors start", "field, old and new value of every change"),
    "reasons": ("why orders were rejected or blocked", "the reason code"),
}
"""What a log can show (`schema.MEASURABLE`) → the question that stays open without, and what would answer it."""

FILES = {
    "map.html": "the process map, for a browser",
    "map.svg": "the process map, as a picture",
    "departments.svg": "who hands over to whom, as a picture",
    "model.bpmn": "the model, for BPMN tools",
    "model.pnml": "the model as a Petri net",
    "model.ptml": "the model as a process tree",
    "discover.json": "everything above, for programs",
}


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


def heading(process: Process, manifest: Manifest, name: str, filters: Mapping[str, str]) -> list[str]:
    """Return what the log is and what of it is selected, in a few lines."""
    ledger = manifest.ledger
    lines = [
        f"{name}: {counted(process.cases, 'order')}, {counted(process.events, 'event')}, "
        f"{counted(len(process.graph.activities), 'activity')}, {counted(len(process.variants), 'variant')}"
    ]
    if filters:
        chosen = " ".join(f"--{option} {value}" for option, value in filters.items())
        lines.append(f"selected by {chosen}: {process.cases:,} of {counted(manifest.cases, 'order')}")
    if manifest.first and manifest.last:
        whole = "the whole log: " if filters else ""
        lines.append(f"{whole}from {manifest.first[:10]} to {manifest.last[:10]} (UTC)")
    left_out = ledger.duplicates + ledger.rejected
    if left_out:
        reasons = [counted(ledger.duplicates, "exact duplicate")] if ledger.duplicates else []
        reasons += [f"{count:,} {reason}" for reason, count in ledger.rejected_by_reason.items()]
        lines.append(f"{left_out:,} of {counted(ledger.rows_in, 'row')} left out: {'; '.join(reasons)}")
    return lines


def subtitle(graph: Graph, cases: int, manifest: Manifest, filters: Mapping[str, str]) -> str:
    """Return what a map is of, in one line: orders, events, activities, period, what is selected."""
    events = sum(activity.events for activity in graph.activities)
    said = [counted(cases, "order"), counted(events, "event"), counted(len(graph.activities), "activity")]
    if filters:
        said.append("selected by " + " ".join(f"--{option} {value}" for option, value in filters.items()))
    if manifest.first and manifest.last:
        whole = "the whole log " if filters else ""
        said.append(f"{whole}from {manifest.first[:10]} to {manifest.last[:10]} (UTC)")
    return " · ".join(said)


def tables(process: Process) -> list[Table]:
    """Return the answers to a newcomer's first questions."""
    return [_variant_table(process), _waiting_table(process), *_department_tables(process), _stage_table(process)]


def _variant_table(process: Process) -> Table:
    shown = process.variants[:SHOWN_VARIANTS]
    covered = sum(variant.share for variant in shown)
    more = len(process.variants) - len(shown)
    note = f"these {len(shown)} of {len(process.variants):,} variants are {share_text(covered)} of the orders"
    return Table(
        "What usually happens?",
        (
            Column("cases", "orders", "count"),
            Column("share", "share", "share"),
            Column("variant_id", "variant"),
            Column("activities", "steps"),
        ),
        [(v.cases, v.share, v.variant_id[:SHOWN_ID], _path(v.activities)) for v in shown],
        more,
        (note,) if more else (),
    )


def _path(activities: Sequence[str]) -> str:
    """Return the steps of a variant, those in the middle of a long one counted only."""
    names = [short(name) for name in activities]
    if len(names) > LONG_PATH:
        hidden = len(names) - LONG_PATH + 1
        names[LONG_PATH // 2 : LONG_PATH // 2 + hidden] = [f"({hidden:,} more steps)"]
    return " → ".join(names)


def _waiting_table(process: Process) -> Table:
    slowest = sorted(
        (edge for edge in process.graph.edges if edge.median_s is not None and edge.median_s > 0),
        key=lambda edge: (-(edge.median_s or 0) * edge.events, edge.source, edge.target),
    )
    note = "most waiting first: median × times; elapsed time, nights and weekends included"
    return Table(
        "Where do orders wait?",
        (
            Column("from", "after"),
            Column("to", "before"),
            Column("events", "times", "count"),
            Column("median_s", "median", "seconds"),
            Column("p90_s", "9 of 10 in", "seconds"),
        ),
        [
            (short(edge.source), short(edge.target), edge.events, edge.median_s, edge.p90_s)
            for edge in slowest[:SHOWN_ROWS]
        ],
        max(len(slowest) - SHOWN_ROWS, 0),
        (note if slowest else "no step follows another at a later time",),
    )


def _department_tables(process: Process) -> list[Table]:
    if not process.departments:
        return [Table("Who does the work?", (), (), notes=("not measurable: no department is recorded",))]
    missing = process.without_department
    share = share_text(missing / process.events)
    recorded = (f"not recorded for {missing:,} of {counted(process.events, 'event')} ({share})",) if missing else ()
    handoffs = "a handoff is where another department goes on; what systems do in between is skipped"
    return [
        Table(
            "Who does the work?",
            (
                Column("department", "department"),
                Column("events", "events", "count"),
                Column("cases", "orders", "count"),
                Column("share", "of orders", "share"),
            ),
            [(short(d.name), d.events, d.cases, d.cases / process.cases) for d in process.departments[:SHOWN_ROWS]],
            max(len(process.departments) - SHOWN_ROWS, 0),
            recorded,
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
            [(short(h.source), short(h.target), h.events, h.cases, h.median_s) for h in process.handoffs[:SHOWN_ROWS]],
            max(len(process.handoffs) - SHOWN_ROWS, 0),
            (handoffs if process.handoffs else "no order passes from one department to another",),
        ),
    ]


def _stage_table(process: Process) -> Table:
    unknown = process.without_meaning
    source = "what a step means is taken from the project file, else from the built-in lexicon"
    if unknown:
        source += (
            f"; unknown for {unknown:,} of {counted(process.events, 'event')} ({share_text(unknown / process.events)})"
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
        notes=(source,),
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
    lines.append("fitness: how much of what happens the model allows; precision: how little else; 1 is best")
    return Table(title, (), (), notes=tuple(lines))


def not_shown_table(manifest: Manifest) -> Table:
    """Return what this export cannot show, and what to export to change that."""
    missing = [row for what, row in NEEDS.items() if not manifest.measurable.get(what)]
    coarse = manifest.precision.get("day", 0)
    if coarse:
        share = share_text(coarse / manifest.ledger.events)
        missing.append((f"what came first within a day ({share} of the stamps are days)", "the time of day"))
    return Table(
        "What can this export not show?",
        (Column("question", "question"), Column("export", "to see it, export")),
        missing,
        notes=() if missing else ("it has everything that ordermine asks for",),
    )


def files_table(files: Mapping[str, str]) -> Table:
    """Return where the files are, and what they are."""
    return Table(
        "Files",
        (Column("file", "file"), Column("what", "what it is")),
        [(path, FILES.get(name, "")) for name, path in sorted(files.items())],
    )
