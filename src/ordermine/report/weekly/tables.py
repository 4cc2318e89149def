"""The tables of the weekly report: behind its charts, in its page, its Markdown and its CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.analyze.outcome.om501_rejected import WORDS as OUTCOME_WORDS
from ordermine.report.findings import COLUMNS, finding_row, ordered, unit_text
from ordermine.report.origins import HIDDEN
from ordermine.report.table import Column, Table, counted, share_text
from ordermine.report.weekly.words import (
    STATUS_WORDS,
    day_text,
    difference_text,
    interval_text,
    number_text,
    reason_text,
    value_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.weekly.value import (
        Compared,
        FirstTimeRightChart,
        OriginsSaid,
        Rejections,
        Status,
        Waiting,
        WeeklyReport,
    )
    from ordermine.stats.intervals import Proportion

HIDDEN_NOTE: Final = f"{HIDDEN} about fewer than 10 orders or 5 people, or would give such a number away"
SHOWN_ORDERS: Final = 15
OTHERS: Final = "all others"


def chart_table(right: FirstTimeRightChart) -> Table:
    """Return the numbers behind the control chart, and what the report before said of the same weeks."""
    with_before = any(week.before is not None for week in right.weeks)
    points = right.chart.points if right.chart else [None] * len(right.weeks)
    rows = []
    for week, point in zip(right.weeks, points, strict=True):
        share = week.right / week.n if week.n else None
        limits = None
        if point is not None and point.low is not None and point.high is not None:
            limits = f"{100 * point.low:.1f} to {share_text(point.high)}"
        signals = ", ".join(f"{one.rule}, {one.side}" for one in point.signals) if point else ""
        before = "–" if week.before is None else f"{week.before[1]:,} of {week.before[0]:,}"
        known = [before] if with_before else []
        rows.append(
            (week.week, week.n, week.right, share, limits, "final" if week.mature else "preliminary", *known, signals)
        )
    said = (Column("before", "report before said", "number"),) if with_before else ()
    return Table(
        "First-time-right by week",
        (
            Column("week", "week"),
            Column("n", "orders", "count"),
            Column("right", "right", "count"),
            Column("share", "share", "share"),
            Column("limits", "control limits", "number"),
            Column("state", "state"),
            *said,
            Column("signals", "signal"),
        ),
        rows,
    )


def restated_table(right: FirstTimeRightChart) -> Table:
    """Return the weeks of which the report before said something else."""
    rows = []
    for week in right.weeks:
        if week.before is None or week.before == (week.n, week.right):
            continue
        n, hits = week.before
        before = f"{hits:,} of {n:,}" + (f" ({share_text(hits / n)})" if n else "")
        now = f"{week.right:,} of {week.n:,}" + (f" ({share_text(week.right / week.n)})" if week.n else "")
        rows.append((week.week, before, now, "final" if week.mature else "still preliminary"))
    return Table(
        "Restated",
        (
            Column("week", "week"),
            Column("before", "then", "number"),
            Column("now", "now", "number"),
            Column("state", "state"),
        ),
        rows,
    )


def measure_table(report: WeeklyReport) -> Table:
    """Return every measure that the log can show."""
    rows = [
        (
            said.measure.title,
            value_text(said, said.overall.value),
            interval_text(said.overall, said.measure.unit),
            said.overall.n,
            f"{value_text(said, said.latest.value)} in {said.latest_week}" if said.latest else "–",
            number_text(said.before.value, said.measure.unit) if said.before else "–",
            "–" if said.change is None else said.change.verdict,
            "–" if said.change is None else difference_text(said.change, said.measure.unit),
        )
        for said in report.measures
    ]
    return Table(
        "All measures",
        (
            Column("measure", "measure"),
            Column("overall", "all matured", "number"),
            Column("interval", "95 %", "number"),
            Column("n", "orders", "count"),
            Column("latest", "latest matured week", "number"),
            Column("before", "weeks before", "number"),
            Column("verdict", "change"),
            Column("change", "by", "number"),
        ),
        rows,
    )


def compared_table(title: str, compared: Sequence[Compared]) -> Table:
    """Return findings with what the report before said of them."""
    rows = []
    for one in compared:
        now, before = one.finding, one.before
        known = now or before
        assert known is not None
        rows.append(
            (
                known.code,
                known.message,
                unit_text(before.value, before.unit) if before else "–",  # type: ignore[arg-type]
                unit_text(now.value, now.unit) if now else "–",
            )
        )
    return Table(
        title,
        (
            Column("code", "code"),
            Column("message", "finding"),
            Column("before", "then", "number"),
            Column("now", "now", "number"),
        ),
        rows,
    )


def finding_table(report: WeeklyReport) -> Table:
    """Return all findings as one table, for CSV: as `analyze` writes it, and how each stands against before."""
    status = {one.finding.id: one for one in report.changes.compared if one.finding} if report.changes else {}
    before = (Column("status", "status"), Column("before", "before", "number"))
    rows = []
    for finding in ordered(report.analysis.findings):
        one = status.get(finding.id)
        earlier = one.before.value if one and one.before else None
        rows.append([*finding_row(finding, report.analysis.accepted_as(finding)), one.status if one else None, earlier])
    return Table("Findings", (*COLUMNS, *before), rows)


def order_table(report: WeeklyReport) -> Table:
    """Return the orders to look at, for CSV."""
    rows = [
        (
            at,
            one.case_id,
            "; ".join(reason_text(reason) for reason in one.reasons),
            one.points,
            one.amount,
            one.currency,
            one.last_step,
            one.last_event.isoformat().replace("+00:00", "Z"),
            report.week.name if one.concluded_in_week else None,
        )
        for at, one in enumerate(report.orders_to_see, 1)
    ]
    return Table(
        "Orders to look at first",
        (
            Column("rank", "rank", "count"),
            Column("case_id", "order"),
            Column("reasons", "why"),
            Column("points", "points", "count"),
            Column("amount", "amount", "number"),
            Column("currency", "currency"),
            Column("last_step", "last step"),
            Column("last_event", "at"),
            Column("concluded_in", "concluded in"),
        ),
        rows,
    )


def first_orders_table(report: WeeklyReport, most: int = SHOWN_ORDERS) -> Table:
    """Return the first of the orders to look at, for people."""
    shown = report.orders_to_see[:most]
    with_amounts = any(one.amount is not None for one in shown)
    rows = []
    for one in shown:
        amount = f"{one.amount:,.2f} {one.currency or ''}".strip() if one.amount is not None else "–"
        money = [amount] if with_amounts else []
        why = "; ".join(reason_text(reason) for reason in one.reasons)
        rows.append((one.case_id, why, *money, one.last_step, day_text(one.last_event.date())))
    money_column = (Column("amount", "amount", "number"),) if with_amounts else ()
    return Table(
        "Orders to look at first",
        (
            Column("case_id", "order"),
            Column("reasons", "why"),
            *money_column,
            Column("last_step", "last step"),
            Column("last_event", "on"),
        ),
        rows,
        len(report.orders_to_see) - len(shown),
    )


def outcome_table(rejections: Rejections) -> Table:
    """Return what became of rejected orders."""
    total = rejections.rejected.hits
    rows = [(OUTCOME_WORDS[outcome], count, count / total) for outcome, count in rejections.outcomes]
    columns = (
        Column("outcome", "what became of them"),
        Column("orders", "orders", "count"),
        Column("share", "share", "share"),
    )
    return Table("What became of rejected orders", columns, rows)


def rejecting_table(rejections: Rejections) -> Table:
    """Return which departments reject."""
    rows: list[tuple[str, str]] = [
        (name, HIDDEN if count is None else f"{count:,}") for name, count in rejections.departments
    ]
    if rejections.without_department:
        rows.append(("not recorded", f"{rejections.without_department:,}"))
    hidden = any(count is None for _, count in rejections.departments)
    columns = (Column("department", "rejected by"), Column("orders", "orders", "number"))
    return Table("Who rejects", columns, rows, notes=(HIDDEN_NOTE,) if hidden else ())


def waiting_table(waiting: Waiting) -> Table:
    """Return where orders wait between departments."""
    return Table(
        "Waiting between departments",
        (
            Column("source", "from"),
            Column("target", "to"),
            Column("handoffs", "handoffs", "count"),
            Column("median_s", "half wait longer than", "seconds"),
            Column("p90_s", "one in ten longer than", "seconds"),
            Column("part", "of all waiting", "share"),
        ),
        [(w.source, w.target, w.handoffs, w.median_s, w.p90_s, w.part) for w in waiting.waits],
        waiting.more,
    )


def origin_table(origins: OriginsSaid) -> Table:
    """Return where errors start, with intervals and bounds."""
    rows = [
        (
            one.department,
            HIDDEN if one.started is None else f"{one.started:,}",
            HIDDEN if one.noticed is None else f"{one.noticed:,}",
            _share(one.share),
            HIDDEN if one.bounds is None else f"{100 * one.bounds[0]:.0f} to {100 * one.bounds[1]:.0f} %",
            _share(one.rate),
        )
        for one in origins.departments
    ]
    notes = [
        "share: of the errors whose origin is known, with its 95 % interval; of all: if none, and if all, of those "
        "without a known origin started there; of what it writes: errors per field written in matured orders"
    ]
    if any(HIDDEN in row for row in rows):
        notes.append(HIDDEN_NOTE)
    return Table(
        "Where errors start",
        (
            Column("department", "department"),
            Column("started", "started", "number"),
            Column("noticed", "noticed", "number"),
            Column("share", "share", "number"),
            Column("bounds", "of all", "number"),
            Column("rate", "of what it writes", "number"),
        ),
        rows,
        notes=tuple(notes),
    )


def _share(share: Proportion | None) -> str:
    if share is None:
        return HIDDEN
    if share.share is None or share.low is None or share.high is None:
        return "–"
    return f"{share_text(share.share)} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def matrix_names(names: Sequence[str | None], others: int) -> list[str]:
    """Return the names of the rows or columns of a matrix."""
    return [counted(others, "other") if name is None else name or "not recorded" for name in names]


def missing_table(report: WeeklyReport) -> Table:
    """Return what could not be measured, and what to export to change that."""
    seen: dict[tuple[str, str], list[str]] = {}
    for one in report.not_measured:
        seen.setdefault((one.reason, one.needs), []).append(one.title.rstrip("."))
    rows = [("; ".join(titles), reason, needs) for (reason, needs), titles in seen.items()]
    return Table(
        "What could not be measured",
        (Column("question", "question"), Column("reason", "why not"), Column("needs", "what it needs")),
        rows,
        notes=() if rows else ("This export answers every question that ordermine asks.",),
    )


def statuses(report: WeeklyReport) -> dict[Status, list[Compared]]:
    """Return the findings by how they stand against the report before, what calls for attention first."""
    found: dict[Status, list[Compared]] = {status: [] for status in STATUS_WORDS}
    if report.changes is not None:
        for one in report.changes.compared:
            found[one.status].append(one)
    return found
