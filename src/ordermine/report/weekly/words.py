"""How the weekly report says things, in every format."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ordermine.findings.finding import SEVERITIES
from ordermine.report.ftr import sources as signal_sources
from ordermine.report.table import counted, duration_text, share_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordermine.analyze.measures.base import Unit
    from ordermine.analyze.measures.estimate import Estimate
    from ordermine.analyze.weekly.value import Change, Compared, MeasureSaid, Reason, ReportWeek, Status, WeeklyReport
    from ordermine.findings.finding import Finding

KEY_NUMBERS: Final = (
    "first_time_right",
    "correction",
    "OM501.share",
    "OM401.share",
    "cycle_time",
    "handoff_waiting",
    "exception",
    "OM101.share",
    "OM505.share",
    "handoffs",
    "completed",
)
"""Measures for the first screen; the first `MOST_KEY_NUMBERS` that the log can show are taken."""
MOST_KEY_NUMBERS: Final = 6
MOST_FIRST: Final = 3
"""Findings to look at first."""
_FAMILIES: Final = ("OM6", "OM5", "OM4", "OM1", "OM2", "OM0")
"""Families of questions, the ones that say most about why orders go wrong first."""

STATUS_WORDS: Final[dict[Status, str]] = {
    "new": "new",
    "worse": "worse",
    "persisting": "as before",
    "better": "better",
    "resolved": "resolved",
}
REASON_WORDS: Final = {
    "stuck": "stuck since {}",
    "rejected_open": "rejected, and nothing decided yet",
    "block_set": "block still set: {}",
    "rejected": "rejected",
    "correction": "a value corrected after confirmation",
    "re_entry": "entered anew",
    "credit": "credit adjustment",
    "contact": "complaint",
    "exception": "block or return",
    "rally": "went back and forth between departments",
}


def day_text(day: dt.date) -> str:
    """Return a day for people.

    >>> day_text(dt.date(2026, 11, 9))
    '9 November 2026'
    """
    # Not strftime, whose months follow the locale.
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def week_text(week: ReportWeek) -> str:
    """Return the days of a week, for headings."""
    return f"{day_text(week.monday)} to {day_text(week.monday + dt.timedelta(days=6))}"


def moment_text(moment: dt.datetime) -> str:
    """Return an instant for people, in UTC."""
    return f"{day_text(moment.date())}, {moment:%H:%M} UTC"


def number_text(value: float | None, unit: Unit) -> str:
    """Return a number of a measure."""
    if value is None:
        return "–"
    if unit == "share":
        return share_text(value)
    return duration_text(value) if unit == "seconds" else f"{value:,.2f}"


def value_text(said: MeasureSaid, value: float | None) -> str:
    """Return a value of a measure, marked where the true one is at most that."""
    number = number_text(value, said.measure.unit)
    return f"≤ {number}" if said.unseen and value is not None else number


def interval_text(estimate: Estimate, unit: Unit) -> str:
    """Return the 95 % interval of an estimate, empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    if unit == "share":
        return f"{100 * estimate.low:.1f} to {share_text(estimate.high)}"
    return f"{number_text(estimate.low, unit)} to {number_text(estimate.high, unit)}"


def difference_text(change: Change, unit: Unit) -> str:
    """Return a change with its interval."""

    def said(value: float) -> str:
        sign = "−" if value < 0 else "+"
        if unit == "share":
            return f"{sign}{abs(100 * value):.1f}"
        return f"{sign}{number_text(abs(value), unit)}"

    points = " points" if unit == "share" else ""
    return f"{said(change.value)}{points} (99 %: {said(change.low)} to {said(change.high)})"


def change_text(said: MeasureSaid) -> str:
    """Return how the latest matured week stands against the weeks before it."""
    unit = said.measure.unit
    if said.before is None:
        return "nothing before it to compare with"
    weeks = counted(said.before.weeks, "week")
    before = f"{number_text(said.before.value, unit)} in the {weeks} before"
    if said.change is None:
        return f"{before}: too few to compare with"
    if said.change.verdict == "no clear change":
        return f"no clear change from {before}"
    return f"{said.change.verdict} than {before}: {difference_text(said.change, unit)}"


def key_numbers(report: WeeklyReport) -> list[MeasureSaid]:
    """Return the measures for the first screen."""
    found = [said for name in KEY_NUMBERS if (said := report.measure(name)) is not None]
    return found[:MOST_KEY_NUMBERS]


def headline(report: WeeklyReport) -> list[str]:
    """Return what a manager has to know, in a few sentences."""
    return [sentence for sentence in (_right(report), _week(report), _changed(report)) if sentence]


