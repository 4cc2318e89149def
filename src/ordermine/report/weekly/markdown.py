"""The weekly report as Markdown, short enough for a chat message or the summary of a CI step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ordermine.report.charts.sparkline import blocks
from ordermine.report.gates import gate_sentence
from ordermine.report.render import escaped
from ordermine.report.table import counted, share_text
from ordermine.report.weekly.tables import first_orders_table, restated_table, statuses
from ordermine.report.weekly.words import (
    bound_text,
    change_text,
    headline,
    interval_text,
    key_numbers,
    look_first,
    moment_text,
    value_text,
    week_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordermine.analyze.weekly.value import Compared, WeeklyReport

MOST_ORDERS: Final = 5
MOST_CHANGED: Final = 5


def markdown(report: WeeklyReport, name: str, notes: Sequence[str]) -> str:
    """Return the report.

    Parameters
    ----------
    report
        What it says.
    name
        Of the log.
    notes
        What has to be said with it.
    """
    lines = [f"# Orders in {report.week.name}: {escaped(name)}", ""]
    lines += [f"{week_text(report.week)} (UTC), as of {moment_text(report.as_of)}", ""]
    for sentence in headline(report):
        lines += [escaped(sentence), ""]
    if bound := bound_text(report):
        lines += [bound, ""]
    lines += [
        *_gates(report),
        *_key_numbers(report),
        *_first(report),
        *_changed(report),
        *_restated(report),
        *_orders(report),
    ]
    if report.not_measured:
        titles = len({one.title for one in report.not_measured})
        lines += [f"{counted(titles, 'question')} could not be measured; report.html says what to export for them.", ""]
    lines += [f"- {escaped(note)}" for note in notes]
    return "\n".join(lines).rstrip("\n") + "\n"


def _gates(report: WeeklyReport) -> Iterator[str]:
    for verdict in report.gates:
        yield f"- gate `{verdict.gate.text}` **{verdict.outcome}**: {escaped(gate_sentence(verdict))}"
    if report.gates:
        yield ""


def _key_numbers(report: WeeklyReport) -> Iterator[str]:
    shown = key_numbers(report)
    if not shown:
        return
    yield "| number | latest matured week | 95 % | against the weeks before | trend |"
    yield "| --- | ---: | ---: | --- | --- |"
    for said in shown:
        unit = said.measure.unit
        latest = said.latest
        cells = (
            said.measure.title,
            f"{value_text(said, latest.value)} ({said.latest_week})" if latest else "not matured yet",
            interval_text(latest, unit) if latest else "–",
            change_text(said) if latest else "–",
            blocks([week.value for week in said.weeks if week.mature]),
        )
        yield "| " + " | ".join(escaped(cell) for cell in cells) + " |"
    yield ""


def _first(report: WeeklyReport) -> Iterator[str]:
    shown = look_first(report)
    if not shown:
        return
    yield "**Look at first**"
    yield ""
    for finding, compared in shown:
        mark = f" ({compared.status})" if compared and compared.status in ("new", "worse") else ""
        yield f"- {finding.code} {escaped(finding.message)}{mark}"
    yield ""


def _changed(report: WeeklyReport) -> Iterator[str]:
    by_status = statuses(report)
    for status, title in (("new", "New"), ("worse", "Worse"), ("better", "Better"), ("resolved", "Resolved")):
        found = by_status[status]  # type: ignore[index]
        if not found:
            continue
        yield f"**{title} ({len(found)})**"
        yield ""
        yield from (f"- {_message(one)}" for one in found[:MOST_CHANGED])
        if len(found) > MOST_CHANGED:
            yield f"- … and {len(found) - MOST_CHANGED:,} more"
        yield ""


def _message(one: Compared) -> str:
    known = one.finding or one.before
    assert known is not None
    return f"{known.code} {escaped(known.message)}"


def _restated(report: WeeklyReport) -> Iterator[str]:
    right = report.first_time_right
    if isinstance(right, str):
        return
    rows = restated_table(right).rows
    if not rows:
        return
    said = []
    for week in right.weeks:
        if week.before and week.before != (week.n, week.right) and week.n and week.before[0]:
            then, now = week.before[1] / week.before[0], week.right / week.n
            said.append(f"{week.week} {share_text(then)} → {share_text(now)}{'' if week.mature else ' (preliminary)'}")
    yield f"Restated since the report before: {'; '.join(said)}"
    yield ""


def _orders(report: WeeklyReport) -> Iterator[str]:
    table = first_orders_table(report, MOST_ORDERS)
    if not table.rows:
        return
    yield f"**Orders to look at first** ({len(report.orders_to_see):,} in orders.csv)"
    yield ""
    yield from (f"- {escaped(row[0])}: {escaped(row[1])}" for row in table.rows)
    yield ""