def _right(report: WeeklyReport) -> str:
    said = report.measure("first_time_right")
    if said is None or isinstance(report.first_time_right, str):
        return f"First-time-right is not measurable: {report.first_time_right}."
    if said.latest is None or said.latest.value is None:
        return (
            "First-time-right is not measurable yet: no week has had its "
            f"{report.maturity_days:.0f} days for errors to show. The numbers of {report.week.name} mature on "
            f"{day_text(report.week.matures_on)}."
        )
    most = "at most " if report.first_time_right.unseen else ""
    sentence = (
        f"{most}{share_text(said.latest.value)} of the orders concluded in {said.latest_week}, the latest week that "
        f"has matured, were right the first time (95 %: {interval_text(said.latest, 'share')}); {change_text(said)}."
    )
    return sentence[0].upper() + sentence[1:] + _signals(report)


def _signals(report: WeeklyReport) -> str:
    found = report.first_time_right
    if isinstance(found, str) or found.chart is None:
        return ""
    mature = [(week, point) for week, point in zip(found.weeks, found.chart.points, strict=True) if point.period.mature]
    if not mature or not mature[-1][1].signals:
        return ""
    rules = " and ".join(f"{one.rule} ({one.side} the centre)" for one in mature[-1][1].signals)
    return f" The control chart signals in {mature[-1][0].week}: {rules}."


def _week(report: WeeklyReport) -> str:
    week = report.week
    verb = "were concluded" if report.concluded else "ended"
    sentence = f"{counted(week.orders, 'order')} {'was concluded' if week.orders == 1 and report.concluded else verb}"
    sentence += f" in {week.name}"
    if not week.over:
        return f"{sentence} so far; the week isn't over yet, and its numbers are preliminary."
    if week.mature:
        return f"{sentence}."
    return (
        f"{sentence}; errors in them have until {day_text(week.matures_on)} to show, so that the week's own numbers "
        "are preliminary and compared with nothing."
    )


def _changed(report: WeeklyReport) -> str:
    changes = report.changes
    if changes is None:
        worst = [counted(number, severity) for severity, number in severities(report.analysis.findings)]
        return f"Over all {counted(report.orders, 'order')} of the log: {', '.join(worst) or 'no findings'}."
    numbers = {status: sum(one.status == status for one in changes.compared) for status in STATUS_WORDS}
    said = ", ".join(f"{number:,} {STATUS_WORDS[status]}" for status, number in numbers.items() if number)
    return f"Findings since the report of {changes.week}: {said or 'none then and now'}."


def severities(findings: Sequence[Finding]) -> list[tuple[str, int]]:
    """Return severities and how many findings have them, the worst first, those without left out."""
    named = {"error": "error", "warning": "warning", "info": "remark"}
    counts = [(name, sum(one.severity == key for one in findings)) for key, name in named.items()]
    return [(name, number) for name, number in counts if number]


def look_first(report: WeeklyReport) -> list[tuple[Finding, Compared | None]]:
    """Return the findings to look at first, one for each family of questions.

    Errors come before warnings; then what is new or worse; then where errors start, what is rejected, where orders
    bounce, rework, waiting; then what touches most orders. Of the export's quality only errors are told.
    """
    compared = {one.finding.id: one for one in report.changes.compared if one.finding} if report.changes else {}

    def rank(finding: Finding) -> tuple[int, bool, int, int, str]:
        one = compared.get(finding.id)
        stale = one is None or one.status not in ("new", "worse")
        family = _FAMILIES.index(finding.code[:3])
        return (-SEVERITIES.index(finding.severity), stale, family, -finding.cases, finding.id)

    found: dict[str, Finding] = {}
    for finding in sorted(report.analysis.counting, key=rank):
        if finding.severity == "error" or (finding.severity == "warning" and not finding.code.startswith("OM0")):
            found.setdefault(finding.code[:3], finding)
    return [(finding, compared.get(finding.id)) for finding in list(found.values())[:MOST_FIRST]]


def reason_text(reason: Reason) -> str:
    """Return why to look at an order."""
    return REASON_WORDS[reason.kind].format(reason.what)


def notes(report: WeeklyReport) -> list[str]:
    """Return what has to be said about the week and the as-of moment."""
    said = []
    if report.week.unfinished is not None:
        said.append(
            f"{report.week.unfinished} isn't over as of {moment_text(report.as_of)}, the as-of moment, and is left "
            "out; if the export was made later, say when: --as-of"
        )
    if report.later_events:
        said.append(
            f"{counted(report.later_events, 'event')} of the log happened after {moment_text(report.as_of)}, the as-of "
            "moment, and count: for a report as it would have been made then, use the export of then"
        )
    return said


def bound_text(report: WeeklyReport) -> str:
    """Return why first-time-right is an upper bound, empty where it isn't."""
    found = report.first_time_right
    if isinstance(found, str) or not found.unseen:
        return ""
    sources = signal_sources(found.unseen)
    return f"At most, because this log can't show {sources}."
